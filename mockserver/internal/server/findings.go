package server

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/findings"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/schema"
)

// unread are the rules by which the mock rejects a request without a look at it.
var unread = []rule.ID{
	rule.RateLimit, rule.InjectedFault, rule.PreferredStatus, rule.HostileProfile,
	rule.MemoryBudget, rule.TooManyNamespaces,
}

// judge counts a request for the verdict on its client, and returns the findings that count. It
// marks those that the namespace allows.
func (x *requestState) judge(t *namespace.Namespace, r *http.Request) []control.Finding {
	trace, store := &x.info, x.findings
	if t.IgnoreFindings.Load() {
		store.Skip(t.Name, control.NotJudgedIgnored)
		return nil
	}
	judged := findings.Request{
		Namespace: t.Name, SkipReason: notJudged(trace), ClientID: trace.ClientID,
		Owner:     trace.User,
		UserAgent: r.UserAgent(), Findings: trace.Findings,
	}
	if len(trace.Findings) > 0 {
		t.MarkAllowed(trace.Findings)
		judged.Findings = shortened(trace.Findings)
		judged.Example = &control.FindingExample{
			RequestID: trace.RequestID, Namespace: t.Name, Method: kept(redact.String(r.Method)),
			Path:  kept(redact.String(r.URL.EscapedPath())),
			Query: kept(redact.Query(r.URL.RawQuery)), Status: x.info.Status,
			Owner: redact.String(trace.User), ClientID: redact.String(trace.ClientID),
		}
		if trace.Absent {
			judged.Example.Path = kept(redact.String(trace.Prefix + r.URL.EscapedPath()))
		}
	}
	store.Add(judged)
	return trace.Findings
}

// notJudged returns why a request is not judged, empty if it is.
func notJudged(trace *response.RequestInfo) string {
	if trace.Forwarded {
		return control.NotJudgedForwarded
	}
	for _, why := range trace.Reasons {
		if slices.Contains(unread, why.Rule) {
			return string(why.Rule)
		}
	}
	if trace.Browser {
		return control.NotJudgedBrowser
	}
	return ""
}

// countControl counts a request to the control API of a namespace, which no verdict is about. What
// reads the verdict or the health of the mock is not counted: it says nothing about a client.
func (x *requestState) countControl(r *http.Request) {
	if _, ok := x.rw.(*memoryWriter); ok || hasPathPrefix(r.URL.Path, findingsPath) ||
		r.URL.Path == controlPath+"/health" {
		return
	}
	x.findings.Skip(x.tenant.Name, control.NotJudgedControl)
}

// findingsPath is where the control API has the findings of a namespace.
const findingsPath = controlPath + "/findings"

// readsFindings reports whether a request is for the findings that there are. It makes no
// namespace.
func readsFindings(r *http.Request) bool {
	return r.URL.Path == findingsPath && (isSafe(r.Method) || r.Method == http.MethodDelete)
}

// serveFindings responds to a request for the findings of a namespace that does not exist: it may
// have existed.
func (x *requestState) serveFindings(r *http.Request, name string) {
	if x.findings.Has(name) {
		x.tenant = x.home
		x.dispatch(r, x.control)
		return
	}
	known := x.findings.Names()
	x.namespaces.All(func(name string, _ *namespace.Namespace, _ time.Time) {
		known = append(known, name)
	})
	x.writeNamespaceError(r,
		fmt.Errorf("%w: %s%s", namespace.ErrUnknown, redact.Quote(name),
			schema.DidYouMean(name, known)))
}
