package fault_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/mockserver/internal/random"
)

// newSet returns a set with rules and a fixed seed.
func newSet(t testing.TB, rules ...control.Fault) *fault.Set {
	t.Helper()
	seed := uint64(7)
	s := fault.New(random.New(&seed, "default"))
	for _, rule := range rules {
		add(t, s, rule)
	}
	return s
}

func add(t testing.TB, s *fault.Set, rule control.Fault) control.Fault {
	t.Helper()
	added, err := s.Add(rule)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

// listRequest returns a request of the list operation. The operation declares 429 but not 404.
func listRequest() fault.Request {
	return fault.Request{
		Operation: "list", Version: "v3", OwnerID: "cafe", OwnerName: "jane.doe",
		Header:    http.Header{"X-Test": {"a", "b"}},
		HasStatus: func(status int) bool { return status == http.StatusTooManyRequests },
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		name string
		rule control.Fault // with status 429
		want bool
	}{
		{"no conditions", control.Fault{}, true},
		{"operation", control.Fault{Operation: "list"}, true},
		{"another operation", control.Fault{Operation: "create"}, false},
		{"version", control.Fault{Version: "v3"}, true},
		{"another version", control.Fault{Version: "beta"}, false},
		{"operation and version", control.Fault{Operation: "list", Version: "v3"}, true},
		{"operation in another version", control.Fault{Operation: "list", Version: "beta"}, false},
		{"owner by id", control.Fault{Owner: "cafe"}, true},
		{"owner by name", control.Fault{Owner: "jane.doe"}, true},
		{"another owner", control.Fault{Owner: "john.doe"}, false},
		{"header", control.Fault{Header: map[string]string{"X-Test": "a"}}, true},
		{"header in another case", control.Fault{Header: map[string]string{"x-test": "a"}}, true},
		{"second value of a header", control.Fault{Header: map[string]string{"X-Test": "b"}}, true},
		{"another value", control.Fault{Header: map[string]string{"X-Test": "c"}}, false},
		{"part of a value", control.Fault{Header: map[string]string{"X-Test": ""}}, false},
		{"another header", control.Fault{Header: map[string]string{"X-Other": "a"}}, false},
		{
			"one header of two",
			control.Fault{Header: map[string]string{"X-Test": "a", "X-Other": "a"}},
			false,
		},
		{"undeclared status", control.Fault{Status: 404}, false},
		{"page with undeclared status", control.Fault{Status: 404, Effect: "html"}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rule := test.rule
			if rule.Status == 0 {
				rule.Status = http.StatusTooManyRequests
			}
			s := newSet(t, rule)
			outcome := s.Match(listRequest())
			counts := s.List()[0]
			hits := 0
			want := fault.Outcome{}
			if test.want {
				hits, want = 1, fault.Outcome{
					Rules: []string{"f1"}, Status: rule.Status, Effect: rule.Effect,
				}
			}
			if diff := cmp.Diff(want, outcome); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if counts.Matched != hits || counts.Hits != hits {
				t.Errorf("%d matched, %d hits, want %d", counts.Matched, counts.Hits, hits)
			}
		})
	}
}

func TestMatch_NoOwner(t *testing.T) {
	r := listRequest()
	r.OwnerID, r.OwnerName, r.Header = "", "", nil
	s := newSet(t, control.Fault{Status: 429, Owner: "jane.doe"}, control.Fault{Latency: "1s"})
	if diff := cmp.Diff(fault.Outcome{Rules: []string{"f2"}, Latency: time.Second},
		s.Match(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMatch_Outcome(t *testing.T) {
	tests := []struct {
		name  string
		rules []control.Fault
		want  fault.Outcome
	}{
		{"no rules", nil, fault.Outcome{}},
		{
			"status",
			[]control.Fault{{Status: 429}},
			fault.Outcome{Rules: []string{"f1"}, Status: 429},
		},
		{
			"retry after in seconds",
			[]control.Fault{{Status: 429, RetryAfter: "3s", RetryAfterAs: "seconds"}},
			fault.Outcome{Rules: []string{"f1"}, Status: 429, RetryAfter: 3 * time.Second},
		},
		{
			"retry after as date",
			[]control.Fault{{Status: 429, RetryAfter: "1m30s", RetryAfterAs: "date"}},
			fault.Outcome{
				Rules: []string{"f1"}, Status: 429, RetryAfter: 90 * time.Second,
				RetryAfterAsDate: true,
			},
		},
		{
			"effect",
			[]control.Fault{{Effect: "hang"}},
			fault.Outcome{Rules: []string{"f1"}, Effect: "hang"},
		},
		{
			"page of a gateway",
			[]control.Fault{{Effect: "html"}},
			fault.Outcome{Rules: []string{"f1"}, Effect: "html", Status: 502},
		},
		{
			"page with a status",
			[]control.Fault{{Effect: "html", Status: 504}},
			fault.Outcome{Rules: []string{"f1"}, Effect: "html", Status: 504},
		},
		{
			"latency",
			[]control.Fault{{Latency: "200ms"}},
			fault.Outcome{Rules: []string{"f1"}, Latency: 200 * time.Millisecond},
		},
		{
			"two latencies",
			[]control.Fault{{Latency: "200ms"}, {Latency: "1s-1s"}},
			fault.Outcome{Rules: []string{"f1", "f2"}, Latency: 1200 * time.Millisecond},
		},
		{
			"latency before a status",
			[]control.Fault{{Latency: "200ms"}, {Status: 429}},
			fault.Outcome{
				Rules: []string{"f1", "f2"}, Latency: 200 * time.Millisecond, Status: 429,
			},
		},
		{
			"rules after a status",
			[]control.Fault{{Status: 429}, {Latency: "200ms"}, {Effect: "reset"}},
			fault.Outcome{Rules: []string{"f1"}, Status: 429},
		},
		{
			"first match",
			[]control.Fault{
				{Status: 429, After: 1}, {Status: 429, Operation: "create"}, {Effect: "reset"}, {
					Effect: "hang",
				},
			},
			fault.Outcome{Rules: []string{"f3"}, Effect: "reset"},
		},
		{
			"rate of all",
			[]control.Fault{{Status: 429, Rate: 1}},
			fault.Outcome{Rules: []string{"f1"}, Status: 429},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want,
				newSet(t, test.rules...).Match(listRequest())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMatch_StopsAtFirstStatus(t *testing.T) {
	s := newSet(t, control.Fault{Status: 429, Times: 2}, control.Fault{Effect: "reset", After: 1})
	var got []string
	for range 5 {
		got = append(got, append(s.Match(listRequest()).Rules, "")[0])
	}
	if diff := cmp.Diff([]string{"f1", "f1", "", "f2", ""}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	rules := s.List()
	if diff := cmp.Diff([]int{5, 2, 3, 1}, []int{
		rules[0].Matched, rules[0].Hits, rules[1].Matched, rules[1].Hits,
	}); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

// Rules for other requests cost nothing. Rules that were added after them still match, in order.
func TestMatch_ManyRules(t *testing.T) {
	s := newSet(t)
	for n := range 300 {
		for _, f := range []control.Fault{
			{Operation: "list", Owner: fmt.Sprint("owner ", n)},
			{Header: map[string]string{"X-Other": fmt.Sprint(n)}},
			{Header: map[string]string{"X-Test": fmt.Sprint(n), "X-Other": "a"}},
		} {
			f.Status = http.StatusTooManyRequests
			add(t, s, f)
		}
	}
	var want []string
	for n, f := range []control.Fault{
		{Header: map[string]string{"X-Test": "b"}},
		{Owner: "cafe"},
		{Operation: "list", Version: "v3"},
		{Owner: "jane.doe"},
		{Header: map[string]string{"x-test": "a"}},
		{},
	} {
		f.ID, f.Latency, f.Times = fmt.Sprint("this ", n), "1ms", 9
		add(t, s, f)
		want = append(want, f.ID)
	}
	if diff := cmp.Diff(want, s.Match(listRequest()).Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	for _, id := range want[:3] {
		if err := s.Remove(id); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want[3:], s.Match(listRequest()).Rules); diff != "" {
		t.Errorf("rules after three were removed (-want +got):\n%s", diff)
	}
	s.Clear()
	if got := s.Match(listRequest()).Rules; got != nil {
		t.Errorf("unexpected rules after a clear: %q", got)
	}
}
