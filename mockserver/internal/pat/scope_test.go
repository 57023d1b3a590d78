package pat_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// Changes of the scope at noon and later, and what a login at some moment gives and is told.
func TestScopeDelay(t *testing.T) {
	const (
		noon   = "2026-03-01T12:00:00Z"
		before = "2026-03-01T11:59:00Z"
		rule   = " (rule scope-change-delay, published)"
		tenant = `a tenant may give the scopes of before for up to 20 minutes: those of token "robot" changed at 2026-03-01T12:00:00.000Z` + rule
	)
	until := func(moment string) []string {
		return []string{`logins with token "robot" give the scopes of before its last change until ` + moment + rule}
	}
	type change struct{ at, line string }
	first := change{noon, `replace /scope ["x"]`}
	tests := []struct {
		name      string
		delay     time.Duration
		changes   []change
		login     string
		want      []string
		wantNotes []string
	}{
		{"never changed", 20 * time.Minute, nil, noon, []string{"a", "b", "c"}, nil},
		{"another field", 20 * time.Minute, []change{{noon, `replace /userAwareTokenNeverExpires true`}}, noon, []string{"a", "b", "c"}, nil},
		{"replaced by the same", 20 * time.Minute, []change{{noon, `replace /scope ["a","b","c"]`}}, noon, []string{"a", "b", "c"}, nil},

		{"no delay, at once", 0, []change{first}, noon, []string{"x"}, []string{tenant}},
		{"no delay, later", 0, []change{first}, "2026-03-01T12:19:59.999Z", []string{"x"}, []string{tenant}},
		{"no delay, once a tenant would have it", 0, []change{first}, "2026-03-01T12:20:00Z", []string{"x"}, nil},
		{"no delay, clock set back", 0, []change{first}, before, []string{"x"}, []string{tenant}},
		{"no delay, changed twice", 0, []change{first, {noon, "replace /scope []"}}, noon, []string{}, []string{tenant}},

		{"20 minutes, at once", 20 * time.Minute, []change{first}, noon, []string{"a", "b", "c"}, until("2026-03-01T12:20:00.000Z")},
		{"a millisecond before", 20 * time.Minute, []change{first}, "2026-03-01T12:19:59.999Z", []string{"a", "b", "c"}, until("2026-03-01T12:20:00.000Z")},
		{"on the moment", 20 * time.Minute, []change{first}, "2026-03-01T12:20:00Z", []string{"x"}, nil},
		{"long after", 20 * time.Minute, []change{first}, "2026-03-02T12:20:00Z", []string{"x"}, nil},
		{"5 minutes, within", 5 * time.Minute, []change{first}, "2026-03-01T12:04:59Z", []string{"a", "b", "c"}, until("2026-03-01T12:05:00.000Z")},
		{"5 minutes, on the moment", 5 * time.Minute, []change{first}, "2026-03-01T12:05:00Z", []string{"x"}, nil},
		{"an hour, within", time.Hour, []change{first}, "2026-03-01T12:59:59Z", []string{"a", "b", "c"}, until("2026-03-01T13:00:00.000Z")},
		{"an hour, on the moment", time.Hour, []change{first}, "2026-03-01T13:00:00Z", []string{"x"}, nil},
		{
			"second change within, before the end of the first",
			20 * time.Minute,
			[]change{first, {"2026-03-01T12:10:00Z", `replace /scope ["y"]`}},
			"2026-03-01T12:19:00Z",
			[]string{"a", "b", "c"},
			until("2026-03-01T12:30:00.000Z"),
		},
		{
			"second change within, after the end of the first",
			20 * time.Minute,
			[]change{first, {"2026-03-01T12:10:00Z", `replace /scope ["y"]`}},
			"2026-03-01T12:29:59Z",
			[]string{"a", "b", "c"},
			until("2026-03-01T12:30:00.000Z"),
		},
		{
			"second change within, on its moment",
			20 * time.Minute,
			[]change{first, {"2026-03-01T12:10:00Z", `replace /scope ["y"]`}},
			"2026-03-01T12:30:00Z",
			[]string{"y"},
			nil,
		},
		{
			"second change on the moment of the first",
			20 * time.Minute,
			[]change{first, {"2026-03-01T12:20:00Z", `replace /scope ["y"]`}},
			"2026-03-01T12:39:59Z",
			[]string{"x"},
			until("2026-03-01T12:40:00.000Z"),
		},
		{
			"another field within",
			20 * time.Minute,
			[]change{first, {"2026-03-01T12:10:00Z", `replace /userAwareTokenNeverExpires true`}},
			"2026-03-01T12:20:00Z",
			[]string{"x"},
			nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := configured(pat.Config{Store: newStore(t, robot()), ScopeDelay: test.delay}, annAndBen())
			for _, c := range test.changes {
				call := callOf(user(ben), version.V1)
				call.Now = moment(c.at)
				_, err := s.Patch(call, "robot", patchOf(c.line))
				mustRun(t, err)
			}
			var got pat.Grant
			mustRun(t, s.Login("robot", "secret of robot", moment(test.login), func(g pat.Grant) error { got = g; return nil }))
			if diff := cmp.Diff(test.want, got.Caller.Scopes); diff != "" {
				t.Errorf("scopes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.wantNotes, got.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

// What the API answers of a token is its scope, however long logins give another.
func TestScopeDelayDoesNotShow(t *testing.T) {
	s := configured(pat.Config{Store: newStore(t, robot()), ScopeDelay: time.Hour}, annAndBen())
	got, err := s.Patch(callOf(user(ben), version.V1), "robot", patchOf(`replace /scope ["x"]`))
	mustRun(t, err)
	if diff := cmp.Diff([]string{"x"}, got.Scope); diff != "" {
		t.Errorf("scope (-want +got):\n%s", diff)
	}
}
