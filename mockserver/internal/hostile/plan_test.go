package hostile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/hostile"
)

func TestOutages(t *testing.T) {
	const requests = 400
	tests := []struct {
		name       string
		behaviours []string
		operation  string
		want       []string // outcomes that come
	}{
		{
			"in seconds", []string{hostile.Outages}, "listPersonalAccessTokens", []string{
				"429 false", "503 false",
			},
		},
		{
			"in both forms",
			[]string{hostile.Outages, hostile.RetryAfterDate},
			"listPersonalAccessTokens",
			[]string{
				"0 false", "429 false", "429 true", "503 false", "503 true",
			},
		},
		{
			"of an operation without limit",
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
			h.LoggedIn("cafe")
			got := map[string]bool{}
			for range requests {
				plan := h.Plan("cafe", "list", op)
				got[fmt.Sprint(plan.Status, plan.AsDate)] = true
				if (plan.Status == 0) != (plan.Vary != nil) {
					t.Fatalf("plan %+v", plan)
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

func TestEarlyExpiry(t *testing.T) {
	c := config(7, hostile.EarlyExpiry)
	c.InARow = 1000
	h := hostile.New(c)
	h.LoggedIn("cafe")
	op := operation(t, "oauth", "requestAccessToken")
	lives := map[int]bool{}
	for range 1000 {
		lives[h.Plan("cafe", "token", op).Life] = true
	}
	want := map[int]bool{}
	for life := 5; life <= 14; life++ {
		want[life] = true
	}
	if diff := cmp.Diff(want, lives); diff != "" {
		t.Errorf("lives (-want +got):\n%s", diff)
	}
	if plan := h.Plan("cafe", "token", op); plan.Life != 0 {
		t.Errorf("early expiry %d times in a row, want %d", c.InARow+1, c.InARow)
	}
	if plan := h.Plan("cafe", "list", list(t)); plan.Life != 0 || plan.Vary != nil {
		t.Errorf("plan %+v, want nothing where no token is made", plan)
	}
}

func TestEveryBehaviourHasItsTurn(t *testing.T) {
	h := hostile.New(config(7, hostile.ListOrder, hostile.ExtraProperties, hostile.LessProperties))
	h.LoggedIn("cafe")
	got := map[string]bool{}
	for range 50 {
		behaviour, _, _ := strings.Cut(answers(t, h, "cafe"), " ")
		got[behaviour] = true
	}
	if diff := cmp.Diff(map[string]bool{
		hostile.ListOrder: true, hostile.ExtraProperties: true, hostile.LessProperties: true,
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
