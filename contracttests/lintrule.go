package contracttests

import (
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// A LintRule is a rule of the registry that binds clients, and that a mock's journal shows.
type LintRule struct {
	rule.Rule
	// Advice says what to do instead, unless a finding has a remedy of its own.
	Advice string
}

// Kind returns the kind of the findings, see control.FindingKinds. It is the id of the rule.
func (r LintRule) Kind() string { return string(r.ID) }

// LintRules lists what a check looks for, one for each kind of finding.
func LintRules() []LintRule {
	rules := make([]LintRule, len(advice))
	for i, a := range advice {
		rules[i].Rule, _ = rule.Find(rule.ID(a.kind)) // a test finds each
		rules[i].Advice = a.text
	}
	return rules
}

// advice says what to do instead, by the kind of the finding.
var advice = []struct{ kind, text string }{
	{control.UnknownProperty, "remove the property: it was ignored"},
	{control.UnknownParameter, "remove the parameter: it was ignored"},
	{control.MissingProperty, "send the property"},
	{control.InvalidProperty, "send a value that the document allows"},
	{control.WrongContentType, "send the content type of the operation"},
	{control.UnmatchedPath, "send the request to a path of the API"},
	{
		control.NotSimulated,
		"give the mock a --fallback for other APIs, or keep such requests away from it",
	},
	{control.RepeatedRejection, "do not retry a 4xx but 408 and 429: nothing will change"},
	{control.NoWait, "wait as Retry-After says, in seconds or until a date"},
	{control.DeletedToken, "forget credentials and access tokens together with the token"},
	{control.ExpiredToken, "renew the token before its expirationDate"},
	{control.ExpiredAccessToken, "log in again when expires_in has passed, or once after a 401"},
	{control.SecretInQuery, "send secrets in the body or the Authorization header"},
	{control.MalformedCredentials, "send id and secret as they were created"},
	{control.PagesRepeat, "request the list once: it is complete, and offset is ignored"},
	{control.DuplicateKey, "send each name of an object once"},
	{
		control.LoneSurrogate,
		"encode whole characters: cut and escape texts by characters, not by UTF-16 code units",
	},
	{control.MisspeltScope, "send the scope as the documents name it"},
	{control.ScopeSyntax, "send each scope as an element of its own"},
	{
		control.EmptyScope,
		"name the scopes of the token, or leave scope out for all rights of the user",
	},
	{control.IgnoredParameter, "send the parameter once, with a value"},
}
