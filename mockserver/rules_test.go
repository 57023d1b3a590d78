package mockserver_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"example.com/patmock/internal/sample"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// A rejection is a request that the mock rejects in every version with the rule.
type rejection struct {
	name   string
	status int
	rule   rule.ID
	// send sends the request, as jane.doe unless it specifies another user.
	send func(m *tenant, v version.Version) testResponse
	// setup changes the configuration. Nil does not.
	setup func(*mockserver.Config)
}

// apiRejections are the rejections that every version has.
var apiRejections = []rejection{
	{
		name: "no bearer", status: 401, rule: rule.BearerRequired,
		send: func(m *tenant, v version.Version) testResponse {
			return m.anonymous().get(v.CollectionPath())
		},
	},
	{
		name: "another scheme", status: 401, rule: rule.BearerRequired,
		send: func(m *tenant, v version.Version) testResponse {
			return m.withAuthorization("Basic eDp5").get(v.CollectionPath())
		},
	},
	{
		name: "bad bearer", status: 401, rule: rule.BearerRequired,
		send: func(m *tenant, v version.Version) testResponse {
			return m.withAuthorization("Bearer x").get(v.CollectionPath())
		},
	},
	{
		name: "bearer of another namespace", status: 401, rule: rule.BearerRequired,
		send: func(m *tenant, v version.Version) testResponse {
			return m.withAuthorization(m.in("other").as("jane.doe").authorization).
				get(v.CollectionPath())
		},
	},
	{
		name: "expired access token", status: 401, rule: rule.AccessTokenExpires,
		send: func(m *tenant, v version.Version) testResponse {
			c := m.as("jane.doe")
			m.advance(13 * time.Hour)
			return c.get(v.CollectionPath())
		},
	},
	{
		name: "access token of a deleted token", status: 401, rule: rule.AccessTokenOfDeleted,
		send: func(m *tenant, v version.Version) testResponse {
			c := m.as("jane.doe")
			c.delete(v.CollectionPath() + "/" + janeID).is(http.StatusNoContent)
			return c.get(v.CollectionPath())
		},
		setup: func(c *mockserver.Config) {
			c.Dialect = dialect.Dialect{
				dialect.AccessTokenOfDeleted: {Status: 401, Text: "Revoked."},
			}
		},
	},
	{
		name: "scope", status: 403, rule: rule.OperationScopes,
		send: func(m *tenant, v version.Version) testResponse {
			return m.scoped("jane.doe", "sp:scopes:default").get(v.CollectionPath())
		},
	},
	{
		name: "right to list", status: 403, rule: rule.ListRights,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("jane.doe").get(v.CollectionPath())
		},
	},
	{
		name: "right to write", status: 403, rule: rule.WriteRights,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("jane.doe").delete(v.CollectionPath() + "/" + johns)
		},
	},
	{
		name: "patch of another's token", status: 403, rule: rule.PatchOwnOnly,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("admin").patch(v.CollectionPath()+"/"+johns, `[]`)
		},
	},
	{
		name: "API client", status: 403, rule: rule.NoApplicationAuth,
		send: func(m *tenant, v version.Version) testResponse {
			client := m.withLogin("dacedace-dace-dace-dace-dacedacedace",
				strings.Repeat("dace", 16))
			return client.get(v.CollectionPath())
		},
	},
	{
		name: "unknown id", status: 404, rule: rule.UnknownID,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("jane.doe").delete(v.CollectionPath() + "/" + nobodys)
		},
	},
	{
		name: "no id", status: 404, rule: rule.UnmatchedPath,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("jane.doe").delete(v.CollectionPath() + "/")
		},
	},
	{
		name: "method", status: 405, rule: rule.MethodNotAllowed,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("jane.doe").put(v.CollectionPath(), `{}`)
		},
	},
	{
		name: "announced body too large", status: 413, rule: rule.ContentTooLarge,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("jane.doe").post(v.CollectionPath(), strings.Repeat(" ", 1<<20+1))
		},
	},
	{
		name: "body too large", status: 413, rule: rule.ContentTooLarge,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("jane.doe").stream(v, strings.NewReader(strings.Repeat(" ", 1<<20+1)))
		},
	},
	{
		name: "body that breaks off", status: 400, rule: rule.IncompleteBody,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("jane.doe").inProcess(v, iotest.ErrReader(io.ErrUnexpectedEOF))
		},
	},
	{
		name: "content type of a create", status: 415, rule: rule.WrongContentType,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("jane.doe").send("POST", v.CollectionPath(), "text/plain", `{}`)
		},
	},
	{
		name: "content type of a patch", status: 415, rule: rule.WrongContentType,
		send: func(m *tenant, v version.Version) testResponse {
			path := v.CollectionPath() + "/" + janeID
			return m.as("jane.doe").send("PATCH", path, "application/json", `[]`)
		},
	},
	{
		name: "content encoding", status: 415, rule: rule.ContentEncoding,
		send: func(m *tenant, v version.Version) testResponse {
			path := v.CollectionPath()
			return m.as("jane.doe").sendWithHeader("POST", path, `{}`, "Content-Encoding", "br")
		},
	},
	{
		name: "truncated escape", status: 400, rule: rule.URLSyntax,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("jane.doe").get(v.CollectionPath() + "?filters=%zz")
		},
	},
	{
		name: "parameter twice", status: 400, rule: rule.InvalidProperty,
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("jane.doe").get(v.CollectionPath() + "?owner-id=me&owner-id=you")
		},
	},
	{name: "no body", status: 400, rule: rule.JSONSyntax, send: create(``)},
	{name: "truncated JSON", status: 400, rule: rule.JSONSyntax, send: create(`{"name":`)},
	{name: "not UTF-8", status: 400, rule: rule.JSONSyntax, send: create("{\"name\":\"\xff\"}")},
	{name: "no name", status: 400, rule: rule.NameRequired, send: create(`{}`)},
	{name: "number as name", status: 400, rule: rule.InvalidProperty, send: create(`{"name":1}`)},
	{
		name: "validity too short", status: 400, rule: rule.ValidityBounds,
		send: create(`{"name":"x","accessTokenValiditySeconds":1}`),
	},
	{name: "blank name", status: 400, rule: rule.NameNotBlank, send: create(`{"name":" "}`)},
	{
		name: "name taken", status: 400, rule: rule.NameUnique,
		send: create(`{"name":"login","expirationDate":"` + inAMonth + `"}`),
	},
	{
		name: "past date", status: 400, rule: rule.ExpiryFuture,
		send: create(`{"name":"x","expirationDate":"2020-01-01T00:00:00Z"}`),
	},
	{
		name: "date that is none", status: 400, rule: rule.DateIsRFC3339,
		send: create(`{"name":"x","expirationDate":"tomorrow"}`),
	},
	{
		name: "empty date", status: 400, rule: rule.EmptyDate,
		send: create(`{"name":"x","expirationDate":""}`),
	},
	{
		name: "date without a zone", status: 400, rule: rule.DateNeedsZone,
		send: create(`{"name":"x","expirationDate":"2027-01-01T00:00:00"}`),
	},
	{
		name: "year 10000", status: 400, rule: rule.DateYear,
		send: create(`{"name":"x","expirationDate":"9999-12-31T23:59:59-01:00"}`),
	},
	{
		name: "date after six months", status: 400, rule: rule.ExpiryUpperBound,
		send: create(`{"name":"x","expirationDate":"2030-01-01T00:00:00Z"}`),
	},
	{name: "no date", status: 400, rule: rule.ExpiryNever, send: create(`{"name":"x"}`)},
	{
		name: "limit of tokens", status: 400, rule: rule.TokensPerOwner,
		send:  create(`{"name":"x","expirationDate":"` + inAMonth + `"}`),
		setup: func(c *mockserver.Config) { c.Profile.TokenLimit = 1 },
	},
	{
		name: "long name", status: 400, rule: rule.MaxNameLength,
		send:  create(`{"name":"xy","expirationDate":"` + inAMonth + `"}`),
		setup: limiting(dialect.MaxNameLength),
	},
	{
		name: "long scope", status: 400, rule: rule.MaxScopeLength,
		send:  create(`{"name":"x","scope":["sp"],"expirationDate":"` + inAMonth + `"}`),
		setup: limiting(dialect.MaxScopeLength),
	},
	{
		name: "many scopes", status: 400, rule: rule.MaxScopes,
		send:  create(`{"name":"x","scope":["a","b"],"expirationDate":"` + inAMonth + `"}`),
		setup: limiting(dialect.MaxScopes),
	},
	{
		name: "unknown scope", status: 400, rule: rule.UnknownScope,
		send:  create(`{"name":"x","scope":["no:such"],"expirationDate":"` + inAMonth + `"}`),
		setup: rejecting(dialect.UnknownScope),
	},
	{
		name: "patch of no operation", status: 400, rule: rule.MissingProperty,
		send: patch(`[{"path":"/name"}]`),
	},
	{
		name: "patch of a fixed field", status: 400, rule: rule.PatchFields,
		send: patch(`[{"op":"replace","path":"/id","value":"x"}]`),
	},
	{
		name: "test of a fixed field", status: 400, rule: rule.TestOfFixedField,
		send: patch(`[{"op":"test","path":"/id","value":"x"}]`),
	},
	{
		name: "path that is no pointer", status: 400, rule: rule.PatchPointer,
		send: patch(`[{"op":"replace","path":"name","value":"x"}]`),
	},
	{
		name: "patch without a value", status: 400, rule: rule.PatchValueRequired,
		send: patch(`[{"op":"replace","path":"/name"}]`),
	},
	{
		name: "patch that does not apply", status: 400, rule: rule.PatchApplies,
		send: patch(`[{"op":"remove","path":"/scope/7"}]`),
	},
	{
		name: "failed test", status: 400, rule: rule.PatchTest,
		send: patch(`[{"op":"test","path":"/name","value":"x"}]`),
	},
	{
		name: "patch too large", status: 400, rule: rule.PatchSize,
		send: patch("[" + strings.Repeat(`{"op":"remove","path":"/scope"},`, 100) +
			`{"op":"remove","path":"/scope"}]`),
	},
	{
		name: "patch that changes nothing", status: 400, rule: rule.EmptyPatch,
		send:  patch(`[]`),
		setup: rejecting(dialect.EmptyPatch),
	},
	{
		name: "filter that is misspelt", status: 400, rule: rule.FilterSyntax,
		send: list("filters=lastUsed+LE+2026-01-01T00:00:00Z"),
	},
	{
		name: "filter that is not supported", status: 400, rule: rule.FilterSupported,
		send: list("filters=name+eq+x"),
	},
	{
		name: "quoted timestamp", status: 400, rule: rule.QuotedTimestamp,
		send:  list("filters=lastUsed+le+%222026-01-01T00:00:00Z%22"),
		setup: rejecting(dialect.QuotedTimestamp),
	},
	{
		name: "limit of 251", status: 400, rule: rule.Limit251,
		send:  list("limit=251"),
		setup: rejecting(dialect.Limit251),
	},
	{
		name: "no experimental header", status: 400, rule: rule.ExperimentalHeader,
		send:  list("owner-id=me"),
		setup: rejecting(dialect.ExperimentalHeader),
	},
	{
		name: "unknown owner", status: 400, rule: rule.UnknownOwner,
		setup: rejecting(dialect.UnknownOwner),
		send: func(m *tenant, v version.Version) testResponse {
			return m.as("admin").get(v.CollectionPath() + "?owner-id=" + nobodys)
		},
	},
	{
		name: "too many requests", status: 429, rule: rule.RateLimit,
		setup: func(c *mockserver.Config) { c.Profile.RateLimit = "1/1h" },
		send: func(m *tenant, v version.Version) testResponse {
			c := m.as("jane.doe")
			c.get(v.CollectionPath() + "?owner-id=me").is(http.StatusOK)
			return c.get(v.CollectionPath() + "?owner-id=me")
		},
	},
	{
		name: "fault", status: 503, rule: rule.InjectedFault,
		send: func(m *tenant, v version.Version) testResponse {
			m.anonymous().addFault(`{"operation":"list","status":503}`)
			return list("owner-id=me")(m, v)
		},
	},
	{
		name: "fault by a page", status: 502, rule: rule.InjectedFault,
		send: func(m *tenant, v version.Version) testResponse {
			m.anonymous().addFault(`{"operation":"list","effect":"html"}`)
			return m.as("jane.doe").unvalidated(m.TB).get(v.CollectionPath())
		},
	},
	{
		name: "preferred status", status: 429, rule: rule.PreferredStatus,
		send: func(m *tenant, v version.Version) testResponse {
			path := v.CollectionPath() + "?owner-id=me"
			return m.as("jane.doe").sendWithHeader("GET", path, "", "Prefer", "code=429")
		},
	},
	{
		name: "outage of a hostile mock", status: 503, rule: rule.HostileProfile,
		send: func(m *tenant, v version.Version) testResponse {
			c := m.as("jane.doe")
			for range 100 {
				r := c.get(v.CollectionPath() + "?owner-id=me")
				if r.status == http.StatusServiceUnavailable {
					return r
				}
			}
			m.Fatal("got no outage")
			return testResponse{}
		},
		setup: func(c *mockserver.Config) {
			c.Profile.Hostile = []string{"outages"}
			c.Profile.HostileRate, c.Profile.HostileMaxConsecutive = 1, 100
		},
	},
	{
		name: "other resource", status: 501, rule: rule.NotSimulated,
		send: func(m *tenant, v version.Version) testResponse {
			if v == version.V1 {
				return m.as("jane.doe").get("/accounts/v1")
			}
			return m.as("jane.doe").get("/" + string(v) + "/accounts")
		},
	},
	{
		name: "unknown namespace", status: 404, rule: rule.UnknownNamespace,
		send: func(m *tenant, v version.Version) testResponse {
			return m.in("A").anonymous().get(v.CollectionPath())
		},
	},
	{
		name: "too many namespaces", status: 503, rule: rule.TooManyNamespaces,
		send: func(m *tenant, _ version.Version) testResponse {
			return m.in("a").login(janeID, janeSecret)
		},
		setup: func(c *mockserver.Config) { c.MaxNamespaces = 1 },
	},
}

// withdrawAcknowledgment is a patch that withdraws the acknowledgment.
const withdrawAcknowledgment = `[{"op":"remove","path":"/userAwareTokenNeverExpires"}]`

// bulkRejections are the rejections of the bulk update. Only v1 has it.
var bulkRejections = []rejection{
	{
		name: "ids", status: 400, rule: rule.BulkIDs,
		send: bulk(`{"ids":[],"patch":` + withdrawAcknowledgment + `}`),
	},
	{
		name: "unknown id", status: 400, rule: rule.BulkKnown,
		send: bulk(`{"ids":["` + nobodys + `"],"patch":` + withdrawAcknowledgment + `}`),
	},
	{
		name: "field", status: 400, rule: rule.BulkFields,
		send: bulk(`{"ids":["` + janes + `"],"patch":[{"op":"remove","path":"/name"}]}`),
	},
	{
		name: "acknowledgment", status: 400, rule: rule.NeverKeepsAcknowledgment,
		send: bulk(`{"ids":["` + janes + `"],"patch":` + withdrawAcknowledgment + `}`),
	},
	{
		name: "right", status: 403, rule: rule.WriteRights,
		send: func(m *tenant, _ version.Version) testResponse {
			body := `{"ids":["` + janes + `"],"patch":` + withdrawAcknowledgment + `}`
			return m.as("jane.doe").send("PATCH", bulkPath, "application/json", body)
		},
	},
}

// otherRejections are the rejections of the token endpoint, of /oauth/check_token and of unmatched
// paths.
var otherRejections = []rejection{
	{
		name: "bad credentials", status: 401, rule: rule.TokenBadCredentials,
		send: login("grant_type=client_credentials&client_id=x&client_secret=y"),
	},
	{
		name: "no credentials", status: 401, rule: rule.TokenNoCredentials,
		send: login("grant_type=client_credentials"),
	},
	{
		name: "credentials in JSON", status: 401, rule: rule.TokenNoJSON,
		send: func(m *tenant, _ version.Version) testResponse {
			return m.anonymous().post("/oauth/token", `{}`)
		},
	},
	{name: "no grant", status: 400, rule: rule.MissingGrant, send: login(janesCredentials)},
	{
		name: "unknown grant", status: 400, rule: rule.UnsupportedGrant,
		send: login(janesCredentials + "&grant_type=magic"),
	},
	{
		name: "password grant", status: 400, rule: rule.PasswordGrant,
		send: login(janesCredentials + "&grant_type=password"),
	},
	{
		name: "grant of other clients", status: 401, rule: rule.TokenGrants,
		send: login(janesCredentials + "&grant_type=refresh_token"),
	},
	{
		name: "parameter twice", status: 400, rule: rule.TokenParameters,
		send: login(janesCredentials + "&client_id=x"),
	},
	{
		name: "expired token", status: 401, rule: rule.LoginExpired,
		send: func(m *tenant, _ version.Version) testResponse {
			token := m.as("jane.doe").create(version.V2026, "short")
			m.advance(31 * 24 * time.Hour)
			return m.login(token["id"].(string), token["secret"].(string))
		},
	},
	{
		name: "deleted token", status: 401, rule: rule.LoginDeleted,
		send: func(m *tenant, _ version.Version) testResponse {
			m.as("jane.doe").delete("/v3/personal-access-tokens/" + janeID).is(http.StatusNoContent)
			return m.login(janeID, janeSecret)
		},
	},
	{
		name: "check of nothing", status: 400, rule: rule.OAuthCheckToken,
		send: form("/oauth/check_token", ""),
	},
	{
		name: "check of a bad token", status: 400, rule: rule.OAuthCheckToken,
		send: form("/oauth/check_token", "token=x"),
	},
	{
		name: "too many logins", status: 429, rule: rule.RateLimit,
		setup: func(c *mockserver.Config) { c.Profile.RateLimit = "1/1h" },
		send: func(m *tenant, _ version.Version) testResponse {
			m.as("jane.doe")
			return m.login(janeID, janeSecret)
		},
	},
	{
		name: "fault of a login", status: 503, rule: rule.InjectedFault,
		send: func(m *tenant, _ version.Version) testResponse {
			m.anonymous().addFault(`{"operation":"token","status":503}`)
			return m.login(janeID, janeSecret)
		},
	},
	{
		name: "preferred status of a login", status: 400, rule: rule.PreferredStatus,
		send: func(m *tenant, _ version.Version) testResponse {
			path := "/oauth/token?grant_type=client_credentials&" + janesCredentials
			return m.anonymous().sendWithHeader("POST", path, "", "Prefer", "code=400")
		},
	},
	{
		name: "body of a login too large", status: 413, rule: rule.ContentTooLarge,
		send: form("/oauth/token", strings.Repeat("x", 1<<20+1)),
	},
	{
		name: "content encoding of a login", status: 415, rule: rule.ContentEncoding,
		send: func(m *tenant, _ version.Version) testResponse {
			return m.anonymous().sendWithHeader("POST", "/oauth/token", "x", "Content-Encoding",
				"br")
		},
	},
	{
		name: "method of the token endpoint", status: 405, rule: rule.MethodNotAllowed,
		send: func(m *tenant, _ version.Version) testResponse {
			return m.anonymous().get("/oauth/token")
		},
	},
	{
		name: "unknown path of /oauth", status: 404, rule: rule.UnmatchedPath,
		send: form("/oauth/nothing", ""),
	},
	{name: "unknown path", status: 404, rule: rule.UnmatchedPath, send: form("/nothing", "")},
	{name: "another API", status: 501, rule: rule.NotSimulated, send: form("/accounts/v1", "")},
	{
		name: "control API of another listener", status: 404, rule: rule.UnmatchedPath,
		send: func(m *tenant, _ version.Version) testResponse {
			m.skipValidation = true // no document has this error
			return m.anonymous().get("/_mock")
		},
		setup: func(c *mockserver.Config) { c.SeparateControl = true },
	},
	{
		name: "login in an unknown namespace", status: 404, rule: rule.UnknownNamespace,
		send: func(m *tenant, _ version.Version) testResponse {
			return m.in("A").login(janeID, janeSecret)
		},
	},
}

// The journal, the log line and, in a friendly mock, a header name the rule of every rejected
// response. The rule is registered for the version.
func TestRejection_NamesItsRule(t *testing.T) {
	for _, v := range version.All() {
		t.Run(string(v), func(t *testing.T) {
			for _, test := range apiRejections {
				r, ok := rule.Find(test.rule)
				if !ok {
					t.Errorf("%s: unregistered rule %q", test.name, string(test.rule))
				}
				if r.Versions == nil || slices.Contains(r.Versions, v) {
					t.Run(test.name, func(t *testing.T) { test.check(t, v) })
				}
			}
		})
	}
	for _, test := range bulkRejections {
		t.Run("bulk update/"+test.name, func(t *testing.T) { test.check(t, version.V1) })
	}
	for _, test := range otherRejections {
		t.Run("no version/"+test.name, func(t *testing.T) { test.check(t, "") })
	}
}

func (test rejection) check(t *testing.T, v version.Version) {
	t.Helper()
	for _, profile := range sample.Of(t, 1, mockserver.Profiles()) {
		log := &records{}
		// A rejection is the same in each profile.
		config := mockserver.Config{
			Log: slog.New(log), Profile: mockserver.Profile{Name: profile},
			RandomSeed: new(uint64(1)),
		}
		if test.setup != nil {
			test.setup(&config)
		}
		m := startWith(t, callers, config)
		r := test.send(m, v).is(test.status)
		want := ""
		if profile == mockserver.ProfileFriendly {
			want = string(test.rule)
		}
		if got := r.header.Get("X-Patmock-Rule"); got != want {
			t.Errorf("%s: X-Patmock-Rule = %q, want %q", profile, got, want)
		}
		log.about(r).isWarning(t, test.rule)
		if got := r.entry().Rules; !slices.Equal(got, []string{string(test.rule)}) {
			t.Errorf("%s: journal has the rules %q, want %q", profile, got, string(test.rule))
		}
	}
}

// Journal and log name the rule of a request without a response.
func TestRejection_NamesRuleOfReset(t *testing.T) {
	log := &records{}
	m := startWith(t, "empty", mockserver.Config{Log: slog.New(log)})
	c := m.as("jane.doe")
	c.addFault(`{"operation":"list","effect":"reset"}`)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.url+listOwn, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", c.authorization)
	if err := sendOnce(r); err == nil {
		t.Fatal("got a response, want none")
	}
	entry := c.lastExchange()
	want := []any{string(rule.InjectedFault)}
	if got, _ := entry["rules"].([]any); !slices.Equal(got, want) {
		t.Errorf("journal has the rules %v, want %v", got, want)
	}
	id, _ := entry["id"].(string)
	log.about(testResponse{TB: t, header: http.Header{"Slpt-Request-Id": {id}}}).isWarning(t,
		rule.InjectedFault)
}

// A problem is a rejected request to the control API.
type problem struct {
	name   string
	status int
	rule   rule.ID
	send   func(c *client) testResponse
	// setup changes the configuration. Nil does not.
	setup func(*mockserver.Config)
}

var problems = []problem{
	{
		name: "unknown query parameter", status: 400, rule: rule.ControlInvalidRequest,
		send: func(c *client) testResponse { return c.get("/_mock/requests?colour=red") },
	},
	{
		name: "truncated JSON", status: 400, rule: rule.ControlInvalidRequest,
		send: func(c *client) testResponse { return c.put("/_mock/clock", `{`) },
	},
	{
		name: "number as name", status: 400, rule: rule.ControlInvalidRequest,
		send: func(c *client) testResponse { return c.post("/_mock/identities", `{"name":1}`) },
	},
	{
		name: "tenant without identities", status: 400, rule: rule.ControlInvalidTenant,
		send: func(c *client) testResponse { return c.put("/_mock/state", `{"identities":[]}`) },
	},
	{
		name: "no control token", status: 401, rule: rule.ControlUnauthorized,
		send:  func(c *client) testResponse { return c.get("/_mock/health") },
		setup: func(c *mockserver.Config) { c.ControlToken = "open sesame" },
	},
	{
		name: "page of another site", status: 403, rule: rule.CrossOrigin,
		send: func(c *client) testResponse {
			return c.sendWithHeader("POST", "/_mock/reset", "", "Sec-Fetch-Site", "cross-site")
		},
	},
	{
		name: "unknown path", status: 404, rule: rule.ControlUnknownPath,
		send: func(c *client) testResponse { return c.get("/_mock/nothing") },
	},
	{
		name: "unknown document", status: 404, rule: rule.ControlUnknownDocument,
		send: func(c *client) testResponse { return c.get("/_mock/spec/v9") },
	},
	{
		name: "unknown request", status: 404, rule: rule.ControlUnknownRequest,
		send: func(c *client) testResponse { return c.get("/_mock/requests/x") },
	},
	{
		name: "unknown fault", status: 404, rule: rule.ControlUnknownFault,
		send: func(c *client) testResponse { return c.delete("/_mock/faults/x") },
	},
	{
		name: "unknown namespace", status: 404, rule: rule.UnknownNamespace,
		send: func(c *client) testResponse { return c.delete("/t/a/_mock/namespace") },
	},
	{
		name: "method", status: 405, rule: rule.MethodNotAllowed,
		send: func(c *client) testResponse { return c.delete("/_mock/verify") },
	},
	{
		name: "id taken", status: 409, rule: rule.ControlIDTaken,
		send: func(c *client) testResponse {
			c.addFault(`{"id":"x","status":503}`)
			return c.post("/_mock/faults", `{"id":"x","status":503}`)
		},
	},
	{
		name: "name taken", status: 409, rule: rule.ControlNameTaken,
		send: func(c *client) testResponse {
			return c.post("/_mock/identities", `{"name":"admin"}`)
		},
	},
	{
		name: "too many faults", status: 409, rule: rule.ControlTooManyFaults,
		send: func(c *client) testResponse {
			for range 1000 {
				c.addFault(`{"status":503}`)
			}
			return c.post("/_mock/faults", `{"status":503}`)
		},
	},
	{
		name: "too many streams", status: 503, rule: rule.ControlTooManyStreams,
		send: func(c *client) testResponse {
			for range 64 {
				follow(c.TB, c.mock.Control(), control.Match{}, "")
			}
			return c.get("/_mock/requests/stream")
		},
	},
	{
		name: "default namespace", status: 409, rule: rule.ControlDefaultNamespace,
		send: func(c *client) testResponse { return c.delete("/_mock/namespace") },
	},
	{
		name: "state too large", status: 409, rule: rule.ControlStateTooLarge,
		send: func(c *client) testResponse {
			for i := range 72 {
				c.post("/_mock/tokens",
					fmt.Sprintf(`{"owner":"admin","name":"%d%s"}`, i,
						strings.Repeat("n", 1_000_000))).is(201)
			}
			return c.get("/_mock/state")
		},
	},
	{
		name: "body too large", status: 413, rule: rule.ContentTooLarge,
		send: func(c *client) testResponse {
			return c.put("/_mock/state", strings.Repeat(" ", 64<<20+1))
		},
	},
	{
		name: "content type", status: 415, rule: rule.ControlMediaType,
		send: func(c *client) testResponse {
			return c.send("PUT", "/_mock/state", "text/plain", "x")
		},
	},
	{
		name: "content encoding", status: 415, rule: rule.ContentEncoding,
		send: func(c *client) testResponse {
			return c.sendWithHeader("PUT", "/_mock/clock", `{}`, "Content-Encoding", "br")
		},
	},
	{
		name: "public host", status: 421, rule: rule.MisdirectedHost,
		send: func(c *client) testResponse {
			return c.sendWithHeader("GET", "/_mock/health", "", "Host", "evil.example")
		},
	},
	{
		name: "too many namespaces", status: 503, rule: rule.TooManyNamespaces,
		send:  func(c *client) testResponse { return c.get("/t/a/_mock/health") },
		setup: func(c *mockserver.Config) { c.MaxNamespaces = 1 },
	},
}

// Every problem of the control API has its rule in a field, in each of its errors and in the log
// line. A friendly mock sends it in a header as well.
func TestProblem_NamesItsRule(t *testing.T) {
	for _, test := range problems {
		t.Run(test.name, func(t *testing.T) {
			for _, profile := range sample.Of(t, 1, mockserver.Profiles()) {
				log := &records{}
				config := mockserver.Config{Log: slog.New(log)}
				config.Profile.Name = profile
				if test.setup != nil {
					test.setup(&config)
				}
				r := test.send(startWith(t, callers, config).anonymous()).is(test.status)
				r.equal("type", "urn:problem-type:patmock:"+string(test.rule))
				r.equal("rule", string(test.rule))
				want := ""
				if profile == mockserver.ProfileFriendly {
					want = string(test.rule)
				}
				if got := r.header.Get("X-Patmock-Rule"); got != want {
					t.Errorf("%s: X-Patmock-Rule = %q, want %q", profile, got, want)
				}
				log.about(r).isWarning(t, test.rule)
				errors, _ := r.object()["errors"].([]any)
				if test.status == http.StatusBadRequest && len(errors) == 0 {
					t.Errorf("missing errors: %s", r.text)
				}
				for _, e := range errors {
					id, _ := e.(map[string]any)["rule"].(string)
					if _, ok := rule.Find(rule.ID(id)); !ok {
						t.Errorf("error has the unregistered rule %q: %v", id, e)
					}
				}
			}
		})
	}
}

const janesCredentials = "client_id=facefacefacefacefacefacefaceface&" +
	"client_secret=facefacefacefacefacefacefacefacefacefacefacefacefacefacefaceface"

func create(body string) func(*tenant, version.Version) testResponse {
	return func(m *tenant, v version.Version) testResponse {
		return m.as("jane.doe").post(v.CollectionPath(), body)
	}
}

func patch(body string) func(*tenant, version.Version) testResponse {
	return func(m *tenant, v version.Version) testResponse {
		return m.as("jane.doe").patch(v.CollectionPath()+"/"+janeID, body)
	}
}

func list(query string) func(*tenant, version.Version) testResponse {
	return func(m *tenant, v version.Version) testResponse {
		return m.as("jane.doe").get(v.CollectionPath() + "?" + query)
	}
}

func bulk(body string) func(*tenant, version.Version) testResponse {
	return func(m *tenant, _ version.Version) testResponse {
		return m.as("admin").send("PATCH", bulkPath, "application/json", body)
	}
}

func form(path, body string) func(*tenant, version.Version) testResponse {
	return func(m *tenant, _ version.Version) testResponse {
		return m.anonymous().send("POST", path, urlencode, body)
	}
}

func login(body string) func(*tenant, version.Version) testResponse {
	return form("/oauth/token", body)
}

// rejecting configures the mock to reject the requests of a dialect entry.
func rejecting(entry string) func(*mockserver.Config) {
	return func(c *mockserver.Config) {
		c.Dialect = dialect.Dialect{
			entry: {Status: 400, DetailCode: "400.1 Bad request content", Text: "No."},
		}
	}
}

// limiting configures the mock with a numeric dialect entry of one.
func limiting(entry string) func(*mockserver.Config) {
	return func(c *mockserver.Config) { c.Dialect = dialect.Dialect{entry: {Value: "1"}} }
}

// sendWithHeader sends JSON with an additional header.
func (c *client) sendWithHeader(method, path, body, name, value string) testResponse {
	c.Helper()
	r, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if c.authorization != "" {
		r.Header.Set("Authorization", c.authorization)
	}
	r.Header.Set(name, value)
	if name == "Host" {
		r.Host = value
	}
	return c.exchange(r)
}

// stream creates a token with a body of unknown length.
func (c *client) stream(v version.Version, body io.Reader) testResponse {
	c.Helper()
	r, err := http.NewRequest("POST", c.url+v.CollectionPath(), io.MultiReader(body))
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", c.authorization)
	return c.exchange(r)
}

// inProcess creates a token without a socket, because a socket does not transport a failing body.
func (c *client) inProcess(v version.Version, body io.Reader) testResponse {
	c.Helper()
	r, err := http.NewRequest("POST", c.url+v.CollectionPath(), body)
	if err != nil {
		c.Fatal(err)
	}
	r.ContentLength = 10
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", c.authorization)
	response, err := c.mock.Transport().RoundTrip(r)
	if err != nil {
		c.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // in memory
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.Fatal(err)
	}
	return testResponse{
		TB: c, tenant: c.tenant, path: r.URL.Path,
		status: response.StatusCode, header: response.Header, text: string(text),
	}
}
