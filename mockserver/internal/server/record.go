package server

import (
	"net/http"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/journal"
	"example.com/patmock/mockserver/internal/lint"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
)

// recordExchange appends the exchange to the journal and updates the client-behavior findings.
func (s *requestState) recordExchange(r *http.Request) {
	info, end := &s.info, s.wallNow()
	exchange := lint.Exchange{
		Request: r, Body: info.RequestBody, Operation: info.Operation, Version: info.Version,
		ClientID: info.ClientID,
		Start:    s.start, ClockStart: s.clockNow, End: end, Status: info.Status,
		RetryAfter: info.RetryAfter, FaultInjected: len(info.Faults) > 0,
		Canned:       info.Stub != "",
		ResponseBody: info.Body,
	}
	if rule := info.RetryRule; rule != nil {
		exchange.RetryRule, exchange.RetryMatches = rule.ID, rule.Matches
	}
	query := redact.Query(r.URL.RawQuery)
	if query != r.URL.RawQuery {
		remedy := "send access tokens in the Authorization header, and credentials to " +
			"/oauth/token alone"
		if response.OAuthPath(r.URL.Path) {
			remedy = "send it as a form"
		}
		info.AddFinding(control.SecretInQuery,
			"a secret in the query string appears in the logs of proxies and servers", remedy)
	}
	tenant, prefix := s.tenant, ""
	if info.Absent {
		tenant, prefix = s.defaultNamespace, info.Prefix
	}
	for _, f := range s.lintExchange(exchange) {
		if f.Kind == control.PagesRepeat { // a client in an endless loop has no other symptom
			s.config.Log.Warn(f.Detail, "rule", f.Kind, "requestId", info.RequestID, "namespace",
				response.Truncate(info.Namespace))
		}
		info.Findings = append(info.Findings, f)
	}
	tenant.Linter.Count(exchange, s.countFindings(tenant, r))
	tenant.Journal.Capture(control.Request{
		ID: info.RequestID, Time: s.clockNow,
		DurationMS: float64(end.Sub(s.start).Microseconds()) / 1000,
		Operation:  info.Operation, Version: info.Version,
		Method: truncate(redact.String(r.Method)),
		Path:   truncate(redact.String(prefix + r.URL.EscapedPath())), Query: truncate(query),
		Status: info.Status, Owner: redact.String(info.User), ClientID: info.ClientID,
		Unmatched: info.Unmatched, Forwarded: info.Forwarded,
		Fault: strings.Join(info.Faults, ","), Stub: info.Stub,
		Findings: truncateFindings(info.Findings),
		Reasons:  truncateAll(response.Texts(info.Reasons)), Rules: response.Rules(info.Reasons),
		Notes: truncateAll(info.Notes),
	}, journal.Message{
		Header: r.Header, Body: info.RequestBody,
		Size: int(max(r.ContentLength, int64(len(info.RequestBody)))),
	},
		journal.Message{Header: s.rw.Header(), Body: info.Body, Size: info.Size})
}

// lintExchange returns the findings about this request together with earlier ones of the client. It
// does not relate requests to absent namespaces.
func (s *requestState) lintExchange(exchange lint.Exchange) []control.Finding {
	if s.info.Absent || s.info.Browser {
		return nil
	}
	return s.tenant.Linter.Check(exchange)
}

// truncate limits a path, query or sentence for the journal.
func truncate(text string) string {
	const maxBytes = 2 << 10
	if len(text) <= maxBytes {
		return text
	}
	return strings.ToValidUTF8(text[:maxBytes], "") + "..."
}

// truncateAll returns a truncated copy of sentences. The result is never nil, so that it encodes as
// [] rather than null.
func truncateAll(sentences []string) []string {
	all := make([]string, len(sentences))
	for i, sentence := range sentences {
		all[i] = truncate(sentence)
	}
	return all
}

// truncateFindings returns a truncated copy of findings.
func truncateFindings(findings []control.Finding) []control.Finding {
	all := make([]control.Finding, len(findings))
	for i, f := range findings {
		all[i] = f
		all[i].Detail, all[i].Remedy = truncate(f.Detail), truncate(f.Remedy)
	}
	return all
}
