package contracttests

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// A ClientRule is a rule of the registry that binds clients, and that a mock's journal shows.
type ClientRule struct {
	rule.Rule
	// Advice says what to do instead.
	Advice string
}

// Kind returns the kind of the findings, see control.FindingKinds. It is the id of the rule.
func (r ClientRule) Kind() string { return string(r.ID) }

// ClientRules lists what a check looks for, one for each kind of finding.
func ClientRules() []ClientRule {
	rules := make([]ClientRule, len(advice))
	for i, a := range advice {
		rules[i].Rule, _ = rule.Find(rule.ID(a.kind)) // a test finds each
		rules[i].Advice = a.text
	}
	return rules
}

// advice says what to do instead, by the kind of the finding.
var advice = []struct{ kind, text string }{
	{control.UnknownProperty, "remove the property, or mend its name: it was ignored"},
	{control.UnknownParameter, "remove the parameter: the list has no paging and no sorting"},
	{control.MissingProperty, "send the property"},
	{control.InvalidProperty, "send a value that the document allows"},
	{control.WrongContentType, "send application/json to create, application/json-patch+json to patch"},
	{control.UnmatchedPath, "mend path or method: there is no way to get one token by its id, for example"},
	{control.NotSimulated, "give the mock a --fallback for other APIs, or keep such requests away from it"},
	{control.RepeatedRefusal, "do not retry a 4xx but 408 and 429: nothing will change"},
	{control.NoWait, "wait as Retry-After says, in seconds or until a date, before the next request of this client and version"},
	{control.DeletedToken, "forget credentials and access tokens together with the token"},
	{control.ExpiredToken, "renew the token before its expirationDate"},
	{control.ExpiredAccessToken, "log in again when expires_in has passed, or once after a 401"},
	{control.SecretInQuery, "send credentials in the body: a URL shows in the logs of proxies and servers"},
	{control.MalformedCredentials, "send id and secret without quotes, blanks, line breaks, dashes, escapes and capitals, each in its place"},
	{control.PagesRepeat, "request the list once: it is complete, and offset is ignored"},
}

// CheckClient judges what clients did in a namespace by its journal: a result for each rule. Allowed kinds are skipped.
// It errs where the mock cannot be asked.
func CheckClient(ctx context.Context, mock *control.Client, allowed []string) (*report.Report, error) {
	journal, err := mock.Requests(ctx, control.Match{}, 0)
	if err != nil {
		return nil, err
	}
	out := &report.Report{Schema: report.SchemaVersion, Warnings: []report.Warning{}, Results: []report.Result{}}
	if journal.Dropped > 0 {
		const dropped = "the journal no longer holds %d requests, which were not looked at: start the mock with a larger --journal-size"
		out.Warnings = append(out.Warnings, report.Warning{Kind: report.WarnJournalDropped, Text: fmt.Sprintf(dropped, journal.Dropped)})
	}
	if journal.Held == 0 {
		out.Warnings = append(out.Warnings, report.Warning{Kind: report.WarnNoRequests, Text: "nobody has made a request: there is nothing to judge"})
	}
	for _, bound := range ClientRules() {
		result := report.Result{
			ID: "client/" + bound.Kind(), Promise: bound.Text, Sources: bound.Sources, Standing: bound.Evidence,
			Outcome: report.Pass, Failures: []report.Failure{}, Notes: []string{}, Requests: journal.Held,
		}
		if slices.Contains(allowed, bound.Kind()) {
			result.Outcome, result.Kind, result.Message = report.Skip, report.KindAllowed, "allowed"
			out.Results = append(out.Results, result)
			continue
		}
		for _, r := range journal.Requests {
			for _, f := range r.Findings {
				if f.Kind == bound.Kind() {
					result.Failures = append(result.Failures, clientFailure(r, f, bound))
				}
			}
		}
		if len(result.Failures) > 0 {
			result.Outcome, result.Kind, result.Message = report.Fail, report.KindFinding, fmt.Sprintf("%d requests: %s", len(result.Failures), bound.Advice)
		}
		out.Results = append(out.Results, result)
	}
	out.Count()
	return out, nil
}

func clientFailure(r control.Request, f control.Finding, bound ClientRule) report.Failure {
	target := r.Path
	if r.Query != "" {
		target += "?" + r.Query
	}
	who := r.Owner
	if who == "" {
		who = "nobody who is known"
	}
	return report.Failure{
		Kind:     report.KindFinding,
		Message:  report.Redact(f.Detail),
		Exchange: report.Redact(strings.Join([]string{fmt.Sprintf("%s %s by %s: %d", r.Method, target, who, r.Status), "request " + r.ID + ": " + bound.Advice}, "\n")),
	}
}
