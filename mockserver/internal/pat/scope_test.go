package pat_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// Each test changes scopes at noon or later, and checks the scopes and the note of a login.
func TestLogin_ScopeDelay(t *testing.T) {
	const (
		noon   = "2026-03-01T12:00:00Z"
		before = "2026-03-01T11:59:00Z"
	)
	type change struct{ at, line string }
	first := change{noon, `replace /scope ["x"]`}
	tests := []struct {
		name     string
		delay    time.Duration
		changes  []change
		login    string
		want     []string
		wantNote string // time in the note, empty for no note
	}{
		{"never changed", 20 * time.Minute, nil, noon, []string{"a", "b", "c"}, ""},
		{
			"another field", 20 * time.Minute, []change{
				{noon, `replace /userAwareTokenNeverExpires true`},
			}, noon, []string{"a", "b", "c"}, "",
		},
		{
			"replaced by the same", 20 * time.Minute, []change{
				{noon, `replace /scope ["a","b","c"]`},
			}, noon, []string{"a", "b", "c"}, "",
		},

		{"no delay, at once", 0, []change{first}, noon, []string{"x"}, "2026-03-01T12:00:00.000Z"},
		{
			"no delay, later", 0,
			[]change{first},
			"2026-03-01T12:19:59.999Z",
			[]string{"x"},
			"2026-03-01T12:00:00.000Z",
		},
		{
			"no delay, after the delay of a real tenant", 0,
			[]change{first},
			"2026-03-01T12:20:00Z",
			[]string{"x"},
			"",
		},
		{
			"no delay, clock set back", 0,
			[]change{first},
			before,
			[]string{"x"},
			"2026-03-01T12:00:00.000Z",
		},
		{
			"no delay, changed twice", 0,
			[]change{first, {noon, "replace /scope []"}},
			noon,
			[]string{},
			"2026-03-01T12:00:00.000Z",
		},

		{
			"20 minutes, at once", 20 * time.Minute,
			[]change{first},
			noon,
			[]string{"a", "b", "c"},
			"2026-03-01T12:20:00.000Z",
		},
		{
			"millisecond before", 20 * time.Minute,
			[]change{first},
			"2026-03-01T12:19:59.999Z",
			[]string{"a", "b", "c"},
			"2026-03-01T12:20:00.000Z",
		},
		{
			"at the end of the delay", 20 * time.Minute,
			[]change{first},
			"2026-03-01T12:20:00Z",
			[]string{"x"},
			"",
		},
		{
			"long after", 20 * time.Minute,
			[]change{first},
			"2026-03-02T12:20:00Z",
			[]string{"x"},
			"",
		},
		{
			"5 minutes, within", 5 * time.Minute, []change{first}, "2026-03-01T12:04:59Z", []string{
				"a", "b", "c",
			}, "2026-03-01T12:05:00.000Z",
		},
		{
			"5 minutes, at the end", 5 * time.Minute,
			[]change{first},
			"2026-03-01T12:05:00Z",
			[]string{"x"},
			"",
		},
		{
			"hour, within", time.Hour, []change{first}, "2026-03-01T12:59:59Z", []string{
				"a", "b", "c",
			}, "2026-03-01T13:00:00.000Z",
		},
		{
			"hour, at the end", time.Hour, []change{first}, "2026-03-01T13:00:00Z", []string{
				"x",
			}, "",
		},
		{
			"second change within, before the end of the first",
			20 * time.Minute,
			[]change{first, {"2026-03-01T12:10:00Z", `replace /scope ["y"]`}},
			"2026-03-01T12:19:00Z",
			[]string{"a", "b", "c"},
			"2026-03-01T12:30:00.000Z",
		},
		{
			"second change within, after the end of the first",
			20 * time.Minute,
			[]change{first, {"2026-03-01T12:10:00Z", `replace /scope ["y"]`}},
			"2026-03-01T12:29:59Z",
			[]string{"a", "b", "c"},
			"2026-03-01T12:30:00.000Z",
		},
		{
			"second change within, at its end",
			20 * time.Minute,
			[]change{first, {"2026-03-01T12:10:00Z", `replace /scope ["y"]`}},
			"2026-03-01T12:30:00Z",
			[]string{"y"},
			"",
		},
		{
			"second change at the end of the first",
			20 * time.Minute,
			[]change{first, {"2026-03-01T12:20:00Z", `replace /scope ["y"]`}},
			"2026-03-01T12:39:59Z",
			[]string{"x"},
			"2026-03-01T12:40:00.000Z",
		},
		{
			"another field within",
			20 * time.Minute,
			[]change{first, {"2026-03-01T12:10:00Z", `replace /userAwareTokenNeverExpires true`}},
			"2026-03-01T12:20:00Z",
			[]string{"x"},
			"",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := serviceFor(pat.Config{Store: newStore(t, robot()), ScopeDelay: test.delay},
				annAndBen())
			for _, c := range test.changes {
				call := callOf(user(ben), version.V1)
				call.Now = parseTime(c.at)
				_, err := patchToken(t.Context(), s, call, "robot", patchOf(c.line))
				mustRun(t, err)
			}
			got, err := s.PrepareLogin(t.Context(), "robot", "secret of robot",
				parseTime(test.login))
			mustRun(t, err)
			if diff := cmp.Diff(test.want, got.Caller.Scopes); diff != "" {
				t.Errorf("scopes (-want +got):\n%s", diff)
			}
			if test.wantNote == "" && len(got.Notes) > 0 ||
				test.wantNote != "" &&
					(len(got.Notes) != 1 || !strings.Contains(got.Notes[0], test.wantNote)) {
				t.Fatalf("notes = %q, want one with %s", got.Notes, test.wantNote)
			}
			if test.wantNote != "" {
				checkText(t, got.Notes[0])
			}
		})
	}
}

// The API returns the new scopes, even while logins still have the former ones.
func TestPatch_ReturnsNewScopeDuringDelay(t *testing.T) {
	s := serviceFor(pat.Config{Store: newStore(t, robot()), ScopeDelay: time.Hour}, annAndBen())
	got, err := patchToken(t.Context(), s, callOf(user(ben), version.V1), "robot",
		patchOf(`replace /scope ["x"]`))
	mustRun(t, err)
	if diff := cmp.Diff([]string{"x"}, got.Scope); diff != "" {
		t.Errorf("scope (-want +got):\n%s", diff)
	}
}
