package mockserver_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// journal returns the requests that a query selects.
func (c *client) journal(query string) []map[string]any {
	c.Helper()
	var all []map[string]any
	for _, r := range c.get("/_mock/requests" +
		query).is(http.StatusOK).object()["requests"].([]any) {
		all = append(all, r.(map[string]any))
	}
	return all
}

// lastExchange returns the last request with headers and bodies.
func (c *client) lastExchange() map[string]any {
	c.Helper()
	all := c.journal("?limit=1")
	if len(all) != 1 {
		c.Fatalf("unexpected number of requests in the journal: %d", len(all))
	}
	return c.get("/_mock/requests/" + all[0]["id"].(string)).is(http.StatusOK).object()
}

func TestJournal_RecordsExchanges(t *testing.T) {
	m := start(t, "default")
	c := m.as("jane.doe")
	c.post("/v2026/personal-access-tokens",
		`{"name":"noted","userAwareTokenNeverExpires":true}`).is(http.StatusOK)
	r := c.lastExchange()
	for name, want := range map[string]any{
		"operation": "create", "version": "v2026", "method": "POST",
		"path": "/v2026/personal-access-tokens", "query": "", "status": 200.0,
		"owner": "jane.doe", "clientId": janeID, "unmatched": false, "forwarded": false,
		"fault": "", "sequence": 2.0, "time": "2026-08-31T12:00:00Z",
		"findings": []any{}, "reasons": []any{}, "notes": []any{},
	} {
		if diff := cmp.Diff(want, r[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	sent, response := r["request"].(map[string]any), r["response"].(map[string]any)
	if sent["body"] != `{"name":"noted","userAwareTokenNeverExpires":true}` ||
		!strings.Contains(response["body"].(string), `"name":"noted"`) {
		t.Errorf("bodies %v and %v", sent["body"], response["body"])
	}
	if diff := cmp.Diff([]any{"Bearer [redacted]"},
		sent["header"].(map[string]any)["Authorization"]); diff != "" {
		t.Errorf("Authorization (-want +got):\n%s", diff)
	}
	if id := response["header"].(map[string]any)["Slpt-Request-Id"].([]any)[0]; id != r["id"] {
		t.Errorf("the request is %v, its response has the id %v", r["id"], id)
	}
	c.get("/_mock/requests/nothing").problem(http.StatusNotFound, rule.ControlUnknownRequest)
	if all := c.journal(""); all[0]["request"] != nil || all[0]["operation"] != "token" {
		t.Errorf("unexpected list entry: %v", all[0])
	}
	c.delete("/_mock/requests").is(http.StatusNoContent)
	if all := c.journal(""); len(all) != 0 {
		t.Errorf("unexpected journal: %v", all)
	}
}

func TestJournal_FiltersRequests(t *testing.T) {
	m := start(t, "default")
	jane, admin := m.as("jane.doe"), m.as("admin")
	jane.get("/v3/personal-access-tokens?owner-id=me").is(http.StatusOK)
	jane.get("/v3/personal-access-tokens").is(http.StatusForbidden)
	admin.get("/v2026/personal-access-tokens").is(http.StatusOK)
	admin.delete("/v2026/personal-access-tokens/nothing").is(http.StatusNotFound)
	jane.get("/v3/accounts").is(http.StatusNotImplemented)
	jane.addFault(`{"operation":"list","status":503}`)
	jane.get("/v3/personal-access-tokens?owner-id=me").is(http.StatusServiceUnavailable)
	for query, want := range map[string]int{
		"": 8, "?operation=list": 4, "?operation=token": 2, "?version=v2026": 2, "?status=403": 1,
		"?owner=jane.doe": 4, "?method=DELETE": 1,
		"?operation=list&owner=jane.doe&status=200": 1, "?path=/v2026/personal-access-tokens/*": 1,
		"?unmatched=true": 1, "?unmatched=false": 7,
		"?fault=f1": 1, "?fault=*": 1, "?finding=not-simulated": 1, "?finding=*": 1, "?limit=3": 3,
		"?limit=0": 8, "?clientId=" + janeID: 4,
	} {
		if got := len(jane.journal(query)); got != want {
			t.Errorf("%s: %d requests, want %d", query, got, want)
		}
	}
	for _, test := range []struct {
		name, query string
		want        cause
	}{
		{
			"unknown operation", "?operation=lists", cause{
				rule.InvalidProperty, "query parameter operation",
			},
		},
		{"unknown version", "?version=v9", cause{rule.InvalidProperty, "query parameter version"}},
		{"word as status", "?status=ok", cause{rule.InvalidProperty, "query parameter status"}},
		{"negative limit", "?limit=-1", cause{rule.InvalidProperty, "query parameter limit"}},
		{
			"unknown finding", "?finding=no-wiat", cause{
				rule.InvalidProperty, "query parameter finding",
			},
		},
		{
			"word as unmatched", "?unmatched=maybe", cause{
				rule.InvalidProperty, "query parameter unmatched",
			},
		},
		{"unknown parameter", "?colour=red", cause{rule.ControlInvalidRequest, "query"}},
		{
			"parameter twice", "?limit=1&limit=2", cause{
				rule.InvalidProperty, "query parameter limit",
			},
		},
		{"truncated escape", "?a=%zz", cause{rule.ControlInvalidRequest, "query"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m.forTest(t).anonymous().get("/_mock/requests"+
				test.query).problem(http.StatusBadRequest, rule.ControlInvalidRequest, test.want)
		})
	}
}

func TestJournal_DropsOldest(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{JournalSize: 5})
	c := m.as("jane.doe")
	for i := range 9 {
		c.get(fmt.Sprintf("/v3/personal-access-tokens?owner-id=me&i=%d", i)).is(http.StatusOK)
	}
	response := c.get("/_mock/requests").object()
	if response["stored"] != 5.0 || response["dropped"] != 5.0 || response["matched"] != 5.0 {
		t.Errorf("unexpected journal: %v", response)
	}
	if first := c.journal("")[0]; first["query"] != "owner-id=me&i=4" || first["sequence"] != 6.0 {
		t.Errorf("unexpected oldest request: %v", first)
	}
	if got := c.get("/_mock/health").
		object()["counters"].(map[string]any)["journalDropped"]; got != 5.0 {
		t.Errorf("unexpected journalDropped: %v", got)
	}
}

// Neither the journal nor the log contains a secret, wherever a request has it.
func TestJournal_RedactsSecrets(t *testing.T) {
	log := &logLines{}
	m := startWith(t, "default", mockserver.Config{Log: log.logger()})
	c := m.as("jane.doe")
	bearer := strings.TrimPrefix(c.authorization, "Bearer ")
	created := c.create(version.V2026, "new")["secret"].(string)
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {janeID}, "client_secret": {janeSecret},
	}.Encode()
	multipart := "--b\r\nContent-Disposition: form-data; name=client_secret\r\n\r\n" + janeSecret +
		"\r\n--b--\r\n"
	c.send("POST", "/oauth/token?"+form, "", "")
	c.send("POST", "/oauth/token", "multipart/form-data; boundary=b", multipart)
	c.send("POST", "/oauth/token", "application/json", `{"client_secret" : "`+janeSecret+`"}`)
	c.send("POST", "/oauth/token", urlencode, "client_id="+janeSecret+"&client_secret="+janeID)
	c.send("POST", "/oauth/check_token", urlencode, "token="+bearer)
	c.post("/v2026/personal-access-tokens",
		`{"name":"`+janeSecret+`","userAwareTokenNeverExpires":true}`)
	c.delete("/v2026/personal-access-tokens/" + janeSecret)
	c.get("/v2026/personal-access-tokens?access_token=" + bearer)
	c.get("/v2026/personal-access-tokens?filters=" + bearer)
	c.get("/v2026/" + bearer)
	basic, err := http.NewRequest("POST", m.url+"/oauth/token?grant_type=client_credentials", nil)
	if err != nil {
		t.Fatal(err)
	}
	basic.SetBasicAuth(janeID, janeSecret)
	m.exchange(basic).is(http.StatusOK)
	const strange = "hunter2supersecret"
	m.withAuthorization(strange).get(listOwn).is(http.StatusUnauthorized)
	everything := []string{strings.Join(log.all, "\n")}
	for _, r := range c.journal("") {
		everything = append(everything, c.get("/_mock/requests/"+r["id"].(string)).text)
	}
	everything = append(everything,
		c.post("/_mock/verify",
			`{"expect":[{"match":{"operation":"token","body":{"x":1},"status":200,`+
				`"query":{"a":"b"}},"times":99}]}`).text)
	for _, secret := range []string{janeSecret, bearer, created, strange} {
		for _, text := range everything {
			if strings.Contains(text, secret) {
				t.Errorf("%s appears in %s", secret, text)
			}
		}
	}
}

// A finding is the kind of a finding, and a name or value that its detail must contain.
type finding struct{ kind, mention string }

func TestFindings_Kinds(t *testing.T) {
	for name, test := range map[string]struct {
		run  func(c *client)
		want []finding
	}{
		"nothing wrong": {func(c *client) { c.get(listOwn) }, nil},
		"an unknown property": {
			func(c *client) {
				c.post("/v3/personal-access-tokens", `{"name":"x","colour":"red"}`)
			}, []finding{{"unknown-property", "/colour"}},
		},
		"an unknown parameter": {
			func(c *client) {
				c.get(listOwn + "&limit=10")
			}, []finding{{"unknown-parameter", "limit"}},
		},
		"a missing property": {
			func(c *client) {
				c.post("/v3/personal-access-tokens", `{}`)
			}, []finding{{"missing-property", "/name"}},
		},
		"a wrong type": {
			func(c *client) {
				c.post("/v3/personal-access-tokens", `{"name":1}`)
			}, []finding{{"invalid-property", "/name"}},
		},
		"a wrong content type": {
			func(c *client) {
				c.send("PATCH", "/v3/personal-access-tokens/"+janeID, "application/json", `[]`)
			}, []finding{{"wrong-content-type", "Content-Type"}},
		},
		"an unknown path": {
			func(c *client) { c.get("/v3x") }, []finding{{"unmatched-path", "/v3x"}},
		},
		"an unknown method": {
			func(c *client) {
				c.send("PUT", "/v3/personal-access-tokens/"+janeID, "", "")
			}, []finding{{"unmatched-path", "PUT"}},
		},
		"not simulated": {
			func(c *client) { c.get("/v3/accounts") }, []finding{{"not-simulated", "/v3/accounts"}},
		},
		"the from of a move": {
			func(c *client) {
				c.patch("/v2026/personal-access-tokens/"+janeID,
					`[{"op":"copy","from":"/scope/0","path":"/scope/-"}]`).is(http.StatusOK)
			}, nil,
		},
		"a property of an operation of a patch": {
			func(c *client) {
				c.patch("/v2026/personal-access-tokens/"+janeID,
					`[{"op":"replace","path":"/name","value":"x","comment":"y"}]`)
			}, []finding{{"unknown-property", "/0/comment"}},
		},
		"client_secret as a parameter": {
			func(c *client) {
				c.send("POST", "/oauth/token?client_secret="+janeSecret, "", "")
			}, []finding{{"secret-in-query", ""}},
		},
		"same rejected request": {
			func(c *client) {
				c.post("/v3/personal-access-tokens", `{"name":" "}`)
				c.post("/v3/personal-access-tokens", `{"name":" "}`)
			}, []finding{{"repeated-rejection", "400"}},
		},
		"another rejected request": {
			func(c *client) {
				c.post("/v3/personal-access-tokens", `{"name":" "}`)
				c.post("/v3/personal-access-tokens", `{"name":"  "}`)
			}, nil,
		},
		"rejected, then accepted, then rejected": {
			func(c *client) {
				body := `{"name":"again"}`
				id := c.post("/v3/personal-access-tokens",
					body).is(http.StatusOK).object()["id"].(string)
				c.post("/v3/personal-access-tokens", body).is(http.StatusBadRequest)
				c.delete("/v3/personal-access-tokens/" + id).is(http.StatusNoContent)
				c.post("/v3/personal-access-tokens", body).is(http.StatusOK)
				c.post("/v3/personal-access-tokens", body).is(http.StatusBadRequest)
			}, nil,
		},
		"no wait": {
			func(c *client) {
				c.addFault(`{"operation":"list","status":429,"retryAfter":"30s"}`)
				c.get(listOwn)
				c.get(listOwn)
			}, []finding{{"no-wait", "30s"}},
		},
		"no wait after a date": {
			func(c *client) {
				c.addFault(`{"operation":"list","status":503,"retryAfter":"30s",` +
					`"retryAfterAs":"date"}`)
				c.get(listOwn)
				c.get(listOwn)
			}, []finding{{"no-wait", "30s"}},
		},
		"a wait by the clock": {
			func(c *client) {
				c.addFault(`{"operation":"list","status":429,"retryAfter":"30s"}`)
				c.get(listOwn)
				c.post("/_mock/clock/advance", `{"by":"30s"}`)
				c.get(listOwn)
			}, nil,
		},
		"another version meanwhile": {
			func(c *client) {
				c.addFault(`{"operation":"list","status":429,"retryAfter":"30s"}`)
				c.get(listOwn)
				c.get("/v3/personal-access-tokens?owner-id=me")
			}, nil,
		},
		"a deleted token, with its access token and to log in": {
			func(c *client) {
				c.delete("/v3/personal-access-tokens/" + janeID).is(http.StatusNoContent)
				c.get(listOwn).is(http.StatusOK)
				c.login(janeID, janeSecret).is(http.StatusUnauthorized)
			}, []finding{{"deleted-token", janeID}, {"deleted-token", janeID}},
		},
		"expired access token": {
			func(c *client) {
				c.post("/_mock/clock/advance", `{"by":"12h"}`)
				c.get(listOwn).is(http.StatusUnauthorized)
			}, []finding{{"expired-access-token", "2026-09-01T00:00:00.000Z"}},
		},
		"an expired token": {
			func(c *client) {
				c.login("cafeacedcafeacedcafeacedcafeaced",
					strings.Repeat("cafeaced", 8)).is(http.StatusUnauthorized)
			}, []finding{{"expired-token", "old export"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, "default").as("jane.doe")
			test.run(c)
			var got, details []string
			for _, r := range c.journal("") {
				for _, f := range r["findings"].([]any) {
					f := f.(map[string]any)
					got = append(got, f["kind"].(string))
					details = append(details, f["detail"].(string))
				}
			}
			if len(got) != len(test.want) {
				t.Fatalf("findings = %q, want %q", got, test.want)
			}
			for i, want := range test.want {
				if got[i] != want.kind || !mentions(details[i], want.mention) {
					t.Errorf("finding %s, %q, want %s about %s", got[i], details[i], want.kind,
						want.mention)
				}
			}
			if len(got) > 0 {
				golden.Check(t, findingTexts, golden.Key(t), normalize(strings.Join(details, "\n")))
			}
			total := 0.0
			for _, n := range c.get("/_mock/health").
				object()["counters"].(map[string]any)["findings"].(map[string]any) {
				total += n.(float64)
			}
			if int(total) != len(got) {
				t.Errorf("counted %v findings, but the journal has %d", total, len(got))
			}
		})
	}
}

func TestHealth_CountsRequests(t *testing.T) {
	m := start(t, "empty")
	c := m.as("jane.doe")
	c.get(listOwn)
	c.get(listOwn)
	c.post("/v3/personal-access-tokens", `{}`)
	c.get("/nothing")
	c.addFault(`{"operation":"list","status":429}`)
	c.get(listOwn)
	m.in("other").as("jane.doe")
	got := c.get("/_mock/health").object()["counters"]
	want := map[string]any{
		"requests": map[string]any{
			"token": map[string]any{"200": 1.0}, "list": map[string]any{"200": 2.0, "429": 1.0},
			"create":    map[string]any{"400": 1.0},
			"unmatched": map[string]any{"404": 1.0},
		},
		"findings": map[string]any{"missing-property": 1.0, "unmatched-path": 1.0}, "faults": 1.0,
		"journalDropped": 0.0, "namespaces": 2.0, "tokens": 4.0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
}

func TestVerify_ComparesExpectations(t *testing.T) {
	m := start(t, "default")
	c := m.as("jane.doe")
	c.post("/v2026/personal-access-tokens",
		`{"name":"build","userAwareTokenNeverExpires":true}`).is(http.StatusOK)
	c.get(listOwn).is(http.StatusOK)
	c.get(listOwn).is(http.StatusOK)
	verify := func(body string) testResponse {
		return c.post("/_mock/verify", body).is(http.StatusOK)
	}
	for body, want := range map[string]bool{
		`{"expect":[{"match":{"operation":"create"}}]}`:                                   true,
		`{"expect":[{"match":{"operation":"create","body":{"name":"build"}},"times":1}]}`: true,
		`{"expect":[{"match":{"operation":"create","body":{"name":"test"}}}]}`:            false,
		`{"expect":[{"match":{"operation":"list"},"times":2}]}`:                           true,
		`{"expect":[{"match":{"operation":"list"},"times":1}]}`:                           false,
		`{"expect":[{"match":{"operation":"delete"},"times":0}]}`:                         true,
		`{"expect":[{"match":{"operation":"list"},"atLeast":1,"atMost":2}]}`:              true,
		`{"expect":[{"match":{"operation":"list"},"atMost":1}]}`:                          false,
		`{"inOrder":true,"expect":[{"match":{"operation":"token"}},` +
			`{"match":{"operation":"create"}},{"match":{"status":200,` +
			`"query":{"owner-id":"me"}}}]}`: true,
		`{"inOrder":true,"expect":[{"match":{"operation":"list"}},` +
			`{"match":{"operation":"create"}}]}`: false,
	} {
		if got := verify(body).object()["verified"]; got != want {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
	result := verify(`{"expect":[{"match":{"operation":"create","version":"v3",` +
		`"body":{"name":"test"}},"times":1}]}`).object()["outcomes"].([]any)[0].(map[string]any)
	if result["actual"] != 0.0 || !strings.Contains(result["expected"].(string), "create") {
		t.Errorf("unexpected outcome: %v", result)
	}
	nearest := result["nearMisses"].([]any)[0].(map[string]any)
	want := []any{
		map[string]any{"pointer": "/version", "expected": "v3", "actual": "v2026"},
		map[string]any{"pointer": "/body/name", "expected": "test", "actual": "build"},
	}
	if diff := cmp.Diff(want, nearest["differences"]); diff != "" ||
		nearest["request"] != "POST /v2026/personal-access-tokens 200" {
		t.Errorf("nearest is %v (-want +got):\n%s", nearest["request"], diff)
	}
	for _, test := range []struct {
		name, body string
		want       cause
	}{
		{"nothing", `{}`, cause{rule.MissingProperty, "/expect"}},
		{"no expectation", `{"expect":[]}`, cause{rule.InvalidProperty, "/expect"}},
		{
			"unknown operation", `{"expect":[{"match":{"operation":"lists"}}]}`, cause{
				rule.InvalidProperty, "/expect/0/match/operation",
			},
		},
		{
			"two numbers", `{"expect":[{"match":{},"times":1,"atLeast":1}]}`, cause{
				rule.VerifyExactNumber, "/expect/0/times",
			},
		},
		{
			"contradictory bounds", `{"expect":[{"match":{},"atLeast":2,"atMost":1}]}`, cause{
				rule.VerifyBounds, "/expect/0/atLeast",
			},
		},
		{
			"word as timeout", `{"expect":[{"match":{}}],"timeout":"soon"}`, cause{
				rule.InvalidProperty, "/timeout",
			},
		},
		{
			"timeout too long", `{"expect":[{"match":{}}],"timeout":"61s"}`, cause{
				rule.VerifyTimeout, "/timeout",
			},
		},
		{
			"unknown property", `{"expect":[{"match":{"colour":"red"}}]}`, cause{
				rule.InvalidProperty, "/expect/0/match",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c.forTest(t).anonymous().post("/_mock/verify", test.body).problem(http.StatusBadRequest,
				rule.ControlInvalidRequest, test.want)
		})
	}
}

func TestControl_ServesDocuments(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{Versions: []version.Version{version.V3}})
	c := m.anonymous()
	for _, name := range []string{"v3", "oauth", "control"} {
		c.get("/_mock/spec/"+name).is(http.StatusOK).equal("openapi", "3.0.1")
	}
	c.get("/_mock/spec/v2026").problem(http.StatusNotFound, rule.ControlUnknownDocument)
}

func TestControl_RespondsWithProblems(t *testing.T) {
	c := start(t, "empty").anonymous()
	for _, path := range []string{"/_mock/nothing", "/_mock"} {
		t.Run(path, func(t *testing.T) {
			c.forTest(t).anonymous().get(path).problem(http.StatusNotFound, rule.ControlUnknownPath)
		})
	}
	if r := c.delete("/_mock/verify"); r.header.Get("Allow") != "POST" {
		t.Errorf("unexpected Allow: %q", r.header.Get("Allow"))
	}
	c.delete("/_mock/verify").problem(http.StatusMethodNotAllowed, rule.MethodNotAllowed)
	for name, body := range map[string]string{"truncated JSON": `{"now":`, "no text": ""} {
		t.Run(name, func(t *testing.T) {
			c.forTest(t).anonymous().put("/_mock/clock", body).problem(http.StatusBadRequest,
				rule.ControlInvalidRequest, cause{rule.ControlInvalidRequest, ""})
		})
	}
	c.send("PUT", "/_mock/clock", "text/plain", "noon").problem(http.StatusUnsupportedMediaType,
		rule.ControlMediaType)
	if r := c.get("/_mock/nothing"); r.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("unexpected Content-Type: %q", r.header.Get("Content-Type"))
	}
}
