package pat_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// Without a limit, a note says that a real tenant would have rejected the token.
func TestCreationNote_AboveTenantLimit(t *testing.T) {
	tests := []struct {
		name  string
		has   int
		limit int
		want  string // ordinal in the note, empty for no note
	}{
		{"first", 0, 0, ""},
		{"10th", 9, 0, ""},
		{"11th", 10, 0, "11th"},
		{"12th", 11, 0, "12th"},
		{"21st", 20, 0, "21st"},
		{"with a limit", 10, 20, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := newStore(t)
			for i := range test.has {
				mustRun(t,
					store.Create(t.Context(), pat.NewToken(expiringToken(fmt.Sprint(i), ben)), 0))
				mustRun(t,
					store.Create(t.Context(),
						pat.NewToken(expiringToken(fmt.Sprint("of ann ", i), ann)), 0))
			}
			s := serviceFor(pat.Config{Store: store, Limit: test.limit}, annAndBen())
			creation, err := s.PrepareCreate(t.Context(), callOf(user(ben), version.V3),
				pat.CreateRequest{Name: new("robot")})
			mustRun(t, err)
			mustRun(t, creation.Commit(t.Context()))
			got := creation.Note(t.Context())
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Fatalf("note = %q, want one of the %s token", got, test.want)
			}
			if test.want != "" {
				checkText(t, got)
			}
		})
	}
}

// uncountableStore is a store whose Count fails.
type uncountableStore struct{ pat.Store }

func (uncountableStore) Count(context.Context, string) (int, error) {
	return 99, errors.New("no route to the store")
}

// A token is created even if the store cannot count tokens.
func TestCreationNote_EmptyOnStoreError(t *testing.T) {
	s := newService(uncountableStore{newStore(t)})
	creation, err := s.PrepareCreate(t.Context(), callOf(user(ben), version.V3), pat.CreateRequest{
		Name: new("robot"),
	})
	mustRun(t, err)
	mustRun(t, creation.Commit(t.Context()))
	if note := creation.Note(t.Context()); note != "" {
		t.Errorf("note = %q, want none", note)
	}
}

func TestOrdinal(t *testing.T) {
	for n, want := range map[int]string{
		0: "0th", 1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 9: "9th", 10: "10th", 11: "11th",
		12: "12th", 13: "13th", 14: "14th", 20: "20th",
		21: "21st", 22: "22nd", 23: "23rd", 24: "24th", 101: "101st", 111: "111th", 112: "112th",
		113: "113th", 121: "121st", 1011: "1011th", 1021: "1021st",
	} {
		t.Run(want, func(t *testing.T) {
			if diff := cmp.Diff(want, pat.Ordinal(n)); diff != "" {
				t.Errorf("ordinal (-want +got):\n%s", diff)
			}
		})
	}
}

// DependsOnTime is true for the rules that depend on the clock.
func TestError_DependsOnTime(t *testing.T) {
	tests := []struct {
		name    string
		version version.Version
		request pat.CreateRequest
		rule    rule.ID
		want    bool
	}{
		{
			"past", version.V1, pat.CreateRequest{
				Name: new("robot"), ExpirationDate: new("2026-02-01T00:00:00Z"),
			}, "expiry-future", true,
		},
		{
			"beyond six months", version.V3, pat.CreateRequest{
				Name: new("robot"), ExpirationDate: new("2026-12-01T00:00:00Z"),
			}, "expiry-upper-bound", true,
		},
		{"no date", version.V1, pat.CreateRequest{Name: new("robot")}, "expiry-never", false},
		{"no name", version.V1, pat.CreateRequest{}, "name-required", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := create(t.Context(), newService(newStore(t)), callOf(user(ben), test.version),
				test.request)
			ruleErr := ruleError(t, err)
			if diff := cmp.Diff(test.rule, ruleErr.Rule); diff != "" ||
				ruleErr.DependsOnTime() != test.want {
				t.Errorf("depends on time: %t, want %t (-want +got):\n%s", ruleErr.DependsOnTime(),
					test.want, diff)
			}
		})
	}
}
