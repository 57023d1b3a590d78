package scenarios

import (
	"net/http"
	"slices"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// The published scopes for tokens.
const (
	myRead       = "sp:my-personal-access-tokens:read"
	myManage     = "sp:my-personal-access-tokens:manage"
	allRead      = "sp:all-personal-access-tokens:read"
	allManage    = "sp:all-personal-access-tokens:manage"
	scopeAll     = "sp:scopes:all"
	defaultScope = "sp:scopes:default"
	foreignScope = "idn:nelm:manage"
)

const authorizationPage = "https://developer.sailpoint.com/docs/api/authorization"

// unknownID has the form of an id, but no token has it.
const unknownID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// operation is an operation of the version, with a valid request.
type operation struct {
	name string
	call func(c *contract.Client) *contract.Response
}

// operations returns the operations of the version, with requests that change nothing except
// create: the ids are unknown.
func operations(t *contract.T) []operation {
	all := []operation{
		{"list", func(c *contract.Client) *contract.Response { return c.ListOwn() }},
		{"create", func(c *contract.Client) *contract.Response {
			return c.Create(c.NewTokenBody())
		}},
		{"patch", func(c *contract.Client) *contract.Response {
			return c.Patch(unknownID, replace("/name", t.UniqueName()))
		}},
		{"delete", func(c *contract.Client) *contract.Response { return c.Delete(unknownID) }},
	}
	if t.Version() != version.V1 {
		return all
	}
	return append(
		all,
		operation{"bulk", func(c *contract.Client) *contract.Response {
			return c.Bulk([]string{unknownID}, laterExpiry(t))
		}},
		operation{"bulk by POST", func(c *contract.Client) *contract.Response {
			return bulkByPost(c, []string{unknownID}, laterExpiry(t))
		}},
	)
}

// laterExpiry returns an operation that extends the lifetime of a token.
func laterExpiry(t *contract.T) contract.Op {
	return replace("/expirationDate", contract.FormatTime(t.Expiry().Add(time.Hour)))
}

// checkStatus reports a failure unless the response has a status. The scenario continues.
func checkStatus(t *contract.T, subject string, r *contract.Response, want int) {
	if r.StatusCode() != want {
		t.Errorf("%s: status is %d, expected %d", subject, r.StatusCode(), want)
	}
}

// expectUnauthorized expects a 401 from each operation.
func expectUnauthorized(t *contract.T, c *contract.Client) {
	for _, op := range slices.Concat(operations(t), identityOperations(t)) {
		r := op.call(c)
		checkStatus(t, op.name, r, http.StatusUnauthorized)
		if r.StatusCode() == http.StatusUnauthorized {
			expectUnauthorizedForm(t, r)
		}
	}
}

// expectForbidden expects a 403 from each operation.
func expectForbidden(t *contract.T, c *contract.Client) {
	for _, op := range operations(t) {
		r := op.call(c)
		checkStatus(t, op.name, r, http.StatusForbidden)
		if r.StatusCode() == http.StatusForbidden {
			expectErrorForm(t, r)
		}
	}
}

// invalidBearer returns two scenarios about an invalid access token: one for all operations, and
// one that only reads.
func invalidBearer(
	id, subject string, client func(t *contract.T) *contract.Client,
) []contract.Scenario {
	s := contract.Scenario{
		ID: "auth/" + id, Promise: "Each operation rejects " + subject + " with 401.",
		Sources: []string{
			"v2026 #/components/responses/401",
			authorizationPage,
			"#bearer-required",
		},
		Rules: []rule.ID{"bearer-required", "error-401"},
		Run:   func(t *contract.T) { expectUnauthorized(t, client(t)) },
	}
	list := s
	list.ID, list.Promise, list.Features = "auth/list-rejects/"+id,
		"The list rejects "+subject+" with 401.", reads()
	list.Run = func(t *contract.T) {
		expectUnauthorizedForm(t, client(t).ListOwn().ExpectStatus(http.StatusUnauthorized))
	}
	return []contract.Scenario{s, list}
}

var authBearers = slices.Concat(
	invalidBearer("no-header", "a request without an Authorization header",
		func(t *contract.T) *contract.Client { return t.Anonymous() }),
	invalidBearer("empty-bearer", "an empty bearer token",
		func(t *contract.T) *contract.Client {
			return t.Anonymous().WithHeader("Authorization", "Bearer ")
		}),
	invalidBearer("wrong-scheme",
		"another scheme, such as Basic with valid credentials,",
		func(t *contract.T) *contract.Client {
			return withBasicAuth(t, ownerCredentials(t))
		}),
	invalidBearer("bearer-without-scheme", "an access token without a scheme",
		func(t *contract.T) *contract.Client {
			return t.Anonymous().WithHeader("Authorization", t.Owner().Bearer())
		}),
	invalidBearer("garbage-bearer", "a bearer token that is not an access token",
		func(t *contract.T) *contract.Client { return t.WithBearer("garbage") }),
	invalidBearer("changed-signature", "an access token with a changed signature",
		func(t *contract.T) *contract.Client {
			return t.WithBearer(changeSignature(t.Owner().Bearer()))
		}),
	invalidBearer("unsigned-bearer", "an unsigned access token",
		func(t *contract.T) *contract.Client {
			return t.WithBearer(removeSignature(t.Owner().Bearer()))
		}),
)

var auth = []contract.Scenario{
	{
		ID:      "auth/rejected-create-makes-nothing",
		Promise: "A create that is rejected with 401 or 403 creates no token.",
		Sources: []string{
			authorizationPage,
			"#bearer-required",
			"#forbidden-is-403",
			"#rejected-requests-change-nothing",
		},
		Rules: []rule.ID{"bearer-required", "operation-scopes"},
		Run: func(t *contract.T) {
			c, reader := t.Owner(), ownerWithScopes(t, myRead)
			expectNothingCreated(t, func() {
				t.Anonymous().Create(c.NewTokenBody()).ExpectStatus(http.StatusUnauthorized)
				reader.Create(c.NewTokenBody()).ExpectError(http.StatusForbidden)
			})
		},
	},
	{
		ID:       "auth/scheme-in-lower-case",
		Promise:  "The scheme Bearer is case-insensitive: it may be written as in token_type.",
		Sources:  []string{"https://www.rfc-editor.org/rfc/rfc9110#section-11.1"},
		Evidence: evidence.Assumed, Features: reads(), Rules: []rule.ID{"bearer-required"},
		Run: func(t *contract.T) {
			t.Anonymous().WithHeader("Authorization",
				"bearer "+t.Owner().Bearer()).ListOwn().ExpectStatus(http.StatusOK)
		},
	},
	{
		ID:      "auth/default-scope-opens-nothing",
		Promise: "Each operation rejects an access token that has only sp:scopes:default with 403.",
		Sources: []string{authorizationPage, "#scope-default"},
		Rules:   []rule.ID{"scope-default", "operation-scopes"},
		Run:     func(t *contract.T) { expectForbidden(t, ownerWithScopes(t, defaultScope)) },
	},
	{
		ID: "auth/foreign-scope-opens-nothing",
		Promise: "Each operation rejects an access token that has only a scope of another API " +
			"with 403.",
		Sources: []string{authorizationPage, "#one-scope-suffices"},
		Rules:   []rule.ID{"operation-scopes"},
		Run:     func(t *contract.T) { expectForbidden(t, ownerWithScopes(t, foreignScope)) },
	},
	{
		ID:      "auth/unknown-scope-opens-nothing",
		Promise: "An unknown scope is stored and grants no rights.",
		Sources: []string{"#unknown-scope-is-stored"},
		Rules:   []rule.ID{rule.UnknownScope, rule.OperationScopes},
		Run: func(t *contract.T) {
			const unknown = "sp:no-such-scope:read"
			token := t.Owner().MustCreate(withScopes(unknown))
			t.Equal("scope", []string{unknown}, token.Scope.Value)
			expectForbidden(t, t.Login(token.Credentials()))
		},
	},
	{
		ID:      "auth/scopes-add-up",
		Promise: "An access token has the rights of all its scopes.",
		Sources: []string{authorizationPage, "#scopes-add-up"},
		Rules:   []rule.ID{"operation-scopes"},
		Run: func(t *contract.T) {
			ownerWithScopes(t, defaultScope, myRead).ListOwn().ExpectStatus(http.StatusOK)
			c := ownerWithScopes(t, myRead, myManage)
			c.ListOwn().ExpectStatus(http.StatusOK)
			c.MustCreate()
			ownerWithScopes(t, defaultScope, scopeAll).MustCreate()
		},
	},
	{
		ID:      "auth/api-client-is-rejected",
		Promise: "Each operation rejects an API client without a user with 403.",
		Sources: []string{
			"v2026 #/paths/~1personal-access-tokens/post/security",
			"#api-clients-are-forbidden",
		},
		Features: writes(contract.APIClient), Rules: []rule.ID{"no-application-auth"},
		Run: func(t *contract.T) {
			_, _, _, client := t.Credentials()
			c := t.Login(client)
			expectForbidden(t, c)
			c.List().ExpectError(http.StatusForbidden)
			for _, op := range identityOperations(t) {
				checkStatus(t, op.name, op.call(c), http.StatusForbidden)
			}
		},
	},
	{
		ID:       "auth/list-with-experimental-header",
		Promise:  "The list accepts the header X-SailPoint-Experimental.",
		Sources:  []string{"#experimental-header"},
		Features: reads(), Rules: []rule.ID{"experimental-header"},
		Run: func(t *contract.T) {
			t.Owner().WithHeader("X-SailPoint-Experimental",
				"true").ListOwn().ExpectStatus(http.StatusOK)
		},
	},
	{
		ID: "auth/experimental-header-is-tolerated",
		Promise: "Every operation accepts the header X-SailPoint-Experimental, and none requires " +
			"it.",
		Sources: []string{"#experimental-header"},
		Rules:   []rule.ID{"experimental-header"},
		Run: func(t *contract.T) {
			for _, c := range []*contract.Client{
				t.Owner(), t.Owner().WithHeader("X-SailPoint-Experimental", "true"),
			} {
				token := c.MustCreate()
				c.ListOwn().ExpectStatus(http.StatusOK)
				c.Patch(token.ID, replace("/name", t.UniqueName())).ExpectStatus(http.StatusOK)
				c.MustDelete(token.ID)
			}
		},
	},
}

// loginWithScopes logs in with a new token of the client's user that has the given scopes.
func loginWithScopes(t *contract.T, c *contract.Client, scopes ...string) *contract.Client {
	return t.Login(c.MustCreate(withScopes(scopes...)).Credentials())
}

func ownerWithScopes(t *contract.T, scopes ...string) *contract.Client {
	return loginWithScopes(t, t.Owner(), scopes...)
}
