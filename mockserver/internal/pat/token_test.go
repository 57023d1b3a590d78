package pat_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
)

func TestExpired(t *testing.T) {
	tests := []struct {
		name, now string
		fields    pat.Fields
		want      bool
	}{
		{"a millisecond before", "2026-03-31T23:59:59.999Z", dated("token", ben), false},
		{"on the moment", "2026-04-01T00:00:00Z", dated("token", ben), true},
		{"on the moment in another zone", "2026-04-01T01:00:00+01:00", dated("token", ben), true},
		{"after", "2026-04-01T00:00:00.001Z", dated("token", ben), true},
		{"never", "9999-12-31T23:59:59Z", endless("token", ben), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := pat.NewToken(test.fields).Expired(moment(test.now)); got != test.want {
				t.Errorf("expired is %v, want %v", got, test.want)
			}
		})
	}
}

// encoder counts how often it is asked.
type encoder struct {
	asked int
	text  string
	err   error
}

func (e *encoder) encode(*pat.Token) ([]byte, error) {
	e.asked++
	return []byte(e.text), e.err
}

func TestEncoded(t *testing.T) {
	read := func(t *testing.T, token *pat.Token, shape pat.Shape, e *encoder) string {
		t.Helper()
		got, err := token.Encoded(shape, e.encode)
		if err != nil {
			t.Fatal(err)
		}
		return string(got)
	}
	t.Run("once", func(t *testing.T) {
		token, e := pat.NewToken(dated("token", ben)), &encoder{text: "first"}
		for range 2 {
			if diff := cmp.Diff("first", read(t, token, pat.Current, e)); diff != "" {
				t.Errorf("encoded (-want +got):\n%s", diff)
			}
		}
		if e.asked != 1 {
			t.Errorf("encoded %d times, want once", e.asked)
		}
	})
	t.Run("each shape by itself", func(t *testing.T) {
		token := pat.NewToken(dated("token", ben))
		read(t, token, pat.Legacy, &encoder{text: "legacy"})
		read(t, token, pat.Current, &encoder{text: "current"})
		got := []string{read(t, token, pat.Legacy, &encoder{}), read(t, token, pat.Current, &encoder{})}
		if diff := cmp.Diff([]string{"legacy", "current"}, got); diff != "" {
			t.Errorf("encoded (-want +got):\n%s", diff)
		}
	})
	t.Run("each revision by itself", func(t *testing.T) {
		token := pat.NewToken(dated("token", ben))
		read(t, token, pat.Current, &encoder{text: "first"})
		if diff := cmp.Diff("second", read(t, pat.NewToken(token.Fields), pat.Current, &encoder{text: "second"})); diff != "" {
			t.Errorf("encoded (-want +got):\n%s", diff)
		}
	})
	t.Run("an error is not kept", func(t *testing.T) {
		token, failing := pat.NewToken(dated("token", ben)), &encoder{err: errors.New("not in the document")}
		got, err := token.Encoded(pat.Current, failing.encode)
		if !errors.Is(err, failing.err) || got != nil {
			t.Errorf("encoded is %q, %v, want the error alone", got, err)
		}
		if diff := cmp.Diff("mended", read(t, token, pat.Current, &encoder{text: "mended"})); diff != "" {
			t.Errorf("encoded (-want +got):\n%s", diff)
		}
	})
	t.Run("by many at once", func(t *testing.T) {
		token := pat.NewToken(dated("token", ben))
		var readers sync.WaitGroup
		for range 8 {
			readers.Go(func() {
				got, err := token.Encoded(pat.Legacy, func(t *pat.Token) ([]byte, error) { return []byte(t.ID), nil })
				if err != nil || string(got) != "token" {
					t.Errorf("encoded is %q, %v", got, err)
				}
			})
		}
		readers.Wait()
	})
}
