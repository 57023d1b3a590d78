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

// noon is wall time, now the time in the namespace.
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

// newController returns a controller with fault rules and without a hostile profile.
func newController(t testing.TB, rules ...control.Fault) *admission.Controller {
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
		WallNow: func() time.Time { return noon },
	}
}

// newRequest returns a request of the list operation.
func newRequest(t testing.TB) admission.Request {
	t.Helper()
	return admission.Request{
		Request:   httptest.NewRequest(http.MethodGet, "/v2026/personal-access-tokens", nil),
		Operation: operation(t, "v2026", "listPersonalAccessTokens"),
		Info:      &response.RequestInfo{Operation: "list", Version: "v2026"}, ClientID: "cafe",
		OwnerID: "id", OwnerName: "jane.doe", Now: now,
	}
}

// result describes the admission of a request.
type result struct {
	Status     int // zero if admitted
	RetryAfter string
	Rule       rule.ID
	HasNote    bool
	Faults     []string
	Effect     response.Effect
	Wait       time.Duration

	messages []string // reason of the rejection, and the notes
}

func admit(t testing.TB, c *admission.Controller, r admission.Request) result {
	t.Helper()
	err := c.Admit(r)
	got := result{
		Faults: r.Info.Faults, Effect: r.Info.Effect, Wait: r.Info.RetryAfter,
		HasNote: len(r.Info.Notes) > 0,
	}
	var rejection *response.Error
	if err != nil && !errors.As(err, &rejection) {
		t.Fatalf("%v is not a *response.Error", err)
	}
	if rejection != nil {
		got.Status, got.RetryAfter, got.Rule = rejection.Status,
			rejection.Header.Get("Retry-After"),
			rejection.Reasons[0].Rule
		got.messages = append(got.messages, rejection.Error())
	}
	got.messages = append(got.messages, r.Info.Notes...)
	return got
}

// checkResult compares results, and their messages with the golden file.
func checkResult(t testing.TB, want, got result) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(result{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(got.messages) > 0 {
		golden.Check(t, "testdata/reasons.golden", golden.Key(t), strings.Join(got.messages, "\n"))
	}
}

func TestAdmit_RateLimit(t *testing.T) {
	after := func(d time.Duration) func(r *admission.Request) {
		return func(r *admission.Request) { r.Now = now.Add(d) }
	}
	rejected := func(seconds string, wait time.Duration) result {
		return result{Status: 429, RetryAfter: seconds, Rule: rule.RateLimit, Wait: wait}
	}
	tests := []struct {
		name    string
		enforce bool
		change  func(r *admission.Request)
		want    result // of the third request
	}{
		{"enforced", true, after(0), rejected("10", 10*time.Second)},
		{"rounded up", true, after(time.Millisecond), rejected("10", 9999*time.Millisecond)},
		{"last moment", true, after(10*time.Second - 1), rejected("1", 1)},
		{"window has ended", true, after(10 * time.Second), result{}},
		{"another version", true, func(r *admission.Request) { r.Info.Version = "v3" }, result{}},
		{"another client", true, func(r *admission.Request) { r.ClientID = "babe" }, result{}},
		{
			"same concatenation of client and version", true, func(r *admission.Request) {
				r.ClientID, r.Info.Version = "cafev", "2026"
			}, result{},
		},
		{"not enforced", false, after(0), result{HasNote: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newController(t)
			c.Enforce = test.enforce
			for range 2 {
				checkResult(t, result{}, admit(t, c, newRequest(t)))
			}
			r := newRequest(t)
			test.change(&r)
			checkResult(t, test.want, admit(t, c, r))
		})
	}
}

func TestAdmit_RateLimitMentionsClock(t *testing.T) {
	const note = "moved +1d"
	tests := []struct {
		name string
		note string
		want bool
	}{
		{"not moved", "", false},
		{"moved", note, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newController(t)
			for range 2 {
				admit(t, c, newRequest(t))
			}
			r := newRequest(t)
			r.Info.ClockNote = test.note
			got := admit(t, c, r)
			checkResult(t, result{
				Status: 429, RetryAfter: "10", Rule: rule.RateLimit, Wait: 10 * time.Second,
			}, got)
			if messages := strings.Join(got.messages, "\n"); strings.Contains(messages,
				note) != test.want {
				t.Errorf("unexpected reason: %q", messages)
			}
		})
	}
}

func TestAdmit_NotesLimitOncePerWindow(t *testing.T) {
	c := newController(t)
	c.Enforce = false
	var noted []int
	for i := range 10 {
		r := newRequest(t)
		r.Now = now.Add(time.Duration(i/5) * 10 * time.Second)
		if admit(t, c, r).HasNote {
			noted = append(noted, i)
		}
	}
	if diff := cmp.Diff([]int{2, 7}, noted); diff != "" {
		t.Errorf("noted with request (-want +got):\n%s", diff)
	}
}

func TestAdmit_RateLimitPrecedesFaults(t *testing.T) {
	c := newController(t, control.Fault{Effect: "reset", Times: 9})
	for range 2 {
		admit(t, c, newRequest(t))
	}
	if p := admit(t, c, newRequest(t)); p.Status != 429 || p.Effect != "" {
		t.Errorf("got %v, want 429", p)
	}
	if hits := c.Faults.(*fault.Set).List()[0].Hits; hits != 2 {
		t.Errorf("got %d hits, want 2", hits)
	}
}

func TestAdmit_TruncatesClientID(t *testing.T) {
	tests := []struct {
		name string
		id   string
		want string
	}{
		{"maximum length", strings.Repeat("a", 40), `"` + strings.Repeat("a", 40) + `"`},
		{"over the maximum", strings.Repeat("a", 41), `"` + strings.Repeat("a", 40) + `..."`},
		{"not printable", "a\nb", `"a\nb"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newController(t)
			r := newRequest(t)
			r.ClientID = test.id
			for range 2 {
				admit(t, c, r)
			}
			if messages := strings.Join(admit(t, c, r).messages, "\n"); !strings.Contains(messages,
				test.want) {
				t.Errorf("got %s, want %s", messages, test.want)
			}
		})
	}
}

func TestAdmit_Faults(t *testing.T) {
	const id = rule.InjectedFault
	tests := []struct {
		name  string
		rules []control.Fault
		want  result
	}{
		{"none", nil, result{}},
		{
			"status",
			[]control.Fault{{Status: 500}},
			result{Status: 500, Rule: id, Faults: []string{"f1"}},
		},
		{
			"retry after",
			[]control.Fault{{Status: 429, RetryAfter: "3s"}},
			result{
				Status: 429, RetryAfter: "3", Rule: id, Faults: []string{"f1"},
				Wait: 3 * time.Second,
			},
		},
		{
			"retry after is rounded up",
			[]control.Fault{{Status: 429, RetryAfter: "2001ms"}},
			result{
				Status: 429, RetryAfter: "3", Rule: id, Faults: []string{"f1"},
				Wait: 2001 * time.Millisecond,
			},
		},
		{
			"retry after as date follows wall time",
			[]control.Fault{{Status: 503, RetryAfter: "2001ms", RetryAfterAs: "date"}},
			result{
				Status: 503, RetryAfter: "Sun, 01 Mar 2026 12:00:03 GMT", Rule: id,
				Faults: []string{"f1"}, Wait: 2001 * time.Millisecond,
			},
		},
		{
			"reset",
			[]control.Fault{{Effect: "reset"}},
			result{Status: 503, Rule: id, Faults: []string{"f1"}, Effect: response.Reset},
		},
		{
			"hang",
			[]control.Fault{{Effect: "hang"}},
			result{Status: 503, Rule: id, Faults: []string{"f1"}, Effect: response.Hang},
		},
		{
			"page of a gateway",
			[]control.Fault{{Effect: "html", Status: 504}},
			result{Status: 504, Rule: id, Faults: []string{"f1"}, Effect: response.HTML},
		},
		{
			"truncated",
			[]control.Fault{{Effect: "truncated-json"}},
			result{Faults: []string{"f1"}, Effect: response.Truncated},
		},
		{
			"wrong type",
			[]control.Fault{{Effect: "wrong-content-type"}},
			result{Faults: []string{"f1"}, Effect: response.WrongType},
		},
		{
			"empty",
			[]control.Fault{{Effect: "empty-body"}},
			result{Faults: []string{"f1"}, Effect: response.Empty},
		},
		{
			"by header",
			[]control.Fault{{Effect: "empty-body", Header: map[string]string{"X-Test": "a"}}},
			result{Faults: []string{"f1"}, Effect: response.Empty},
		},
		{
			"by owner and name",
			[]control.Fault{
				{Owner: "id", Latency: "0s", Version: "v2026"}, {
					Owner: "jane.doe", Status: 500, Operation: "list",
				},
			},
			result{Status: 500, Rule: id, Faults: []string{"f1", "f2"}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := newRequest(t)
			v.Request.Header.Set("X-Test", "a")
			checkResult(t, test.want, admit(t, newController(t, test.rules...), v))
		})
	}
}

func TestOperations_Declare503(t *testing.T) {
	for _, name := range spec.Names() {
		if name == spec.Control {
			continue
		}
		d, err := spec.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range d.Operations {
			if !op.HasStatus(http.StatusServiceUnavailable) {
				t.Errorf("%s %s does not declare 503, the status of reset and hang", name, op.Name)
			}
		}
	}
}
