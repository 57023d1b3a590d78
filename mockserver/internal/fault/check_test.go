package fault_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/spec/rule"
)

func TestMain(m *testing.M) { golden.Main(m) }

// statuses returns the statuses of a document with two operations. One of them has a version.
func statuses(operation, version string) []int {
	served := []struct {
		operation, version string
		statuses           []int
	}{
		{"token", "", []int{200, 401, 429}},
		{"list", "v3", []int{200, 400, 429, 500}},
	}
	var all []int
	for _, s := range served {
		if (operation == "" || operation == s.operation) &&
			(version == "" || version == s.version) {
			all = append(all, s.statuses...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// problem has the parts of a problem that programs use.
type problem struct {
	Pointer string
	Rule    rule.ID
}

func TestCheck(t *testing.T) {
	valid := []problem(nil)
	problemAt := func(pointer string, broken rule.ID) []problem {
		return []problem{{pointer, broken}}
	}
	tests := []struct {
		name string
		rule control.Fault
		want []problem
	}{
		{"status", control.Fault{Status: 429}, valid},
		{"latency", control.Fault{Latency: "200ms"}, valid},
		{"effect", control.Fault{Effect: "reset"}, valid},
		{"html", control.Fault{Effect: "html"}, valid},
		{"html with any status", control.Fault{Effect: "html", Status: 599}, valid},
		{"no effect", control.Fault{}, problemAt("", rule.FaultEffect)},
		{
			"status and latency",
			control.Fault{Status: 429, Latency: "1s"},
			problemAt("", rule.FaultEffect),
		},
		{
			"status and effect",
			control.Fault{Status: 429, Effect: "reset"},
			problemAt("", rule.FaultEffect),
		},
		{
			"latency and html",
			control.Fault{Latency: "1s", Effect: "html"},
			problemAt("", rule.FaultEffect),
		},
		{
			"all of them",
			control.Fault{Status: 429, Latency: "1s", Effect: "hang"},
			problemAt("", rule.FaultEffect),
		},
		{
			"html and status and latency",
			control.Fault{Status: 429, Latency: "1s", Effect: "html"},
			problemAt("", rule.FaultEffect),
		},

		{"operation", control.Fault{Status: 401, Operation: "token"}, valid},
		{
			"operation with version",
			control.Fault{Status: 500, Operation: "list", Version: "v3"},
			valid,
		},
		{"version", control.Fault{Status: 500, Version: "v3"}, valid},
		{
			"token with version",
			control.Fault{Status: 429, Operation: "token", Version: "v3"},
			problemAt("/version", rule.FaultVersion),
		},
		{
			"unknown operation",
			control.Fault{Status: 429, Operation: "bulk"},
			problemAt("/operation", rule.FaultOperation),
		},
		{
			"operation in another version",
			control.Fault{Latency: "1s", Operation: "list", Version: "beta"},
			problemAt("/operation", rule.FaultOperation),
		},
		{
			"undeclared status",
			control.Fault{Status: 401, Operation: "list", Version: "v3"},
			problemAt("/status", rule.FaultStatus),
		},
		{
			"status of no operation",
			control.Fault{Status: 418},
			problemAt("/status", rule.FaultStatus),
		},

		{"retry after", control.Fault{Status: 429, RetryAfter: "3s"}, valid},
		{
			"retry after as date",
			control.Fault{Status: 429, RetryAfter: "3s", RetryAfterAs: "date"},
			valid,
		},
		{
			"retry after with latency",
			control.Fault{Latency: "1s", RetryAfter: "3s"},
			problemAt("/retryAfter", rule.FaultCompanion),
		},
		{
			"retry after with html",
			control.Fault{Effect: "html", Status: 503, RetryAfter: "3s"},
			problemAt("/retryAfter", rule.FaultCompanion),
		},
		{
			"invalid retry after",
			control.Fault{Status: 429, RetryAfter: "soon"},
			problemAt("/retryAfter", rule.FaultDuration),
		},
		{
			"format without retry after",
			control.Fault{Status: 429, RetryAfterAs: "date"},
			problemAt("/retryAfterAs", rule.FaultCompanion),
		},

		{"rate", control.Fault{Status: 429, Rate: 0.5}, valid},
		{"after and times", control.Fault{Status: 429, After: 1, Times: 2}, valid},
		{
			"rate and after",
			control.Fault{Status: 429, Rate: 0.5, After: 1},
			problemAt("/rate", rule.FaultSchedule),
		},
		{
			"rate and times",
			control.Fault{Status: 429, Rate: 1, Times: 1},
			problemAt("/rate", rule.FaultSchedule),
		},

		{"longest latency", control.Fault{Latency: "5m"}, valid},
		{"range", control.Fault{Latency: "100ms-300ms"}, valid},
		{"range of one", control.Fault{Latency: "1s-1s"}, valid},
		{"range of sums", control.Fault{Latency: "1m30s-5m"}, valid},
		{
			"latency over the limit",
			control.Fault{Latency: "5m1ms"},
			problemAt("/latency", rule.FaultLatency),
		},
		{
			"range over the limit",
			control.Fault{Latency: "1s-301s"},
			problemAt("/latency", rule.FaultLatency),
		},
		{
			"reversed range",
			control.Fault{Latency: "300ms-100ms"},
			problemAt("/latency", rule.FaultLatency),
		},
		{
			"range without an end",
			control.Fault{Latency: "300ms-"},
			problemAt("/latency", rule.FaultLatency),
		},
		{
			"invalid latency",
			control.Fault{Latency: "slow"},
			problemAt("/latency", rule.FaultDuration),
		},
		{
			"invalid start of range",
			control.Fault{Latency: "x-1s"},
			problemAt("/latency", rule.FaultDuration),
		},
		{
			"invalid end of range",
			control.Fault{Latency: "1s-x"},
			problemAt("/latency", rule.FaultDuration),
		},
		{
			"range of three",
			control.Fault{Latency: "1s-2s-3s"},
			problemAt("/latency", rule.FaultDuration),
		},

		{"header", control.Fault{Status: 429, Header: map[string]string{"X-Test": "a"}}, valid},
		{
			"header with a secret",
			control.Fault{Status: 429, Header: map[string]string{"authorization": "Bearer a"}},
			problemAt("/header", rule.FaultHeader),
		},
		{
			"header without a name",
			control.Fault{Status: 429, Header: map[string]string{" ": "a"}},
			problemAt("/header", rule.FaultHeader),
		},

		{
			"several problems, in order",
			control.Fault{
				Operation: "x", Status: 429, Latency: "x", RetryAfter: "x", Effect: "hang", Rate: 1,
				Times: 1, Header: map[string]string{"": ""},
			},
			[]problem{
				{"", rule.FaultEffect},
				{"/operation", rule.FaultOperation},
				{"/retryAfter", rule.FaultCompanion},
				{"/rate", rule.FaultSchedule},
				{"/latency", rule.FaultDuration},
				{"/retryAfter", rule.FaultDuration},
				{"/header", rule.FaultHeader},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []problem
			var details []string
			for _, e := range fault.Check(test.rule, statuses) {
				got, details = append(got, problem{e.Pointer, rule.ID(e.Rule)}),
					append(details, e.Detail)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if details != nil {
				golden.Check(t, "testdata/mistakes.golden", golden.Key(t),
					strings.Join(details, "\n"))
			}
		})
	}
}
