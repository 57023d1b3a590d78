package scenarios

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// authenticationPage describes the token endpoint.
const authenticationPage = "https://developer.sailpoint.com/docs/api/authentication"

const (
	urlencoded = "application/x-www-form-urlencoded"
	loginPath  = "/oauth/token"
)

// expectLogin expects a login response with an access token.
func expectLogin(t *contract.T, r *contract.Response) contract.Login {
	login := r.ExpectStatus(http.StatusOK).Login()
	if login.AccessToken.Value == "" {
		t.Errorf("the response has no access_token")
	}
	return login
}

// withBasicAuth returns a client with id and secret in HTTP Basic authentication.
func withBasicAuth(t *contract.T, credentials contract.Credentials) *contract.Client {
	request := http.Request{Header: http.Header{}}
	request.SetBasicAuth(credentials.ClientID, credentials.ClientSecret)
	return t.Anonymous().WithHeader("Authorization", request.Header.Get("Authorization"))
}

// mustLogin expects that a login succeeds, and expectLoginRejected that it is rejected.
func mustLogin(t *contract.T, credentials contract.Credentials) contract.Login {
	return expectLogin(t, t.Anonymous().RequestToken(credentials))
}

func expectLoginRejected(t *contract.T, credentials contract.Credentials) {
	expectLoginError(t, t.Anonymous().RequestToken(credentials), http.StatusUnauthorized,
		"invalid_client")
}

// expectLoginError expects an error of RFC 6749 with a status and an error code.
func expectLoginError(t *contract.T, r *contract.Response, status int, kind string) {
	t.Equal("error", kind, r.ExpectStatus(status).ErrorBody().Error.Value)
	if r.Login().AccessToken.Present {
		t.Errorf("the rejection has an access_token")
	}
}

// postLogin posts any query and body to the token endpoint.
func postLogin(c *contract.Client, query url.Values, contentType, body string) *contract.Response {
	return c.Send(contract.Request{
		Method: http.MethodPost, Path: loginPath, Query: query, ContentType: contentType,
		Body: body,
	})
}

func loginForm(credentials contract.Credentials) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "client_id": {credentials.ClientID},
		"client_secret": {
			credentials.ClientSecret,
		},
	}
}

// ownerCredentials returns the credentials of the first identity.
func ownerCredentials(t *contract.T) contract.Credentials {
	owner, _, _, _ := t.Credentials()
	return owner
}

// multipartBody encodes a form as multipart. head has the headers of each part, with %s for the
// name.
func multipartBody(boundary, head string, form url.Values) string {
	var b strings.Builder
	for _, name := range []string{"grant_type", "client_id", "client_secret"} {
		fmt.Fprintf(&b, "--%s\r\n"+head+"\r\n\r\n%s\r\n", boundary, name, form.Get(name))
	}
	return b.String() + "--" + boundary + "--\r\n"
}

var token = []contract.Scenario{
	{
		ID:       "token/urlencoded-form",
		Promise:  "An id and secret in an urlencoded form return an access token.",
		Sources:  []string{authenticationPage, "#token-form"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-form"},
		Run: func(t *contract.T) { mustLogin(t, ownerCredentials(t)) },
	},
	{
		ID: "token/multipart-form-of-javascript",
		Promise: "An id and secret in a multipart form, as JavaScript sends it, return an access " +
			"token.",
		Sources:  []string{authenticationPage, "#token-multipart", "#multipart-of-typescript"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-multipart"},
		Run: func(t *contract.T) {
			const boundary = "--------------------------104411303742914211117123"
			body := multipartBody(boundary, `Content-Disposition: form-data; name="%s"`,
				loginForm(ownerCredentials(t)))
			expectLogin(t,
				postLogin(t.Anonymous(), nil, "multipart/form-data; boundary="+boundary, body))
		},
	},
	{
		ID:       "token/multipart-form-of-dotnet",
		Promise:  "An id and secret in a multipart form, as .NET sends it, return an access token.",
		Sources:  []string{authenticationPage, "#token-multipart", "#multipart-of-powershell"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-multipart"},
		Run: func(t *contract.T) {
			const boundary = "4d2c7a1e-2f0b-4c55-9d0e-3b1f0f6f2a11"
			body := multipartBody(boundary,
				"Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; "+
					"name=%s", loginForm(ownerCredentials(t)))
			expectLogin(t,
				postLogin(t.Anonymous(), nil, `multipart/form-data; boundary="`+boundary+`"`, body))
		},
	},
	{
		ID: "token/query", Promise: "An id and secret in the query return an access token.",
		Sources:  []string{authenticationPage, "#token-query"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-query"},
		Run: func(t *contract.T) {
			expectLogin(t, postLogin(t.Anonymous(), loginForm(ownerCredentials(t)), "", ""))
		},
	},
	{
		ID:       "token/split-between-query-and-form",
		Promise:  "The grant may be in the query, with id and secret in the form.",
		Sources:  []string{"#token-split"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-split"},
		Run: func(t *contract.T) {
			form := loginForm(ownerCredentials(t))
			form.Del("grant_type")
			expectLogin(t,
				postLogin(t.Anonymous(), url.Values{"grant_type": {"client_credentials"}},
					urlencoded, form.Encode()))
		},
	},
	{
		ID:       "token/basic",
		Promise:  "An id and secret in HTTP Basic authentication return an access token.",
		Sources:  []string{"#token-basic"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-basic"},
		Run: func(t *contract.T) {
			expectLogin(t,
				postLogin(withBasicAuth(t, ownerCredentials(t)), nil, urlencoded,
					"grant_type=client_credentials"))
		},
	},
	{
		ID:       "token/json-is-not-read",
		Promise:  "An id and secret in a JSON body are not read: the login is rejected.",
		Sources:  []string{"#token-json-is-not-read"},
		Evidence: evidence.Assumed, Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-no-json"},
		Run: func(t *contract.T) {
			credentials := ownerCredentials(t)
			body := fmt.Sprintf(`{"grant_type":"client_credentials","client_id":%q,`+
				`"client_secret":%q}`, credentials.ClientID, credentials.ClientSecret)
			expectLoginError(t, postLogin(t.Anonymous(), nil, "application/json", body),
				http.StatusUnauthorized, "unauthorized")
		},
	},
	{
		ID:       "token/unknown-parameters-are-ignored",
		Promise:  "The token endpoint ignores an unknown parameter or header.",
		Sources:  []string{"#token-unknown-parameters"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"unknown-ignored"},
		Run: func(t *contract.T) {
			form := loginForm(ownerCredentials(t))
			form.Set("colour", "blue")
			c := t.Anonymous().WithHeader("Scope",
				scopeAll).ExpectInvalid("query parameter audience", "/colour")
			expectLogin(t,
				postLogin(c, url.Values{"audience": {"unknown"}}, urlencoded, form.Encode()))
		},
	},
	{
		ID: "token/scope-parameter-is-ignored",
		Promise: "The token endpoint ignores a scope parameter: the access token has the scopes " +
			"of its token.",
		Sources: []string{"#token-scope-parameter"},
		Rules:   []rule.ID{"token-scope-ignored"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate(withScopes(myRead))
			form := loginForm(token.Credentials())
			form.Set("scope", defaultScope)
			body := expectLogin(t,
				postLogin(t.Anonymous().ExpectInvalid("/scope"), nil, urlencoded, form.Encode()))
			t.Equal("scope", myRead, body.Scope.Value)
			t.WithBearer(body.AccessToken.Value).ListOwn().ExpectStatus(http.StatusOK)
		},
	},
	{
		ID: "token/leading-slashes",
		Promise: "The token endpoint is reached with two leading slashes in its path, without a " +
			"redirect.",
		Sources:  []string{"#leading-slashes"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"leading-slashes"},
		Run: func(t *contract.T) {
			expectLogin(t, t.Anonymous().Send(contract.Request{
				Method: http.MethodPost, Path: "/" + loginPath, ContentType: urlencoded,
				Body: loginForm(ownerCredentials(t)).Encode(),
			}))
		},
	},
	{
		ID:       "token/wrong-id",
		Promise:  "An unknown id is rejected with 401 invalid_client.",
		Sources:  []string{"#bad-credentials-are-401"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-bad-credentials"},
		Run: func(t *contract.T) {
			credentials := ownerCredentials(t)
			credentials.ClientID = unknownID
			expectLoginRejected(t, credentials)
		},
	},
	{
		ID:       "token/wrong-secret",
		Promise:  "A wrong secret is rejected with 401 invalid_client.",
		Sources:  []string{"#bad-credentials-are-401"},
		Versions: contract.Unversioned,
		// Wrong secrets might lock the token of the run's login.
		Features: reads(contract.DisposableTokens), Rules: []rule.ID{"token-bad-credentials"},
		Run: func(t *contract.T) { expectWrongSecretsRejected(t, ownerCredentials(t)) },
	},
	{
		ID: "token/wrong-secret-of-a-new-token",
		Promise: "A wrong secret of a new token is rejected with 401 invalid_client, and the " +
			"right one is accepted afterwards.",
		Sources:  []string{"#bad-credentials-are-401"},
		Versions: contract.Unversioned,
		Rules:    []rule.ID{"token-bad-credentials"},
		Run: func(t *contract.T) {
			credentials := t.Owner().MustCreate().Credentials()
			expectWrongSecretsRejected(t, credentials)
			mustLogin(t, credentials)
		},
	},
	{
		ID:      "token/secret-of-another-token",
		Promise: "The secret of one token does not log in with the id of another.",
		Sources: []string{"#bad-credentials-are-401"},
		Rules:   []rule.ID{"token-bad-credentials"},
		Run: func(t *contract.T) {
			one, other := t.Owner().MustCreate(), t.Owner().MustCreate()
			invalid := contract.Credentials{ClientID: one.ID, ClientSecret: other.Secret.Value}
			expectLoginRejected(t, invalid)
			mustLogin(t, one.Credentials())
		},
	},
	{
		ID:       "token/no-credentials",
		Promise:  "A login without credentials is rejected with 401 unauthorized.",
		Sources:  []string{"#no-credentials-are-401"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-no-credentials"},
		Run: func(t *contract.T) {
			expectLoginError(t,
				t.Anonymous().PostForm(loginPath, "grant_type", "client_credentials"),
				http.StatusUnauthorized, "unauthorized")
		},
	},
	{
		ID:       "token/no-grant",
		Promise:  "A login without grant_type is rejected with 400 invalid_request.",
		Sources:  []string{"#missing-grant-is-400"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{rule.TokenGrants, rule.MissingGrant},
		Run: func(t *contract.T) {
			form := loginForm(ownerCredentials(t))
			form.Del("grant_type")
			expectLoginError(t, postLogin(t.Anonymous(), nil, urlencoded, form.Encode()),
				http.StatusBadRequest, "invalid_request")
		},
	},
	{
		ID: "token/parameter-with-two-values",
		Promise: "A login with two values of its grant or its id is rejected with 400 " +
			"invalid_request.",
		Sources:  []string{"#two-values-are-400"},
		Versions: contract.Unversioned, Features: reads(), Rules: []rule.ID{rule.TokenParameters},
		Run: func(t *contract.T) {
			for _, second := range []string{
				"&grant_type=refresh_token", "&client_id=" + unknownID,
			} {
				r := postLogin(t.Anonymous(), nil, urlencoded,
					loginForm(ownerCredentials(t)).Encode()+second)
				expectLoginError(t, r, http.StatusBadRequest, "invalid_request")
			}
		},
	},
	{
		ID: "token/basic-contradicts-the-form",
		Promise: "A login with different ids in HTTP Basic authentication and the form is " +
			"rejected with 400 invalid_request.",
		Sources:  []string{"#two-values-are-400"},
		Versions: contract.Unversioned, Features: reads(), Rules: []rule.ID{rule.TokenParameters},
		Run: func(t *contract.T) {
			form := url.Values{"grant_type": {"client_credentials"}, "client_id": {unknownID}}
			r := postLogin(withBasicAuth(t, ownerCredentials(t)), nil, urlencoded, form.Encode())
			expectLoginError(t, r, http.StatusBadRequest, "invalid_request")
		},
	},
	{
		ID:       "token/unknown-grant",
		Promise:  "An unknown grant is rejected with 400 unsupported_grant_type.",
		Sources:  []string{"#unknown-grant-is-400"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{rule.TokenGrants, rule.UnsupportedGrant},
		Run: func(t *contract.T) {
			expectGrantRejected(t, "no_such_grant", http.StatusBadRequest, "unsupported_grant_type")
		},
	},
	{
		ID: "token/password-grant",
		Promise: "The password grant, which tenants no longer support, is rejected with 400 " +
			"unsupported_grant_type.",
		Sources:  []string{"#password-grant-is-unsupported", "#password-grant-was-seen"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{rule.TokenGrants, rule.PasswordGrant},
		Run: func(t *contract.T) {
			expectGrantRejected(t, "password", http.StatusBadRequest, "unsupported_grant_type")
		},
	},
	{
		ID: "token/authorization-code-grant",
		Promise: "A personal access token cannot use the grant authorization_code: 401 " +
			"invalid_client.",
		Sources:  []string{"#foreign-grant-is-401", "#documented-grants"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-grants"},
		Run: func(t *contract.T) {
			expectGrantRejected(t, "authorization_code", http.StatusUnauthorized, "invalid_client")
		},
	},
	{
		ID:       "token/refresh-token-grant",
		Promise:  "A personal access token cannot use the grant refresh_token: 401 invalid_client.",
		Sources:  []string{"#foreign-grant-is-401", "#documented-grants"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-grants"},
		Run: func(t *contract.T) {
			expectGrantRejected(t, "refresh_token", http.StatusUnauthorized, "invalid_client")
		},
	},
}

// expectWrongSecretsRejected tries secrets that differ slightly from the right one.
func expectWrongSecretsRejected(t *contract.T, credentials contract.Credentials) {
	secret := credentials.ClientSecret
	for _, invalid := range []string{
		secret[:len(secret)-1], secret + "0", credentials.ClientID, flipCharacter(secret, 0),
		flipCharacter(secret, len(secret)-1), strings.ToUpper(secret),
	} {
		if invalid == secret {
			continue
		}
		credentials.ClientSecret = invalid
		expectLoginRejected(t, credentials)
	}
}

func expectGrantRejected(t *contract.T, grant string, status int, kind string) {
	expectLoginError(t, loginWithGrant(t, grant), status, kind)
}

// expectAnyLoginError expects a 4xx with any error of RFC 6749.
func expectAnyLoginError(t *contract.T, r *contract.Response) {
	if r.StatusCode() < 400 || r.StatusCode() > 499 {
		t.Errorf("status is %d, expected a rejection", r.StatusCode())
		return
	}
	if r.ErrorBody().Error.Value == "" {
		t.Errorf("the rejection has no error")
	}
}

// flipCharacter changes the character at a position of hexadecimal or base64 text.
func flipCharacter(text string, at int) string {
	other := "A"
	if text[at] == 'A' {
		other = "B"
	}
	return text[:at] + other + text[at+1:]
}
