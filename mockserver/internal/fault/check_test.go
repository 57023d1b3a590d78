package fault_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/fault"
)

// statuses are those of a document with two operations, of which one has a version.
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
		if (operation == "" || operation == s.operation) && (version == "" || version == s.version) {
			all = append(all, s.statuses...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

const (
	notOneKind   = "expected exactly one of status, latency and effect (html may have a status), got "
	longLatency  = "expected at most 5m0s, in a range from the smaller to the larger, got "
	wrongForm    = "expected a duration such as 500ms, 3s, 1h30m or 191d, got "
	besideStatus = "expected beside a status only"
	notBoth      = "expected a rate, or after and times, not both"
	noSecret     = "expected names of headers that hold no secret, got "
)

func TestCheck(t *testing.T) {
	none := []control.ProblemError(nil)
	one := func(pointer, detail string) []control.ProblemError {
		return []control.ProblemError{{Pointer: pointer, Detail: detail}}
	}
	tests := []struct {
		name string
		rule control.Fault
		want []control.ProblemError
	}{
		{"status", control.Fault{Status: 429}, none},
		{"latency", control.Fault{Latency: "200ms"}, none},
		{"effect", control.Fault{Effect: "reset"}, none},
		{"html", control.Fault{Effect: "html"}, none},
		{"html with any status", control.Fault{Effect: "html", Status: 599}, none},
		{"nothing", control.Fault{}, one("", notOneKind+"0 of them")},
		{"status and latency", control.Fault{Status: 429, Latency: "1s"}, one("", notOneKind+"2 of them")},
		{"status and effect", control.Fault{Status: 429, Effect: "reset"}, one("", notOneKind+"2 of them")},
		{"latency and html", control.Fault{Latency: "1s", Effect: "html"}, one("", notOneKind+"2 of them")},
		{"all of them", control.Fault{Status: 429, Latency: "1s", Effect: "hang"}, one("", notOneKind+"3 of them")},
		{"html and status and latency", control.Fault{Status: 429, Latency: "1s", Effect: "html"}, one("", notOneKind+"2 of them")},

		{"operation", control.Fault{Status: 401, Operation: "token"}, none},
		{"operation with version", control.Fault{Status: 500, Operation: "list", Version: "v3"}, none},
		{"version", control.Fault{Status: 500, Version: "v3"}, none},
		{"token with version", control.Fault{Status: 429, Operation: "token", Version: "v3"}, one("/version", "expected none beside the operation token: the token endpoint has no version")},
		{"unknown operation", control.Fault{Status: 429, Operation: "bulk"}, one("/operation", "no operation bulk is served in version ")},
		{"operation not in that version", control.Fault{Latency: "1s", Operation: "list", Version: "beta"}, one("/operation", "no operation list is served in version beta")},
		{
			"status that the operation has not",
			control.Fault{Status: 401, Operation: "list", Version: "v3"},
			one("/status", `expected one that the documents have for it (400, 429, 500), got 401; an error page of a gateway is "effect": "html" with a status`),
		},
		{
			"status that none has",
			control.Fault{Status: 418},
			one("/status", `expected one that the documents have for it (400, 401, 429, 500), got 418; an error page of a gateway is "effect": "html" with a status`),
		},

		{"retry after", control.Fault{Status: 429, RetryAfter: "3s"}, none},
		{"retry after as date", control.Fault{Status: 429, RetryAfter: "3s", RetryAfterAs: "date"}, none},
		{"retry after beside latency", control.Fault{Latency: "1s", RetryAfter: "3s"}, one("/retryAfter", besideStatus)},
		{"retry after beside html", control.Fault{Effect: "html", Status: 503, RetryAfter: "3s"}, one("/retryAfter", besideStatus)},
		{"retry after that is none", control.Fault{Status: 429, RetryAfter: "soon"}, one("/retryAfter", wrongForm+`"soon"`)},
		{"form of no retry after", control.Fault{Status: 429, RetryAfterAs: "date"}, one("/retryAfterAs", "expected beside retryAfter only")},

		{"rate", control.Fault{Status: 429, Rate: 0.5}, none},
		{"after and times", control.Fault{Status: 429, After: 1, Times: 2}, none},
		{"rate and after", control.Fault{Status: 429, Rate: 0.5, After: 1}, one("/rate", notBoth)},
		{"rate and times", control.Fault{Status: 429, Rate: 1, Times: 1}, one("/rate", notBoth)},

		{"longest latency", control.Fault{Latency: "5m"}, none},
		{"range", control.Fault{Latency: "100ms-300ms"}, none},
		{"range of one", control.Fault{Latency: "1s-1s"}, none},
		{"range of sums", control.Fault{Latency: "1m30s-5m"}, none},
		{"too long a latency", control.Fault{Latency: "5m1ms"}, one("/latency", longLatency+"5m1ms")},
		{"range that is too long", control.Fault{Latency: "1s-301s"}, one("/latency", longLatency+"1s-301s")},
		{"range the wrong way round", control.Fault{Latency: "300ms-100ms"}, one("/latency", longLatency+"300ms-100ms")},
		{"range without an end", control.Fault{Latency: "300ms-"}, one("/latency", longLatency+"300ms-")},
		{"latency that is none", control.Fault{Latency: "slow"}, one("/latency", wrongForm+`"slow"`)},
		{"range that starts nowhere", control.Fault{Latency: "x-1s"}, one("/latency", wrongForm+`"x"`)},
		{"range that ends nowhere", control.Fault{Latency: "1s-x"}, one("/latency", wrongForm+`"x"`)},
		{"range of three", control.Fault{Latency: "1s-2s-3s"}, one("/latency", wrongForm+`"2s-3s"`)},

		{"header", control.Fault{Status: 429, Header: map[string]string{"X-Test": "a"}}, none},
		{"header with a secret", control.Fault{Status: 429, Header: map[string]string{"authorization": "Bearer a"}}, one("/header", noSecret+`"authorization"`)},
		{"header without a name", control.Fault{Status: 429, Header: map[string]string{" ": "a"}}, one("/header", noSecret+`" "`)},

		{
			"all that is wrong, in order",
			control.Fault{Operation: "x", Status: 429, Latency: "x", RetryAfter: "x", Effect: "hang", Rate: 1, Times: 1, Header: map[string]string{"": ""}},
			[]control.ProblemError{
				{Pointer: "", Detail: notOneKind + "3 of them"},
				{Pointer: "/operation", Detail: "no operation x is served in version "},
				{Pointer: "/retryAfter", Detail: besideStatus},
				{Pointer: "/rate", Detail: notBoth},
				{Pointer: "/latency", Detail: wrongForm + `"x"`},
				{Pointer: "/retryAfter", Detail: wrongForm + `"x"`},
				{Pointer: "/header", Detail: noSecret + `""`},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, fault.Check(test.rule, statuses)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
