package scenarios

import (
	"net/http"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// edgeCases lists scenarios about situations that no other scenario causes. The observer checks
// most of their promises.
var edgeCases = []contract.Scenario{
	{
		ID: "patch/id-is-exact",
		Promise: "Part of a token's id, and the id in upper case, match no token: patch and " +
			"delete return 404.",
		Sources:  []string{deleteUnknown, "#unknown-id-is-404"},
		Features: writes(contract.SeededTokens),
		Rules:    []rule.ID{rule.ExactID, rule.UnknownID},
		Run: func(t *contract.T) {
			const whole = "0123456789abcdefc0ffeec0ffeec0ff"
			t.SeedToken(control.NewToken{Owner: t.OwnerName(), Name: t.UniqueName(), ID: whole})
			before := ownTokens(t.Owner())
			for _, id := range []string{
				whole[:16], whole[16:], whole[:31], whole + "0", strings.ToUpper(whole),
			} {
				t.Owner().Patch(id,
					replace("/name", t.UniqueName())).ExpectError(http.StatusNotFound)
				t.Owner().Delete(id).ExpectError(http.StatusNotFound)
			}
			t.Equal("tokens", before, ownTokens(t.Owner()))
		},
	},
	{
		ID:       "lifecycle/access-token-gains-no-scopes",
		Promise:  "An access token does not gain the scopes that its token gets after the login.",
		Sources:  []string{"#access-token-outlives-scope-change"},
		Evidence: evidence.Published, Versions: sinceV3,
		Rules: []rule.ID{rule.OperationScopes, rule.AccessTokenOutlives},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate(withScopes(defaultScope))
			c := t.Login(token.Credentials())
			t.Owner().Patch(token.ID,
				replace("/scope", []string{scopeAll})).ExpectStatus(http.StatusOK)
			c.ListOwn().ExpectError(http.StatusForbidden)
		},
	},
	{
		ID:      "token/check-token-of-one-scope",
		Promise: "check_token returns exactly the scopes of the access token.",
		Sources: []string{"#check-token"},
		Rules:   []rule.ID{rule.OAuthCheckToken, rule.ClaimsAgree},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate(withScopes(myRead))
			login := mustLogin(t, token.Credentials())
			got := t.Anonymous().PostForm("/oauth/check_token", "token",
				login.AccessToken.Value).Introspection()
			t.Equal("scope", contract.Value([]string{myRead}), got.Scope)
		},
	},
	{
		ID:       "expiry/never-with-validity",
		Promise:  "A token that never expires has the validity and the scope of the request.",
		Sources:  []string{validityPointer},
		Versions: contract.Current,
		Rules:    []rule.ID{rule.ValidityBounds, rule.StoredAsSent},
		Run: func(t *contract.T) {
			token := t.Owner().Create(contract.Body{
				"name": t.UniqueName(), "userAwareTokenNeverExpires": true,
				"accessTokenValiditySeconds": 900, "scope": []string{myRead},
			}).Token()
			t.Equal("accessTokenValiditySeconds", float64(900),
				token.AccessTokenValiditySeconds.Value)
			t.Equal("scope", []string{myRead}, token.Scope.Value)
			login := mustLogin(t, token.Credentials())
			t.Equal("expires_in", float64(900), login.ExpiresIn.Value)
		},
	},
	lastUsedSetBy("multipart-form", "in a multipart form", "#token-multipart", evidence.Published,
		func(t *contract.T, credentials contract.Credentials) *contract.Response {
			const boundary = "boundary-of-the-form"
			body := multipartBody(boundary, `Content-Disposition: form-data; name="%s"`,
				loginForm(credentials))
			return postLogin(t.Anonymous(), nil, "multipart/form-data; boundary="+boundary, body)
		}),
	lastUsedSetBy("query", "in the query", "#token-query", evidence.Published,
		func(t *contract.T, credentials contract.Credentials) *contract.Response {
			return postLogin(t.Anonymous(), loginForm(credentials), "", "")
		}),
	lastUsedSetBy("basic", "by HTTP Basic", "#token-basic", evidence.Observed,
		func(t *contract.T, credentials contract.Credentials) *contract.Response {
			return postLogin(withBasicAuth(t, credentials), nil, urlencoded,
				"grant_type=client_credentials")
		}),
}

// lastUsedSetBy returns a scenario in which a form of login request sets lastUsed.
func lastUsedSetBy(
	id, how, fact string, evidence evidence.Level,
	loginBy func(*contract.T, contract.Credentials) *contract.Response,
) contract.Scenario {
	return contract.Scenario{
		ID:       "lifecycle/last-used-is-set-by/" + id,
		Promise:  "The first login " + how + " sets lastUsed to the present time.",
		Sources:  []string{lastUsedText, fact},
		Evidence: evidence, Rules: []rule.ID{rule.LastUsed},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			expectLogin(t, loginBy(t, token.Credentials()))
			listed := t.Owner().MustFind(token.ID)
			if !listed.LastUsed.HasValue() {
				t.Fatalf("lastUsed is %v after a login %s", listed.LastUsed, how)
			}
			expectUsedNow(t, listed)
		},
	}
}
