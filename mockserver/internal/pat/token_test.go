package pat_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
)

func TestToken_Expired(t *testing.T) {
	tests := []struct {
		name, now string
		fields    pat.TokenData
		want      bool
	}{
		{"millisecond before", "2026-03-31T23:59:59.999Z", expiringToken("token", ben), false},
		{"at the expiration", "2026-04-01T00:00:00Z", expiringToken("token", ben), true},
		{
			"at the expiration in another zone", "2026-04-01T01:00:00+01:00",
			expiringToken("token", ben), true,
		},
		{"after", "2026-04-01T00:00:00.001Z", expiringToken("token", ben), true},
		{"never", "9999-12-31T23:59:59Z", neverExpiringToken("token", ben), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := pat.NewToken(test.fields).Expired(parseTime(test.now)); got != test.want {
				t.Errorf("expired = %v, want %v", got, test.want)
			}
		})
	}
}

func TestToken_JSON(t *testing.T) {
	t.Run("none", func(t *testing.T) {
		if got := pat.NewToken(expiringToken("token", ben)).JSON(pat.Current); got != nil {
			t.Errorf("JSON = %q, want none", got)
		}
	})
	t.Run("per shape and revision", func(t *testing.T) {
		token := pat.NewToken(expiringToken("token", ben))
		token.SetJSON(pat.Legacy, []byte("legacy"))
		token.SetJSON(pat.Current, []byte("current"))
		next := pat.NewToken(token.TokenData)
		next.SetJSON(pat.Current, []byte("next"))
		got := []string{
			string(token.JSON(pat.Legacy)), string(token.JSON(pat.Current)),
			string(next.JSON(pat.Legacy)), string(next.JSON(pat.Current)),
		}
		if diff := cmp.Diff([]string{"legacy", "current", "", "next"}, got); diff != "" {
			t.Errorf("JSON (-want +got):\n%s", diff)
		}
	})
	t.Run("concurrent", func(t *testing.T) {
		token := pat.NewToken(expiringToken("token", ben))
		var readers sync.WaitGroup
		for range 8 {
			readers.Go(func() {
				token.SetJSON(pat.Legacy, []byte(token.ID))
				if got := token.JSON(pat.Legacy); string(got) != "token" {
					t.Errorf("unexpected JSON: %q", got)
				}
			})
		}
		readers.Wait()
	})
}
