package mockserver_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
)

// lines keeps the messages that are logged.
type lines struct {
	mu  sync.Mutex
	all []string
}

// logger logs into the lines, level and message alone.
func (l *lines) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, string(bytes.TrimSpace(line)))
	return len(line), nil
}

func TestRefusalsAreSeen(t *testing.T) {
	const pats = "/v2026/personal-access-tokens"
	for _, test := range []struct {
		name, method, path, user, agent, contentType, body string
		want                                               string
	}{
		{
			"a rule, by an SDK", "POST", pats, "jane.doe", "SailPoint-SDK-Go/2.7.106 (linux; amd64) Go/1.26.8 (openapi-generator/7.12.0)", "application/json", `{"name":"x","userAwareTokenNeverExpires":false}`,
			`400 POST /v2026/personal-access-tokens (jane.doe, SailPoint-SDK-Go/2.7.106): /expirationDate: expected a date, or none together with userAwareTokenNeverExpires true, got no date, and userAwareTokenNeverExpires not true; ` +
				`send "userAwareTokenNeverExpires": true for a token that never expires, or "expirationDate" with a moment in the future; some SDKs send "userAwareTokenNeverExpires": false by themselves (rule expiry-never, published)`,
		},
		{
			"an assumed rule", "POST", pats, "jane.doe", "curl/8", "application/json", `{"name":" ","userAwareTokenNeverExpires":true}`,
			`400 POST /v2026/personal-access-tokens (jane.doe, curl/8): /name: expected a name that is not blank, got " " (rule name-not-blank, assumed)`,
		},
		{
			"a shape, two causes in one line", "POST", pats, "jane.doe", "", "application/json", `{"scope":1}`,
			`400 POST /v2026/personal-access-tokens (jane.doe, a client without User-Agent): /scope: expected an array (each element a string) or null, got 1 (type of v2026 createPersonalAccessToken request) (rule invalid-property, published); /name: expected a string, got nothing (required of v2026 createPersonalAccessToken request) (rule name-required, published)`,
		},
		{
			"an unknown client id", "POST", "/oauth/token", "", "axios/1.21.1", urlencode, "grant_type=client_credentials&client_id=nobody&client_secret=x",
			`401 POST /oauth/token (axios/1.21.1): bad client credentials: no token and no API client has the id "nobody": it is one of another tenant, or was deleted long ago; the users here are admin, helpdesk, jane.doe, john.roe`,
		},
		{
			"id and secret exchanged, of which nothing is told", "POST", "/oauth/token", "", "curl/8", urlencode, "grant_type=client_credentials&client_id=" + janeSecret + "&client_secret=" + janeID,
			`401 POST /oauth/token (curl/8): bad client credentials: the client id is as long as a secret: are the two exchanged?`,
		},
		{
			"a broken form, of which nothing is told", "POST", "/oauth/token", "", "curl/8", "multipart/form-data; boundary=b", "--b\r\nclient_secret=s3cret\r\n\r\n--b--",
			`400 POST /oauth/token (curl/8): invalid_request: body: expected a multipart form, got one that is broken: send each parameter once`,
		},
		{
			"an unknown grant", "POST", "/oauth/token", "", "curl/8", urlencode, "grant_type=password&client_id=" + janeID + "&client_secret=" + janeSecret,
			`400 POST /oauth/token (jane.doe, curl/8): unsupported_grant_type: Unsupported grant type: password: send grant_type=client_credentials (rule unsupported-grant, assumed)`,
		},
		{
			"more causes than a line holds", "POST", pats, "jane.doe", "curl/8", "application/json", `{"name":"x","scope":[0,1,2,3,4,5,6,7]}`,
			`400 POST /v2026/personal-access-tokens (jane.doe, curl/8): /scope/0: expected a string, got 0 (type of v2026 createPersonalAccessToken request) (rule invalid-property, published); /scope/1: expected a string, got 1 (type of v2026 createPersonalAccessToken request) (rule invalid-property, published); ` +
				`/scope/2: expected a string, got 2 (type of v2026 createPersonalAccessToken request) (rule invalid-property, published); /scope/3: expected a string, got 3 (type of v2026 createPersonalAccessToken request) (rule invalid-property, published); /scope/4: expected a string, got 4 (type of v2026 createPersonalAccessToken request) (rule invalid-property, published); and 3 more`,
		},
		{
			"a path and a client that are too long", "GET", "/v3/" + strings.Repeat("x", 300), "", strings.Repeat("y", 300), "", "",
			"501 GET /v3/" + strings.Repeat("x", 196) + "... (" + strings.Repeat("y", 200) + "...): ",
		},
		{
			"a wrong secret", "POST", "/oauth/token", "", "axios/1.21.1", urlencode, "grant_type=client_credentials&client_id=" + janeID + "&client_secret=x",
			`401 POST /oauth/token (axios/1.21.1): bad client credentials: the secret is not that of token "login" of jane.doe`,
		},
		{
			"a token that expired", "POST", "/oauth/token", "", "axios/1.21.1", urlencode, "grant_type=client_credentials&client_id=cafeacedcafeacedcafeacedcafeaced&client_secret=" + strings.Repeat("cafeaced", 8),
			`401 POST /oauth/token (axios/1.21.1): bad client credentials: token "old export" of admin expired at 2026-08-28T12:00:00.000Z`,
		},
		{
			"a login by JSON", "POST", "/oauth/token", "", "axios/1.21.1", "application/json", "{}",
			`401 POST /oauth/token (axios/1.21.1): unauthorized: Full authentication is required to access this resource: a JSON body is not read, send client_id and client_secret as a form`,
		},
		{
			"credentials that are none", "POST", "/oauth/token", "Bearer x", "axios/1.21.1", urlencode, "",
			`401 POST /oauth/token (axios/1.21.1): unauthorized: Full authentication is required to access this resource: the Authorization header holds no Basic credentials`,
		},
		{
			"an empty bearer", "GET", pats, "Bearer ", "Go-http-client/1.1", "", "",
			`401 GET /v2026/personal-access-tokens (Go-http-client/1.1): the bearer is empty: the login at POST /oauth/token before this request has failed`,
		},
		{
			"a right", "GET", pats, "jane.doe", "curl/8", "", "",
			`403 GET /v2026/personal-access-tokens (jane.doe, curl/8): query parameter owner-id: expected a caller with the right idn:all-personal-access-tokens:read, got idn:my-personal-access-tokens:read, idn:my-personal-access-tokens:create, idn:my-personal-access-tokens:update, idn:my-personal-access-tokens:delete; ` +
				`rights are those of the scopes within those of the user level (rule list-rights, published)`,
		},
		{
			"an unknown id", "DELETE", pats + "/abc", "jane.doe", "curl/8", "", "",
			`404 DELETE /v2026/personal-access-tokens/abc (jane.doe, curl/8): path parameter id: expected the id of a token that the caller may see, got "abc" (rule unknown-id, published)`,
		},
		{
			"a path that is not simulated", "GET", "/v3/identities", "", "curl/8", "", "",
			`501 GET /v3/identities (curl/8): patmock serves personal access tokens and /oauth only: GET /v3/identities is not simulated`,
		},
		{
			"a null date for Python 2.x", "POST", pats, "jane.doe", "SailPoint-SDK-Python/1.0.0 (linux; x86_64) Python/3.11.7 (openapi-generator/7.12.0)", "application/json", `{"name":"forever","userAwareTokenNeverExpires":true}`,
			`200 POST /v2026/personal-access-tokens (jane.doe, SailPoint-SDK-Python/1.0.0): expirationDate is null in this answer, which the model of SailPoint's Python SDK refuses with a ValidationError: the token was made, but its secret is lost to the caller; send a date instead, however far away`,
		},
		{
			"a null date for Python 1.x", "POST", pats, "jane.doe", "OpenAPI-Generator/1.4.2/python", "application/json", `{"name":"forever","userAwareTokenNeverExpires":true}`,
			`200 POST /v2026/personal-access-tokens (jane.doe, OpenAPI-Generator/1.4.2/python): expirationDate is null`,
		},
		{
			"a line break is no line", "GET", "/v3/x%0A500%20GET%20/faked", "", "a\x01b\u202ec", "", "",
			`501 GET /v3/x%0A500%20GET%20/faked (a b c): `,
		},
		{"a null date for others is no news", "POST", pats, "jane.doe", "curl/8", "application/json", `{"name":"forever","userAwareTokenNeverExpires":true}`, ""},
		{"a success is no news", "GET", pats + "?owner-id=me", "jane.doe", "curl/8", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var told lines
			tenant, err := fixtures.Load("default")
			if err != nil {
				t.Fatal(err)
			}
			m := &tenantUnderTest{seed: tenant}
			mock, err := mockserver.New(mockserver.Config{Tenant: tenant, Now: (&clock{now: noon}).Now, Log: told.logger()})
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
			r.Header.Set("User-Agent", test.agent)
			r.Header.Set("Content-Type", test.contentType)
			switch {
			case strings.HasPrefix(test.user, "Bearer"):
				r.Header.Set("Authorization", test.user)
			case test.user != "":
				r.Header.Set("Authorization", "Bearer "+m.bearer(t, mock, test.user))
			}
			mock.ServeHTTP(httptest.NewRecorder(), r)
			if test.want == "" {
				if len(told.all) > 0 {
					t.Errorf("logged %q, want nothing", told.all)
				}
				return
			}
			if len(told.all) != 1 {
				t.Fatalf("logged %d lines, want one: %q", len(told.all), told.all)
			}
			got := strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(told.all[0])
			if strings.Contains(got, "s3cret") || strings.Contains(got, janeSecret) {
				t.Errorf("a secret is logged: %s", got)
			}
			if !strings.HasPrefix(got, `level=WARN msg="`+test.want) {
				t.Errorf("logged\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// tenantUnderTest logs users in without a socket.
type tenantUnderTest struct{ seed *fixtures.Tenant }

func (m *tenantUnderTest) bearer(t *testing.T, mock http.Handler, user string) string {
	t.Helper()
	login, err := m.seed.Login(user)
	if err != nil {
		t.Fatal(err)
	}
	form := "grant_type=client_credentials&client_id=" + login.ID + "&client_secret=" + login.Secret
	r := httptest.NewRequest("POST", "/oauth/token", strings.NewReader(form))
	r.Header.Set("Content-Type", urlencode)
	rw := httptest.NewRecorder()
	mock.ServeHTTP(rw, r)
	_, rest, _ := strings.Cut(rw.Body.String(), `"access_token":"`)
	bearer, _, _ := strings.Cut(rest, `"`)
	return bearer
}
