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
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
)

// logLines stores log messages.
type logLines struct {
	mu  sync.Mutex
	all []string
}

// logger returns a logger that stores only level and message.
func (l *logLines) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l,
		&slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
}

func (l *logLines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, string(bytes.TrimSpace(line)))
	return len(line), nil
}

func TestLog_ReportsRejections(t *testing.T) {
	const pats = "/v2026/personal-access-tokens"
	for _, test := range []struct {
		name, method, path, user, agent, contentType, body string
		// status of the logged response, or 0 if nothing is logged
		status  int
		rules   string
		mention string // a name or value in the line
	}{
		{
			"rule, by an SDK", "POST", pats, "jane.doe",
			"SailPoint-SDK-Go/2.7.106 (linux; amd64) Go/1.26.8 (openapi-generator/7.12.0)",
			"application/json", `{"name":"x","userAwareTokenNeverExpires":false}`,
			400, "expiry-never", "SailPoint-SDK-Go/2.7.106",
		},
		{
			"assumed rule", "POST", pats, "jane.doe", "curl/8", "application/json",
			`{"name":" ","userAwareTokenNeverExpires":true}`,
			400, "name-not-blank", "jane.doe",
		},
		{
			"shape, two causes in one line", "POST", pats, "jane.doe", "", "application/json",
			`{"scope":1}`,
			400, "invalid-property, name-required", "/scope",
		},
		{
			"unknown client id", "POST", "/oauth/token", "", "axios/1.21.1", urlencode,
			"grant_type=client_credentials&client_id=nobody&client_secret=x",
			401, "token-bad-credentials", "nobody",
		},
		{
			"id and secret exchanged", "POST", "/oauth/token", "",
			"curl/8", urlencode,
			"grant_type=client_credentials&client_id=" + janeSecret + "&client_secret=" + janeID,
			401, "token-bad-credentials", "",
		},
		{
			"malformed form", "POST", "/oauth/token", "", "curl/8",
			"multipart/form-data; boundary=b", "--b\r\nclient_secret=s3cret\r\n\r\n--b--",
			400, "token-parameters", "",
		},
		{
			"unknown grant", "POST", "/oauth/token", "", "curl/8", urlencode,
			"grant_type=magic&client_id=" + janeID + "&client_secret=" + janeSecret,
			400, "unsupported-grant", "magic",
		},
		{
			"more causes than a line holds", "POST", pats, "jane.doe", "curl/8", "application/json",
			`{"name":"x","scope":[0,1,2,3,4,5,6,7]}`,
			400, "invalid-property", "/scope/4",
		},
		{
			"path and client too long", "GET", "/v3/" + strings.Repeat("x", 300), "",
			strings.Repeat("y", 300), "", "",
			501, "not-simulated", "/v3/" + strings.Repeat("x", 196) + "...",
		},
		{
			"wrong secret", "POST", "/oauth/token", "", "axios/1.21.1", urlencode,
			"grant_type=client_credentials&client_id=" + janeID + "&client_secret=x",
			401, "token-bad-credentials", "login",
		},
		{
			"expired token", "POST", "/oauth/token", "", "axios/1.21.1", urlencode,
			"grant_type=client_credentials&client_id=cafeacedcafeacedcafeacedcafeaced&" +
				"client_secret=" + strings.Repeat("cafeaced", 8),
			401, "login-expired", "old export",
		},
		{
			"login by JSON", "POST", "/oauth/token", "", "axios/1.21.1", "application/json", "{}",
			401, "token-no-json", "",
		},
		{
			"credentials that are none", "POST", "/oauth/token", "Bearer x", "axios/1.21.1",
			urlencode, "",
			401, "token-no-credentials", "Authorization",
		},
		{
			"empty bearer", "GET", pats, "Bearer ", "Go-http-client/1.1", "", "",
			401, "bearer-required", "",
		},
		{
			"right", "GET", pats, "jane.doe", "curl/8", "", "",
			403, "list-rights", "owner-id",
		},
		{
			"unknown id", "DELETE", pats + "/abc", "jane.doe", "curl/8", "", "",
			404, "unknown-id", "abc",
		},
		{
			"path not simulated", "GET", "/v3/identities", "", "curl/8", "", "",
			501, "not-simulated", "/v3/identities",
		},
		{
			"null date for Python 2.x", "POST", pats, "jane.doe",
			"SailPoint-SDK-Python/1.0.0 (linux; x86_64) Python/3.11.7 (openapi-generator/7.12.0)",
			"application/json", `{"name":"forever","userAwareTokenNeverExpires":true}`,
			200, "", "expirationDate",
		},
		{
			"null date for Python 1.x", "POST", pats, "jane.doe",
			"OpenAPI-Generator/1.4.2/python", "application/json",
			`{"name":"forever","userAwareTokenNeverExpires":true}`,
			200, "", "expirationDate",
		},
		{
			"line break", "GET", "/v3/x%0A500%20GET%20/faked", "", "a\x01b\u202ec", "",
			"",
			501, "not-simulated", "/v3/x%0A500%20GET%20/faked",
		},
		{
			"null date of other tokens", "POST", pats, "jane.doe", "curl/8",
			"application/json", `{"name":"forever","userAwareTokenNeverExpires":true}`,
			0, "", "",
		},
		{
			"success", "GET", pats + "?owner-id=me", "jane.doe", "curl/8", "", "",
			0, "", "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log records
			tenant, err := fixtures.Load("default")
			if err != nil {
				t.Fatal(err)
			}
			m := &seededTenant{seed: tenant}
			mock, err := mockserver.New(mockserver.Config{
				Tenant: tenant, Now: (&clock{now: noon}).Now, Log: slog.New(&log),
			})
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
			rw := httptest.NewRecorder()
			mock.ServeHTTP(rw, r)
			got := log.about(testResponse{TB: t, header: rw.Header()})
			if test.status == 0 {
				if got.message != "" {
					t.Errorf("unexpected log: %q", got.message)
				}
				return
			}
			if rw.Code != test.status || got.level != slog.LevelWarn ||
				got.attrs["rule"] != test.rules || !mentions(got.message, test.mention) {
				t.Errorf("status %d, logged %+v; want %d, a warning with rules %q that contains %q",
					rw.Code, got, test.status, test.rules, test.mention)
			}
			if strings.Contains(got.message, "s3cret") ||
				strings.Contains(got.message, janeSecret) ||
				strings.ContainsAny(got.message, "\n\x01\u202e") {
				t.Errorf("log %q contains a secret or a control character", got.message)
			}
			golden.Check(t, rejectionTexts, golden.Key(t), normalize(got.message))
		})
	}
}

// seededTenant logs users in without a socket.
type seededTenant struct{ seed *fixtures.Tenant }

func (m *seededTenant) bearer(t *testing.T, mock http.Handler, user string) string {
	t.Helper()
	login, err := m.seed.LoginToken(user)
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
