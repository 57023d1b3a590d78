package contracttests

import (
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// A ClientRule is a rule of the registry that binds clients, and that a mock's journal shows.
type ClientRule struct {
	rule.Rule
	// Advice says what to do instead, unless a finding has a remedy of its own.
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
