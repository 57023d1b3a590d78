package gate_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/mockserver/internal/gate"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/spec"
	"example.com/patmock/spec/rule"
)

// noon is wall time in the tests, now the time in the namespace.
var (
	noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	now  = noon.AddDate(1, 0, 0)
)

func operation(t testing.TB, document, name string) *spec.Operation {
	t.Helper()
	d, err := spec.Load(document)
	if err != nil {
		t.Fatal(err)
	}
	op := d.Operation(name)
	if op == nil {
		t.Fatalf("%s has no operation %s", document, name)
	}
	return op
}

// start returns a gate of a tenant that is not hostile, with rules.
func start(t testing.TB, rules ...control.Fault) *gate.Gate {
	t.Helper()
	seed := uint64(7)
	faults := fault.New(random.New(&seed, "default"))
	for _, rule := range rules {
		if _, err := faults.Add(rule); err != nil {
			t.Fatal(err)
		}
	}
	return &gate.Gate{
		Limits: ratelimit.New(ratelimit.Limit{Requests: 2, Window: 10 * time.Second}), Enforce: true, Faults: faults,
		Wall: func() time.Time { return noon },
	}
}

// visit is a visit of the list operation.
func visit(t testing.TB) gate.Visit {
	t.Helper()
	return gate.Visit{
		Request: httptest.NewRequest(http.MethodGet, "/v2026/personal-access-tokens", nil), Operation: operation(t, "v2026", "listPersonalAccessTokens"),
		Trace: &answer.Trace{Operation: "list", Version: "v2026"}, ClientID: "cafe", OwnerID: "id", OwnerName: "jane.doe", Now: now,
	}
}

// passed is what the gate did with a visit.
type passed struct {
	Refusal *gate.Refusal // nil where it passed
	Notes   []string
	Faults  []string
	Effect  answer.Effect
	Wait    time.Duration
}

func pass(t testing.TB, g *gate.Gate, v gate.Visit) passed {
	t.Helper()
	err := g.Pass(v)
	p := passed{Notes: v.Trace.Notes, Faults: v.Trace.Faults, Effect: v.Trace.Effect, Wait: v.Trace.Wait}
	if err != nil && !errors.As(err, &p.Refusal) {
		t.Fatalf("%v is no refusal", err)
	}
	return p
}

func TestLimit(t *testing.T) {
	const told = `request 3 of client id "cafe" in 10s, and 2 are allowed for each version`
	after := func(d time.Duration) func(v *gate.Visit) { return func(v *gate.Visit) { v.Now = now.Add(d) } }
	refused := func(seconds string, wait time.Duration) passed {
		return passed{Refusal: &gate.Refusal{Status: 429, RetryAfter: seconds, Why: answer.Reason{Rule: rule.RateLimit, Text: told}}, Wait: wait}
	}
	tests := []struct {
		name    string
		enforce bool
		third   func(v *gate.Visit)
		want    passed // of the third request
	}{
		{"enforced", true, after(0), refused("10", 10*time.Second)},
		{"rounded up", true, after(time.Millisecond), refused("10", 9999*time.Millisecond)},
		{"last moment", true, after(10*time.Second - 1), refused("1", 1)},
		{"window has ended", true, after(10 * time.Second), passed{}},
		{"another version", true, func(v *gate.Visit) { v.Trace.Version = "v3" }, passed{}},
		{"another client", true, func(v *gate.Visit) { v.ClientID = "babe" }, passed{}},
		{"another client and version that read the same", true, func(v *gate.Visit) { v.ClientID, v.Trace.Version = "cafev", "2026" }, passed{}},
		{"only told", false, after(0), passed{Notes: []string{"a tenant would refuse this: " + told + " (rule rate-limit, published)"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := start(t)
			g.Enforce = test.enforce
			for range 2 {
				if diff := cmp.Diff(passed{}, pass(t, g, visit(t))); diff != "" {
					t.Errorf("within the limit (-want +got):\n%s", diff)
				}
			}
			v := visit(t)
			test.third(&v)
			if diff := cmp.Diff(test.want, pass(t, g, v)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLimitTellsAMovedClock(t *testing.T) {
	const told = `request 3 of client id "cafe" in 10s, and 2 are allowed for each version`
	tests := []struct {
		name string
		note func() string
		want string
	}{
		{"nobody knows", nil, told + " (rule rate-limit, published)"},
		{"not moved", func() string { return "" }, told + " (rule rate-limit, published)"},
		{"moved", func() string { return "moved +1d" }, told + "; windows go by the namespace's clock: moved +1d (rule rate-limit, published)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := start(t)
			g.ClockNote = test.note
			for range 2 {
				pass(t, g, visit(t))
			}
			if diff := cmp.Diff(test.want, pass(t, g, visit(t)).Refusal.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLimitIsToldOnceInAWindow(t *testing.T) {
	g := start(t)
	g.Enforce = false
	var told []int
	for i := range 10 {
		v := visit(t)
		v.Now = now.Add(time.Duration(i/5) * 10 * time.Second)
		if p := pass(t, g, v); len(p.Notes) > 0 {
			told = append(told, i)
		}
	}
	if diff := cmp.Diff([]int{2, 7}, told); diff != "" {
		t.Errorf("told with request (-want +got):\n%s", diff)
	}
}

func TestLimitComesBeforeFaults(t *testing.T) {
	g := start(t, control.Fault{Effect: "reset", Times: 9})
	for range 2 {
		pass(t, g, visit(t))
	}
	if p := pass(t, g, visit(t)); p.Refusal.Status != 429 || p.Effect != "" {
		t.Errorf("%v, want 429", p)
	}
	if hits := g.Faults.List()[0].Hits; hits != 2 {
		t.Errorf("%d hits, want 2", hits)
	}
}

func TestLongClientIDsAreShortened(t *testing.T) {
	tests := []struct {
		name string
		id   string
		want string
	}{
		{"as long as may be", strings.Repeat("a", 40), `client id "` + strings.Repeat("a", 40) + `" in`},
		{"longer", strings.Repeat("a", 41), `client id "` + strings.Repeat("a", 40) + `..." in`},
		{"not printable", "a\nb", `client id "a\nb" in`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := start(t)
			v := visit(t)
			v.ClientID = test.id
			for range 2 {
				pass(t, g, v)
			}
			if p := pass(t, g, v); !strings.Contains(p.Refusal.Error(), test.want) {
				t.Errorf("%s, want %s", p.Refusal, test.want)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	refused := func(status int, retryAfter, why string) *gate.Refusal {
		return &gate.Refusal{Status: status, RetryAfter: retryAfter, Why: answer.Reason{Rule: rule.InjectedFault, Text: why}}
	}
	tests := []struct {
		name  string
		rules []control.Fault
		want  passed
	}{
		{"none", nil, passed{}},
		{"status", []control.Fault{{Status: 500}}, passed{Refusal: refused(500, "", "fault f1 answers 500"), Faults: []string{"f1"}}},
		{
			"retry after",
			[]control.Fault{{Status: 429, RetryAfter: "3s"}},
			passed{Refusal: refused(429, "3", "fault f1 answers 429"), Faults: []string{"f1"}, Wait: 3 * time.Second},
		},
		{
			"retry after is rounded up",
			[]control.Fault{{Status: 429, RetryAfter: "2001ms"}},
			passed{Refusal: refused(429, "3", "fault f1 answers 429"), Faults: []string{"f1"}, Wait: 2001 * time.Millisecond},
		},
		{
			"retry after as date follows wall time",
			[]control.Fault{{Status: 503, RetryAfter: "2001ms", RetryAfterAs: "date"}},
			passed{Refusal: refused(503, "Sun, 01 Mar 2026 12:00:03 GMT", "fault f1 answers 503"), Faults: []string{"f1"}, Wait: 2001 * time.Millisecond},
		},
		{"reset", []control.Fault{{Effect: "reset"}}, passed{Refusal: refused(503, "", "fault f1: reset"), Faults: []string{"f1"}, Effect: answer.Reset}},
		{"hang", []control.Fault{{Effect: "hang"}}, passed{Refusal: refused(503, "", "fault f1: hang"), Faults: []string{"f1"}, Effect: answer.Hang}},
		{
			"page of a gateway",
			[]control.Fault{{Effect: "html", Status: 504}},
			passed{Refusal: refused(504, "", "fault f1 answers 504 with an HTML page"), Faults: []string{"f1"}, Effect: answer.HTML},
		},
		{"truncated", []control.Fault{{Effect: "truncated-json"}}, passed{Faults: []string{"f1"}, Effect: answer.Truncated}},
		{"wrong type", []control.Fault{{Effect: "wrong-content-type"}}, passed{Faults: []string{"f1"}, Effect: answer.WrongType}},
		{"empty", []control.Fault{{Effect: "empty-body"}}, passed{Faults: []string{"f1"}, Effect: answer.Empty}},
		{"by header", []control.Fault{{Effect: "empty-body", Header: map[string]string{"X-Test": "a"}}}, passed{Faults: []string{"f1"}, Effect: answer.Empty}},
		{
			"by owner and name",
			[]control.Fault{{Owner: "id", Latency: "0s", Version: "v2026"}, {Owner: "jane.doe", Status: 500, Operation: "list"}},
			passed{Refusal: refused(500, "", "fault f1, f2 answers 500"), Faults: []string{"f1", "f2"}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := visit(t)
			v.Request.Header.Set("X-Test", "a")
			if diff := cmp.Diff(test.want, pass(t, start(t, test.rules...), v)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefusalsOfEffectsCanBeAnsweredEverywhere(t *testing.T) {
	for _, name := range spec.Names() {
		if name == spec.Control {
			continue
		}
		d, err := spec.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range d.Operations {
			if !op.Declares(http.StatusServiceUnavailable) {
				t.Errorf("%s %s has no 503, which stands behind reset and hang", name, op.Name)
			}
		}
	}
}

func TestRefusalHeader(t *testing.T) {
	tests := []struct {
		name    string
		refusal gate.Refusal
		want    http.Header
	}{
		{"none", gate.Refusal{Status: 429}, nil},
		{"retry after", gate.Refusal{Status: 429, RetryAfter: "3"}, http.Header{"Retry-After": {"3"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.refusal.Header()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
