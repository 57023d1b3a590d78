package mockserver_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

var (
	legacy  = version.Legacy()
	current = version.Current()
)

// noon is the start of every tenant in these tests, on a day that February does not have.
var noon = time.Date(2026, time.August, 31, 12, 0, 0, 0, time.UTC)

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// clock is a clock that stops until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// tenant is a mock with a socket.
type tenant struct {
	*clock
	testing.TB
	url   string
	mock  *mockserver.Server
	seed  *fixtures.Tenant
	specs []*spec.Document
	// skipValidation disables the validation of responses against the documents.
	skipValidation bool
	// omitsRules reports whether the mock omits the rule header, as mocks do that are not friendly.
	omitsRules bool
}

// start runs a mock of a built-in fixture, or of a fixture in YAML.
func start(t testing.TB, fixture string) *tenant {
	t.Helper()
	return startWith(t, fixture, mockserver.Config{})
}

func startWith(t testing.TB, fixture string, config mockserver.Config) *tenant {
	t.Helper()
	var err error
	if strings.Contains(fixture, "\n") {
		config.Tenant, err = fixtures.Parse("test.yaml", []byte(fixture))
	} else {
		config.Tenant, err = fixtures.Load(fixture)
	}
	if err != nil {
		t.Fatal(err)
	}
	m := &tenant{
		clock: &clock{now: noon}, TB: t, seed: config.Tenant, specs: documents(t, config.Versions),
	}
	m.omitsRules = config.Profile.Name != "" && config.Profile.Name != mockserver.ProfileFriendly
	config.Now = m.Now
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if m.mock, err = mockserver.New(config); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(m.mock)
	t.Cleanup(func() {
		if err := m.mock.Close(); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	m.url = server.URL
	return m
}

// in returns a namespace of the same mock.
func (m *tenant) in(name string) *tenant {
	other := *m
	other.url += "/t/" + name
	return &other
}

// forTest returns the same tenant, whose failures belong to another test.
func (m *tenant) forTest(t testing.TB) *tenant {
	other := *m
	other.TB = t
	return &other
}

// put sends JSON.
func (c *client) put(path, body string) testResponse {
	c.Helper()
	return c.send("PUT", path, "application/json", body)
}

// documents returns the documents of the served versions and the shared documents.
func documents(t testing.TB, versions []version.Version) []*spec.Document {
	t.Helper()
	var all []*spec.Document
	for _, name := range spec.Names() {
		if _, err := version.Parse(name); err == nil && len(versions) > 0 &&
			!slices.Contains(versions, version.Version(name)) {
			continue
		}
		d, err := spec.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// testResponse is a response whose body was read.
type testResponse struct {
	testing.TB
	tenant *tenant
	path   string // of the request
	status int
	header http.Header
	text   string
}

// client sends requests with the same Authorization header.
type client struct {
	*tenant
	authorization string
}

// anonymous returns a client without an Authorization header.
func (m *tenant) anonymous() *client { return &client{tenant: m} }

// as logs a user in with the login token of the fixture.
func (m *tenant) as(user string) *client {
	m.Helper()
	login, err := m.seed.LoginToken(user)
	if err != nil {
		m.Fatal(err)
	}
	return m.withLogin(login.ID, login.Secret)
}

// withLogin logs in with an id and a secret.
func (m *tenant) withLogin(id, secret string) *client {
	m.Helper()
	r := m.login(id, secret)
	if r.status != http.StatusOK {
		m.Fatalf("login of %s: unexpected status %d: %s", id, r.status, r.text)
	}
	return &client{tenant: m, authorization: "Bearer " + r.object()["access_token"].(string)}
}

func (m *tenant) login(id, secret string) testResponse {
	m.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret},
	}
	return m.anonymous().send("POST", "/oauth/token", "application/x-www-form-urlencoded",
		form.Encode())
}

func (c *client) get(path string) testResponse { c.Helper(); return c.send("GET", path, "", "") }

func (c *client) post(path, body string) testResponse {
	c.Helper()
	return c.send("POST", path, "application/json", body)
}

func (c *client) patch(path, body string) testResponse {
	c.Helper()
	return c.send("PATCH", path, "application/json-patch+json", body)
}

func (c *client) delete(path string) testResponse {
	c.Helper()
	return c.send("DELETE", path, "", "")
}

// send sends a request and checks the invariants of the response.
func (c *client) send(method, path, contentType, body string) testResponse {
	c.Helper()
	r, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if c.authorization != "" {
		r.Header.Set("Authorization", c.authorization)
	}
	return c.exchange(r)
}

func (m *tenant) exchange(r *http.Request) testResponse {
	m.Helper()
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		m.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // the body was read completely
	text, err := io.ReadAll(response.Body)
	if err != nil {
		m.Fatal(err)
	}
	got := testResponse{
		TB: m, tenant: m, path: r.URL.Path, status: response.StatusCode, header: response.Header,
		text: string(text),
	}
	if !m.skipValidation {
		m.checkInvariants(r, got)
	}
	return got
}

var requestID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func (m *tenant) checkInvariants(r *http.Request, got testResponse) {
	m.Helper()
	m.checkRuleHeader(r, got)
	if !requestID.MatchString(got.header.Get("SLPT-Request-ID")) || got.header.Get("Date") == "" {
		m.Errorf("%s %s: unexpected SLPT-Request-ID %q or Date %q", r.Method, r.URL.Path,
			got.header.Get("SLPT-Request-ID"), got.header.Get("Date"))
	}
	for _, v := range m.violations(r, got) {
		m.Errorf("%s %s: %s", r.Method, r.URL.Path, v)
	}
	var dto struct {
		TrackingID string
		Messages   []struct{ Locale, LocaleOrigin, Text string }
		Causes     []any
	}
	if got.status < 400 || !strings.Contains(got.text, "trackingId") ||
		got.header.Get("X-Mock-Fault") == "hostile-absent-properties" {
		return
	}
	if err := json.Unmarshal([]byte(got.text), &dto); err != nil {
		m.Fatal(err)
	}
	if dto.TrackingID != got.header.Get("SLPT-Request-ID") || dto.Causes == nil ||
		len(dto.Messages) != 2 || dto.Messages[0].Text != dto.Messages[1].Text {
		m.Errorf("%s %s: not a SailPoint-style error: %s", r.Method, r.URL.Path, got.text)
	}
}

// namespacePrefix matches the prefix of a namespace in a path.
var namespacePrefix = regexp.MustCompile(`^/t/[a-z0-9-]{1,63}/+`)

// parameter matches a parameter in a quoted path.
var parameter = regexp.MustCompile(`\\\{[a-z]+\\\}`)

// isPage reports whether a response is the page at the root of a namespace. No document describes
// that page.
func isPage(path, method string, got testResponse) bool {
	root := path == "/" || strings.HasPrefix(path, "/t/") && strings.Count(path, "/") == 2
	return root && got.status == http.StatusOK &&
		(method == http.MethodGet || method == http.MethodHead)
}

// violations validates a response. It finds the operation without the router of the mock, so that a
// wrong route is detected.
func (m *tenant) violations(r *http.Request, got testResponse) []spec.Violation {
	path := namespacePrefix.ReplaceAllString("/"+strings.TrimLeft(r.URL.EscapedPath(), "/"), "/")
	if isPage(path, r.Method, got) {
		return nil
	}
	outside := m.specs[0] // any version: the errors of paths without an operation are the same
	switch {
	case strings.HasPrefix(path, "/oauth/"):
		outside = m.specs[len(m.specs)-2]
	case strings.Contains(path+"/", "/_mock/"):
		outside = m.specs[len(m.specs)-1]
	}
	unmatched := outside
	for _, parameters := range []bool{false, true} {
		for _, d := range m.specs {
			for _, op := range d.Operations {
				pattern := "^" + parameter.ReplaceAllString(regexp.QuoteMeta(op.Path), "[^/]+") +
					"$"
				if strings.Contains(op.Path, "{") != parameters ||
					!regexp.MustCompile(pattern).MatchString(path) {
					continue
				}
				beforeOperations := got.status == 408 || got.status == 421 ||
					got.status == 415 && !op.HasStatus(415) ||
					got.status == 403 && d.Name == spec.Control
				if op.Method == r.Method && beforeOperations {
					return d.ValidateUnmatched(got.status, got.header.Get("Content-Type"),
						[]byte(got.text))
				}
				if op.Method == r.Method ||
					op.Method == http.MethodGet && r.Method == http.MethodHead && got.text != "" {
					return op.ValidateResponse(got.status, got.header.Get("Content-Type"),
						[]byte(got.text))
				}
				outside = d
			}
		}
		if outside != unmatched {
			break
		}
	}
	return outside.ValidateUnmatched(got.status, got.header.Get("Content-Type"), []byte(got.text))
}

// object returns the body, which must be a JSON object.
func (r testResponse) object() map[string]any { r.Helper(); return decode[map[string]any](r) }

// list returns the body, which must be a JSON array of objects.
func (r testResponse) list() []map[string]any { r.Helper(); return decode[[]map[string]any](r) }

func decode[T any](r testResponse) (value T) {
	r.Helper()
	if err := json.Unmarshal([]byte(r.text), &value); err != nil {
		r.Fatalf("status %d: %v: %s", r.status, err, r.text)
	}
	return value
}

// is expects a status.
func (r testResponse) is(status int) testResponse {
	r.Helper()
	if r.status != status {
		r.Fatalf("status = %d, want %d: %s", r.status, status, r.text)
	}
	return r
}

// equal compares one property of an object.
func (r testResponse) equal(name string, want any) {
	r.Helper()
	got, present := r.object()[name]
	if !present {
		r.Errorf("missing %s, want %v", name, want)
	} else if diff := cmp.Diff(want, got); diff != "" {
		r.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// create creates a token that expires after thirty days, and returns it with its secret.
func (c *client) create(v version.Version, name string) map[string]any {
	c.Helper()
	body := object{"name": name, "expirationDate": stamp(c.Now().Add(30 * 24 * time.Hour))}
	return c.post(v.CollectionPath(), body.String()).is(http.StatusOK).object()
}

// names returns the names of the listed tokens.
func (c *client) names(path string) []string {
	c.Helper()
	names := []string{}
	for _, t := range c.get(path).is(http.StatusOK).list() {
		names = append(names, t["name"].(string))
	}
	return names
}

// object is a JSON object.
type object map[string]any

func (o object) String() string {
	encoded, _ := json.Marshal(o)
	return string(encoded)
}

// each runs a subtest for each version.
func each(t *testing.T, versions []version.Version, test func(t *testing.T, v version.Version)) {
	t.Helper()
	for _, v := range versions {
		t.Run(string(v), func(t *testing.T) { test(t, v) })
	}
}
