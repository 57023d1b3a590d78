package scenarios

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/standing"
)

// tolerance is how far the clocks of target and runner may be apart.
const tolerance = time.Minute

// segments decodes header and claims of an access token.
func segments(t *contract.T, bearer string) (header, claims map[string]any) {
	parts := strings.Split(bearer, ".")
	if len(parts) != 3 || parts[2] == "" {
		t.Fatalf("the access token has %d segments, expected three", len(parts))
	}
	for i, into := range []*map[string]any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err == nil {
			err = json.Unmarshal(text, into)
		}
		if err != nil {
			t.Fatalf("segment %d of the access token is no JSON object in base64url: %v", i+1, err)
		}
	}
	return header, claims
}

// tokenAnswer describes what a login answers and what an access token is.
var tokenAnswer = []contract.Scenario{
	{
		ID: "token/answer-says-who-logged-in", Promise: "The answer to a login has the access token, its life and scope, and names tenant, pod, org and user.",
		Sources:  []string{"docs/behaviour.md#login-names-tenant-and-user"},
		Standing: standing.Observed, Versions: contract.Without,
		Rules: []rule.ID{"token-answer"},
		Run: func(t *contract.T) {
			body := loggedIn(t, t.Anonymous().Token(ownerCredentials(t)))
			for _, name := range []string{"access_token", "token_type", "scope", "tenant_id", "pod", "org", "identity_id", "user_name", "jti"} {
				if text, _ := body[name].(string); text == "" {
					t.Errorf("%s is %v, expected a text", name, body[name])
				}
			}
			for _, name := range []string{"strong_auth", "strong_auth_supported"} {
				if _, ok := body[name].(bool); !ok {
					t.Errorf("%s is %v, expected a truth value", name, body[name])
				}
			}
		},
	},
	{
		ID: "token/type-is-bearer-in-lower-case", Promise: "token_type is bearer, in lower case.",
		Sources:  []string{authenticationPage, "docs/behaviour.md#token-type-is-bearer"},
		Standing: standing.Published, Versions: contract.Without,
		Rules: []rule.ID{"token-answer"},
		Run: func(t *contract.T) {
			t.Anonymous().Token(ownerCredentials(t)).Status(http.StatusOK).Has("token_type", "bearer")
		},
	},
	{
		ID: "token/no-refresh-token", Promise: "A personal access token gets no refresh_token.",
		Sources:  []string{authenticationPage, "docs/behaviour.md#no-refresh-token"},
		Standing: standing.Published, Versions: contract.Without,
		Rules: []rule.ID{"token-answer"},
		Run: func(t *contract.T) {
			if _, there := loggedIn(t, t.Anonymous().Token(ownerCredentials(t)))["refresh_token"]; there {
				t.Errorf("the answer has a refresh_token")
			}
		},
	},
	{
		ID: "token/expires-in-is-the-validity", Promise: "expires_in is the accessTokenValiditySeconds of the token, less at most a second.",
		Sources: []string{
			"v2026 #/components/schemas/CreatePersonalAccessTokenRequest/properties/accessTokenValiditySeconds",
			"docs/behaviour.md#expires-in",
		},
		Standing: standing.Published, Needs: []contract.Need{contract.Writes},
		Rules: []rule.ID{"token-expires-in"},
		Run: func(t *contract.T) {
			for _, seconds := range []any{15, 901, 43200, nil} {
				made := t.Owner().Made(contract.Body{"accessTokenValiditySeconds": seconds})
				want, _ := made.Body["accessTokenValiditySeconds"].(float64)
				got, _ := loggedIn(t, t.Anonymous().Token(made.Credentials()))["expires_in"].(float64)
				if got != want && got != want-1 {
					t.Errorf("expires_in is %v, expected %v", got, want)
				}
			}
		},
	},
	{
		ID: "token/access-token-is-a-jws", Promise: "An access token is a JWS in compact form whose header names its algorithm.",
		Sources:  []string{authenticationPage, "docs/behaviour.md#access-token-is-a-jws"},
		Standing: standing.Published, Versions: contract.Without,
		Rules: []rule.ID{"access-token-is-jws"},
		Run: func(t *contract.T) {
			header, _ := segments(t, t.Owner().Bearer())
			if alg, _ := header["alg"].(string); alg == "" || strings.EqualFold(alg, "none") {
				t.Errorf("alg is %v, expected that of a signature", header["alg"])
			}
		},
	},
	{
		ID: "token/claims-name-user-and-client", Promise: "The claims of an access token name its user, org, pod, client, id and expiry, as the answer to the login does.",
		Sources:  []string{authenticationPage, "docs/behaviour.md#access-token-claims"},
		Standing: standing.Published, Versions: contract.Without,
		Rules: []rule.ID{"access-token-is-jws"},
		Run: func(t *contract.T) {
			who := ownerCredentials(t)
			body := loggedIn(t, t.Anonymous().Token(who))
			bearer, _ := body["access_token"].(string)
			_, claims := segments(t, bearer)
			t.Equal("client_id", any(who.ClientID), claims["client_id"])
			for _, name := range []string{"user_name", "org", "pod", "jti"} {
				t.Equal(name, body[name], claims[name])
				if text, _ := claims[name].(string); text == "" {
					t.Errorf("the claim %s is %v, expected a text", name, claims[name])
				}
			}
			life, _ := body["expires_in"].(float64)
			expires(t, claims, t.Now().Add(time.Duration(life)*time.Second))
		},
	},
	{
		ID: "token/access-tokens-have-ids-of-their-own", Promise: "Two logins give two access tokens with different ids.",
		Sources:  []string{"docs/behaviour.md#access-token-id"},
		Standing: standing.Observed, Versions: contract.Without,
		Rules: []rule.ID{"access-token-is-jws"},
		Run: func(t *contract.T) {
			one, other := loggedIn(t, t.Anonymous().Token(ownerCredentials(t))), loggedIn(t, t.Anonymous().Token(ownerCredentials(t)))
			if one["jti"] == other["jti"] || one["access_token"] == other["access_token"] {
				t.Errorf("the second login gives the access token of the first")
			}
		},
	},
	{
		ID: "token/api-client-has-no-user", Promise: "The access token of an API client names no user.",
		Sources:  []string{authenticationPage, "docs/behaviour.md#api-client-has-no-user"},
		Standing: standing.Published, Versions: contract.Without,
		Needs: []contract.Need{contract.APIClient}, Rules: []rule.ID{rule.AccessTokenIsJWS, rule.TokenAnswer},
		Run: func(t *contract.T) {
			_, _, _, client := t.Credentials()
			body := loggedIn(t, t.Anonymous().Token(client))
			bearer, _ := body["access_token"].(string)
			_, claims := segments(t, bearer)
			for _, name := range []string{"user_name", "identity_id"} {
				if body[name] != nil || claims[name] != nil {
					t.Errorf("%s is %v in the answer and %v in the claims, expected neither", name, body[name], claims[name])
				}
			}
		},
	},
	{
		ID: "token/check-token-tells-the-claims", Promise: "check_token answers the claims of a valid access token, with its scopes by name.",
		Sources:  []string{"docs/behaviour.md#check-token"},
		Standing: standing.Observed, Versions: contract.Without,
		Rules: []rule.ID{"oauth-check-token"},
		Run: func(t *contract.T) {
			who := ownerCredentials(t)
			login := loggedIn(t, t.Anonymous().Token(who))
			bearer, _ := login["access_token"].(string)
			r := t.Anonymous().Form("/oauth/check_token", "token", bearer).Status(http.StatusOK)
			r.Has("active", true).Has("client_id", who.ClientID)
			for _, name := range []string{"user_name", "identity_id", "org", "pod", "tenant_id", "jti"} {
				r.Has(name, login[name])
			}
			scopes, _ := login["scope"].(string)
			want := []any{}
			for scope := range strings.FieldsSeq(scopes) {
				want = append(want, scope)
			}
			r.Has("scope", want)
			life, _ := login["expires_in"].(float64)
			expires(t, r.Object(), t.Now().Add(time.Duration(life)*time.Second))
		},
	},
	{
		ID: "token/check-token-refuses-another", Promise: "check_token refuses what is no valid access token with 400 invalid_token.",
		Sources:  []string{"docs/behaviour.md#check-token-error"},
		Standing: standing.Assumed, Versions: contract.Without,
		Rules: []rule.ID{"oauth-check-token"},
		Run: func(t *contract.T) {
			for _, wrong := range []string{"garbage", changedSignature(t.Owner().Bearer()), unsigned(t.Owner().Bearer())} {
				loginRefused(t, t.Anonymous().Form("/oauth/check_token", "token", wrong), http.StatusBadRequest, "invalid_token")
			}
		},
	},
	{
		ID: "token/check-token-refuses-an-expired-one", Promise: "check_token refuses an access token that has expired with 400 invalid_token.",
		Sources:  []string{"docs/behaviour.md#check-token-error"},
		Standing: standing.Assumed, Versions: contract.Without,
		Needs: []contract.Need{contract.Clock}, Rules: []rule.ID{"oauth-check-token", "access-token-expires"},
		Run: func(t *contract.T) {
			bearer := t.Owner().Bearer()
			t.Advance(13 * time.Hour)
			loginRefused(t, t.Anonymous().Form("/oauth/check_token", "token", bearer), http.StatusBadRequest, "invalid_token")
		},
	},
	{
		ID: "token/info-needs-no-login", Promise: "/oauth/info names the tenant, its pod and its endpoints to anybody.",
		Sources:  []string{authenticationPage, "docs/behaviour.md#oauth-info"},
		Standing: standing.Published, Versions: contract.Without,
		Rules: []rule.ID{"oauth-info"},
		Run: func(t *contract.T) {
			info := t.Anonymous().Send(contract.Request{Method: http.MethodGet, Path: "/oauth/info"}).Status(http.StatusOK).Object()
			for _, name := range []string{"tenantId", "tenantName", "authorizeEndpoint", "tokenEndpoint", "cloudDomainUrl", "logoutUrl", "pod"} {
				if text, _ := info[name].(string); text == "" {
					t.Errorf("%s is %v, expected a text", name, info[name])
				}
			}
			if endpoint, _ := info["tokenEndpoint"].(string); !strings.HasSuffix(endpoint, loginPath) {
				t.Errorf("tokenEndpoint is %q, expected one that ends in %s", endpoint, loginPath)
			}
			body := loggedIn(t, t.Anonymous().Token(ownerCredentials(t)))
			t.Equal("tenantId", body["tenant_id"], info["tenantId"])
			t.Equal("pod", body["pod"], info["pod"])
		},
	},
}

// expires compares the claim exp with a moment.
func expires(t *contract.T, claims map[string]any, want time.Time) {
	exp, _ := claims["exp"].(float64)
	if got := time.Unix(int64(exp), 0); got.Sub(want).Abs() > tolerance {
		t.Errorf("exp is %s, expected %s", got.UTC(), want.UTC())
	}
}

// changedSignature is an access token whose signature does not fit any more.
func changedSignature(bearer string) string { return flipped(bearer, strings.LastIndex(bearer, ".")+1) }

// unsigned is an access token that claims to need no signature (RFC 7519, section 6).
func unsigned(bearer string) string {
	parts := strings.SplitN(bearer, ".", 3)
	if len(parts) != 3 {
		return "garbage"
	}
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "."
}
