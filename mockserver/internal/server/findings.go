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

// notJudgedRules are the rules that reject a request regardless of its content.
var notJudgedRules = []rule.ID{
	rule.RateLimit, rule.InjectedFault, rule.PreferredStatus, rule.HostileProfile,
	rule.MemoryBudget, rule.TooManyNamespaces,
}

// countFindings counts a request for the verdict on its client. It returns the findings that count,
// and marks the ones that the namespace allows.
func (s *requestState) countFindings(t *namespace.Namespace, r *http.Request) []control.Finding {
	info, store := &s.info, s.findings
	if t.IgnoreFindings.Load() {
		store.Skip(t.Name, control.NotJudgedIgnored)
		return nil
	}
	req := findings.Request{
		Namespace: t.Name, SkipReason: notJudgedReason(info), ClientID: info.ClientID,
		Owner:     info.User,
		UserAgent: r.UserAgent(), Findings: info.Findings,
	}
	if len(info.Findings) > 0 {
		t.MarkAllowed(info.Findings)
		req.Findings = truncateFindings(info.Findings)
		req.Example = &control.FindingExample{
			RequestID: info.RequestID, Namespace: t.Name, Method: truncate(redact.String(r.Method)),
			Path:  truncate(redact.String(r.URL.EscapedPath())),
			Query: truncate(redact.Query(r.URL.RawQuery)), Status: s.info.Status,
			Owner: redact.String(info.User), ClientID: redact.String(info.ClientID),
		}
		if info.Absent {
			req.Example.Path = truncate(redact.String(info.Prefix + r.URL.EscapedPath()))
		}
	}
	store.Add(req)
	return info.Findings
}

// notJudgedReason returns the reason that a request is excluded from verdicts. It is empty if the
// request counts.
func notJudgedReason(info *response.RequestInfo) string {
	if info.Forwarded {
		return control.NotJudgedForwarded
	}
	for _, reason := range info.Reasons {
		if slices.Contains(notJudgedRules, reason.Rule) {
			return string(reason.Rule)
		}
	}
	if info.Browser {
		return control.NotJudgedBrowser
	}
	return ""
}

// countControl counts a request to the control API of a namespace. Such requests are excluded from
// verdicts. Requests for findings or health are not counted at all: they do not depend on a client.
func (s *requestState) countControl(r *http.Request) {
	if _, ok := s.rw.(*memoryWriter); ok || hasPathPrefix(r.URL.Path, findingsPath) ||
		r.URL.Path == controlPath+"/health" {
		return
	}
	s.findings.Skip(s.tenant.Name, control.NotJudgedControl)
}

// findingsPath is the path of the findings of a namespace in the control API.
const findingsPath = controlPath + "/findings"

// isFindingsRequest reports whether a request reads or deletes existing findings. Such a request
// creates no namespace.
func isFindingsRequest(r *http.Request) bool {
	return r.URL.Path == findingsPath && (isSafe(r.Method) || r.Method == http.MethodDelete)
}

// serveFindings responds to a request for the findings of a namespace that does not exist. The
// namespace may have existed before.
func (s *requestState) serveFindings(r *http.Request, name string) {
	if s.findings.Has(name) {
		s.tenant = s.defaultNamespace
		s.dispatch(r, s.control)
		return
	}
	known := s.findings.Names()
	s.namespaces.All(func(name string, _ *namespace.Namespace, _ time.Time) {
		known = append(known, name)
	})
	s.writeNamespaceError(r,
		fmt.Errorf("%w: %s%s", namespace.ErrUnknown, redact.Quote(name),
			schema.DidYouMean(name, known)))
}
