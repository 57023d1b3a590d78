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
func (x *requestState) recordExchange(r *http.Request) {
	trace, ended := &x.info, x.wall()
	seen := lint.Exchange{
		Request: r, Body: trace.RequestBody, Operation: trace.Operation, Version: trace.Version,
		ClientID: trace.ClientID,
		Start:    x.start, ClockStart: x.clockNow, End: ended, Status: trace.Status,
		RetryAfter: trace.RetryAfter, FaultInjected: len(trace.Faults) > 0,
		ResponseBody: trace.Body,
	}
	if rule := trace.RetryRule; rule != nil {
		seen.RetryRule, seen.RetryMatches = rule.ID, rule.Matches
	}
	query := redact.Query(r.URL.RawQuery)
	if query != r.URL.RawQuery {
		remedy := "send access tokens in the Authorization header, and credentials to " +
			"/oauth/token alone"
		if response.OAuthPath(r.URL.Path) {
			remedy = "send it as a form"
		}
		trace.AddFinding(control.SecretInQuery,
			"a secret in the query string shows in the logs of proxies and servers", remedy)
	}
	tenant, prefix := x.tenant, ""
	if trace.Absent {
		tenant, prefix = x.home, trace.Prefix
	}
	for _, f := range x.across(seen) {
		if f.Kind == control.PagesRepeat { // a client that runs for ever shows nothing else
			x.config.Log.Warn(f.Detail, "rule", f.Kind, "requestId", trace.RequestID, "namespace",
				response.Truncate(trace.Namespace))
		}
		trace.Findings = append(trace.Findings, f)
	}
	tenant.Linter.Count(seen, x.judge(tenant, r))
	tenant.Journal.Capture(control.Request{
		ID: trace.RequestID, At: x.clockNow,
		DurationMS: float64(ended.Sub(x.start).Microseconds()) / 1000,
		Operation:  trace.Operation, Version: trace.Version, Method: kept(redact.String(r.Method)),
		Path: kept(redact.String(prefix + r.URL.EscapedPath())), Query: kept(query),
		Status: trace.Status, Owner: redact.String(trace.User), ClientID: trace.ClientID,
		Unmatched: trace.Unmatched, Forwarded: trace.Forwarded,
		Fault: strings.Join(trace.Faults, ","), Findings: shortened(trace.Findings),
		Why: keptAll(response.Texts(trace.Reasons)), Rules: response.Rules(trace.Reasons),
		Notes: keptAll(trace.Notes),
	}, journal.Message{
		Header: r.Header, Body: trace.RequestBody,
		Size: int(max(r.ContentLength, int64(len(trace.RequestBody)))),
	},
		journal.Message{Header: x.rw.Header(), Body: trace.Body, Size: trace.Size})
}

// across returns what a request and earlier ones show of a client. Requests to namespaces that do
// not exist have nothing to do with each other.
func (x *requestState) across(seen lint.Exchange) []control.Finding {
	if x.info.Absent || x.info.Browser {
		return nil
	}
	return x.tenant.Linter.Check(seen)
}

// kept is as much of a text as the journal holds of a path, a query or a sentence.
func kept(text string) string {
	const most = 2 << 10 // bytes
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

// keptAll returns sentences as the journal stores them. The values in them are redacted already.
// The result is never nil, so that it encodes as [] rather than null.
func keptAll(sentences []string) []string {
	all := make([]string, len(sentences))
	for i, sentence := range sentences {
		all[i] = kept(sentence)
	}
	return all
}

// shortened is like keptAll for findings.
func shortened(found []control.Finding) []control.Finding {
	all := make([]control.Finding, len(found))
	for i, f := range found {
		all[i] = f
		all[i].Detail, all[i].Remedy = kept(f.Detail), kept(f.Remedy)
	}
	return all
}
