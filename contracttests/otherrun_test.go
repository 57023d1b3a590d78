package contracttests_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/mockserver/control"
)

var markers = regexp.MustCompile(`patmock-[0-9a-z]{24}-`)

// A list that differs because of a concurrent run of the same user is an error, not a failed
// promise. The tokens of the other run are not deleted.
func TestOtherRun_IsNoFailure(t *testing.T) {
	const other = "0123456789abcdef"
	tests := []struct {
		name string
		// token returns the name of the token that appears between two lists.
		token   func(now time.Time) string
		outcome report.Outcome
		warned  bool
	}{
		{
			"of another run", func(now time.Time) string {
				return tenantguard.Name(now, other, 3)
			}, report.Error, true,
		},
		{
			"of another run that started earlier", func(now time.Time) string {
				return tenantguard.Name(now.Add(-time.Hour), other, 3)
			}, report.Error, true,
		},
		{"of a user", func(time.Time) string { return "patmock-ci-3" }, report.Fail, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := newTenant(t)
			target := n.target()
			guard := n.withGuard(&target)
			runner, err := contracttests.NewRunner(target, n.options())
			if err != nil {
				t.Fatal(err)
			}
			scenario := func(s *contracttests.T) {
				c := s.Owner()
				before := c.List("owner-id", "me").IDs()
				if _, err := n.mock.Control().AddToken(t.Context(), control.NewToken{
					Owner: "jane.doe", Name: tt.token(n.Now()),
				}); err != nil {
					t.Error(err)
				}
				s.Equal("ids", before, c.List("owner-id", "me").ExpectStatus(http.StatusOK).IDs())
			}
			r := runner.Run(t.Context(), []contracttests.Case{newCase(scenario)})
			got := r.Results[0]
			if got.Outcome != tt.outcome ||
				(got.Kind == report.KindOtherRun) != (tt.outcome == report.Error) {
				t.Errorf("%s of the kind %s: %s", got.Outcome, got.Kind, got.Message)
			}
			if warned := len(r.Warnings) == 1 &&
				r.Warnings[0].Kind == report.WarnOtherRun; warned != tt.warned {
				t.Errorf("warnings %v", r.Warnings)
			}
			if tt.warned {
				checkMessage(t, markers.ReplaceAllString(got.Message, "patmock-...-"))
			}
			if cleanupErr := guard.Leftovers(); len(cleanupErr) > 0 {
				t.Errorf("the guard has the leftovers %v of another run", cleanupErr)
			}
		})
	}
}

// A leftover of an earlier run is a warning, and changes no outcome.
func TestOtherRun_LeftoverIsWarning(t *testing.T) {
	n := newTenant(t)
	name := tenantguard.Name(n.Now().Add(-24*time.Hour), "0123456789abcdef", 3)
	if _, err := n.mock.Control().AddToken(t.Context(), control.NewToken{
		Owner: "jane.doe", Name: name,
	}); err != nil {
		t.Fatal(err)
	}
	runner, err := contracttests.NewRunner(n.target(), n.options())
	if err != nil {
		t.Fatal(err)
	}
	r := runner.Run(t.Context(), []contracttests.Case{newCase(func(s *contracttests.T) {
		s.Owner().List("owner-id", "me").ExpectStatus(http.StatusOK)
		s.Fatalf("not so")
	})})
	if got := r.Results[0]; got.Outcome != report.Fail {
		t.Errorf("%s of the kind %s: %s", got.Outcome, got.Kind, got.Message)
	}
	if len(r.Warnings) != 1 || r.Warnings[0].Kind != report.WarnOtherRun {
		t.Errorf("warnings %v", r.Warnings)
	}
}
