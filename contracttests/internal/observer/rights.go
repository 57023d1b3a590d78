package observer

import (
	"net/http"
	"slices"

	"example.com/patmock/spec/rule"
)

// The scopes that permit operations on tokens.
var (
	manageScopes = []string{
		"sp:my-personal-access-tokens:manage", "sp:all-personal-access-tokens:manage",
	}
	acceptedScopes = map[Operation][]string{
		List: append([]string{
			"sp:my-personal-access-tokens:read", "sp:all-personal-access-tokens:read",
		}, manageScopes...),
		Create: manageScopes,
		Delete: manageScopes,
		Patch:  {"sp:my-personal-access-tokens:manage"},
		Bulk:   {"sp:all-personal-access-tokens:manage"},

		Identities: identityScopes, Identity: identityScopes,
	}
	identityScopes = []string{"idn:identity:read", "idn:identity:manage"}
)

// checkRights checks that an operation succeeds if and only if the scopes of the access token
// permit it.
func (o *Observer) checkRights(e *exchange) {
	scopes, isOperation := acceptedScopes[e.Op]
	s := e.session
	if !isOperation && e.Op != PublicIdentities || s == nil {
		return
	}
	opens := e.Op == PublicIdentities || slices.ContainsFunc(s.scopes, func(scope string) bool {
		return scope == "sp:scopes:all" || slices.Contains(scopes, scope)
	})
	switch {
	case e.ok() && s.identity == "":
		o.report(rule.NoApplicationAuth, "",
			"the %s of a client without a user is %d, expected 403", e.Op, e.Status)
	case e.ok() && !opens:
		o.report(rule.OperationScopes, string(e.Op),
			"the %s is %d with an access token that has the scopes %q, expected 403", e.Op,
			e.Status, s.scopes)
	case e.Status == http.StatusForbidden && opens && s.identity != "" && o.isOnOwnTokens(e):
		o.report(rule.OperationScopes, string(e.Op)+" rejected",
			"the %s of the caller's own tokens is 403 with an access token that has the scopes %q",
			e.Op, s.scopes)
	case e.ok() && !s.expires.IsZero() && o.now.Sub(s.expires) > clockTolerance:
		o.report(rule.AccessTokenExpires, "",
			"the %s is %d with an access token that expired at %s",
			e.Op, e.Status, formatTime(s.expires))
	case e.Status == http.StatusUnauthorized && !o.options.RealTenant &&
		s.expires.Sub(o.now) > clockTolerance && !o.isDeleted(s.client):
		o.report(rule.BearerRequired, "", "the %s is 401 with an access token that expires at %s",
			e.Op, formatTime(s.expires))
	}
}

// isOnOwnTokens reports whether a request is certainly about the caller's own tokens.
func (o *Observer) isOnOwnTokens(e *exchange) bool {
	switch e.Op {
	case List:
		return e.Query.Get("owner-id") == "me"
	case Create:
		return true
	case PublicIdentities, Identities, Identity:
		// which user levels have the right is not published
		return !o.options.RealTenant
	case Patch, Delete:
		t := o.tokens[e.ID]
		return t != nil && t.owner() == e.caller() && !t.managed()
	}
	return false
}

// isDeleted reports whether the token with that id is deleted.
func (o *Observer) isDeleted(id string) bool {
	t := o.tokens[id]
	return t != nil && t.deleted
}
