package hostile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/hostile"
)

func TestChoose_Outages(t *testing.T) {
	const requests = 400
	tests := []struct {
		name       string
		behaviours []string
		operation  string
		want       []string // possible outcomes
	}{
		{
			"in seconds",
			[]string{hostile.Outages},
			"listPersonalAccessTokens",
			[]string{"429 false", "503 false"},
		},
		{
			"in both forms",
			[]string{hostile.Outages, hostile.RetryAfterDate},
			"listPersonalAccessTokens",
			[]string{"0 false", "429 false", "429 true", "503 false", "503 true"},
		},
		{
			"operation without rate limit",
			[]string{hostile.Outages},
			"checkAccessToken",
			[]string{"0 false", "503 false"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			document := "v2026"
			if test.operation == "checkAccessToken" {
				document = "oauth"
			}
			op := operation(t, document, test.operation)
			h := hostile.New(config(7, test.behaviours...))
			h.NoteLogin("cafe")
			got := map[string]bool{}
			for range requests {
				variation := h.Choose("cafe", "list", op)
				got[fmt.Sprint(variation.Status, variation.RetryAfterAsDate)] = true
				if (variation.Status == 0) != (variation.Vary != nil) {
					t.Fatalf("unexpected variation: %+v", variation)
				}
			}
			want := map[string]bool{}
			for _, outcome := range test.want {
				want[outcome] = true
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestChoose_EarlyExpiry(t *testing.T) {
	c := config(7, hostile.EarlyExpiry)
	c.MaxConsecutive = 1000
	h := hostile.New(c)
	h.NoteLogin("cafe")
	op := operation(t, "oauth", "requestAccessToken")
	ttls := map[int]bool{}
	for range 1000 {
		ttls[h.Choose("cafe", "token", op).TokenTTL] = true
	}
	want := map[int]bool{}
	for ttl := 5; ttl <= 14; ttl++ {
		want[ttl] = true
	}
	if diff := cmp.Diff(want, ttls); diff != "" {
		t.Errorf("lifetimes (-want +got):\n%s", diff)
	}
	if variation := h.Choose("cafe", "token", op); variation.TokenTTL != 0 {
		t.Errorf("early expiry %d times in a row, want %d", c.MaxConsecutive+1, c.MaxConsecutive)
	}
	if variation := h.Choose("cafe", "list", listOperation(t)); variation.TokenTTL != 0 ||
		variation.Vary != nil {
		t.Errorf("variation = %+v, want nothing if no token is created", variation)
	}
}

func TestChoose_ReachesEveryBehaviour(t *testing.T) {
	h := hostile.New(config(7, hostile.ListOrder, hostile.ExtraProperties,
		hostile.AbsentProperties))
	h.NoteLogin("cafe")
	got := map[string]bool{}
	for range 50 {
		behaviour, _, _ := strings.Cut(nextBehaviour(t, h, "cafe"), " ")
		got[behaviour] = true
	}
	if diff := cmp.Diff(map[string]bool{
		hostile.ListOrder: true, hostile.ExtraProperties: true, hostile.AbsentProperties: true,
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
