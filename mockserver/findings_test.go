package mockserver_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// breakRule sends an unknown property as jane.doe.
func (m *tenant) breakRule() {
	m.Helper()
	m.as("jane.doe").post("/v3/personal-access-tokens", `{"name":"x","expires":"never"}`)
}

// findings returns the findings of a namespace, or of all for an empty name.
func (m *tenant) findings(namespace string) control.Findings {
	m.Helper()
	c := m.mock.Control().WithNamespace(namespace)
	find := c.Findings
	if namespace == "" {
		find = c.AllFindings
	}
	findings, err := find(m.Context())
	if err != nil {
		m.Fatal(err)
	}
	return findings
}

// lastFindings returns the findings of the last request in the journal of a namespace.
func (m *tenant) lastFindings(namespace string) []control.Finding {
	m.Helper()
	journal, err := m.mock.Control().WithNamespace(namespace).Requests(m.Context(), control.Match{},
		1)
	if err != nil || len(journal.Requests) != 1 {
		m.Fatalf("%v, %v", journal, err)
	}
	return journal.Requests[0].Findings
}

// countKinds returns the number of findings of each kind, and of allowed ones.
func countKinds(f control.Findings) (counts, allowed map[string]int) {
	counts, allowed = map[string]int{}, map[string]int{}
	for _, k := range f.Kinds {
		if k.Count > 0 {
			counts[k.Kind] = k.Count
		}
		if k.Allowed > 0 {
			allowed[k.Kind] = k.Allowed
		}
	}
	return counts, allowed
}

func TestFindings_Survive(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(c *client)
	}{
		{"reset", func(c *client) { c.post("/_mock/reset", "").is(http.StatusNoContent) }},
		{"state", func(c *client) {
			c.put("/_mock/state", c.get("/_mock/state").text).is(http.StatusNoContent)
		}},
		{"recreated namespace", func(c *client) {
			c.put("/_mock/namespace", `{"fixture":"empty"}`).is(http.StatusOK)
		}},
		{"removal", func(c *client) { c.delete("/_mock/namespace").is(http.StatusNoContent) }},
		{"removal and another of the name", func(c *client) {
			c.delete("/_mock/namespace").is(http.StatusNoContent)
			c.put("/_mock/namespace", `{}`).is(http.StatusOK)
		}},
		{"removal and a login", func(c *client) {
			c.delete("/_mock/namespace").is(http.StatusNoContent)
			c.as("jane.doe")
		}},
		{"journal cleared", func(c *client) {
			c.delete("/_mock/requests").is(http.StatusNoContent)
		}},
		{"reset of the default namespace", func(c *client) {
			if err := c.mock.Control().Reset(c.Context()); err != nil {
				c.Error(err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := start(t, "default")
			m.in("a").breakRule()
			before := m.findings("a")
			test.end(m.in("a").anonymous())
			after := m.findings("a")
			if diff := cmp.Diff(before.Kinds, after.Kinds); diff != "" || len(after.Kinds) != 1 {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if all, _ := countKinds(m.findings("")); all[control.UnknownProperty] != 1 ||
				after.Judged < before.Judged {
				t.Errorf("all: %v, judged %d after %d", all, after.Judged, before.Judged)
			}
			m.in("a").breakRule()
			if n, _ := countKinds(m.findings("a")); n[control.UnknownProperty] != 2 {
				t.Errorf("unexpected findings after a second one: %v", n)
			}
		})
	}
}

// Requests that the journal dropped were judged and still count.
func TestFindings_OutliveJournal(t *testing.T) {
	m := startWith(t, "default", mockserver.Config{JournalSize: 2})
	m.breakRule()
	c := m.as("john.roe")
	for range 10 {
		c.get(listOwn)
	}
	got := m.findings("default")
	if n, _ := countKinds(got); n[control.UnknownProperty] != 1 || got.Judged != 13 {
		t.Errorf("findings %v in %d requests, want one in 13", n, got.Judged)
	}
	example := got.Kinds[0].Examples[0]
	example.RequestID, example.ClientID, example.Detail = "", "", ""
	want := control.FindingExample{
		Finding: control.Finding{Kind: control.UnknownProperty}, Namespace: "default",
		Method: "POST", Path: "/v3/personal-access-tokens", Status: 200, Owner: "jane.doe",
	}
	if diff := cmp.Diff(want, example); diff != "" {
		t.Errorf("example (-want +got):\n%s", diff)
	}
	var clients []string
	for _, c := range got.Clients {
		clients = append(clients, c.Owner+" "+c.UserAgent)
	}
	if diff := cmp.Diff([]string{"john.roe Go-http-client/1.1", "jane.doe Go-http-client/1.1"},
		clients); diff != "" || got.ClientCount != 2 {
		t.Errorf("%d clients (-want +got):\n%s", got.ClientCount, diff)
	}
}

func TestFindings_NotJudged(t *testing.T) {
	m := startWith(t, "default", mockserver.Config{Profile: mockserver.Profile{RateLimit: "8/10s"}})
	c := m.as("jane.doe")
	m.anonymous().post("/_mock/faults", `{"operation":"list","status":503}`).is(http.StatusCreated)
	c.get(listOwn).is(http.StatusServiceUnavailable)
	m.anonymous().post("/_mock/faults",
		`{"operation":"list","effect":"html","status":502}`).is(http.StatusCreated)
	m.skipValidation = true
	c.get(listOwn).is(http.StatusBadGateway)
	m.anonymous().post("/_mock/faults",
		`{"operation":"list","effect":"reset"}`).is(http.StatusCreated)
	request := func(header, value string) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.url+listOwn,
			http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", c.authorization)
		r.Header.Set(header, value)
		return r
	}
	fresh := &http.Transport{DisableKeepAlives: true} // does not retry
	if response, err := fresh.RoundTrip(request("Accept", "*/*")); err == nil {
		_ = response.Body.Close()
		t.Error("connection was not reset")
	}
	m.exchange(request("Prefer", "code=400")).is(http.StatusBadRequest)
	preflight := request("Origin", "http://localhost")
	preflight.Method = http.MethodOptions
	preflight.Header.Set("Access-Control-Request-Method", http.MethodGet)
	m.exchange(preflight).is(http.StatusNoContent)
	for range 8 {
		c.get(listOwn)
	}
	got := m.findings("default")
	want := map[string]int{
		string(rule.InjectedFault): 3, string(rule.PreferredStatus): 1, string(rule.RateLimit): 1,
		control.NotJudgedBrowser: 1, control.NotJudgedControl: 3,
	}
	if diff := cmp.Diff(want, got.NotJudged); diff != "" || got.Judged != 1+4+3 {
		t.Errorf("got %d judged, want the login, four lists and three that did not wait (-want "+
			"+got):\n%s", got.Judged, diff)
	}
}

func TestFindings_Allowed(t *testing.T) {
	const allowed = `{"kinds":["unknown-property"]}`
	allow := func(c *client) { c.post("/_mock/findings/allowed", allowed).is(http.StatusOK) }
	for _, test := range []struct {
		name         string
		before       func(c *client) // runs before a rule is broken
		count, allow int
	}{
		{"before", allow, 0, 1},
		{"twice", func(c *client) { allow(c); allow(c) }, 0, 1},
		{"another kind later", func(c *client) {
			allow(c)
			c.post("/_mock/findings/allowed", `{"kinds":["no-wait"]}`).is(http.StatusOK)
		}, 0, 1},
		{
			"another kind", func(c *client) {
				c.post("/_mock/findings/allowed", `{"kinds":["no-wait"]}`)
			}, 1, 0,
		},
		{"not at all", func(*client) {}, 1, 0},
		{"before a reset", func(c *client) { allow(c); c.post("/_mock/reset", "") }, 1, 0},
		{
			"before the namespace is recreated", func(c *client) {
				allow(c)
				c.put("/_mock/namespace", `{}`)
			}, 1, 0,
		},
		{"before a removal", func(c *client) { allow(c); c.delete("/_mock/namespace") }, 1, 0},
		{
			"before a state", func(c *client) {
				allow(c)
				c.put("/_mock/state", c.get("/_mock/state").text)
			}, 0, 1,
		},
		{
			"before findings are cleared", func(c *client) {
				allow(c)
				c.delete("/_mock/findings")
			}, 0, 1,
		},
		{"in the default namespace", func(c *client) {
			if err := c.mock.Control().AllowFindings(c.Context(),
				control.UnknownProperty); err != nil {
				c.Error(err)
			}
		}, 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := start(t, "default").in("a")
			test.before(m.anonymous())
			m.breakRule()
			counts, allowed := countKinds(m.findings("a"))
			if counts[control.UnknownProperty] != test.count ||
				allowed[control.UnknownProperty] != test.allow {
				t.Errorf("counted %v, allowed %v, want %d and %d", counts, allowed, test.count,
					test.allow)
			}
			if kinds := m.findings("a").AllowedKinds; slices.Contains(kinds,
				control.UnknownProperty) != (test.allow > 0) {
				t.Errorf("kinds %q are allowed, want none", kinds)
			}
			if marked := m.lastFindings("a")[0].Allowed; marked != (test.allow > 0) {
				t.Errorf("allowed = %t in the journal", marked)
			}
		})
	}
}

func TestFindings_AllowAppliesToLaterRequests(t *testing.T) {
	m := start(t, "default")
	m.breakRule()
	if err := m.mock.Control().AllowFindings(t.Context(), control.UnknownProperty,
		control.NoWait); err != nil {
		t.Fatal(err)
	}
	m.breakRule()
	counts, allowed := countKinds(m.findings("default"))
	if counts[control.UnknownProperty] != 1 || allowed[control.UnknownProperty] != 1 {
		t.Errorf("counted %v, allowed %v, want one each", counts, allowed)
	}
}

func TestFindings_AllowUnknownKind(t *testing.T) {
	m := start(t, "default")
	var problem *control.Problem
	err := m.mock.Control().AllowFindings(t.Context(), control.NoWait, "unknown-propety")
	if !errors.As(err, &problem) || problem.Status != http.StatusBadRequest ||
		len(problem.Errors) != 1 {
		t.Fatalf("unexpected error: %v", err)
	}
	if e := problem.Errors[0]; e.Pointer != "/kinds/1" ||
		!strings.Contains(e.Detail, `"`+control.UnknownProperty+`"`) {
		t.Errorf("unexpected error: %+v", e)
	}
	for _, body := range []string{
		`{}`, `{"kinds":[]}`, `{"kinds":"no-wait"}`, `{"kinds":[1]}`,
		`{"kinds":["no-wait"],"all":true}`, `[]`,
	} {
		m.anonymous().post("/_mock/findings/allowed", body).is(http.StatusBadRequest)
	}
	m.breakRule()
	if counts, _ := countKinds(m.findings("default")); counts[control.UnknownProperty] != 1 {
		t.Errorf("unexpected counts: %v", counts)
	}
}

func TestFindings_IgnoredNamespace(t *testing.T) {
	m := start(t, "default")
	c := m.in("a").anonymous()
	c.put("/_mock/namespace",
		`{"fixture":"default","ignoreFindings":true}`).is(http.StatusOK).equal("ignoreFindings",
		true)
	m.in("a").breakRule()
	c.post("/_mock/reset", "").is(http.StatusNoContent) // restores the start of the namespace
	m.in("a").breakRule()
	got := m.findings("")
	if len(got.Kinds) > 0 || got.Judged > 0 || got.NotJudged[control.NotJudgedIgnored] != 4 ||
		got.Namespaces > 0 {
		t.Errorf("unexpected findings: %+v", got)
	}
	if health := c.get("/_mock/health").
		object()["counters"].(map[string]any)["findings"].(map[string]any); len(health) > 0 {
		t.Errorf("unexpected counts in health: %v", health)
	}
	c.put("/_mock/namespace", `{}`).is(http.StatusOK)
	m.in("a").breakRule()
	if counts, _ := countKinds(m.findings("")); counts[control.UnknownProperty] != 1 {
		t.Errorf("unexpected counts after the namespace was recreated: %v", counts)
	}
}

func TestFindings_Clear(t *testing.T) {
	m := start(t, "default")
	for _, name := range []string{"a", "b"} {
		m.in(name).breakRule()
	}
	m.in("b").anonymous().delete("/_mock/namespace").is(http.StatusNoContent)
	cleared, err := m.mock.Control().WithNamespace("b").ClearFindings(t.Context())
	if n, _ := countKinds(cleared); err != nil || n[control.UnknownProperty] != 1 {
		t.Errorf("unexpected cleared findings: %v, %v", n, err)
	}
	if n, _ := countKinds(m.findings("")); n[control.UnknownProperty] != 1 {
		t.Errorf("unexpected counts: %v", n)
	}
	cleared, err = m.mock.Control().ClearAllFindings(t.Context())
	if n, _ := countKinds(cleared); err != nil || n[control.UnknownProperty] != 1 ||
		cleared.Namespaces != 1 {
		t.Errorf("unexpected cleared findings: %v of %d namespaces, %v", n, cleared.Namespaces, err)
	}
	if got := m.findings(""); got.Judged > 0 || len(got.Kinds) > 0 {
		t.Errorf("unexpected findings: %+v", got)
	}
	if findings := m.lastFindings("a"); len(findings) != 1 {
		t.Errorf("unexpected journal findings: %v", findings)
	}
}

func TestFindings_UnknownNamespace(t *testing.T) {
	m := start(t, "default")
	m.in("worker-1").breakRule()
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		r := m.in("wroker-1").anonymous().send(method, "/_mock/findings", "", "")
		r.problem(http.StatusNotFound, rule.UnknownNamespace)
		if !strings.Contains(r.text, `worker-1`) || !strings.Contains(r.text, `wroker-1`) {
			t.Errorf("%s: %s", method, r.text)
		}
	}
	m.in("worker-1").anonymous().delete("/_mock/namespace").is(http.StatusNoContent)
	if n, _ := countKinds(m.findings("worker-1")); n[control.UnknownProperty] != 1 {
		t.Errorf("unexpected counts after the removal: %v", n)
	}
	if all, err := m.mock.Control().Namespaces(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("namespaces = %v, %v, want only the default one", all, err)
	}
}

// Requests to an absent namespace are judged in the default one, as in its journal.
func TestFindings_AbsentNamespace(t *testing.T) {
	m := start(t, "default")
	m.in("a").anonymous().get("/nothing").is(http.StatusNotFound)
	got := m.findings("default")
	if n, _ := countKinds(got); n[control.UnmatchedPath] != 1 || got.Judged != 1 {
		t.Fatalf("unexpected findings: %+v", got)
	}
	if path := got.Kinds[0].Examples[0].Path; path != "/t/a/nothing" {
		t.Errorf("unexpected path: %s", path)
	}
}

// Findings end with the process. A namespace still ignores findings after a restart.
func TestFindings_Restart(t *testing.T) {
	config := mockserver.Config{StateFile: filepath.Join(t.TempDir(), "state")}
	m := startWith(t, "default", config)
	m.in("ignored").anonymous().put("/_mock/namespace", `{"ignoreFindings":true}`).is(http.StatusOK)
	m.breakRule()
	if n, _ := countKinds(m.findings("")); n[control.UnknownProperty] != 1 {
		t.Errorf("unexpected counts: %v", n)
	}
	if err := m.mock.Close(); err != nil {
		t.Fatal(err)
	}
	again := startWith(t, "default", config)
	if got := again.findings(""); got.Judged > 0 || len(got.Kinds) > 0 {
		t.Errorf("unexpected findings after a restart: %+v", got)
	}
	again.in("ignored").breakRule()
	if got := again.findings(""); got.Judged > 0 {
		t.Errorf("unexpected findings of a namespace that ignores them: %+v", got)
	}
}
