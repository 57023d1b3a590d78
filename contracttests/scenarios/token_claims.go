package scenarios

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// tolerance is the accepted difference between the clocks of target and runner.
const tolerance = time.Minute

// decodeAccessToken decodes the header and the claims of an access token.
func decodeAccessToken(
	t *contract.T, bearer string,
) (header contract.JOSEHeader, claims contract.Claims) {
	parts := strings.Split(bearer, ".")
	if len(parts) != 3 || parts[2] == "" {
		t.Fatalf("the access token has %d segments, expected three", len(parts))
	}
	for i, into := range []any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err == nil {
			err = json.Unmarshal(text, into)
		}
		if err != nil {
			t.Fatalf("segment %d of the access token is not a JSON object in base64url: %v", i+1,
				err)
		}
	}
	return header, claims
}

// loginResponse lists scenarios about login responses and access tokens.
var loginResponse = []contract.Scenario{
	{
		ID: "token/response-names-the-owner",
		Promise: "The login response has the access token, its lifetime and scope, and names " +
			"tenant, pod, org and user.",
		Sources:  []string{"#login-names-tenant-and-user"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-response"},
		Run: func(t *contract.T) {
			body := mustLogin(t, ownerCredentials(t))
			expectNonEmpty(t,
				stringField{"access_token", body.AccessToken},
				stringField{"token_type", body.TokenType},
				stringField{"scope", body.Scope},
				stringField{"tenant_id", body.TenantID}, stringField{"pod", body.Pod},
				stringField{"org", body.Org},
				stringField{"identity_id", body.IdentityID}, stringField{
					"user_name", body.UserName,
				}, stringField{
					"jti", body.JTI,
				},
			)
			if !body.StrongAuth.HasValue() || !body.StrongAuthSupported.HasValue() {
				t.Errorf("strong_auth is %v and strong_auth_supported is %v, expected booleans",
					body.StrongAuth, body.StrongAuthSupported)
			}
		},
	},
	{
		ID: "token/type-is-bearer-in-lower-case", Promise: "token_type is bearer, in lower case.",
		Sources:  []string{authenticationPage, "#token-type-is-bearer"},
		Evidence: evidence.Published, Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-response"},
		Run: func(t *contract.T) {
			login := t.Anonymous().RequestToken(ownerCredentials(t)).ExpectStatus(http.StatusOK).
				Login()
			t.Equal("token_type", "bearer", login.TokenType.Value)
		},
	},
	{
		ID: "token/no-refresh-token", Promise: "A personal access token gets no refresh_token.",
		Sources:  []string{authenticationPage, "#no-refresh-token"},
		Evidence: evidence.Published, Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"token-response"},
		Run: func(t *contract.T) {
			if mustLogin(t, ownerCredentials(t)).RefreshToken.Present {
				t.Errorf("the response has a refresh_token")
			}
		},
	},
	{
		ID:      "token/expires-in-is-the-validity",
		Promise: "expires_in is the accessTokenValiditySeconds of the token, or one second less.",
		Sources: []string{
			validityPointer,
			"#expires-in",
		},
		Rules: []rule.ID{"token-expires-in"},
		Run: func(t *contract.T) {
			for _, seconds := range []any{15, 901, 43200, nil} {
				token := t.Owner().MustCreate(contract.Body{"accessTokenValiditySeconds": seconds})
				want := token.AccessTokenValiditySeconds.Value
				got := mustLogin(t, token.Credentials()).ExpiresIn.Value
				if got != want && got != want-1 {
					t.Errorf("expires_in is %v, expected %v", got, want)
				}
			}
		},
	},
	{
		ID:       "token/access-token-is-a-jws",
		Promise:  "An access token is a JWS in compact form whose header names its algorithm.",
		Sources:  []string{authenticationPage, "#access-token-is-a-jws"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"access-token-is-jws"},
		Run: func(t *contract.T) {
			header, _ := decodeAccessToken(t, t.Owner().Bearer())
			if header.Alg.Value == "" || strings.EqualFold(header.Alg.Value, "none") {
				t.Errorf("alg is %v, expected a signature algorithm", header.Alg)
			}
		},
	},
	{
		ID: "token/claims-name-user-and-client",
		Promise: "The claims of an access token name its user, org, pod, client, id and expiry, " +
			"as in the login response.",
		Sources:  []string{authenticationPage, "#access-token-claims"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"access-token-is-jws"},
		Run: func(t *contract.T) {
			credentials := ownerCredentials(t)
			body := mustLogin(t, credentials)
			_, claims := decodeAccessToken(t, body.AccessToken.Value)
			t.Equal("client_id", credentials.ClientID, claims.ClientID.Value)
			expectNonEmpty(t, stringField{"user_name", claims.UserName}, stringField{
				"org", claims.Org,
			},
				stringField{"pod", claims.Pod}, stringField{"jti", claims.JTI})
			t.Equal("user_name", body.UserName, claims.UserName)
			t.Equal("org", body.Org, claims.Org)
			t.Equal("pod", body.Pod, claims.Pod)
			t.Equal("jti", body.JTI, claims.JTI)
			expectExp(t, body, claims)
		},
	},
	{
		ID: "token/access-token-of-many-scopes-is-short",
		Promise: "An access token of 200 scopes is shorter than 4 KB, and its scope " +
			"my:read lists tokens.",
		Sources: []string{"#scope-claim-is-a-bitmap", "#access-token-is-short"},
		Rules:   []rule.ID{rule.AccessTokenIsShort},
		Run: func(t *contract.T) {
			scopes := []string{myRead}
			for i := range 199 {
				scopes = append(scopes, fmt.Sprintf("sp:patmock-no-such-object-%d:manage", i))
			}
			body := t.Owner().NewTokenBody()
			body["scope"] = scopes
			created := t.Owner().Create(body)
			if t.RealTenant() && created.StatusCode() == http.StatusBadRequest {
				t.SkipUnsupported("unknown-scopes",
					"tokens with 200 scopes, of which 199 do not exist")
			}
			reader := t.Login(created.Token().Credentials())
			if got, limit := len(reader.Bearer()), 4095; got > limit {
				t.Errorf("the access token has %d bytes, expected at most %d", got, limit)
			}
			reader.ListOwn().ExpectStatus(http.StatusOK)
			reader.Create(reader.NewTokenBody()).ExpectStatus(http.StatusForbidden)
		},
	},
	{
		ID:       "token/access-tokens-have-ids-of-their-own",
		Promise:  "Two logins return two access tokens with different ids.",
		Sources:  []string{"#access-token-id"},
		Evidence: evidence.Observed, Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"access-token-is-jws"},
		Run: func(t *contract.T) {
			one, other := mustLogin(t, ownerCredentials(t)), mustLogin(t, ownerCredentials(t))
			if one.JTI == other.JTI || one.AccessToken == other.AccessToken {
				t.Errorf("the second login returns the access token of the first")
			}
		},
	},
	{
		ID:       "token/api-client-has-no-user",
		Promise:  "The access token of an API client names no user.",
		Sources:  []string{authenticationPage, "#api-client-has-no-user"},
		Evidence: evidence.Published, Versions: contract.Unversioned,
		Features: reads(contract.APIClient),
		Rules:    []rule.ID{rule.AccessTokenIsJWS, rule.TokenResponse},
		Run: func(t *contract.T) {
			_, _, _, client := t.Credentials()
			body := mustLogin(t, client)
			_, claims := decodeAccessToken(t, body.AccessToken.Value)
			if body.UserName.HasValue() || claims.UserName.HasValue() {
				t.Errorf("user_name is %v in the response and %v in the claims, expected neither",
					body.UserName, claims.UserName)
			}
			if body.IdentityID.HasValue() || claims.IdentityID.HasValue() {
				t.Errorf("identity_id is %v in the response and %v in the claims, expected neither",
					body.IdentityID, claims.IdentityID)
			}
		},
	},
	{
		ID: "token/check-token-returns-the-claims",
		Promise: "check_token returns the claims of a valid access token, with its scopes by " +
			"name.",
		Sources:  []string{"#check-token"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"oauth-check-token"},
		Run: func(t *contract.T) {
			credentials := ownerCredentials(t)
			login := mustLogin(t, credentials)
			got := t.Anonymous().PostForm("/oauth/check_token", "token",
				login.AccessToken.Value).Introspection()
			want := contract.Claims{
				ClientID: contract.Value(credentials.ClientID), UserName: login.UserName,
				IdentityID: login.IdentityID,
				TenantID:   login.TenantID, Org: login.Org, Pod: login.Pod, JTI: login.JTI,
				Authorities: got.Authorities, Exp: got.Exp, // not in the login response
			}
			t.Equal("the claims", want, got.Claims)
			expectNonEmpty(t, stringField{"user_name", got.UserName}, stringField{
				"identity_id", got.IdentityID,
			})
			t.Equal("active", true, got.Active.Value)
			t.Equal("scope", contract.Value(strings.Fields(login.Scope.Value)), got.Scope)
			expectExp(t, login, got.Claims)
		},
	},
	{
		ID:       "token/check-token-rejects-another",
		Promise:  "check_token rejects an invalid access token with 400 invalid_token.",
		Sources:  []string{"#check-token-error"},
		Evidence: evidence.Assumed, Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"oauth-check-token"},
		Run: func(t *contract.T) {
			for _, invalid := range []string{
				"garbage", changeSignature(t.Owner().Bearer()), removeSignature(t.Owner().Bearer()),
			} {
				expectLoginError(t, t.Anonymous().PostForm("/oauth/check_token", "token", invalid),
					http.StatusBadRequest, "invalid_token")
			}
		},
	},
	{
		ID:       "token/check-token-rejects-an-expired-one",
		Promise:  "check_token rejects an expired access token with 400 invalid_token.",
		Sources:  []string{"#check-token-error"},
		Evidence: evidence.Assumed, Versions: contract.Unversioned,
		Features: reads(contract.Clock),
		Rules:    []rule.ID{"oauth-check-token", "access-token-expires"},
		Run: func(t *contract.T) {
			bearer := t.Owner().Bearer()
			t.AdvanceClock(13 * time.Hour)
			expectLoginError(t, t.Anonymous().PostForm("/oauth/check_token", "token", bearer),
				http.StatusBadRequest, "invalid_token")
		},
	},
	{
		ID:       "token/info-needs-no-login",
		Promise:  "/oauth/info returns the tenant, its pod and its endpoints without a login.",
		Sources:  []string{authenticationPage, "#oauth-info"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"oauth-info"},
		Run: func(t *contract.T) {
			request := get("/oauth/info")
			info := t.Anonymous().Send(request).TenantInfo()
			expectNonEmpty(t,
				stringField{"tenantId", info.TenantID}, stringField{"tenantName", info.TenantName},
				stringField{
					"pod", info.Pod,
				},
				stringField{"authorizeEndpoint", info.AuthorizeEndpoint},
				stringField{"tokenEndpoint", info.TokenEndpoint},
				stringField{"cloudDomainUrl", info.CloudDomainURL},
				stringField{"logoutUrl", info.LogoutURL},
			)
			if !strings.HasSuffix(info.TokenEndpoint.Value, loginPath) {
				t.Errorf("tokenEndpoint is %v, expected one that ends in %s", info.TokenEndpoint,
					loginPath)
			}
			body := mustLogin(t, ownerCredentials(t))
			t.Equal("tenantId", body.TenantID, info.TenantID)
			t.Equal("pod", body.Pod, info.Pod)
		},
	},
}

// stringField is a string property with its name.
type stringField struct {
	name  string
	field contract.Field[string]
}

// expectNonEmpty expects non-empty strings.
func expectNonEmpty(t *contract.T, texts ...stringField) {
	for _, text := range texts {
		if text.field.Value == "" {
			t.Errorf("%s is %v, expected a non-empty string", text.name, text.field)
		}
	}
}

// expectExp expects that the claim exp is the expiry of a login's access token.
func expectExp(t *contract.T, login contract.Login, claims contract.Claims) {
	want := t.Now().Add(time.Duration(login.ExpiresIn.Value) * time.Second)
	if got := time.Unix(int64(claims.Exp.Value), 0); got.Sub(want).Abs() > tolerance {
		t.Errorf("exp is %s, expected %s", got.UTC(), want.UTC())
	}
}

// changeSignature returns an access token with an invalid signature.
func changeSignature(bearer string) string {
	return flipCharacter(bearer, strings.LastIndex(bearer, ".")+1)
}

// removeSignature returns an access token with the algorithm none (RFC 7519, section 6).
func removeSignature(bearer string) string {
	parts := strings.SplitN(bearer, ".", 3)
	if len(parts) != 3 {
		return "garbage"
	}
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." +
		parts[1] + "."
}
