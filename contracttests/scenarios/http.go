package scenarios

import (
	"net/http"
	"net/url"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
)

const (
	headMethod         = "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2"
	unauthorizedStatus = "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2"
)

// httpConformance lists scenarios about HTTP semantics that clients and tools rely on.
var httpConformance = []contract.Scenario{
	{
		ID: "errors/401-has-a-challenge", Promise: "A 401 of the API has a Bearer challenge.",
		Sources:  []string{unauthorizedStatus, "https://www.rfc-editor.org/rfc/rfc6750#section-3"},
		Features: reads(), Rules: []rule.ID{rule.Challenge, rule.BearerRequired},
		Run: func(t *contract.T) {
			list := get(t.CollectionPath())
			expectChallenge(t, t.Anonymous().Send(list).ExpectStatus(http.StatusUnauthorized),
				"bearer")
			bad := t.Anonymous().WithHeader("Authorization",
				"Bearer patmock").Send(list).ExpectStatus(http.StatusUnauthorized)
			expectChallenge(t, bad, "bearer")
			if header := bad.Header("WWW-Authenticate"); !strings.Contains(header,
				`error="invalid_token"`) {
				t.Errorf("WWW-Authenticate is %q, expected the error invalid_token", header)
			}
		},
	},
	{
		ID: "list/head", Promise: "HEAD of the list has the status of GET, and no body.",
		Sources: []string{headMethod}, Rules: []rule.ID{rule.Head},
		Features: reads(contract.SecondIdentity),
		Run: func(t *contract.T) {
			for _, owner := range []string{"me", unknownID} {
				list := contract.Request{
					Method: http.MethodGet, Path: t.CollectionPath(),
					Query: url.Values{"owner-id": {owner}},
				}
				want := t.Second().Send(list)
				list.Method = http.MethodHead
				got := t.Second().Send(list).ExpectStatus(want.StatusCode())
				t.Equal("the body", "", got.Text())
				t.Equal("Content-Type", want.Header("Content-Type"), got.Header("Content-Type"))
			}
		},
	},
	{
		ID:      "token/401-has-a-challenge",
		Promise: "A 401 of the token endpoint has a Basic challenge.",
		Sources: []string{
			unauthorizedStatus, "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
		},
		Rules:    []rule.ID{rule.Challenge, rule.TokenBadCredentials},
		Versions: contract.Unversioned,
		// A wrong secret may lock the token of the login.
		Features: reads(contract.DisposableTokens),
		Run: func(t *contract.T) {
			bad := ownerCredentials(t)
			bad.ClientSecret = strings.Repeat("0", len(bad.ClientSecret))
			expectChallenge(t,
				t.Anonymous().RequestToken(bad).ExpectStatus(http.StatusUnauthorized), "basic")
		},
	},
}

// expectChallenge expects a challenge with a scheme, ignoring case.
func expectChallenge(t *contract.T, r *contract.Response, scheme string) {
	header := r.Header("WWW-Authenticate")
	got, _, _ := strings.Cut(header, " ")
	if !strings.EqualFold(got, scheme) {
		t.Errorf("WWW-Authenticate is %q, expected a challenge of the scheme %s", header, scheme)
	}
}
