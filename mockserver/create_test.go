package mockserver_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

const inAMonth = "2026-09-30T12:00:00.000Z"

func TestCreate_ReturnsPublishedKeys(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, "empty")
		r := m.as("jane.doe").post(v.CollectionPath(),
			`{"name":"build","expirationDate":"`+inAMonth+`"}`).is(http.StatusOK)
		got := r.object()
		keys := []string{
			"accessTokenValiditySeconds", "created", "expirationDate", "id", "name", "owner",
			"scope", "secret",
		}
		if diff := cmp.Diff(keys, slices.Sorted(maps.Keys(got))); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		if id := got["id"].(string); !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(id) {
			t.Errorf("id = %q, want 32 hexadecimal digits", id)
		}
		if secret := got["secret"].(string); !regexp.MustCompile(`^[0-9a-f]{64}$`).
			MatchString(secret) {
			t.Errorf("secret = %q, want 64 hexadecimal digits", secret)
		}
		delete(got, "id")
		delete(got, "secret")
		want := map[string]any{
			"name": "build", "scope": []any{"sp:scopes:all"}, "created": "2026-08-31T12:00:00.000Z",
			"owner": map[string]any{
				"type": "IDENTITY", "id": identityID(m, "jane.doe"), "name": "jane.doe",
			},
			"accessTokenValiditySeconds": 43200.0, "expirationDate": inAMonth,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("token (-want +got):\n%s", diff)
		}
	})
}

// identityID returns the id of a user.
func identityID(m *tenant, name string) string {
	m.Helper()
	for _, i := range m.seed.Identities {
		if i.Name == name {
			return i.ID
		}
	}
	m.Fatalf("no identity named %s", name)
	return ""
}

func TestCreate_AcceptsOptionalForms(t *testing.T) {
	for _, test := range []struct {
		name, body, property string
		want                 any
	}{
		{"scope null is every scope", `{"scope":null}`, "scope", []any{"sp:scopes:all"}},
		{
			"explicit scope", `{"scope":["sp:my-personal-access-tokens:read","made:up"]}`, "scope",
			[]any{"sp:my-personal-access-tokens:read", "made:up"},
		},
		{"empty scope stays empty", `{"scope":[]}`, "scope", []any{}},
		{
			"validity null is twelve hours", `{"accessTokenValiditySeconds":null}`,
			"accessTokenValiditySeconds", 43200.0,
		},
		{
			"minimum validity", `{"accessTokenValiditySeconds":15}`, "accessTokenValiditySeconds",
			15.0,
		},
		{
			"maximum validity", `{"accessTokenValiditySeconds":43200}`,
			"accessTokenValiditySeconds",
			43200.0,
		},
		{
			"unknown properties are ignored", `{"owner":{"id":"x"},"nested":[{"a":null}]}`, "name",
			"open",
		},
		{
			"property with other capitals is unknown", `{"NAME":"shouted","Scope":["no:such"]}`,
			"scope",
			[]any{"sp:scopes:all"},
		},
		{
			"nanoseconds are truncated", `{"expirationDate":"2026-09-30T12:00:00.123999999Z"}`,
			"expirationDate", "2026-09-30T12:00:00.123Z",
		},
		{
			"seven digits as .NET writes them", `{"expirationDate":"2026-09-30T12:00:00.6850213Z"}`,
			"expirationDate", "2026-09-30T12:00:00.685Z",
		},
		{
			"offset is converted", `{"expirationDate":"2026-09-30T12:00:00+02:00"}`,
			"expirationDate", "2026-09-30T10:00:00.000Z",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, version.All(), func(t *testing.T, v version.Version) {
				c := start(t, "empty").as("jane.doe")
				body := `{"name":"open",` + test.body[1:]
				if !strings.Contains(body, "expirationDate") {
					body = `{"expirationDate":"` + inAMonth + `",` + body[1:]
				}
				c.post(v.CollectionPath(), body).is(http.StatusOK).equal(test.property, test.want)
			})
		})
	}
}

func TestCreate_RejectsInvalidBodies(t *testing.T) {
	for _, test := range []struct {
		name, body, detailCode string
		want                   cause
	}{
		{"no name", `{}`, "400.1.0", cause{rule.NameRequired, "/name"}},
		{"null name", `{"name":null}`, "400.1.3", cause{rule.InvalidProperty, "/name"}},
		{"empty name", `{"name":""}`, "400.1.0", cause{rule.NameNotBlank, "/name"}},
		{"blank name", `{"name":" \t "}`, "400.1.0", cause{rule.NameNotBlank, "/name"}},
		{"number as name", `{"name":7}`, "400.1.3", cause{rule.InvalidProperty, "/name"}},
		{
			"text as scope", `{"name":"x","scope":"sp:scopes:all"}`, "400.1.3", cause{
				rule.InvalidProperty, "/scope",
			},
		},
		{
			"number in scope", `{"name":"x","scope":["a",1]}`, "400.1.3", cause{
				rule.InvalidProperty, "/scope/1",
			},
		},
		{
			"validity too short", `{"name":"x","accessTokenValiditySeconds":14}`, "400.1.3", cause{
				rule.ValidityBounds, "/accessTokenValiditySeconds",
			},
		},
		{
			"validity too long", `{"name":"x","accessTokenValiditySeconds":43201}`, "400.1.3",
			cause{rule.ValidityBounds, "/accessTokenValiditySeconds"},
		},
		{
			"validity with a fraction", `{"name":"x","accessTokenValiditySeconds":15.5}`, "400.1.3",
			cause{rule.InvalidProperty, "/accessTokenValiditySeconds"},
		},
		{
			"validity as text", `{"name":"x","accessTokenValiditySeconds":"60"}`, "400.1.3", cause{
				rule.InvalidProperty, "/accessTokenValiditySeconds",
			},
		},
		{
			"date without a zone", `{"name":"x","expirationDate":"2027-01-01T00:00:00"}`, "400.1.3",
			cause{rule.DateNeedsZone, "/expirationDate"},
		},
		{
			"date without a time", `{"name":"x","expirationDate":"2027-01-01"}`, "400.1.3", cause{
				rule.DateIsRFC3339, "/expirationDate",
			},
		},
		{
			"day that does not exist", `{"name":"x","expirationDate":"2027-02-30T00:00:00Z"}`,
			"400.1.3",
			cause{rule.DateIsRFC3339, "/expirationDate"},
		},
		{
			"second 60", `{"name":"x","expirationDate":"2027-01-01T00:00:60Z"}`, "400.1.3", cause{
				rule.DateIsRFC3339, "/expirationDate",
			},
		},
		{
			"year 10000 in UTC", `{"name":"x","expirationDate":"9999-12-31T23:59:59-01:00"}`,
			"400.1.3",
			cause{rule.DateYear, "/expirationDate"},
		},
		{
			"number as date", `{"name":"x","expirationDate":1790000000}`, "400.1.3", cause{
				rule.InvalidProperty, "/expirationDate",
			},
		},
		{"array for an object", `[]`, "400.1.3", cause{rule.InvalidProperty, "body"}},
		{"null for an object", `null`, "400.1.3", cause{rule.InvalidProperty, "body"}},
		{"nothing", ``, "400.0", cause{rule.JSONSyntax, "body"}},
		{"truncated JSON", `{"name":`, "400.0", cause{rule.JSONSyntax, "body"}},
		{
			"invalid UTF-8", "{\"name\":\"u\xff\"}", "400.0", cause{
				rule.JSONSyntax, "body",
			},
		},
		{
			"number over 64 bits", `{"name":"x","accessTokenValiditySeconds":1e400}`,
			"400.0",
			cause{rule.JSONSyntax, "body"},
		},
		{"two texts", `{"name":"x"}{}`, "400.0", cause{rule.JSONSyntax, "body"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, version.All(), func(t *testing.T, v version.Version) {
				c := start(t, "empty").as("jane.doe")
				c.post(v.CollectionPath(), test.body).rejected(http.StatusBadRequest,
					test.detailCode, test.want)
				if diff := cmp.Diff([]string{"login"},
					c.names(v.CollectionPath()+"?owner-id=me")); diff != "" {
					t.Errorf("tokens after the rejection (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestCreate_ReportsEveryViolation(t *testing.T) {
	c := start(t, "empty").as("jane.doe")
	c.post("/v3/personal-access-tokens", `{"name":7,"scope":[1],"accessTokenValiditySeconds":1}`).
		rejected(http.StatusBadRequest, "400.1.3", cause{
			rule.ValidityBounds, "/accessTokenValiditySeconds",
		}, cause{rule.InvalidProperty, "/name"}, cause{rule.InvalidProperty, "/scope/0"})
}

func TestCreate_RejectsDuplicateName(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, "empty")
		jane, john := m.as("jane.doe"), m.as("john.roe")
		first := jane.create(v, "build")
		jane.post(v.CollectionPath(), `{"name":"build","expirationDate":"`+inAMonth+`"}`).
			rejected(http.StatusBadRequest, "400.1", cause{rule.NameUnique, "/name"})
		jane.create(v, "Build")
		john.create(v, "build")
		if diff := cmp.Diff(3, len(jane.names(v.CollectionPath()+"?owner-id=me"))); diff != "" {
			t.Errorf("number of jane's tokens (-want +got):\n%s", diff)
		}
		jane.delete(v.CollectionPath() + "/" + first["id"].(string)).is(http.StatusNoContent)
		jane.create(v, "build")
	})
}

func TestCreate_HasNoTokenLimitByDefault(t *testing.T) {
	c := start(t, "empty").as("jane.doe")
	for i := range 30 {
		c.create(version.V2026, fmt.Sprintf("token %d", i))
	}
	if got := len(c.names("/v2026/personal-access-tokens?owner-id=me")); got != 31 {
		t.Errorf("got %d tokens, want 31", got)
	}
}
