package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

func TestReset_RestoresSeed(t *testing.T) {
	m := start(t, "default")
	before := m.anonymous().get("/_mock/state").text
	c := m.as("jane.doe")
	c.create(version.V2026, "new")
	c.delete("/v2026/personal-access-tokens/" + janeID).is(http.StatusNoContent)
	c.post("/_mock/faults", `{"latency":"1ms","rate":1}`).is(http.StatusCreated)
	c.post("/_mock/clock/advance", `{"by":"30h"}`).is(http.StatusOK)
	c.post("/_mock/identities", `{"name":"ann"}`).is(http.StatusCreated)
	c.post("/_mock/reset", "").is(http.StatusNoContent)

	if diff := cmp.Diff(before, c.get("/_mock/state").text); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	c.get("/_mock/clock").is(http.StatusOK).equal("offset", "")
	c.get("/_mock/faults").equal("faults", []any{})
	c.get("/_mock/requests").equal("requests", []any{})
	counters := c.get("/_mock/health").object()["counters"].(map[string]any)
	if diff := cmp.Diff(map[string]any{}, counters["requests"]); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
	c.get(listOwn).is(http.StatusOK) // SDKs do not request another access token
}

// The access token of a removed user is rejected.
func TestBearer_OfRemovedUserIsRejected(t *testing.T) {
	m := start(t, "empty")
	ann := m.anonymous().post("/_mock/identities", `{"name":"ann"}`).is(http.StatusCreated).object()
	c := m.withLogin(ann["clientId"].(string), ann["clientSecret"].(string))
	c.get(listOwn).is(http.StatusOK)
	c.post("/_mock/reset", "").is(http.StatusNoContent)
	c.get(listOwn).is(http.StatusUnauthorized).hasCauses(cause{rule.BearerRequired, "ann"})
}

// A changed tenant is restored exactly, in both formats.
func TestSnapshot_RestoresExactly(t *testing.T) {
	for _, fixture := range []string{"default", "empty", "expiring", "crowded", "documentation"} {
		for _, form := range []string{"application/json", "application/yaml"} {
			t.Run(fixture+" "+form, func(t *testing.T) {
				m := start(t, fixture)
				c := m.as("admin")
				id := c.create(version.V2026, "null: # not YAML\n\u2028")["id"].(string)
				c.post("/v2025/personal-access-tokens",
					`{"name":"ever","userAwareTokenNeverExpires":true,"scope":[]}`).
					is(http.StatusOK)
				c.patch("/v2026/personal-access-tokens/"+id,
					`[{"op":"replace","path":"/scope","value":["a","b"]}]`).is(http.StatusOK)
				get := func() string {
					return c.getAs(form, "/_mock/state?secrets=true").is(http.StatusOK).text
				}
				snapshot := get()
				everything := withoutLastUsed(c.get("/v2026/personal-access-tokens").list(), c.seed)
				c.delete("/v2026/personal-access-tokens/" + id).is(http.StatusNoContent)
				c.create(version.V3, "later")
				m.advance(48 * time.Hour)
				c.send("PUT", "/_mock/state", form, snapshot).is(http.StatusNoContent)
				if diff := cmp.Diff(snapshot, get()); diff != "" {
					t.Errorf("state (-want +got):\n%s", diff)
				}
				// the login changes lastUsed
				tokens := withoutLastUsed(m.as("admin").get("/v2026/personal-access-tokens").list(),
					c.seed)
				if diff := cmp.Diff(everything, tokens); diff != "" {
					t.Errorf("list (-want +got):\n%s", diff)
				}
				other := m.in("elsewhere").anonymous()
				other.send("PUT", "/_mock/state", form, snapshot).is(http.StatusNoContent)
				if diff := cmp.Diff(snapshot,
					other.getAs(form, "/_mock/state?secrets=true").text); diff != "" {
					t.Errorf("state elsewhere (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// withoutLastUsed returns the tokens without the lastUsed of the administrator's login token.
func withoutLastUsed(tokens []map[string]any, seed *fixtures.Tenant) []map[string]any {
	login, err := seed.LoginToken("admin")
	for _, token := range tokens {
		if err == nil && token["id"] == login.ID {
			delete(token, "lastUsed")
		}
	}
	return tokens
}

func TestSnapshot_OmitsSecrets(t *testing.T) {
	m := start(t, "default")
	c := m.anonymous()
	snapshot := c.get("/_mock/state").is(http.StatusOK).text
	for _, secret := range []string{janeSecret, "secret"} {
		if strings.Contains(snapshot, secret) {
			t.Errorf("snapshot contains the secret %q", secret)
		}
	}
	if with := c.get("/_mock/state?secrets=true").text; !strings.Contains(with, janeSecret) {
		t.Error("snapshot with secrets contains no secret")
	}
	c.get("/_mock/state?secrets=yes").problem(http.StatusBadRequest, rule.ControlInvalidRequest,
		cause{rule.InvalidProperty, "query parameter secrets"})
	c.put("/_mock/state", snapshot).is(http.StatusNoContent)
	m.as("jane.doe")

	added := c.post("/_mock/tokens",
		`{"owner":"jane.doe","name":"one more"}`).is(http.StatusCreated).object()
	later := c.get("/_mock/state").text
	c.post("/_mock/reset", "").is(http.StatusNoContent)
	c.put("/_mock/state", later).problem(http.StatusBadRequest, rule.ControlInvalidTenant, cause{
		rule.FixtureUnknownSecret, "line 215, column 5: tokens[12].secret",
	})
	m.login(added["clientId"].(string), added["clientSecret"].(string)).is(http.StatusUnauthorized)
	m.as("jane.doe")
}

// An invalid state changes nothing, and every error is reported with its position.
func TestRestore_RejectsInvalidState(t *testing.T) {
	m := start(t, "default")
	c := m.anonymous()
	before := c.get("/_mock/state?secrets=true").text
	for _, test := range []struct {
		name, body string
		want       []cause
	}{
		{"invalid JSON", `{`, []cause{{rule.FixtureSyntax, "line 1, column 1"}}},
		{"no tenant", `[]`, []cause{{rule.FixtureWrongType, "line 1, column 1"}}},
		{
			"no identity", `{"identities":[]}`, []cause{
				{rule.FixtureRequired, "line 1, column 2: identities"},
			},
		},
		{
			"unknown key", `{"people":[]}`, []cause{
				{rule.FixtureUnknownKey, "line 1, column 2: people"},
			},
		},
		{
			"newer schema",
			strings.Replace(before, `"schema": 1`, `"schema": 2, "flavour": "new"`, 1),
			[]cause{
				{rule.FixtureSchema, "line 2, column 3: schema"},
			},
		},
		{
			"two of one name",
			strings.Replace(before, `"name": "john.roe"`, `"name": "jane.doe"`, 1),
			[]cause{
				{rule.FixtureDuplicate, "line 26, column 7: identities[2].name"}, {
					rule.FixtureReference, "line 85, column 7: tokens[2].owner",
				}, {rule.FixtureReference, "line 171, column 7: tokens[8].owner"}, {
					rule.FixtureReference, "line 201, column 7: tokens[10].owner",
				},
			},
		},
		{
			"no such owner",
			strings.Replace(before, `"owner": "john.roe"`, `"owner": "joe.bloggs"`, 1),
			[]cause{{rule.FixtureReference, "line 85, column 7: tokens[2].owner"}},
		},
		{
			"two of one id",
			strings.Replace(before, `"id": "`+janeID+`"`,
				`"id": "cafecafecafecafecafecafecafecafe"`, 1),
			[]cause{
				{rule.FixtureDuplicate, "line 70, column 7: tokens[1].id"},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.body == before {
				t.Fatal("the snapshot is not wrong")
			}
			m.forTest(t).anonymous().put("/_mock/state", test.body).problem(http.StatusBadRequest,
				rule.ControlInvalidTenant, test.want...)
			if diff := cmp.Diff(before,
				m.forTest(t).anonymous().get("/_mock/state?secrets=true").text); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
	c.send("PUT", "/_mock/state", "text/plain", before).problem(http.StatusUnsupportedMediaType,
		rule.ControlMediaType)
	c.send("PUT", "/_mock/state", "application/json",
		strings.Repeat(" ", 65<<20)).problem(http.StatusRequestEntityTooLarge, rule.ContentTooLarge)
}

func TestAddIdentity(t *testing.T) {
	m := start(t, "default")
	c := m.anonymous()
	ann := c.post("/_mock/identities",
		`{"name":"ann.smith","userLevels":["ORG_ADMIN"]}`).is(http.StatusCreated).object()
	m.withLogin(ann["clientId"].(string),
		ann["clientSecret"].(string)).get("/v2026/personal-access-tokens").is(http.StatusOK)
	bob := c.post("/_mock/identities", `{"name":"bob"}`).is(http.StatusCreated)
	bob.equal("userLevels", []any{"USER"})
	m.withLogin(bob.object()["clientId"].(string),
		bob.object()["clientSecret"].(string)).get("/v2026/personal-access-tokens").
		is(http.StatusForbidden)
	if users := c.get("/_mock/credentials").text; !strings.Contains(users, "ann.smith") ||
		strings.Index(users, `"admin"`) > strings.Index(users, "jane.doe") {
		t.Errorf("unexpected credentials: %s", users)
	}
	c.post("/_mock/identities", `{"name":"bob"}`).problem(http.StatusConflict,
		rule.ControlNameTaken)
	// users and tokens may have the same id
	c.post("/_mock/identities",
		`{"name":"bea","id":"`+bob.object()["clientId"].(string)+`"}`).is(http.StatusCreated)
	c.post("/_mock/identities",
		`{"name":"ben","id":"facedadafacedadafacedadafacedada"}`).problem(http.StatusConflict,
		rule.ControlIDTaken)
	c.post("/_mock/identities",
		`{"name":"eve","userLevels":["ROOT"]}`).problem(http.StatusBadRequest,
		rule.ControlInvalidTenant, cause{rule.FixtureUserLevel, "/userLevels[0]"})
	c.post("/_mock/identities", `{"name":""}`).problem(http.StatusBadRequest,
		rule.ControlInvalidRequest, cause{rule.InvalidProperty, "/name"})
	c.post("/_mock/identities", `{"user":"eve"}`).problem(http.StatusBadRequest,
		rule.ControlInvalidRequest, cause{rule.InvalidProperty, "body"}, cause{
			rule.MissingProperty, "/name",
		})
}

func TestAddToken(t *testing.T) {
	m := start(t, "empty")
	c := m.anonymous()
	add := func(body string) map[string]any {
		return c.post("/_mock/tokens", body).is(http.StatusCreated).object()
	}
	expired := add(`{"owner":"jane.doe","name":"expired","expirationDate":"-3d","created":"-40d"}`)
	m.login(expired["clientId"].(string),
		expired["clientSecret"].(string)).is(http.StatusUnauthorized)
	stale := add(`{"owner":"jane.doe","name":"stale","lastUsed":"-40d",` +
		`"created":"2026-01-01T00:00:00Z","scope":["sp:my-personal-access-tokens:read"],` +
		`"accessTokenValiditySeconds":60}`)
	m.withLogin(stale["clientId"].(string),
		stale["clientSecret"].(string)).get(listOwn).is(http.StatusOK)
	add(`{"owner":"jane.doe","name":"robot","managed":true,` +
		`"id":"0123456789abcdef0123456789abcdef","secret":"` + strings.Repeat("ab", 32) + `"}`)
	if diff := cmp.Diff([]string{"stale", "login", "expired"},
		m.as("jane.doe").names(listOwn)); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
	for _, test := range []struct {
		name, body string
		status     int
		rule       rule.ID
		want       []cause
	}{
		{"name taken", `{"owner":"jane.doe","name":"stale"}`, 409, rule.ControlNameTaken, nil},
		{
			"id taken", `{"owner":"jane.doe","name":"x","id":"0123456789abcdef0123456789abcdef"}`,
			409, rule.ControlIDTaken, nil,
		},
		{
			"unknown owner", `{"owner":"nobody","name":"x"}`, 400, rule.ControlInvalidRequest,
			[]cause{{rule.ControlUnknownOwner, "/owner"}},
		},
		{
			"word as date", `{"owner":"jane.doe","name":"x","created":"tomorrow"}`, 400,
			rule.ControlInvalidTenant,
			[]cause{{rule.FixtureDate, "/created"}},
		},
		{
			"creation in the future", `{"owner":"jane.doe","name":"x","created":"+1d"}`, 400,
			rule.ControlInvalidTenant,
			[]cause{{rule.FixturePast, "/created"}},
		},
		{
			"blank scope", `{"owner":"jane.doe","name":"x","scope":[" "]}`, 400,
			rule.ControlInvalidTenant,
			[]cause{{rule.FixtureFormat, "/scope[0]"}},
		},
		{
			"never expires, not acknowledged",
			`{"owner":"jane.doe","name":"x","userAwareTokenNeverExpires":false}`, 400,
			rule.ControlInvalidTenant,
			[]cause{
				{rule.FixtureNeverExpires, "/userAwareTokenNeverExpires"},
			},
		},
		{
			"validity too short", `{"owner":"jane.doe","name":"x","accessTokenValiditySeconds":14}`,
			400, rule.ControlInvalidRequest,
			[]cause{
				{rule.InvalidProperty, "/accessTokenValiditySeconds"},
			},
		},
		{
			"unknown property", `{"owner":"jane.doe","name":"x","expires":"+1d"}`, 400,
			rule.ControlInvalidRequest,
			[]cause{{rule.InvalidProperty, "body"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m.forTest(t).anonymous().post("/_mock/tokens", test.body).problem(test.status,
				test.rule, test.want...)
		})
	}
}

// getAs gets a representation with an Accept header.
func (c *client) getAs(contentType, path string) testResponse {
	c.Helper()
	r, err := http.NewRequest("GET", c.url+path, nil)
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Accept", contentType)
	return c.exchange(r)
}
