package mockserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

func (c *client) addFault(rule string) string {
	c.Helper()
	return c.post("/_mock/faults", rule).is(http.StatusCreated).object()["id"].(string)
}

// statuses sends the same request n times and returns the statuses.
func statuses(n int, request func() testResponse) (got []int) {
	for range n {
		got = append(got, request().status)
	}
	return got
}

func TestFault_Status(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, "empty")
		c := m.as("jane.doe")
		id := c.addFault(`{"operation":"list","version":"` + string(v) +
			`","status":429,"retryAfter":"3s","times":2}`)
		list := func() testResponse { return c.get(v.CollectionPath() + "?owner-id=me") }
		for range 2 {
			r := list().is(http.StatusTooManyRequests)
			if diff := cmp.Diff([]string{"3", id, `{"message":" Rate Limit Exceeded "}`}, []string{
				r.header.Get("Retry-After"), r.header.Get("X-Mock-Fault"), r.text,
			}); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
		}
		if r := list().is(http.StatusOK); r.header.Get("X-Mock-Fault") != "" {
			t.Errorf("response without a fault has X-Mock-Fault %q", r.header.Get("X-Mock-Fault"))
		}
		rules := c.get("/_mock/faults").object()["faults"].([]any)
		if rule := rules[0].(map[string]any); rule["matched"] != 3.0 || rule["hits"] != 2.0 {
			t.Errorf("unexpected counts: %v", rule)
		}
		c.delete("/_mock/faults/" + id).is(http.StatusNoContent)
		c.delete("/_mock/faults/"+id).problem(http.StatusNotFound, rule.ControlUnknownFault)
		c.get("/_mock/faults").equal("faults", []any{})
	})
}

// A fault can cause every status that an operation declares, with a body that the document allows.
// The harness validates it.
func TestFault_EveryDeclaredStatus(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, "empty")
		c := m.as("admin")
		id := c.create(v, "target")["id"].(string)
		requests := map[string]func() testResponse{
			"list": func() testResponse { return c.get(v.CollectionPath()) },
			"create": func() testResponse {
				return c.post(v.CollectionPath(), `{"name":"x","userAwareTokenNeverExpires":true}`)
			},
			"patch":  func() testResponse { return c.patch(v.CollectionPath()+"/"+id, `[]`) },
			"delete": func() testResponse { return c.delete(v.CollectionPath() + "/" + id) },
			"token":  func() testResponse { return m.login(janeID, janeSecret) },
		}
		declared := map[string][]int{
			"list": {400, 401, 403, 413, 429, 500, 503}, "create": {
				400, 401, 403, 413, 415, 429, 500, 503,
			},
			"patch": {400, 401, 403, 404, 413, 415, 429, 500, 503}, "delete": {
				400, 401, 403, 404, 413, 429, 500, 503,
			}, "token": {400, 401, 413, 429, 500, 503},
		}
		for operation, request := range requests {
			for _, status := range declared[operation] {
				c.addFault(object{"operation": operation, "status": status}.String())
				request().is(status)
			}
			for _, status := range []int{402, 418, 502, 504, 599} {
				t.Run(fmt.Sprint(operation, " ", status), func(t *testing.T) {
					c.forTest(t).anonymous().post("/_mock/faults", object{
						"operation": operation, "status": status,
					}.String()).
						problem(http.StatusBadRequest, rule.ControlInvalidRequest, cause{
							rule.FaultStatus, "/status",
						})
				})
			}
		}
		c.names(v.CollectionPath()) // nothing was deleted
		c.patch(v.CollectionPath()+"/"+id, `[]`).is(http.StatusOK)
	})
}

func TestFault_MatchesRequests(t *testing.T) {
	m := start(t, "default")
	jane, john := m.as("jane.doe"), m.as("john.roe")
	list := func(c *client, v version.Version) func() testResponse {
		return func() testResponse { return c.get(v.CollectionPath() + "?owner-id=me") }
	}
	for name, test := range map[string]struct {
		rule string
		want map[string]int
	}{
		"everything": {
			`{"status":503}`, map[string]int{
				"jane v3": 503, "jane v1": 503, "john v3": 503, "delete": 503, "token": 503,
			},
		},
		"a version": {
			`{"version":"v3","status":503}`, map[string]int{
				"jane v3": 503, "jane v1": 200, "john v3": 503, "delete": 503, "token": 200,
			},
		},
		"an owner": {
			`{"owner":"jane.doe","status":503}`, map[string]int{
				"jane v3": 503, "jane v1": 503, "john v3": 200, "delete": 404, "token": 503,
			},
		},
		"an owner id": {
			`{"owner":"facedadafacedadafacedadafacedada","status":503}`, map[string]int{
				"jane v3": 503, "john v3": 200, "token": 503,
			},
		},
		"a header": {
			`{"header":{"user-agent":"Go-http-client/1.1"},"status":503}`, map[string]int{
				"jane v3": 503,
			},
		},
		"no header": {
			`{"header":{"User-Agent":"curl"},"status":503}`, map[string]int{"jane v3": 200},
		},
		"the token": {
			`{"operation":"token","status":503}`, map[string]int{"jane v3": 200, "token": 503},
		},
		"its status": {
			`{"status":404}`, map[string]int{"jane v3": 200, "delete": 404, "token": 200},
		},
	} {
		t.Run(name, func(t *testing.T) {
			requests := map[string]func() testResponse{
				"jane v3": list(jane, version.V3), "jane v1": list(jane, version.V1),
				"john v3": list(john, version.V3),
				"delete": func() testResponse {
					return john.delete("/v3/personal-access-tokens/cafebabe")
				},
				"token": func() testResponse { return m.login(janeID, janeSecret) },
			}
			for request, want := range test.want {
				jane.delete("/_mock/faults").is(http.StatusNoContent)
				jane.addFault(test.rule)
				if got := requests[request]().status; got != want {
					t.Errorf("%s: status = %d, want %d", request, got, want)
				}
			}
		})
	}
}

func TestFault_AfterAndTimes(t *testing.T) {
	m := start(t, "empty")
	c := m.as("jane.doe")
	list := func() testResponse { return c.get(listOwn) }
	for rule, want := range map[string][]int{
		`{"operation":"list","status":500}`:                       {500, 200, 200, 200, 200},
		`{"operation":"list","status":500,"times":2}`:             {500, 500, 200, 200, 200},
		`{"operation":"list","status":500,"after":2}`:             {200, 200, 500, 200, 200},
		`{"operation":"list","status":500,"after":1,"times":3}`:   {200, 500, 500, 500, 200},
		`{"operation":"list","status":500,"rate":1}`:              {500, 500, 500, 500, 500},
		`{"operation":"list","latency":"1ms","times":9}`:          {200, 200, 200, 200, 200},
		`{"operation":"list","effect":"html","status":504}`:       {504, 200, 200, 200, 200},
		`{"operation":"list","effect":"html"}`:                    {502, 200, 200, 200, 200},
		`{"operation":"create","version":"v2026","status":403}`:   {200, 200, 200, 200, 200},
		`{"operation":"list","latency":"0ms-2ms","rate":0.5}`:     {200, 200, 200, 200, 200},
		`{"operation":"list","effect":"wrong-content-type"}`:      {200, 200, 200, 200, 200},
		`{"operation":"list","effect":"empty-body","times":1}`:    {200, 200, 200, 200, 200},
		`{"operation":"list","effect":"truncated-json","rate":1}`: {200, 200, 200, 200, 200},
	} {
		t.Run(rule, func(t *testing.T) {
			c.delete("/_mock/faults").is(http.StatusNoContent)
			c.addFault(rule)
			c := c.unvalidated(t)
			list = func() testResponse { return c.get(listOwn) }
			if diff := cmp.Diff(want, statuses(5, list)); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
		})
	}
}

// unvalidated returns a client whose responses are not validated.
func (c *client) unvalidated(t testing.TB) *client {
	other := *c
	other.tenant = c.forTest(t)
	other.skipValidation = true
	return &other
}

func TestFault_CorruptsResponse(t *testing.T) {
	m := start(t, "empty")
	validated := m.as("jane.doe")
	c := validated.unvalidated(t)
	complete := validated.get(listOwn).text
	c.addFault(`{"operation":"list","effect":"truncated-json"}`)
	if r := c.get(listOwn).is(http.StatusOK); r.text == "" || r.text == complete ||
		!strings.HasPrefix(complete, r.text) || r.header.Get("X-Mock-Fault") != "f1" {
		t.Errorf("unexpected truncated body: %q", r.text)
	}
	c.addFault(`{"operation":"list","effect":"wrong-content-type"}`)
	if r := c.get(listOwn).is(http.StatusOK); r.text != complete ||
		r.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("unexpected content type %q or body %s", r.header.Get("Content-Type"), r.text)
	}
	c.addFault(`{"operation":"list","effect":"empty-body"}`)
	if r := c.get(listOwn).is(http.StatusOK); r.text != "" ||
		r.header.Get("Content-Type") != "application/json" {
		t.Errorf("unexpected content type %q or body %q", r.header.Get("Content-Type"), r.text)
	}
	c.addFault(`{"operation":"list","effect":"html"}`)
	if r := c.get(listOwn).is(http.StatusBadGateway); !strings.Contains(r.text,
		"<h1>Bad Gateway</h1>") || r.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("unexpected content type %q or body %q", r.header.Get("Content-Type"), r.text)
	}
	// A request with a corrupted response is carried out. A request with a replaced response is
	// not.
	c.addFault(`{"operation":"create","effect":"truncated-json"}`)
	c.post("/v2026/personal-access-tokens",
		`{"name":"made","userAwareTokenNeverExpires":true}`).is(http.StatusOK)
	c.addFault(`{"operation":"create","effect":"html"}`)
	c.post("/v2026/personal-access-tokens",
		`{"name":"not made","userAwareTokenNeverExpires":true}`).is(http.StatusBadGateway)
	if diff := cmp.Diff([]string{"login", "made"}, validated.names(listOwn)); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
	c.addFault(`{"operation":"delete","effect":"truncated-json"}`)
	c.delete("/v2026/personal-access-tokens/" +
		validated.get(listOwn).list()[1]["id"].(string)).is(http.StatusNoContent)
}

func TestFault_ResetsConnection(t *testing.T) {
	m := start(t, "empty")
	c := m.as("jane.doe")
	c.addFault(`{"operation":"create","effect":"reset"}`)
	r, err := http.NewRequest("POST", c.url+"/v2026/personal-access-tokens",
		strings.NewReader(`{"name":"x","userAwareTokenNeverExpires":true}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", c.authorization)
	r.Header.Set("Content-Type", "application/json")
	response, err := new(http.Transport).RoundTrip(r)
	if err == nil {
		_ = response.Body.Close()
		t.Fatalf("status = %d, want no response", response.StatusCode)
	}
	if !strings.Contains(err.Error(), "connection reset by peer") && !errors.Is(err, io.EOF) {
		t.Errorf("unexpected error: %v", err)
	}
	if diff := cmp.Diff([]string{"login"}, c.names(listOwn)); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
	entry := c.get("/_mock/requests?operation=create").
		object()["requests"].([]any)[0].(map[string]any)
	if entry["status"] != 0.0 || entry["fault"] != "f1" {
		t.Errorf("unexpected journal entry: %v", entry)
	}
}

// waitForFault waits until a request matches the first rule.
func (c *client) waitForFault() {
	c.Helper()
	timeout := time.After(time.Minute)
	for c.get("/_mock/faults").object()["faults"].([]any)[0].(map[string]any)["hits"] == nil {
		select {
		case <-timeout:
			c.Fatal("no request matched the rule")
		default:
		}
	}
}

func TestFault_HangsUntilClientGivesUp(t *testing.T) {
	m := start(t, "empty")
	c := m.as("jane.doe")
	c.addFault(`{"operation":"patch","effect":"hang"}`)
	ctx, giveUp := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		r, err := http.NewRequestWithContext(ctx, "PATCH",
			c.url+"/v2026/personal-access-tokens/"+janeID,
			strings.NewReader(`[{"op":"replace","path":"/name","value":"x"}]`))
		if err == nil {
			r.Header.Set("Authorization", c.authorization)
			r.Header.Set("Content-Type", "application/json-patch+json")
			err = sendOnce(r)
		}
		ended <- err
	}()
	c.waitForFault()
	c.post("/_mock/verify",
		`{"expect":[{"match":{"operation":"patch"}}],"timeout":"200ms"}`).is(http.StatusOK).
		equal("verified", false)
	giveUp()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
	c.post("/_mock/verify",
		`{"expect":[{"match":{"operation":"patch","fault":"f1"}}],"timeout":"10s"}`).
		is(http.StatusOK).equal("verified", true)
	if diff := cmp.Diff([]string{"login"}, c.names(listOwn)); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
}

// A hanging request does not delay the end of a mock.
func TestClose_EndsHangingRequests(t *testing.T) {
	m := start(t, "empty")
	c := m.as("jane.doe")
	c.addFault(`{"operation":"list","effect":"hang"}`)
	c.addFault(`{"operation":"list","latency":"5m"}`)
	ended := make(chan error, 1)
	go func() {
		r, err := http.NewRequest("GET", c.url+listOwn, nil)
		if err == nil {
			r.Header.Set("Authorization", c.authorization)
			err = sendOnce(r)
		}
		ended <- err
	}()
	c.waitForFault()
	if err := m.mock.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("got a response, want none")
	}
}

func TestFault_AddsLatency(t *testing.T) {
	m := start(t, "empty")
	c := m.as("jane.doe")
	c.addFault(`{"operation":"list","latency":"20ms"}`)
	c.addFault(`{"operation":"list","latency":"10ms-30ms","rate":1}`)
	c.addFault(`{"operation":"list","status":503,"retryAfter":"2s","retryAfterAs":"date",` +
		`"after":1}`)
	r := c.get(listOwn).is(http.StatusOK)
	if r.header.Get("X-Mock-Fault") != "f1, f2" {
		t.Errorf("unexpected X-Mock-Fault: %q", r.header.Get("X-Mock-Fault"))
	}
	entry := c.get("/_mock/requests?operation=list").
		object()["requests"].([]any)[0].(map[string]any)
	if took := entry["durationMs"].(float64); took < 30 {
		t.Errorf("took %v ms, want at least 30", took)
	}
	sentAt := time.Now() //nolint:forbidigo // dates in Retry-After are wall time
	r = c.get(listOwn).is(http.StatusServiceUnavailable)
	if r.header.Get("X-Mock-Fault") != "f2, f3" {
		t.Errorf("unexpected X-Mock-Fault: %q", r.header.Get("X-Mock-Fault"))
	}
	retryAt, err := http.ParseTime(r.header.Get("Retry-After"))
	if err != nil || retryAt.Sub(sentAt) < 2*time.Second || time.Until(retryAt) > 3*time.Second {
		t.Errorf("Retry-After %q: %s after the request, %v", r.header.Get("Retry-After"),
			retryAt.Sub(sentAt), err)
	}
}

func TestAddFault_RejectsInvalidFaults(t *testing.T) {
	m := start(t, "empty")
	c := m.anonymous()
	for _, test := range []struct {
		name, body string
		want       cause
	}{
		{"nothing", `{}`, cause{rule.FaultEffect, ""}},
		{"status and latency", `{"status":500,"latency":"1s"}`, cause{rule.FaultEffect, ""}},
		{"status and effect", `{"status":500,"effect":"reset"}`, cause{rule.FaultEffect, ""}},
		{"all three", `{"latency":"1s","effect":"html","status":500}`, cause{rule.FaultEffect, ""}},
		{"status of success", `{"status":200}`, cause{rule.InvalidProperty, "/status"}},
		{
			"unknown operation", `{"operation":"lists","status":500}`, cause{
				rule.InvalidProperty, "/operation",
			},
		},
		{
			"version of the token endpoint", `{"operation":"token","version":"v3","status":500}`,
			cause{rule.FaultVersion, "/version"},
		},
		{
			"operation missing in the version",
			`{"operation":"bulk","version":"v3","status":500}`,
			cause{
				rule.FaultOperation, "/operation",
			},
		},
		{
			"undeclared status", `{"operation":"list","status":404}`, cause{
				rule.FaultStatus, "/status",
			},
		},
		{
			"unknown version", `{"version":"v9","status":500}`, cause{
				rule.InvalidProperty, "/version",
			},
		},
		{"rate over one", `{"status":500,"rate":1.1}`, cause{rule.InvalidProperty, "/rate"}},
		{"rate of zero", `{"status":500,"rate":0}`, cause{rule.InvalidProperty, "/rate"}},
		{"zero times", `{"status":500,"times":0}`, cause{rule.InvalidProperty, "/times"}},
		{
			"rate and times", `{"status":500,"rate":0.5,"times":2}`, cause{
				rule.FaultSchedule, "/rate",
			},
		},
		{"negative times", `{"status":500,"times":-1}`, cause{rule.InvalidProperty, "/times"}},
		{
			"form of no retryAfter", `{"status":500,"retryAfterAs":"date"}`, cause{
				rule.FaultCompanion, "/retryAfterAs",
			},
		},
		{
			"latency and retryAfter", `{"latency":"1s","retryAfter":"1s"}`, cause{
				rule.FaultCompanion, "/retryAfter",
			},
		},
		{
			"word as retryAfter", `{"status":500,"retryAfter":"soon"}`, cause{
				rule.InvalidProperty, "/retryAfter",
			},
		},
		{"latency too long", `{"latency":"6m"}`, cause{rule.FaultLatency, "/latency"}},
		{
			"latency that ends before it begins", `{"latency":"2s-1s"}`, cause{
				rule.FaultLatency, "/latency",
			},
		},
		{"negative latency", `{"latency":"-1s"}`, cause{rule.InvalidProperty, "/latency"}},
		{"unknown effect", `{"effect":"explode"}`, cause{rule.InvalidProperty, "/effect"}},
		{
			"secret header", `{"status":500,"header":{"Authorization":"Bearer x"}}`, cause{
				rule.FaultHeader, "/header",
			},
		},
		{"id with a blank", `{"status":500,"id":"a b"}`, cause{rule.InvalidProperty, "/id"}},
		{
			"unknown property", `{"status":500,"until":"tomorrow"}`, cause{
				rule.InvalidProperty, "body",
			},
		},
		{
			"header without a name", `{"status":500,"header":{"":"x"}}`, cause{
				rule.FaultHeader, "/header",
			},
		},
		{
			"number too large", `{"status":1000000000000000000000000000000000000000000000000}`,
			cause{rule.InvalidProperty, "/status"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m.forTest(t).anonymous().post("/_mock/faults", test.body).problem(http.StatusBadRequest,
				rule.ControlInvalidRequest, test.want)
		})
	}
	c.addFault(`{"id":"mine","status":500}`)
	c.post("/_mock/faults", `{"id":"mine","status":503}`).problem(http.StatusConflict,
		rule.ControlIDTaken)
	c.get("/_mock/faults").equal("faults", []any{
		map[string]any{"id": "mine", "status": 500.0, "times": 1.0},
	})
	for range 999 {
		c.addFault(`{"status":500}`)
	}
	c.post("/_mock/faults", `{"status":500}`).problem(http.StatusConflict,
		rule.ControlTooManyFaults)
}

func TestPrefer_SelectsStatus(t *testing.T) {
	m := start(t, "empty")
	c := m.as("jane.doe")
	for prefer, want := range map[string]int{
		"code=429": 429, `code="503"`: 503, "respond-async, code=403": 403,
		"wait=10; code=400": 400, "Code = 500": 500,
		"code=404": 200, "code=418": 200, "code=200": 200, "code=x": 200, "barcode=429": 200,
		"respond-async": 200,
	} {
		t.Run(prefer, func(t *testing.T) {
			r := c.forTest(t).getPreferring(c.authorization, prefer, listOwn).is(want)
			if marked := r.header.Get("X-Mock-Fault") == "prefer"; marked != (want != 200) {
				t.Errorf("unexpected X-Mock-Fault: %q", r.header.Get("X-Mock-Fault"))
			}
			if hasRetryAfter := r.header.Get("Retry-After") == "1"; hasRetryAfter != (want == 429 ||
				want == 503) {
				t.Errorf("unexpected Retry-After: %q", r.header.Get("Retry-After"))
			}
		})
	}
	m.getPreferring("", "code=429", listOwn).is(http.StatusUnauthorized)
}

func (m *tenant) getPreferring(authorization, prefer, path string) testResponse {
	m.Helper()
	r, err := http.NewRequest("GET", m.url+path, nil)
	if err != nil {
		m.Fatal(err)
	}
	r.Header.Set("Prefer", prefer)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return m.exchange(r)
}

func TestRateLimit_AppliesPerClientAndVersion(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{Profile: mockserver.Profile{RateLimit: "3/10s"}})
	c := m.as("jane.doe")
	list := func(c *client, v version.Version) func() testResponse {
		return func() testResponse { return c.get(v.CollectionPath() + "?owner-id=me") }
	}
	if diff := cmp.Diff([]int{200, 200, 200, 429, 429},
		statuses(5, list(c, version.V3))); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	r := list(c, version.V3)()
	if r.header.Get("Retry-After") != "10" || r.text != `{"message":" Rate Limit Exceeded "}` ||
		r.header.Get("X-Mock-Fault") != "" {
		t.Errorf("unexpected Retry-After %q, X-Mock-Fault %q or body %s",
			r.header.Get("Retry-After"), r.header.Get("X-Mock-Fault"), r.text)
	}
	// another version
	list(c, version.V2026)().is(http.StatusOK)
	// another client
	list(m.as("admin"), version.V3)().is(http.StatusOK)
	// another namespace
	list(m.in("other").as("jane.doe"), version.V3)().is(http.StatusOK)
	// the token endpoint has its own limit
	if got := statuses(3,
		func() testResponse {
			return m.login(janeID, janeSecret)
		}); !cmp.Equal([]int{200, 200, 429}, got) {
		t.Errorf("unexpected logins: %v", got)
	}
	c.post("/_mock/clock/advance", `{"by":"9.001s"}`).is(http.StatusOK)
	if r := list(c,
		version.V3)().is(http.StatusTooManyRequests); r.header.Get("Retry-After") != "1" {
		t.Errorf("unexpected Retry-After: %q", r.header.Get("Retry-After"))
	}
	c.post("/_mock/clock/advance", `{"by":"999ms"}`).is(http.StatusOK)
	if diff := cmp.Diff([]int{200, 200, 200, 429}, statuses(4, list(c, version.V3))); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	c.post("/_mock/reset", "").is(http.StatusNoContent)
	list(c, version.V3)().is(http.StatusOK)
}

// sendOnce sends a request on a connection of its own and ignores the response.
func sendOnce(r *http.Request) error {
	response, err := new(http.Transport).RoundTrip(r)
	if err != nil {
		return err
	}
	return response.Body.Close()
}
