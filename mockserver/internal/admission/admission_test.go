package admission_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/admission"
	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/rule"
)

func TestMain(m *testing.M) { golden.Main(m) }

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
func start(t testing.TB, rules ...control.Fault) *admission.Controller {
	t.Helper()
	seed := uint64(7)
	faults := fault.New(random.New(&seed, "default"))
	for _, rule := range rules {
		if _, err := faults.Add(rule); err != nil {
			t.Fatal(err)
		}
	}
	return &admission.Controller{
		Limits:  ratelimit.New(ratelimit.Limit{Requests: 2, Window: 10 * time.Second}),
		Enforce: true, Faults: faults,
		Wall: func() time.Time { return noon },
	}
}

// visit is a visit of the list operation.
func visit(t testing.TB) admission.Request {
	t.Helper()
	return admission.Request{
		Request:   httptest.NewRequest(http.MethodGet, "/v2026/personal-access-tokens", nil),
		Operation: operation(t, "v2026", "listPersonalAccessTokens"),
		Trace:     &response.RequestInfo{Operation: "list", Version: "v2026"}, ClientID: "cafe",
		OwnerID: "id", OwnerName: "jane.doe", Now: now,
	}
}

// passed is what the gate did with a visit.
type passed struct {
	Status     int // zero where it passed
	RetryAfter string
	Rule       rule.ID
	HasNote    bool
	Faults     []string
	Effect     response.Effect
	Wait       time.Duration

	words []string // the reason of a refusal, and the notes
}

func pass(t testing.TB, g *admission.Controller, v admission.Request) passed {
	t.Helper()
	err := g.Admit(v)
	p := passed{
		Faults: v.Trace.Faults, Effect: v.Trace.Effect, Wait: v.Trace.RetryAfter,
		HasNote: len(v.Trace.Notes) > 0,
	}
	var refusal *response.Error
	if err != nil && !errors.As(err, &refusal) {
		t.Fatalf("%v is no refusal", err)
	}
	if refusal != nil {
		p.Status, p.RetryAfter, p.Rule = refusal.Status, refusal.Header.Get("Retry-After"),
			refusal.Reasons[0].Rule
		p.words = append(p.words, refusal.Error())
	}
	p.words = append(p.words, v.Trace.Notes...)
	return p
}

// checkPassed compares what the gate did with a visit, and its words with the golden file.
func checkPassed(t testing.TB, want, got passed) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(passed{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(got.words) > 0 {
		golden.Check(t, "testdata/reasons.golden", golden.Key(t), strings.Join(got.words, "\n"))
	}
}

func TestLimit(t *testing.T) {
	after := func(d time.Duration) func(v *admission.Request) {
		return func(v *admission.Request) { v.Now = now.Add(d) }
	}
	refused := func(seconds string, wait time.Duration) passed {
		return passed{Status: 429, RetryAfter: seconds, Rule: rule.RateLimit, Wait: wait}
	}
	tests := []struct {
		name    string
		enforce bool
		third   func(v *admission.Request)
		want    passed // of the third request
	}{
		{"enforced", true, after(0), refused("10", 10*time.Second)},
		{"rounded up", true, after(time.Millisecond), refused("10", 9999*time.Millisecond)},
		{"last moment", true, after(10*time.Second - 1), refused("1", 1)},
		{"window has ended", true, after(10 * time.Second), passed{}},
		{"another version", true, func(v *admission.Request) { v.Trace.Version = "v3" }, passed{}},
		{"another client", true, func(v *admission.Request) { v.ClientID = "babe" }, passed{}},
		{
			"another client and version that read the same", true, func(v *admission.Request) {
				v.ClientID, v.Trace.Version = "cafev", "2026"
			}, passed{},
		},
		{"only told", false, after(0), passed{HasNote: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := start(t)
			g.Enforce = test.enforce
			for range 2 {
				checkPassed(t, passed{}, pass(t, g, visit(t)))
			}
			v := visit(t)
			test.third(&v)
			checkPassed(t, test.want, pass(t, g, v))
		})
	}
}

func TestLimitTellsAMovedClock(t *testing.T) {
	const moved = "moved +1d"
	tests := []struct {
		name     string
		note     string
		mentions bool
	}{
		{"not moved", "", false},
		{"moved", moved, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := start(t)
			for range 2 {
				pass(t, g, visit(t))
			}
			v := visit(t)
			v.Trace.ClockNote = test.note
			got := pass(t, g, v)
			checkPassed(t, passed{
				Status: 429, RetryAfter: "10", Rule: rule.RateLimit, Wait: 10 * time.Second,
			}, got)
			if words := strings.Join(got.words, "\n"); strings.Contains(words,
				moved) != test.mentions {
				t.Errorf("the reason is %q", words)
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
		if pass(t, g, v).HasNote {
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
	if p := pass(t, g, visit(t)); p.Status != 429 || p.Effect != "" {
		t.Errorf("%v, want 429", p)
	}
	if hits := g.Faults.(*fault.Set).List()[0].Hits; hits != 2 {
		t.Errorf("%d hits, want 2", hits)
	}
}

func TestLongClientIDsAreShortened(t *testing.T) {
	tests := []struct {
		name string
		id   string
		want string
	}{
		{"as long as may be", strings.Repeat("a", 40), `"` + strings.Repeat("a", 40) + `"`},
		{"longer", strings.Repeat("a", 41), `"` + strings.Repeat("a", 40) + `..."`},
		{"not printable", "a\nb", `"a\nb"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := start(t)
			v := visit(t)
			v.ClientID = test.id
			for range 2 {
				pass(t, g, v)
			}
			if words := strings.Join(pass(t, g, v).words, "\n"); !strings.Contains(words,
				test.want) {
				t.Errorf("%s, want %s", words, test.want)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	const injected = rule.InjectedFault
	tests := []struct {
		name  string
		rules []control.Fault
		want  passed
	}{
		{"none", nil, passed{}},
		{
			"status", []control.Fault{{Status: 500}}, passed{
				Status: 500, Rule: injected, Faults: []string{"f1"},
			},
		},
		{
			"retry after",
			[]control.Fault{{Status: 429, RetryAfter: "3s"}},
			passed{
				Status: 429, RetryAfter: "3", Rule: injected, Faults: []string{"f1"},
				Wait: 3 * time.Second,
			},
		},
		{
			"retry after is rounded up",
			[]control.Fault{{Status: 429, RetryAfter: "2001ms"}},
			passed{
				Status: 429, RetryAfter: "3", Rule: injected, Faults: []string{"f1"},
				Wait: 2001 * time.Millisecond,
			},
		},
		{
			"retry after as date follows wall time",
			[]control.Fault{{Status: 503, RetryAfter: "2001ms", RetryAfterAs: "date"}},
			passed{
				Status: 503, RetryAfter: "Sun, 01 Mar 2026 12:00:03 GMT", Rule: injected,
				Faults: []string{"f1"}, Wait: 2001 * time.Millisecond,
			},
		},
		{
			"reset", []control.Fault{{Effect: "reset"}}, passed{
				Status: 503, Rule: injected, Faults: []string{"f1"}, Effect: response.Reset,
			},
		},
		{
			"hang", []control.Fault{{Effect: "hang"}}, passed{
				Status: 503, Rule: injected, Faults: []string{"f1"}, Effect: response.Hang,
			},
		},
		{
			"page of a gateway",
			[]control.Fault{{Effect: "html", Status: 504}},
			passed{Status: 504, Rule: injected, Faults: []string{"f1"}, Effect: response.HTML},
		},
		{
			"truncated", []control.Fault{{Effect: "truncated-json"}}, passed{
				Faults: []string{"f1"}, Effect: response.Truncated,
			},
		},
		{
			"wrong type", []control.Fault{{Effect: "wrong-content-type"}}, passed{
				Faults: []string{"f1"}, Effect: response.WrongType,
			},
		},
		{
			"empty", []control.Fault{{Effect: "empty-body"}}, passed{
				Faults: []string{"f1"}, Effect: response.Empty,
			},
		},
		{
			"by header", []control.Fault{
				{Effect: "empty-body", Header: map[string]string{"X-Test": "a"}},
			}, passed{Faults: []string{"f1"}, Effect: response.Empty},
		},
		{
			"by owner and name",
			[]control.Fault{
				{Owner: "id", Latency: "0s", Version: "v2026"}, {
					Owner: "jane.doe", Status: 500, Operation: "list",
				},
			},
			passed{Status: 500, Rule: injected, Faults: []string{"f1", "f2"}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := visit(t)
			v.Request.Header.Set("X-Test", "a")
			checkPassed(t, test.want, pass(t, start(t, test.rules...), v))
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
