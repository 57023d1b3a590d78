package mockserver_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
)

const (
	janeID    = "facefacefacefacefacefacefaceface"
	urlencode = "application/x-www-form-urlencoded"
)

var janeSecret = strings.Repeat("face", 16)

func TestLogin_ReturnsAccessToken(t *testing.T) {
	m := start(t, "empty")
	r := m.login(janeID, janeSecret).is(http.StatusOK)
	got := r.object()
	for _, random := range []string{"access_token", "jti"} {
		if text, _ := got[random].(string); text == "" {
			t.Errorf("missing %s", random)
		}
		delete(got, random)
	}
	want := map[string]any{
		"token_type": "bearer", "expires_in": 43200.0, "scope": "sp:scopes:all",
		"tenant_id": m.seed.ID, "pod": m.seed.Pod, "org": m.seed.Name,
		"strong_auth_supported": true, "strong_auth": true,
		"identity_id": identityID(m, "jane.doe"), "user_name": "jane.doe",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	if r.header.Get("Pragma") != "no-cache" ||
		!strings.Contains(r.header.Get("Cache-Control"), "no-store") {
		t.Errorf("access token response is cacheable: %v", r.header)
	}
}

// multipartForm returns a form in the format of a library, with or without quotes around the names
// of parts.
func multipartForm(boundary, name, lines string) string {
	var b strings.Builder
	for _, field := range [][2]string{
		{"grant_type", "client_credentials"}, {"client_id", janeID}, {"client_secret", janeSecret},
	} {
		fmt.Fprintf(&b, "--%s\r\n"+lines+"\r\n\r\n%s\r\n", boundary, fmt.Sprintf(name, field[0]),
			field[1])
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return b.String()
}

func TestLogin_AcceptsEncodings(t *testing.T) {
	const boundary = "--------------------------0123456789abcdef01234567"
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {janeID}, "client_secret": {janeSecret},
	}
	for _, test := range []struct {
		name, query, contentType, body string
		basic                          bool
	}{
		{name: "urlencoded", contentType: urlencode, body: form.Encode()},
		{
			name: "urlencoded with a charset", contentType: urlencode + "; charset=UTF-8",
			body: form.Encode(),
		},
		{
			name:        "multipart as JavaScript writes it",
			contentType: "multipart/form-data; boundary=" + boundary,
			body:        multipartForm(boundary, `"%s"`, `Content-Disposition: form-data; name=%s`),
		},
		{
			name:        "multipart as .NET writes it",
			contentType: `multipart/form-data; boundary="8c5f4c6e-0000-4000-8000-000000000000"`,
			body: multipartForm("8c5f4c6e-0000-4000-8000-000000000000", `%s`,
				"Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; "+
					"name=%s"),
		},
		{
			name:  "grant in the query, credentials in the body",
			query: "?grant_type=client_credentials", contentType: urlencode, body: url.Values{
				"client_id": {janeID}, "client_secret": {janeSecret},
			}.Encode(),
		},
		{name: "all in the query", query: "?" + form.Encode()},
		{
			name:  "all in the query, with the type of a form that is empty",
			query: "?" + form.Encode(), contentType: urlencode,
		},
		{name: "basic", contentType: urlencode, body: "grant_type=client_credentials", basic: true},
		{
			name: "basic and the same in the body", contentType: urlencode, body: form.Encode(),
			basic: true,
		},
		{
			name: "a scope is ignored", contentType: urlencode,
			body: form.Encode() + "&scope=no:such",
		},
		{
			name: "the same twice", query: "?client_id=" + janeID, contentType: urlencode,
			body: form.Encode(),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := start(t, "empty")
			for _, path := range []string{"/oauth/token", "//oauth/token"} {
				r, err := http.NewRequest("POST", m.url+path+test.query,
					strings.NewReader(test.body))
				if err != nil {
					t.Fatal(err)
				}
				if test.contentType != "" {
					r.Header.Set("Content-Type", test.contentType)
				}
				if test.basic {
					r.SetBasicAuth(janeID, janeSecret)
				}
				m.exchange(r).is(http.StatusOK).equal("scope", "sp:scopes:all")
			}
		})
	}
}

func TestLogin_AcceptsStandardMultipart(t *testing.T) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range map[string]string{
		"grant_type": "client_credentials", "client_id": janeID, "client_secret": janeSecret,
	} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	start(t, "empty").anonymous().send("POST", "/oauth/token", w.FormDataContentType(),
		body.String()).is(http.StatusOK)
}

// observedErrors are descriptions that a tenant was observed to send, by error.
var observedErrors = map[string]string{
	"invalid_client": "Bad client credentials",
	"unauthorized":   "Full authentication is required to access this resource",
}

func TestLogin_RejectsRequests(t *testing.T) {
	credentials := "&client_id=" + janeID + "&client_secret=" + janeSecret
	for _, test := range []struct {
		name, body string
		status     int
		kind       string
		rule       rule.ID
	}{
		{
			"unknown id",
			"grant_type=client_credentials&client_id=00000000000000000000000000000000&" +
				"client_secret=" + janeSecret, 401, "invalid_client", rule.TokenBadCredentials,
		},
		{
			"wrong secret",
			"grant_type=client_credentials&client_id=" + janeID + "&client_secret=wrong", 401,
			"invalid_client", rule.TokenBadCredentials,
		},
		{
			"no secret", "grant_type=client_credentials&client_id=" + janeID, 401, "invalid_client",
			rule.TokenBadCredentials,
		},
		{
			"no credentials", "grant_type=client_credentials", 401, "unauthorized",
			rule.TokenNoCredentials,
		},
		{"nothing", "", 401, "unauthorized", rule.TokenNoCredentials},
		{"no grant", credentials[1:], 400, "invalid_request", rule.MissingGrant},
		{"empty grant", "grant_type=" + credentials, 400, "invalid_request", rule.MissingGrant},
		{
			"unknown grant", "grant_type=magic" + credentials, 400, "unsupported_grant_type",
			rule.UnsupportedGrant,
		},
		{
			"grant in capitals", "grant_type=CLIENT_CREDENTIALS" + credentials, 400,
			"unsupported_grant_type", rule.UnsupportedGrant,
		},
		{
			"grant of odd characters",
			"grant_type=%22%0A%C3%A9" + strings.Repeat("x", 300) + credentials, 400,
			"unsupported_grant_type", rule.UnsupportedGrant,
		},
		{
			"password grant", "grant_type=password" + credentials, 400, "unsupported_grant_type",
			rule.PasswordGrant,
		},
		{
			"authorization code", "grant_type=authorization_code&code=x" + credentials, 401,
			"invalid_client", rule.TokenGrants,
		},
		{
			"refresh token", "grant_type=refresh_token&refresh_token=x" + credentials, 401,
			"invalid_client", rule.TokenGrants,
		},
		{
			"wrong secret before wrong grant",
			"grant_type=magic&client_id=" + janeID + "&client_secret=wrong", 401, "invalid_client",
			rule.TokenBadCredentials,
		},
		{
			"duplicate id", "grant_type=client_credentials&client_id=other" + credentials, 400,
			"invalid_request", rule.TokenParameters,
		},
		{
			"truncated escape", "grant_type=client_credentials%2", 400, "invalid_request",
			rule.TokenParameters,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := start(t, "empty")
			r := m.anonymous().send("POST", "/oauth/token", urlencode, test.body)
			r.rejectedOAuth(test.status, test.kind, test.rule)
			if got := slices.Sorted(maps.Keys(r.object())); !slices.Equal(got, []string{
				"error", "error_description",
			}) {
				t.Errorf("unexpected keys: %v", got)
			}
			description := r.object()["error_description"].(string)
			if want, ok := observedErrors[test.kind]; ok && test.rule != rule.TokenGrants &&
				description != want {
				t.Errorf("error_description = %q, want %q", description, want)
			}
			if strings.ContainsFunc(description,
				func(c rune) bool {
					return c < ' ' || c > '~' || c == '"' || c == '\\'
				}) || len(description) > 210 {
				t.Errorf("error_description %q has invalid characters or is too long", description)
			}
			if got := listedToken(m.as("jane.doe"), "v3", janeID); got["lastUsed"] != stamp(noon) {
				t.Errorf("unexpected lastUsed: %v", got["lastUsed"])
			}
		})
	}
}

func TestLogin_RejectsJSON(t *testing.T) {
	start(t, "empty").anonymous().post("/oauth/token",
		`{"grant_type":"client_credentials"}`).rejectedOAuth(http.StatusUnauthorized,
		"unauthorized", rule.TokenNoJSON)
}

func TestLogin_ChecksBasicCredentials(t *testing.T) {
	m := start(t, "empty")
	send := func(user, password, body string) testResponse {
		r, err := http.NewRequest("POST", m.url+"/oauth/token", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", urlencode)
		r.SetBasicAuth(user, password)
		return m.exchange(r)
	}
	r := send(janeID, "wrong", "grant_type=client_credentials").is(http.StatusUnauthorized)
	if got := r.header.Get("WWW-Authenticate"); got != `Basic realm="oauth"` {
		t.Errorf("unexpected WWW-Authenticate: %q", got)
	}
	send(janeID, janeSecret,
		"grant_type=client_credentials&client_id=other").is(http.StatusBadRequest).equal("error",
		"invalid_request")
}

func TestAccessToken_ExpiresAfterValidity(t *testing.T) {
	m := start(t, "empty")
	token := m.as("jane.doe").post("/v2026/personal-access-tokens",
		`{"name":"short","userAwareTokenNeverExpires":true,"accessTokenValiditySeconds":15}`).
		is(http.StatusOK).object()
	m.advance(500 * time.Millisecond)
	m.login(token["id"].(string), token["secret"].(string)).is(http.StatusOK).equal("expires_in",
		15.0)
	first := m.withLogin(token["id"].(string), token["secret"].(string))
	m.advance(14*time.Second + 999*time.Millisecond)
	second := m.withLogin(token["id"].(string), token["secret"].(string))
	first.get("/v3/personal-access-tokens?owner-id=me").is(http.StatusOK)
	m.advance(501 * time.Millisecond)
	first.get("/v3/personal-access-tokens?owner-id=me").is(http.StatusUnauthorized).equal("error",
		"JWT validation failed: JWT is expired")
	second.get("/v3/personal-access-tokens?owner-id=me").is(http.StatusOK)
}

func TestCheckToken_ReturnsClaims(t *testing.T) {
	m := start(t, "empty")
	bearer := strings.TrimPrefix(m.as("jane.doe").authorization, "Bearer ")
	got := m.anonymous().send("POST", "/oauth/check_token", urlencode,
		"token="+bearer).is(http.StatusOK).object()
	if jti, _ := got["jti"].(string); jti == "" {
		t.Error("jti is missing")
	}
	delete(got, "jti")
	want := map[string]any{
		"active": true, "tenant_id": m.seed.ID, "internal": false, "pod": m.seed.Pod,
		"org":         m.seed.Name,
		"identity_id": identityID(m, "jane.doe"), "user_id": identityID(m, "jane.doe"),
		"user_name":   "jane.doe",
		"strong_auth": true, "strong_auth_supported": true, "force_auth_supported": false,
		"claims_supported": false,
		"authorities":      []any{"USER"}, "client_id": janeID, "scope": []any{"sp:scopes:all"},
		"encoded_scope": []any{"Ag=="},
		"exp":           float64(noon.Add(12 * time.Hour).Unix()),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	for token, kind := range map[string]string{
		"": "invalid_request", "token=": "invalid_request", "token=nonsense": "invalid_token",
	} {
		t.Run("body "+token, func(t *testing.T) {
			m.forTest(t).anonymous().send("POST", "/oauth/check_token", urlencode,
				token).rejectedOAuth(http.StatusBadRequest, kind, rule.OAuthCheckToken)
		})
	}
	m.advance(12 * time.Hour)
	m.anonymous().send("POST", "/oauth/check_token?token="+bearer, "",
		"").is(http.StatusBadRequest).
		equal("error_description", "JWT validation failed: JWT is expired")
}

func TestOAuthInfo_UsesRequestHost(t *testing.T) {
	for _, test := range []struct{ name, publicURL, host, want string }{
		{"request's host", "", "mock.internal:8080", "http://mock.internal:8080"},
		{
			"public URL", "https://tenant.example.org/", "mock.internal:8080",
			"https://tenant.example.org",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := startWith(t, "empty", mockserver.Config{PublicURL: test.publicURL})
			r, err := http.NewRequest("GET", m.url+"/oauth/info", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = test.host
			want := map[string]any{
				"tenantId": m.seed.ID, "tenantName": m.seed.Name, "pod": m.seed.Pod,
				"cloudDomainUrl":    test.want,
				"authorizeEndpoint": test.want + "/oauth/authorize",
				"tokenEndpoint":     test.want + "/oauth/token", "logoutUrl": test.want + "/logout",
			}
			if diff := cmp.Diff(want, m.exchange(r).is(http.StatusOK).object()); diff != "" {
				t.Errorf("info (-want +got):\n%s", diff)
			}
		})
	}
}

// segments returns the decoded segments of the client's JWT.
func segments(t *testing.T, c *client) []string {
	t.Helper()
	parts := strings.Split(strings.TrimPrefix(c.authorization, "Bearer "), ".")
	if len(parts) != 3 {
		t.Fatalf("got %d parts, want 3", len(parts))
	}
	for i, part := range parts {
		decoded, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		parts[i] = string(decoded)
	}
	return parts
}
