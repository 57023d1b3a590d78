package server

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// tenantWithTwoTokens has an administrator with two tokens. Their access tokens are valid for a
// minute and for twelve hours.
const tenantWithTwoTokens = `
identities:
- {id: cafedadacafedadacafedadacafedada, name: admin, userLevels: [ORG_ADMIN]}
tokens:
- {id: cafecafecafecafecafecafecafecafe, owner: admin, name: login, accessTokenValiditySeconds: 60,
   secret: cafecafecafecafecafecafecafecafecafecafecafecafecafecafecafecafe}
- {id: cafebeefcafebeefcafebeefcafebeef, owner: admin, name: nightly,
   secret: cafebeefcafebeefcafebeefcafebeefcafebeefcafebeefcafebeefcafebeef}
`

func noon() time.Time { return time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC) }

// newStrictServer returns a server whose document is stricter than the published one, so that its
// responses violate it. It returns the log of the server as well.
func newStrictServer(
	t *testing.T, name, old, stricter string, options ...func(*Config),
) (*Server, *bytes.Buffer) {
	t.Helper()
	source, err := spec.Source(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(source, []byte(old)) {
		t.Fatalf("document %s does not contain %q", name, old)
	}
	errata, err := spec.LoadErrata()
	if err != nil {
		t.Fatal(err)
	}
	document, err := spec.Parse(name, bytes.ReplaceAll(source, []byte(old), []byte(stricter)),
		errata)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	config := Config{
		Versions: version.All(), Now: noon, Profile: control.Profile{
			Name: "friendly", ValidateResponses: true,
		}, JournalSize: 100,
		MemoryBudget: budget.Default, ReadTimeout: time.Minute,
		Log: slog.New(slog.NewTextHandler(&log, nil)),
	}
	if config.Tenant, err = fixtures.Parse("test.yaml", []byte(tenantWithTwoTokens)); err != nil {
		t.Fatal(err)
	}
	for _, c := range options {
		c(&config)
	}
	loaded, err := loadDocuments(config.Versions)
	if err != nil {
		t.Fatal(err)
	}
	if name == spec.OAuth {
		loaded.oauth = document
	} else {
		loaded.versions[version.Version(name)] = document
	}
	mock, err := newServer(config, loaded)
	if err != nil {
		t.Fatal(err)
	}
	return mock, &log
}

// newControlClient returns a client of the control API.
func newControlClient(mock *Server) *control.Client {
	return control.New(control.Config{
		URL: "http://127.0.0.1", HTTP: &http.Client{Transport: Transport(mock.ControlHandler())},
		AllowPlaintext: true,
	})
}

// Parts of the documents around the name of a token in a response. The property before the name
// distinguishes them from requests.
const (
	createdName = "          - sp:scopes:all\n" + nameProperty
	tokenName   = "          example: cafecafecafecafecafecafecafecafe\n" + nameProperty

	nameProperty = "        name:\n          type: string\n"
)

// sendRequest sends a request with a bearer token, and returns the status and body of the response.
func sendRequest(
	t *testing.T, mock http.Handler, bearer, method, path, contentType, body string,
) (int, string) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Authorization", "Bearer "+bearer)
	rw := httptest.NewRecorder()
	mock.ServeHTTP(rw, r)
	text, err := io.ReadAll(rw.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	if header := rw.Header().Get(response.RuleHeader); rw.Code == http.StatusInternalServerError &&
		header != string(rule.ControlInternalError) {
		t.Errorf("%s %q, want %q", response.RuleHeader, header, string(rule.ControlInternalError))
	}
	return rw.Code, string(text)
}

const loginForm = "grant_type=client_credentials&client_id=cafecafecafecafecafecafecafecafe&" +
	"client_secret="

func mustLogin(t *testing.T, mock http.Handler) string {
	t.Helper()
	status, body := sendRequest(t, mock, "", "POST", "/oauth/token",
		"application/x-www-form-urlencoded", loginForm+strings.Repeat("cafe", 16))
	_, rest, ok := strings.Cut(body, `"access_token":"`)
	if status != http.StatusOK || !ok {
		t.Fatalf("login: %d %s", status, body)
	}
	bearer, _, _ := strings.Cut(rest, `"`)
	return bearer
}

// checkInternalError checks the response to a bug of the mock. The log must have one error with its
// rule and all names.
func checkInternalError(t *testing.T, status int, body string, log *bytes.Buffer, names ...string) {
	t.Helper()
	form := strings.Contains(body, `"detailCode":"500.0 Internal fault"`) ||
		strings.Contains(body, `"error":"server_error"`)
	if status != http.StatusInternalServerError || !form {
		t.Errorf("status = %d, want 500: %s", status, body)
	}
	got := log.String()
	if strings.Count(got, "level=ERROR") != 1 ||
		!strings.Contains(got, "rule="+string(rule.ControlInternalError)) {
		t.Errorf("log = %q, want one error of rule %q", got, string(rule.ControlInternalError))
	}
	for _, name := range names {
		if !strings.Contains(got, name) {
			t.Errorf("log %q does not contain %q", got, name)
		}
	}
}

func TestServer_DiscardsTokenOfInvalidResponse(t *testing.T) {
	mock, log := newStrictServer(t, "v2026", createdName, createdName+"          maxLength: 13\n")
	bearer := mustLogin(t, mock)
	status, body := sendRequest(t, mock, bearer, "POST", "/v2026/personal-access-tokens",
		"application/json", `{"name":"broken beyond repair","userAwareTokenNeverExpires":true}`)
	checkInternalError(t, status, body, log, "maxLength", "createPersonalAccessToken")
	journal, err := newControlClient(mock).Requests(t.Context(), control.Match{
		Status: http.StatusInternalServerError,
	}, 0)
	if err != nil || len(journal.Requests) != 1 ||
		!slices.Equal(journal.Requests[0].Rules, []string{string(rule.ControlInternalError)}) {
		t.Errorf("journal has %+v, want one request of rule %q, %v", journal.Requests,
			string(rule.ControlInternalError), err)
	}
	if strings.Contains(body, "broken") {
		t.Errorf("error contains the token: %s", body)
	}
	if _, listed := sendRequest(t, mock, bearer, "GET", "/v3/personal-access-tokens", "",
		""); strings.Contains(listed, "broken") {
		t.Errorf("token was stored: %s", listed)
	}
	status, _ = sendRequest(t, mock, bearer, "POST", "/v2026/personal-access-tokens",
		"application/json", `{"name":"short","userAwareTokenNeverExpires":true}`)
	if status != http.StatusOK {
		t.Errorf("valid response after an invalid one: status %d", status)
	}
}

func TestServer_DiscardsPatchOfInvalidResponse(t *testing.T) {
	mock, log := newStrictServer(t, "v2026", tokenName, tokenName+"          maxLength: 13\n")
	bearer := mustLogin(t, mock)
	path := "/v2026/personal-access-tokens/cafecafecafecafecafecafecafecafe"
	status, body := sendRequest(t, mock, bearer, "PATCH", path, "application/json-patch+json",
		`[{"op":"replace","path":"/name","value":"broken beyond repair"}]`)
	checkInternalError(t, status, body, log, "maxLength", "broken beyond repair")
	if _, listed := sendRequest(t, mock, bearer, "GET", "/v2026/personal-access-tokens?owner-id=me",
		"", ""); !strings.Contains(listed, `"name":"login"`) {
		t.Errorf("token changed: %s", listed)
	}
	if status, _ = sendRequest(t, mock, bearer, "PATCH", path, "application/json-patch+json",
		`[{"op":"replace","path":"/name","value":"short"}]`); status != http.StatusOK {
		t.Errorf("valid response after an invalid one: status %d", status)
	}
}

func TestServer_DoesNotSendInvalidList(t *testing.T) {
	mock, log := newStrictServer(t, "v3", tokenName, tokenName+"          minLength: 6\n")
	for range 2 { // an invalid encoding is not cached
		log.Reset()
		status, body := sendRequest(t, mock, mustLogin(t, mock), "GET",
			"/v3/personal-access-tokens", "", "")
		checkInternalError(t, status, body, log, "/0/name", "minLength", "login")
	}
}

func TestServer_SendsInvalidResponseWithoutValidation(t *testing.T) {
	mock, log := newStrictServer(t, "v3", tokenName, tokenName+"          minLength: 6\n",
		func(c *Config) { c.Profile.ValidateResponses = false })
	for _, v := range []string{"v3", "v2026"} {
		if status, body := sendRequest(t, mock, mustLogin(t, mock), "GET",
			"/"+v+"/personal-access-tokens", "", ""); status != http.StatusOK ||
			!strings.Contains(body, `"login"`) {
			t.Errorf("%s: status = %d, want 200: %s", v, status, body)
		}
	}
	if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
		t.Errorf("logged %d errors, want 1 at the start: %q", n, log)
	}
	health, err := newControlClient(mock).Health(t.Context())
	if err != nil || health.Profile.ValidateResponses {
		t.Errorf("unexpected health: validateResponses %t, %v", health.Profile.ValidateResponses,
			err)
	}
}

func TestServer_DiscardsLoginOfInvalidResponse(t *testing.T) {
	mock, log := newStrictServer(t, spec.OAuth, "minimum: 1, description: 'Its remaining",
		"maximum: 100, description: 'Its remaining")
	long := "grant_type=client_credentials&client_id=" + strings.Repeat("cafebeef", 4) +
		"&client_secret=" + strings.Repeat("cafebeef", 8)
	status, body := sendRequest(t, mock, "", "POST", "/oauth/token",
		"application/x-www-form-urlencoded", long)
	checkInternalError(t, status, body, log, "/expires_in", "43200")
	if strings.Contains(body, "access_token") {
		t.Errorf("error contains the access token: %s", body)
	}
	if _, listed := sendRequest(t, mock, mustLogin(t, mock), "GET", "/v3/personal-access-tokens",
		"", ""); strings.Count(listed, `"lastUsed":null`) != 1 {
		t.Errorf("login was stored: %s", listed)
	}
}

func TestFrontHandler_RecoversPanic(t *testing.T) {
	mock, log := newStrictServer(t, "v2026", tokenName, tokenName)
	const path = "/v3/personal-access-tokens"
	get := &operation{serve: func(*namespace.Namespace, http.ResponseWriter, *http.Request) {
		panic("lost")
	}}
	e := &frontHandler{
		Server: mock, api: &pathMux{
			literal: map[string]*route{
				path: {operations: map[string]*operation{http.MethodGet: get}},
			},
		},
	}
	status, body := sendRequest(t, e, "", "GET", path, "", "")
	checkInternalError(t, status, body, log, "lost")
}
