package contracttests

import (
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// A LintRule is a registered rule about clients that a mock can check in its journal.
type LintRule struct {
	rule.Rule
	// Advice states the remedy, unless a finding has its own.
	Advice string
}

// Kind returns the kind of the findings. It equals the id of the rule, see control.FindingKinds.
func (r LintRule) Kind() string { return string(r.ID) }

// LintRules returns the rules that LintClient checks, one for each kind of finding.
func LintRules() []LintRule {
	rules := make([]LintRule, len(advice))
	for i, a := range advice {
		rules[i].Rule, _ = rule.Find(rule.ID(a.kind)) // a test checks that each is found
		rules[i].Advice = a.text
	}
	return rules
}

// advice has the remedy of each kind of finding.
var advice = []struct{ kind, text string }{
	{control.UnknownProperty, "remove the property: it was ignored"},
	{control.UnknownParameter, "remove the parameter: it was ignored"},
	{control.MissingProperty, "send the property"},
	{control.InvalidProperty, "send a value that the document allows"},
	{control.WrongContentType, "send the content type of the operation"},
	{control.UnmatchedPath, "send the request to a path of the API"},
	{
		control.NotSimulated,
		"add a response with patmock control stub add, or give the mock a --fallback for other " +
			"APIs",
	},
	{
		control.RepeatedRejection,
		"do not retry a 4xx other than 408 and 429: the response will be the same",
	},
	{control.NoWait, "wait for the seconds or until the date of Retry-After"},
	{control.DeletedToken, "discard the credentials and access tokens of a deleted token"},
	{control.ExpiredToken, "renew the token before its expirationDate"},
	{control.ExpiredAccessToken, "log in again after expires_in, or once after a 401"},
	{control.SecretInQuery, "send secrets in the body or the Authorization header"},
	{control.MalformedCredentials, "send id and secret unchanged"},
	{control.PagesRepeat, "request the list once: it is complete, and offset is ignored"},
	{control.DuplicateKey, "send each property name once"},
	{
		control.LoneSurrogate,
		"encode complete characters: truncate and escape text by characters, not by UTF-16 code " +
			"units",
	},
	{control.MisspeltScope, "send the scope as spelled in the documents"},
	{control.ScopeSyntax, "send each scope as its own element"},
	{
		control.EmptyScope,
		"name the scopes of the token, or omit scope for all rights of the user",
	},
	{control.IgnoredParameter, "send the parameter once, with a value"},
}
