package scenarios

import (
	"net/http"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
)

var loginQuestions = []contract.Scenario{
	loginQuestion("unsupported-grant", contract.Scenario{
		ID:       "token/question-unknown-grant",
		Promise:  "An unknown grant is 400 unsupported_grant_type.",
		Sources:  []string{"#unknown-grant-is-400"},
		Versions: contract.Unversioned, Features: reads(), Rules: []rule.ID{"token-grants"},
	}, http.StatusBadRequest, "unsupported_grant_type", func(t *contract.T) *contract.Response {
		return loginWithGrant(t, "no_such_grant")
	}),
	loginQuestion("missing-grant", contract.Scenario{
		ID:       "token/question-missing-grant",
		Promise:  "A login without grant_type is 400 invalid_request.",
		Sources:  []string{"#missing-grant-is-400"},
		Versions: contract.Unversioned, Features: reads(), Rules: []rule.ID{"token-grants"},
	}, http.StatusBadRequest, "invalid_request", func(t *contract.T) *contract.Response {
		return loginWithGrant(t, "")
	}),
	loginQuestion("password-grant", contract.Scenario{
		ID:       "token/question-password-grant",
		Promise:  "The password grant is 400 unsupported_grant_type.",
		Sources:  []string{"#password-grant-is-unsupported", "#password-grant-was-seen"},
		Versions: contract.Unversioned, Features: reads(), Rules: []rule.ID{rule.TokenGrants},
	}, http.StatusBadRequest, "unsupported_grant_type", func(t *contract.T) *contract.Response {
		return loginWithGrant(t, "password")
	}),
	question("", contract.Scenario{
		ID:       "token/question-other-grants",
		Promise:  "A grant that a personal access token cannot use is rejected.",
		Sources:  []string{"#foreign-grant-is-401", "#documented-grants"},
		Versions: contract.Unversioned, Features: reads(), Rules: []rule.ID{"token-grants"},
	}, func(t *contract.T, record record) {
		for _, grant := range []string{"authorization_code", "refresh_token"} {
			expectAnyLoginError(t, record(loginWithGrant(t, grant)))
		}
	}),
	loginQuestion("login-expired", contract.Scenario{
		ID:      "lifecycle/question-login-of-an-expired-token",
		Promise: "A login with an expired token is 401 invalid_client.",
		Sources: []string{"#login-of-an-expired-token-is-401"},
		Rules:   []rule.ID{"token-deleted-or-expired"},
	}, http.StatusUnauthorized, "invalid_client", func(t *contract.T) *contract.Response {
		const life = 10 * time.Second
		token := t.Owner().MustCreate(contract.Body{
			"expirationDate": contract.FormatTime(t.Now().Add(life)),
		})
		t.AdvanceTime(life + 5*time.Second) // clocks may differ by seconds
		return t.Anonymous().RequestToken(token.Credentials())
	}),
	loginQuestion("login-deleted", contract.Scenario{
		ID:      "lifecycle/question-login-of-a-deleted-token",
		Promise: "A login with a deleted token is 401 invalid_client.",
		Sources: []string{"#login-of-a-deleted-token-is-401"},
		Rules:   []rule.ID{"token-deleted-or-expired"},
	}, http.StatusUnauthorized, "invalid_client", func(t *contract.T) *contract.Response {
		token := t.Owner().MustCreate()
		t.Owner().MustDelete(token.ID)
		return t.Anonymous().RequestToken(token.Credentials())
	}),
	servedQuestion("access-token-of-deleted", contract.Scenario{
		ID:      "lifecycle/question-access-token-of-a-deleted-token",
		Promise: "An access token of a deleted token is accepted until it expires.",
		Sources: []string{"#access-token-outlives-deletion"},
	}, func(t *contract.T) *contract.Response {
		token := t.Owner().MustCreate()
		c := t.Login(token.Credentials())
		t.Owner().MustDelete(token.ID)
		return c.ListOwn()
	}),
	question("signature", contract.Scenario{
		ID:       "token/question-signature",
		Promise:  "An access token is signed with ES256, and its header has no key id.",
		Sources:  []string{"#access-token-algorithm"},
		Versions: contract.Unversioned, Features: reads(), Rules: []rule.ID{"access-token-is-jws"},
	}, func(t *contract.T, record record) {
		login := expectLogin(t, record(t.Anonymous().RequestToken(ownerCredentials(t))))
		header, _ := decodeAccessToken(t, login.AccessToken.Value)
		t.Notef("alg %v, kid %v", header.Alg, header.Kid)
		t.Equal("alg", "ES256", header.Alg.Value)
		t.Equal("kid", "", header.Kid.Value)
	}),
	question("", contract.Scenario{
		ID:      "token/question-keys",
		Promise: "No keys are published for the verification of access tokens.",
		Sources: []string{"#no-published-keys"}, Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{rule.NoPublishedKeys},
	}, func(t *contract.T, record record) {
		for _, path := range []string{"/.well-known/jwks.json", "/oauth/jwks"} {
			r := record(t.Anonymous().Send(get(path)))
			t.Notef("to %s", path)
			r.ExpectError(http.StatusNotFound)
		}
	}),
}

// loginQuestion returns a question about a login that patmock rejects.
func loginQuestion(entry string, s contract.Scenario, status int, kind string,
	call func(t *contract.T) *contract.Response,
) contract.Scenario {
	return question(entry, s, func(t *contract.T, record record) {
		expectLoginError(t, record(call(t)), status, kind)
	})
}

// loginWithGrant requests an access token with a grant, or without one if grant is empty.
func loginWithGrant(t *contract.T, grant string) *contract.Response {
	form := loginForm(ownerCredentials(t))
	form.Del("grant_type")
	if grant != "" {
		form.Set("grant_type", grant)
	}
	return postLogin(t.Anonymous(), nil, urlencoded, form.Encode())
}
