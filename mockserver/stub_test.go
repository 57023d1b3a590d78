package mockserver_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

const searchPath = "/v2025/search/events"

// startStubs runs a mock whose responses are not validated by the tests, because no document
// describes a canned response. The mock validates the others.
func startStubs(t testing.TB, fixture string, config mockserver.Config) *tenant {
	m := startWith(t, fixture, config)
	m.skipValidation = true
	return m
}

// addStub adds a stub and returns its id.
func (c *client) addStub(stub string) string {
	c.Helper()
	return c.post("/_mock/stubs", stub).is(http.StatusCreated).object()["id"].(string)
}

// stubIDs returns the ids of the stubs in matching order.
func (c *client) stubIDs() []string {
	c.Helper()
	ids := []string{}
	for _, s := range c.get("/_mock/stubs").is(http.StatusOK).object()["stubs"].([]any) {
		ids = append(ids, s.(map[string]any)["id"].(string))
	}
	return ids
}

// stubOf returns the stub that responds to a request, or "".
func (c *client) stubOf(method, path string) string {
	c.Helper()
	return c.send(method, path, "", "").header.Get("X-Mock-Stub")
}

func TestStub_Responds(t *testing.T) {
	m := startStubs(t, "default", mockserver.Config{})
	c := m.as("admin")
	added := c.post("/_mock/stubs", `{"method":"POST","path":"/v2025/search/*","status":202,`+
		`"header":{"x-total-count":"7"},"body":"[{\"id\":1}]"}`).is(http.StatusCreated)
	want := map[string]any{
		"id": "s1", "method": "POST", "path": "/v2025/search/*", "status": 202.0,
		"header":      map[string]any{"x-total-count": "7"},
		"contentType": "application/json", "body": `[{"id":1}]`,
	}
	if diff := cmp.Diff(want, added.object()); diff != "" {
		t.Errorf("added stub (-want +got):\n%s", diff)
	}
	r := c.post(searchPath+"?limit=1", `{"indices":["events"]}`).is(http.StatusAccepted)
	if diff := cmp.Diff([]string{`[{"id":1}]`, "application/json", "7", "s1", "10"}, []string{
		r.text, r.header.Get("Content-Type"), r.header.Get("X-Total-Count"),
		r.header.Get("X-Mock-Stub"), r.header.Get("Content-Length"),
	}); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	want["hits"] = 1.0
	if diff := cmp.Diff([]any{want}, c.get("/_mock/stubs").object()["stubs"]); diff != "" {
		t.Errorf("stubs (-want +got):\n%s", diff)
	}
	c.delete("/_mock/stubs/s1").is(http.StatusNoContent)
	c.delete("/_mock/stubs/s1").problem(http.StatusNotFound, rule.ControlUnknownStub)
	c.post(searchPath, "{}").is(http.StatusNotImplemented)
}

func TestStub_Bodies(t *testing.T) {
	m := startStubs(t, "default", mockserver.Config{})
	admin := m.as("admin")
	for _, test := range []struct {
		name, stub, body, contentType string
		status                        int
	}{
		{"nothing", `"status":204`, "", "", 204},
		{"not modified", `"status":304,"header":{"ETag":"\"1\""}`, "", "", 304},
		{"no body", `"status":404`, "", "", 404},
		{"JSON by default", `"body":"null"`, "null", "application/json", 200},
		{
			"text", `"body":"a,b\r\n","contentType":"text/csv; charset=utf-8"`, "a,b\r\n",
			"text/csv; charset=utf-8", 200,
		},
		{"empty text", `"contentType":"text/plain"`, "", "text/plain", 200},
		{"page", `"status":502,"body":"<p>","contentType":"text/html"`, "<p>", "text/html", 502},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &client{m.forTest(t), admin.authorization}
			c.addStub(`{"path":"/v2025/roles",` + test.stub + `}`)
			r := c.get("/v2025/roles")
			if diff := cmp.Diff([]any{test.status, test.body, test.contentType}, []any{
				r.status, r.text, r.header.Get("Content-Type"),
			}); diff != "" {
				t.Errorf("response (-want +got):\n%s", diff)
			}
		})
	}
}

// The checks of a request come before the canned response, in the order of every operation.
func TestStub_ChecksRequests(t *testing.T) {
	const seed = `
identities: [{name: admin, userLevels: [ORG_ADMIN]}]
apiClients: [{name: sync, scope: [sp:search:read]}]
tokens:
- {owner: admin, name: login}
- {owner: admin, name: reader, scope: [sp:search:read]}
- {owner: admin, name: other, scope: [sp:other:read]}
- {owner: admin, name: short, accessTokenValiditySeconds: 900}
`
	m := startStubs(t, seed, mockserver.Config{})
	m.anonymous().addStub(`{"method":"POST","path":"/v2025/search/*","body":"[]",` +
		`"scope":["sp:search:manage","sp:search:read"]}`)
	as := func(i int) *client { return m.withLogin(m.seed.Tokens[i].ID, m.seed.Tokens[i].Secret) }
	sync := m.seed.APIClients[0]
	short := as(3)
	m.advance(16 * time.Minute)
	for _, test := range []struct {
		name              string
		client            *client
		contentType, body string
		status            int
		want              []cause
	}{
		{"all scopes", as(0), "application/json", "{}", 200, nil},
		{"one of the scopes", as(1), "application/json", "{}", 200, nil},
		{"API client", m.withLogin(sync.ID, sync.Secret), "application/json", "{}", 200, nil},
		{
			"no such scope", as(2), "application/json", "{", 403, []cause{{
				rule.OperationScopes, "sp:scopes:all sp:search:manage sp:other:read",
			}},
		},
		{"no bearer", m.anonymous(), "application/json", "{", 401, nil},
		{"expired bearer", short, "application/json", "{", 401, nil},
		{
			"not JSON", as(0), "application/json", "{]", 400,
			[]cause{{rule.JSONSyntax, ""}},
		},
		{
			"two values", as(0), "application/json; charset=utf-8", "{}{}", 400,
			[]cause{{rule.JSONSyntax, ""}},
		},
		{
			"not JSON of another type", as(0), "application/merge-patch+json", "a", 400,
			[]cause{{rule.JSONSyntax, ""}},
		},
		{"type without a body", as(0), "application/json", "", 200, nil},
		{"text", as(0), "text/plain", "{]", 200, nil},
		{"no type", as(0), "", "{]", 200, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &client{test.client.forTest(t), test.client.authorization}
			r := c.send("POST", searchPath, test.contentType, test.body).is(test.status)
			if got := r.header.Get("X-Mock-Stub") != ""; got != (test.status == 200) {
				t.Errorf("marked as a canned response: %v", got)
			}
			if test.want != nil {
				r.hasCauses(test.want...)
			}
		})
	}
	m.anonymous().send("POST", searchPath, "application/json", strings.Repeat(" ", 1<<20+1)).
		is(http.StatusRequestEntityTooLarge)
	reader := as(1)
	m.as("admin").rescope(m.seed.Tokens[1].ID, []string{"sp:other:read"})
	reader.post(searchPath, "{}").is(http.StatusOK) // the access token keeps its scopes
	as(1).post(searchPath, "{}").is(http.StatusForbidden)
}

func TestStub_RateLimitAndFaults(t *testing.T) {
	config := mockserver.Config{}
	config.Profile.RateLimit = "3/10s"
	m := startStubs(t, "default", config)
	c := m.as("admin")
	c.addStub(`{"path":"/v2025/search/*","body":"[1,2]"}`)
	if diff := cmp.Diff([]int{200, 200, 200, 429}, statuses(4, func() testResponse {
		return c.post(searchPath, "{}")
	})); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	c.get("/v2025/personal-access-tokens").is(http.StatusTooManyRequests) // the same window
	c.get("/v2026/personal-access-tokens").is(http.StatusOK)
	c.advance(time.Minute)

	c.addFault(`{"operation":"stub","version":"v2025","status":503,"retryAfter":"2s"}`)
	r := c.post(searchPath, "{}").is(http.StatusServiceUnavailable)
	if r.header.Get("X-Mock-Fault") == "" || r.header.Get("X-Mock-Stub") != "" {
		t.Errorf("unexpected marks: %v", r.header)
	}
	c.addFault(`{"effect":"truncated-json"}`)
	r = c.post(searchPath, "{}").is(http.StatusOK)
	if r.text != "[1" || r.header.Get("X-Mock-Fault") == "" || r.header.Get("X-Mock-Stub") != "s1" {
		t.Errorf("got %q with %v, want half of the response with both marks", r.text, r.header)
	}
	r = c.sendHeader("Prefer", "code=429", searchPath).is(http.StatusTooManyRequests)
	if r.header.Get("X-Mock-Fault") != "prefer" {
		t.Errorf("unexpected marks: %v", r.header)
	}
	c.post("/_mock/faults", `{"operation":"stub","status":418}`).
		problem(http.StatusBadRequest, rule.ControlInvalidRequest,
			cause{rule.FaultStatus, "/status"})
}

// sendHeader sends a POST with one more header.
func (c *client) sendHeader(name, value, path string) testResponse {
	c.Helper()
	r, err := http.NewRequest(http.MethodPost, c.url+path, nil)
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Authorization", c.authorization)
	r.Header.Set(name, value)
	return c.exchange(r)
}

// A hostile mock changes no canned response. Its outages are errors.
func TestStub_HostileProfile(t *testing.T) {
	p := profile(t, "hostile")
	p.HostileRate, p.HostileMaxConsecutive = 1, 1000
	m := startStubs(t, "default", mockserver.Config{Profile: p, RandomSeed: new(uint64(1))})
	c := m.as("admin")
	const body = `[{"id":1,"name":null,"scope":["a"]},{"id":2,"created":"x"}]`
	c.addStub(object{"path": "/v2025/search/*", "body": body}.String())
	seen := map[int]int{}
	for range 60 {
		r := c.post(searchPath, "{}")
		seen[r.status]++
		if r.status == http.StatusOK && r.text != body {
			t.Fatalf("changed response: %s", r.text)
		}
	}
	if seen[http.StatusOK] == 0 || seen[http.StatusTooManyRequests]+
		seen[http.StatusServiceUnavailable] == 0 || len(seen) > 3 {
		t.Errorf("unexpected statuses: %v", seen)
	}
}

func TestStub_LatestMatchResponds(t *testing.T) {
	m := startStubs(t, "default", mockserver.Config{})
	c := m.as("admin")
	for _, stub := range []string{
		`{"id":"exact","path":"/v2025/search/events"}`,
		`{"id":"post","method":"POST","path":"/v2025/search/*"}`,
		`{"id":"get","method":"GET","path":"/v2025/search/**"}`,
		`{"id":"head","method":"HEAD","path":"/v2025/search/events"}`,
	} {
		c.addStub(stub)
	}
	check := func(method, path, want string) {
		t.Helper()
		if got := c.stubOf(method, path); got != want {
			t.Errorf("%s %s: stub %q, want %q", method, path, got, want)
		}
	}
	check("POST", searchPath, "post")
	check("GET", searchPath, "get")
	check("HEAD", searchPath, "head")
	check("HEAD", "/v2025/search/count", "get") // GET includes HEAD
	check("PUT", searchPath, "exact")
	check("OPTIONS", searchPath, "exact")
	check("GET", "/v2025/search", "get")
	check("PUT", "/v2025/search/count", "")
	if diff := cmp.Diff([]string{"head", "get", "post", "exact"}, c.stubIDs()); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	c.delete("/_mock/stubs/post").is(http.StatusNoContent)
	check("POST", searchPath, "exact")
}

func TestStub_Paths(t *testing.T) {
	m := startStubs(t, "default", mockserver.Config{})
	c := m.as("admin")
	c.addStub(`{"id":"star","path":"/v3/search/*"}`)
	c.addStub(`{"id":"slash","path":"/beta/roles/"}`)
	c.addStub(`{"id":"v1","path":"/accounts/v1/*"}`)
	c.addStub(`{"id":"private","path":"/cc/api/**"}`)
	c.addStub(`{"id":"near","path":"/v2025/personal-access-token"}`)
	c.addStub(`{"id":"below","path":"/v2025/personal-access-tokens/*/log"}`)
	c.addStub(`{"id":"future","path":"/v2027/roles"}`)
	for path, want := range map[string]string{
		"/v3/search/events": "star", "//v3/search/events": "star", "///v3/search/events": "star",
		"/v3/search/a%2Fb": "star", "/v3/search/a/b": "", "/v3/se%61rch/x": "star",
		"/v3/search/events/": "", "/v3//search/events": "", "/beta/roles": "",
		"/beta/roles/": "slash", "/accounts/v1/7": "v1", "/cc/api/user/get": "private",
		"/v2025/personal-access-token": "near", "/v2025/personal-access-tokens/1/log": "below",
		"/v2027/roles": "future", "/v3/search/events?a=b&limit=1": "star",
	} {
		if got := c.stubOf("GET", path); got != want {
			t.Errorf("%s: stub %q, want %q", path, got, want)
		}
	}
	if got := c.stubOf("GET", "/t/default/v3/search/events"); got != "star" {
		t.Errorf("with the prefix of the namespace: stub %q, want star", got)
	}
}

// Whatever the pattern, no stub can hide a path that patmock simulates.
func TestStub_RejectsSimulatedPaths(t *testing.T) {
	m := startWith(t, "default", mockserver.Config{Versions: []version.Version{version.V2025}})
	for name, path := range map[string]string{
		"path":      "/v2025/personal-access-tokens",
		"a token":   "/v2025/personal-access-tokens/" + janeID,
		"any token": "/v2025/personal-access-tokens/*", "one segment": "/v2025/*",
		"all of a version": "/v2025/**", "everything": "/**", "parts of segments": "/*/personal-*",
		"escaped": "/v2025/personal%2Daccess-tokens", "rest": "/v2025/personal-access-tokens/**",
		"version that is not served":              "/v2026/personal-access-tokens",
		"segment of a version that is not served": "/beta/*",
		"per resource":                            "/personal-access-tokens/v1",
		"bulk update":                             "/personal-access-tokens/v1/bulk-update",
		"identity":                                "/v2025/identities/*",
		"names of jobs and others":                "/v2025/identities/pro*",
		"all of the resource":                     "/personal-access-tokens/**",
		"token endpoint":                          "/oauth/token", "login page": "/oauth/authorize",
		"below OAuth": "/oauth/*", "star before the token endpoint": "/*/token", "OAuth": "/oauth",
		"control API": "/_mock/health", "its root": "/_mock", "below the control API": "/_mock/**",
		"any first segment": "/*", "root": "/",
	} {
		t.Run(name, func(t *testing.T) {
			c := m.forTest(t).anonymous()
			for _, stub := range []object{{"path": path}, {"path": path, "method": "PUT"}} {
				c.post("/_mock/stubs", stub.String()).problem(http.StatusBadRequest,
					rule.ControlInvalidRequest, cause{rule.StubSimulated, "/path"})
			}
		})
	}
	if ids := m.anonymous().stubIDs(); len(ids) > 0 {
		t.Errorf("unexpected stubs %q", ids)
	}
}

// A job of the tenant has its name in the place of the ID of an identity.
func TestStub_ServesIdentityJobs(t *testing.T) {
	c := startStubs(t, "default", mockserver.Config{}).as("jane.doe")
	for _, path := range []string{"/beta/identities/process", "/identities/v1/invite"} {
		c.post(path, "{}").breaks(http.StatusNotImplemented, rule.NotSimulated)
		c.addStub(`{"method":"POST","path":"` + path + `","status":202,"body":"{}"}`)
		c.post(path, "{}").is(http.StatusAccepted)
		c.get(path).is(http.StatusNotFound)
	}
}

func TestStub_RejectsInvalidStubs(t *testing.T) {
	m := start(t, "default")
	c := m.anonymous()
	c.addStub(`{"id":"taken","path":"/v2025/roles"}`)
	for name, test := range map[string]struct {
		stub    string
		rule    rule.ID
		pointer string
	}{
		"no path":          {`{"method":"GET"}`, rule.MissingProperty, "/path"},
		"unknown property": {`{"path":"/a","url":"/a"}`, rule.InvalidProperty, "body"},
		"method":           {`{"path":"/a","method":"get"}`, rule.InvalidProperty, "/method"},
		"relative path":    {`{"path":"v2025/roles"}`, rule.StubPath, "/path"},
		"query":            {`{"path":"/v2025/roles?a=1"}`, rule.StubPath, "/path"},
		"namespace":        {`{"path":"/t/a/v2025/roles"}`, rule.StubPath, "/path"},
		"status":           {`{"path":"/a","status":101}`, rule.InvalidProperty, "/status"},
		"not JSON":         {`{"path":"/a","body":"a"}`, rule.StubBody, "/body"},
		"no JSON": {
			`{"path":"/a","contentType":"application/json"}`, rule.StubBody, "/body",
		},
		"content type": {
			`{"path":"/a","contentType":"json"}`, rule.StubBody, "/contentType",
		},
		"status without body": {`{"path":"/a","status":204,"body":"1"}`, rule.StubBody, "/status"},
		"header": {
			`{"path":"/a","header":{"X-Mock-Stub":"a"}}`, rule.StubHeader, "/header",
		},
		"blank scope": {`{"path":"/a","scope":[""]}`, rule.FixtureFormat, "/scope[0]"},
		"too large": {
			`{"path":"/a","contentType":"text/plain","body":"` + strings.Repeat("a", 512<<10) +
				`"}`, rule.StubSize, "/body",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := &client{m.forTest(t), ""}
			c.post("/_mock/stubs", test.stub).problem(http.StatusBadRequest,
				rule.ControlInvalidRequest, cause{test.rule, test.pointer})
		})
	}
	c.post("/_mock/stubs", `{"id":"taken","path":"/v2025/roles"}`).
		problem(http.StatusConflict, rule.ControlIDTaken)
	if diff := cmp.Diff([]string{"taken"}, c.stubIDs()); diff != "" {
		t.Errorf("stubs (-want +got):\n%s", diff)
	}
}

func TestStub_Limits(t *testing.T) {
	m := start(t, "default")
	c := m.anonymous()
	for range 200 {
		c.addStub(`{"path":"/v2025/roles"}`)
	}
	c.post("/_mock/stubs", `{"path":"/v2025/roles"}`).
		problem(http.StatusConflict, rule.StubSize)
	c.delete("/_mock/stubs").is(http.StatusNoContent)
	large := object{
		"path": "/v2025/roles", "contentType": "text/plain", "body": strings.Repeat("a", 511<<10),
	}.String()
	for range 8 {
		c.addStub(large)
	}
	c.post("/_mock/stubs", large).is(http.StatusConflict)
	c.addStub(`{"path":"/v2025/roles"}`)
}

// The stubs of all namespaces share a part of the memory budget.
func TestStub_MemoryBudget(t *testing.T) {
	m := startWith(t, "default", mockserver.Config{MemoryBudget: 32 << 20})
	large := object{
		"path": "/v2025/roles", "contentType": "text/plain", "body": strings.Repeat("a", 500<<10),
	}.String()
	a, b := m.in("a").anonymous(), m.in("b").anonymous()
	for range 4 {
		a.addStub(large)
	}
	b.post("/_mock/stubs", large).problem(http.StatusConflict, rule.StubSize)
	state := a.get("/_mock/state").is(http.StatusOK).text
	a.put("/_mock/state", state).is(http.StatusNoContent)
	b.put("/_mock/state", state).problem(http.StatusConflict, rule.StubSize)
	if got := b.stubIDs(); len(got) != 0 {
		t.Errorf("unexpected stubs: %q", got)
	}
	a.delete("/_mock/namespace").is(http.StatusNoContent)
	b.put("/_mock/state", state).is(http.StatusNoContent)
	b.post("/_mock/reset", "").is(http.StatusNoContent)
	b.addStub(large)
}

const stubFixture = `
identities: [{name: admin, userLevels: [ORG_ADMIN]}]
tokens: [{owner: admin, name: login}]
stubs:
- {path: /v2025/roles, body: '["first"]'}
- {id: search, method: POST, path: /v2025/search/*, scope: [sp:search:read], body: "[]"}
- {path: /v2025/roles, body: '["last"]'}
`

func TestStub_Fixture(t *testing.T) {
	m := startStubs(t, stubFixture, mockserver.Config{})
	c := m.as("admin")
	if diff := cmp.Diff([]string{"s3", "search", "s1"}, c.stubIDs()); diff != "" {
		t.Errorf("stubs (-want +got):\n%s", diff)
	}
	if got := c.get("/v2025/roles").is(http.StatusOK).text; got != `["last"]` {
		t.Errorf("unexpected body %s", got)
	}
	before := c.get("/_mock/stubs").text
	c.addStub(`{"path":"/v2025/roles","status":404}`)
	c.delete("/_mock/stubs/search").is(http.StatusNoContent)
	if diff := cmp.Diff([]string{"s2", "s3", "s1"}, c.stubIDs()); diff != "" {
		t.Errorf("changed stubs (-want +got):\n%s", diff)
	}
	c.post("/_mock/reset", "").is(http.StatusNoContent)
	before = strings.ReplaceAll(before, `,"hits":1`, "")
	if diff := cmp.Diff(before, c.get("/_mock/stubs").text); diff != "" {
		t.Errorf("stubs after a reset (-want +got):\n%s", diff)
	}
	other := m.in("other").as("admin")
	if got := other.stubOf("GET", "/v2025/roles"); got != "s3" {
		t.Errorf("stub %q in another namespace, want s3", got)
	}
	other.delete("/_mock/stubs").is(http.StatusNoContent)
	if len(other.stubIDs()) != 0 || len(c.stubIDs()) != 3 {
		t.Error("namespaces share their stubs")
	}
}

func TestStub_FixtureWithSimulatedPath(t *testing.T) {
	fixture := strings.Replace(stubFixture, "/v2025/roles", "/v2025/personal-access-tokens", 1)
	m := start(t, "default")
	before := m.anonymous().get("/_mock/state").text
	m.anonymous().send("PUT", "/_mock/state", "application/yaml", fixture).problem(
		http.StatusBadRequest, rule.ControlInvalidTenant,
		cause{rule.StubSimulated, "stubs[0].path"})
	m.in("new").anonymous().put("/_mock/namespace",
		`{"tenant":{"identities":[{"name":"a"}],"stubs":[{"path":"/a"},{"path":"/**"}]}}`).problem(
		http.StatusBadRequest, rule.ControlInvalidTenant,
		cause{rule.StubSimulated, "stubs[1].path"})
	if diff := cmp.Diff(before, m.anonymous().get("/_mock/state").text); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	parsed, err := fixtures.Parse("test.yaml", []byte(fixture))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if _, err := mockserver.New(mockserver.Config{Tenant: parsed, Log: log}); err == nil {
		t.Error("a mock started with a stub of a simulated path")
	}
}

// A snapshot has the stubs, in both formats. One without stubs removes them.
func TestStub_Snapshots(t *testing.T) {
	for _, form := range []string{"application/json", "application/yaml"} {
		t.Run(form, func(t *testing.T) {
			m := startStubs(t, stubFixture, mockserver.Config{})
			c := m.as("admin")
			c.addStub(`{"path":"/v2025/*.x/..*","status":418,"header":{"X-A":"1"},` +
				`"contentType":"text/plain","body":"\u0000: #\n"}`)
			c.get("/v2025/roles").is(http.StatusOK)
			snapshot := c.getAs(form, "/_mock/state").is(http.StatusOK).text
			stubs := strings.ReplaceAll(c.get("/_mock/stubs").text, `,"hits":1`, "")
			c.delete("/_mock/stubs").is(http.StatusNoContent)
			without := c.getAs(form, "/_mock/state").is(http.StatusOK).text
			c.send("PUT", "/_mock/state", form, snapshot).is(http.StatusNoContent)
			if diff := cmp.Diff(stubs, c.get("/_mock/stubs").text); diff != "" {
				t.Errorf("stubs (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(snapshot, c.getAs(form, "/_mock/state").text); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
			c.send("PUT", "/_mock/state", form, without).is(http.StatusNoContent)
			if got := c.stubIDs(); len(got) > 0 {
				t.Errorf("unexpected stubs: %q", got)
			}
		})
	}
}

// The state file has the stubs of each namespace, after changes as well.
func TestStub_StateFile(t *testing.T) {
	config := mockserver.Config{StateFile: filepath.Join(t.TempDir(), "state.db")}
	restart := func(m *tenant, fixture string) *tenant {
		t.Helper()
		if m != nil {
			if err := m.mock.Close(); err != nil {
				t.Fatal(err)
			}
		}
		return startStubs(t, fixture, config)
	}
	m := restart(nil, stubFixture)
	c, other := m.as("admin"), m.in("other").anonymous()
	c.addStub(`{"path":"/v2025/accounts","header":{"X-A":"1"},"body":"[]"}`)
	c.delete("/_mock/stubs/s1").is(http.StatusNoContent)
	other.delete("/_mock/stubs").is(http.StatusNoContent)
	m.in("own").anonymous().put("/_mock/namespace",
		`{"tenant":{"identities":[{"name":"a"}],"stubs":[{"id":"own","path":"/v3/roles"}]}}`).
		is(http.StatusOK)
	m.in("own").anonymous().addStub(`{"path":"/v3/roles"}`)
	want := c.get("/_mock/stubs").text

	m = restart(m, "empty")
	if diff := cmp.Diff(want, m.anonymous().get("/_mock/stubs").text); diff != "" {
		t.Errorf("stubs after a restart (-want +got):\n%s", diff)
	}
	own := m.in("own").anonymous()
	for namespace, want := range map[string][]string{"other": {}, "own": {"s1", "own"}} {
		if diff := cmp.Diff(want, m.in(namespace).anonymous().stubIDs()); diff != "" {
			t.Errorf("stubs of %s (-want +got):\n%s", namespace, diff)
		}
	}
	own.post("/_mock/reset", "").is(http.StatusNoContent)
	m.anonymous().post("/_mock/reset", "").is(http.StatusNoContent) // the fixture is another one

	m = restart(m, stubFixture)
	for namespace, want := range map[string][]string{"default": {}, "own": {"own"}} {
		if diff := cmp.Diff(want, m.in(namespace).anonymous().stubIDs()); diff != "" {
			t.Errorf("stubs of %s after a reset (-want +got):\n%s", namespace, diff)
		}
	}
	m.anonymous().post("/_mock/reset", "").is(http.StatusNoContent)
	if got := m.anonymous().stubIDs(); len(got) != 3 {
		t.Errorf("unexpected stubs: %q", got)
	}
}

// The journal names the stub. Requests that a stub matches cause no finding, also if they are
// rejected by a canned response again and again.
func TestStub_JournalAndFindings(t *testing.T) {
	m := startStubs(t, "default", mockserver.Config{})
	c := m.as("admin")
	c.addStub(`{"id":"gone","path":"/v2025/roles/*","status":404,"body":"{}"}`)
	for range 3 {
		c.get("/v2025/roles/7").is(http.StatusNotFound)
	}
	counts, _ := countKinds(m.findings(""))
	if diff := cmp.Diff(map[string]int{}, counts); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	journal, err := m.mock.Control().Requests(t.Context(),
		control.Match{Operation: "stub", Version: "v2025"}, 1)
	if err != nil || journal.Matched != 3 {
		t.Fatalf("got %v, %v, want 3 requests", journal, err)
	}
	r := journal.Requests[0]
	if diff := cmp.Diff([]any{"gone", "admin", false, 404}, []any{
		r.Stub, r.Owner, r.Unmatched, r.Status,
	}); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	for range 2 {
		m.anonymous().get("/v2025/roles/7").is(http.StatusUnauthorized)
	}
	counts, _ = countKinds(m.findings(""))
	if diff := cmp.Diff(map[string]int{control.RepeatedRejection: 1}, counts); diff != "" {
		t.Errorf("findings of rejected requests (-want +got):\n%s", diff)
	}
	requests := m.anonymous().get("/_mock/health").object()["counters"].(map[string]any)["requests"]
	if diff := cmp.Diff(map[string]any{"404": 3.0, "401": 2.0},
		requests.(map[string]any)["stub"]); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
}

// An error about a request that no stub matches names the one that it may have been meant for, or
// else the command that adds one.
func TestStub_Hints(t *testing.T) {
	m := start(t, "default")
	c := m.anonymous()
	check := func(name, path string, status int) {
		t.Helper()
		var problem struct{ Messages []struct{ Text string } }
		r := c.get(path).is(status)
		if err := json.Unmarshal([]byte(r.text), &problem); err != nil {
			t.Fatal(err)
		}
		text := problem.Messages[0].Text
		if status == http.StatusNotFound {
			texts, _ := r.reasons()
			text = texts[0]
		}
		golden.Check(t, rejectionTexts, "TestStub Hints: "+name, normalize(text))
	}
	check("no stub", "/v2025/search/events", http.StatusNotImplemented)
	check("private API", "/cc/api/user/get", http.StatusNotImplemented)
	c.addStub(`{"id":"other-method","method":"POST","path":"/v2025/search/*"}`)
	c.addStub(`{"id":"other-slash","path":"/v2025/roles/"}`)
	check("another method", "/v2025/search/events", http.StatusNotImplemented)
	check("method and slash", "/v2025/search/events/", http.StatusNotImplemented)
	check("another slash", "/v2025/roles", http.StatusNotImplemented)
	c.addStub(`{"id":"own","path":"/own/path"}`)
	check("slash of another path", "/own/path/", http.StatusNotFound)
}

func TestStub_Preflight(t *testing.T) {
	m := startStubs(t, "default", mockserver.Config{})
	m.anonymous().addStub(`{"method":"PUT","path":"/v2025/roles/*"}`)
	m.anonymous().addStub(`{"method":"GET","path":"/v2025/roles/**"}`)
	m.anonymous().addStub(`{"path":"/v2025/accounts"}`)
	for path, want := range map[string]string{
		"/v2025/roles/7": "GET, HEAD, PUT", "/v2025/roles": "GET, HEAD",
		"/v2025/accounts": strings.Join([]string{"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"},
			", "),
	} {
		r, err := http.NewRequest(http.MethodOptions, m.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", "http://localhost:3000")
		r.Header.Set("Access-Control-Request-Method", "PUT")
		got := m.exchange(r).is(http.StatusNoContent).header.Get("Access-Control-Allow-Methods")
		if got != want {
			t.Errorf("%s: methods %q, want %q", path, got, want)
		}
	}
}

// A stub takes precedence over the fallback. A namespace that does not exist has the stubs of the
// fixture, and rejects the bearer.
func TestStub_Elsewhere(t *testing.T) {
	other := startStubs(t, "empty", mockserver.Config{})
	m := startStubs(t, stubFixture, mockserver.Config{Fallback: other.url})
	c := m.as("admin")
	if got := c.stubOf("GET", "/v2025/roles"); got != "s3" {
		t.Errorf("stub %q, want s3", got)
	}
	c.get("/v2025/accounts").is(http.StatusNotImplemented)
	m.in("absent").anonymous().get("/v2025/roles").is(http.StatusUnauthorized)
	(&client{m.in("absent"), c.authorization}).get("/v2025/roles").is(http.StatusUnauthorized)
}

// Stubs may change while they respond.
func TestStub_Concurrent(t *testing.T) {
	m := startStubs(t, "default", mockserver.Config{})
	c := m.as("admin")
	c.addStub(`{"id":"base","path":"/v2025/roles","body":"[]"}`)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 50 {
			id := c.addStub(fmt.Sprintf(`{"path":"/v2025/roles","header":{"X-A":"%d"}}`, i))
			c.delete("/_mock/stubs/" + id)
		}
	}()
	for {
		select {
		case <-done:
			return
		default:
			c.get("/v2025/roles").is(http.StatusOK)
			c.get("/_mock/state").is(http.StatusOK)
		}
	}
}
