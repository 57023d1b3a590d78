package contracttests_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
)

// lagging is a tenant whose lists show a write only after a number of reads.
type lagging struct {
	next  http.RoundTripper
	reads int
	// methods are the methods of writes that lag.
	methods []string

	mu sync.Mutex
	// current has the tokens as last listed, by path and id.
	current map[string]json.RawMessage
	// stale has the tokens that are listed as before the write, by id.
	stale map[string]*staleToken
	// staleLists is the number of outdated lists.
	staleLists int
}

type staleToken struct {
	reads  int
	former map[string]json.RawMessage // by path, empty if the token did not exist
}

type identified struct {
	ID    string
	Owner struct{ ID string }
}

func (l *lagging) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := l.next.RoundTrip(r)
	if err != nil || response.StatusCode > 299 ||
		!strings.Contains(r.URL.Path, "personal-access-tokens") {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Method == http.MethodGet {
		body = l.list(strings.TrimSuffix(r.URL.Path, "/"), r.URL.RawQuery == "owner-id=me", body)
	} else if slices.Contains(l.methods, r.Method) {
		l.write(r, body)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// write marks the tokens of a write as stale.
func (l *lagging) write(r *http.Request, body []byte) {
	var all []identified
	switch {
	case r.Method == http.MethodDelete:
		all = []identified{{ID: r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]}}
	case json.Unmarshal(body, &all) != nil:
		var one identified
		if json.Unmarshal(body, &one) != nil {
			return
		}
		all = []identified{one}
	}
	for _, token := range all {
		former := map[string]json.RawMessage{}
		for key, visible := range l.current {
			if path, id, _ := strings.Cut(key, " "); id == token.ID {
				former[path] = visible
			}
		}
		l.stale[token.ID] = &staleToken{reads: l.reads, former: former}
	}
}

// list returns the body of a list with stale tokens.
func (l *lagging) list(path string, own bool, body []byte) []byte {
	var tokens, out []json.RawMessage
	if json.Unmarshal(body, &tokens) != nil {
		return body
	}
	listedIDs, owner := map[string]bool{}, ""
	for _, token := range tokens {
		var listed identified
		_ = json.Unmarshal(token, &listed) // it was just decoded
		listedIDs[listed.ID], owner = true, listed.Owner.ID
		if stale := l.stale[listed.ID]; stale == nil {
			l.current[path+" "+listed.ID] = token
			out = append(out, token)
		} else if former := stale.former[path]; former != nil {
			out = append(out, former)
		}
	}
	for id, stale := range l.stale {
		var listed identified
		_ = json.Unmarshal(stale.former[path], &listed) // empty if the token did not exist
		if own && !listedIDs[id] && listed.Owner.ID == owner && owner != "" {
			out = append(out, stale.former[path])
		}
		l.staleLists++
		if stale.reads--; stale.reads <= 0 {
			delete(l.stale, id)
		}
	}
	text, _ := json.Marshal(append([]json.RawMessage{}, out...)) // it was just decoded
	return text
}

// withLag puts a lagging transport in front of a target.
func withLag(target *contracttests.Target, reads int, methods ...string) *lagging {
	l := &lagging{
		next: target.HTTP.Transport, reads: reads, methods: methods,
		current: map[string]json.RawMessage{}, stale: map[string]*staleToken{},
	}
	target.HTTP = &http.Client{Transport: l}
	return l
}

var everyWrite = []string{http.MethodPost, http.MethodPatch, http.MethodDelete}

// All scenarios pass at a tenant whose lists lag.
func TestConsistency_WaitsForStaleLists(t *testing.T) {
	t.Parallel()
	n := newTenant(t)
	target, o := n.target(), n.options()
	o.Versions = twoVersions
	lag := withLag(&target, 3, everyWrite...)
	n.withGuard(&target)
	before := n.state()
	r := n.contract(target, o)
	for i, c := range contracttests.Select(scenarios.All(), o) {
		if problem := unexpectedResult(c.Scenario, r.Results[i], nil); problem != "" {
			t.Errorf("%s: %s", c.Name(), problem)
		}
	}
	if lag.staleLists < 1000 {
		t.Errorf("%d lists lagged, want those after each write", lag.staleLists)
	}
	checkUnchanged(t, before, n.state())
}

// A write that never becomes visible fails its scenario after the timeout.
func TestConsistency_TimesOut(t *testing.T) {
	for _, test := range []struct {
		method, run string
		fails       bool
	}{
		{http.MethodPost, "^create/secret-is-shown-once/v3$", true},
		{http.MethodPatch, "^patch/name/v3$", true},
		{http.MethodDelete, "^delete/returns-204-without-body/v3$", true},
		{http.MethodPatch, "^bulk/by-post/v1$", false}, // the scenario writes by POST
		{http.MethodPost, "^bulk/by-post/v1$", true},
	} {
		t.Run(test.method+" "+test.run, func(t *testing.T) {
			n := newTenant(t)
			target, o := n.target(), n.options()
			o.Run = regexp.MustCompile(test.run)
			withLag(&target, 1<<30, test.method)
			started := n.Now()
			r := n.contract(target, o)
			result := r.Results[0]
			if (result.Outcome == report.Fail) != test.fails ||
				test.fails && result.Kind != report.KindNotVisible {
				t.Errorf("%s of the kind %q: %q", result.Outcome, result.Kind, result.Message)
			} else if test.fails {
				checkMessage(t, result.Message)
			}
			if waited := n.Now().
				Sub(started); test.fails != (waited >= contracttests.DefaultConsistencyTimeout) {
				t.Errorf("the scenario waited for %s", waited)
			}
		})
	}
}

// On a patmock a stale list is an ordinary failure, without a wait.
func TestConsistency_DoesNotWaitOnPatmock(t *testing.T) {
	target := inProcess(t)
	withLag(&target, 3, http.MethodPost)
	o := contracttests.Options{Run: regexp.MustCompile("^create/secret-is-shown-once/v3$")}
	runner, err := contracttests.NewRunner(target, o)
	if err != nil {
		t.Fatal(err)
	}
	r := runner.Run(t.Context(), contracttests.Select(scenarios.All(), o))
	if got := r.Results[0]; got.Outcome != report.Fail || got.Kind != report.KindPromise {
		t.Errorf("%s of the kind %q: %q", got.Outcome, got.Kind, got.Message)
	}
}
