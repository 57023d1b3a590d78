package contracttests

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/standing"
)

// A ClientRule is something that a client of the API has to do or to leave, and that a mock's journal shows.
type ClientRule struct {
	// Kind is that of the findings, see control.FindingKinds.
	Kind string
	// Rule says it in one sentence, Source where it is published, as in a Scenario.
	Rule, Source string
	Standing     standing.Standing
	// Advice says what to do instead.
	Advice string
}

// ClientRules lists what a check looks for, one for each kind of finding.
func ClientRules() []ClientRule {
	return []ClientRule{
		{control.UnknownProperty, "A request has the properties that its document names.", "v2026 #/components/schemas/CreatePersonalAccessTokenRequest", standing.Published, "remove the property, or mend its name: it was ignored"},
		{control.UnknownParameter, "A request has the query parameters that its document names.", "v2026 #/paths/~1personal-access-tokens/get/parameters", standing.Published, "remove the parameter: the list has no paging and no sorting"},
		{control.MissingProperty, "A request has every required property.", "v2026 #/components/schemas/CreatePersonalAccessTokenRequest/required", standing.Published, "send the property"},
		{control.InvalidProperty, "Properties and parameters have the types and bounds of their document.", "v2026 #/components/schemas/CreatePersonalAccessTokenRequest", standing.Published, "send a value that the document allows"},
		{control.WrongContentType, "A body has a content type that the operation takes.", "v2026 #/paths/~1personal-access-tokens~1{id}/patch/requestBody", standing.Published, "send application/json to create, application/json-patch+json to patch"},
		{control.UnmatchedPath, "A request goes to a path and a method of the API.", "v2026 #/paths", standing.Published, "mend path or method: there is no way to get one token by its id, for example"},
		{control.NotSimulated, "A request goes to what the mock simulates.", "docs/behaviour.md#not-simulated-is-501", standing.Assumed, "give the mock a --fallback for other APIs, or keep such requests away from it"},
		{control.RepeatedRefusal, "A refused request is not sent again unchanged.", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.1", standing.Published, "do not retry a 4xx but 408 and 429: nothing will change"},
		{control.NoWait, "After 429 and 503 a client waits as long as Retry-After says.", "docs/behaviour.md#error-of-429", standing.Published, "wait as Retry-After says, in seconds or until a date, before the next request of this client and version"},
		{control.DeletedToken, "A token is not used after it was deleted.", "docs/behaviour.md#login-of-a-deleted-token-is-401", standing.Assumed, "forget credentials and access tokens together with the token"},
		{control.ExpiredToken, "A client knows when its token expires.", "v2026 #/components/schemas/GetPersonalAccessTokenResponse/properties/expirationDate", standing.Published, "renew the token before its expirationDate"},
		{control.ExpiredAccessToken, "An access token is not used after expires_in.", "docs/behaviour.md#access-token-expires", standing.Published, "log in again when expires_in has passed, or once after a 401"},
		{control.SecretInQuery, "A secret does not stand in a URL.", "https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1", standing.Published, "send credentials in the body: a URL shows in the logs of proxies and servers"},
		{control.MalformedCredentials, "Credentials are sent as they were created.", "https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1", standing.Published, "send id and secret without quotes, blanks, line breaks, dashes, escapes and capitals, each in its place"},
		{control.PagesRepeat, "A client does not page a list that has no pages.", "v2026 #/paths/~1personal-access-tokens/get/parameters", standing.Published, "request the list once: it is complete, and offset is ignored"},
	}
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
	for _, rule := range ClientRules() {
		result := report.Result{
			ID: "client/" + rule.Kind, Promise: rule.Rule, Sources: []string{rule.Source}, Standing: rule.Standing,
			Outcome: report.Pass, Failures: []report.Failure{}, Notes: []string{}, Requests: journal.Held,
		}
		if slices.Contains(allowed, rule.Kind) {
			result.Outcome, result.Kind, result.Message = report.Skip, report.KindAllowed, "allowed"
			out.Results = append(out.Results, result)
			continue
		}
		for _, r := range journal.Requests {
			for _, f := range r.Findings {
				if f.Kind == rule.Kind {
					result.Failures = append(result.Failures, clientFailure(r, f, rule))
				}
			}
		}
		if len(result.Failures) > 0 {
			result.Outcome, result.Kind, result.Message = report.Fail, report.KindFinding, fmt.Sprintf("%d requests: %s", len(result.Failures), rule.Advice)
		}
		out.Results = append(out.Results, result)
	}
	out.Count()
	return out, nil
}

func clientFailure(r control.Request, f control.Finding, rule ClientRule) report.Failure {
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
		Exchange: report.Redact(strings.Join([]string{fmt.Sprintf("%s %s by %s: %d", r.Method, target, who, r.Status), "request " + r.ID + ": " + rule.Advice}, "\n")),
	}
}
