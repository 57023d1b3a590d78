package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// all concatenates lists of versions.
func all(families ...[]version.Version) (versions []version.Version) {
	for _, f := range families {
		versions = append(versions, f...)
	}
	return versions
}

func TestPatch_ChangesToken(t *testing.T) {
	both := all(legacy, current)
	for _, test := range []struct {
		name     string
		versions []version.Version
		patch    string
		property string
		want     any
	}{
		{"a name", both, `[{"op":"replace","path":"/name","value":"new"}]`, "name", "new"},
		{
			"name to itself", both, `[{"op":"replace","path":"/name","value":"build"}]`, "name",
			"build",
		},
		{
			"a scope", both,
			`[{"op":"replace","path":"/scope","value":["sp:my-personal-access-tokens:read"]}]`,
			"scope",
			[]any{"sp:my-personal-access-tokens:read"},
		},
		{
			"scope to null, its default", both, `[{"op":"replace","path":"/scope","value":null}]`,
			"scope",
			[]any{"sp:scopes:all"},
		},
		{
			"scope away, its default", both, `[{"op":"remove","path":"/scope"}]`, "scope", []any{
				"sp:scopes:all",
			},
		},
		{
			"element at the end", both, `[{"op":"add","path":"/scope/-","value":"b"}]`, "scope",
			[]any{"sp:scopes:all", "b"},
		},
		{
			"element in front", both, `[{"op":"add","path":"/scope/0","value":"a"}]`, "scope",
			[]any{"a", "sp:scopes:all"},
		},
		{
			"a copy", both, `[{"op":"copy","from":"/name","path":"/scope/0"}]`, "scope", []any{
				"build", "sp:scopes:all",
			},
		},
		{
			"value that passes a test", both,
			`[{"op":"test","path":"/name","value":"build"},{"op":"replace","path":"/name",` +
				`"value":"new"}]`, "name", "new",
		},
		{"nothing", both, `[]`, "name", "build"},
		{
			"unknown key", both,
			`[{"op":"replace","path":"/name","value":"new","note":"x"}]`, "name", "new",
		},
		{
			"date", current,
			`[{"op":"replace","path":"/expirationDate","value":"2031-05-05T05:05:05.5555Z"}]`,
			"expirationDate", "2031-05-05T05:05:05.555Z",
		},
		{
			"date to null", current,
			`[{"op":"replace","path":"/expirationDate","value":null},{"op":"replace",` +
				`"path":"/userAwareTokenNeverExpires","value":true}]`, "expirationDate", nil,
		},
		{
			"date to null, acknowledged first", current,
			`[{"op":"replace","path":"/userAwareTokenNeverExpires","value":true},{"op":"replace",` +
				`"path":"/expirationDate","value":null}]`, "expirationDate", nil,
		},
		{
			"date to a missing value, which is null", current,
			`[{"op":"replace","path":"/expirationDate"},{"op":"replace",` +
				`"path":"/userAwareTokenNeverExpires","value":true}]`, "expirationDate", nil,
		},
		{
			"removal of the date", current,
			`[{"op":"remove","path":"/expirationDate"},{"op":"add",` +
				`"path":"/userAwareTokenNeverExpires","value":true}]`, "expirationDate", nil,
		},
		{
			"acknowledgement alone, the date stays", current,
			`[{"op":"replace","path":"/userAwareTokenNeverExpires","value":true}]`,
			"expirationDate", inAMonth,
		},
		{
			"acknowledgment alone", current,
			`[{"op":"replace","path":"/userAwareTokenNeverExpires","value":true}]`,
			"userAwareTokenNeverExpires", true,
		},
		{
			"date to null and back", current,
			`[{"op":"replace","path":"/expirationDate","value":null},{"op":"replace",` +
				`"path":"/expirationDate","value":"2031-01-01T00:00:00Z"}]`, "expirationDate",
			"2031-01-01T00:00:00.000Z",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, test.versions, func(t *testing.T, v version.Version) {
				c := start(t, "empty").as("jane.doe")
				id := c.create(v, "build")["id"].(string)
				r := c.patch(v.CollectionPath()+"/"+id, test.patch).is(http.StatusOK)
				r.equal(test.property, test.want)
				if diff := cmp.Diff(r.object(), listedToken(c, v, id)); diff != "" {
					t.Errorf("list differs (-patch +list):\n%s", diff)
				}
			})
		})
	}
}

func TestPatch_RejectsInvalidPatches(t *testing.T) {
	both := all(legacy, current)
	for _, test := range []struct {
		name       string
		versions   []version.Version
		patch      string
		detailCode string
		want       cause
	}{
		{
			"date in the legacy versions", legacy,
			`[{"op":"replace","path":"/expirationDate","value":"2026-09-01T00:00:00Z"}]`, "400.1",
			cause{rule.PatchFields, "/0/path"},
		},
		{
			"acknowledgement in the legacy versions", legacy,
			`[{"op":"replace","path":"/userAwareTokenNeverExpires","value":true}]`, "400.1",
			cause{
				rule.PatchFields, "/0/path",
			},
		},
		{
			"an id", legacy, `[{"op":"replace","path":"/id","value":"x"}]`, "400.1", cause{
				rule.PatchFields, "/0/path",
			},
		},
		{
			"id, from v2025 on", current, `[{"op":"replace","path":"/id","value":"x"}]`, "400.1",
			cause{rule.PatchFields, "/0/path"},
		},
		{
			"a secret", legacy, `[{"op":"test","path":"/secret","value":"x"}]`, "400.1", cause{
				rule.TestOfFixedField, "/0/path",
			},
		},
		{
			"secret, from v2025 on", current, `[{"op":"test","path":"/secret","value":"x"}]`,
			"400.1",
			cause{rule.TestOfFixedField, "/0/path"},
		},
		{
			"owner", legacy, `[{"op":"replace","path":"/owner/name","value":"x"}]`, "400.1",
			cause{rule.PatchFields, "/0/path"},
		},
		{
			"owner, from v2025 on", current,
			`[{"op":"replace","path":"/owner/name","value":"x"}]`, "400.1",
			cause{
				rule.PatchFields, "/0/path",
			},
		},
		{
			"validity", legacy,
			`[{"op":"replace","path":"/accessTokenValiditySeconds","value":60}]`, "400.1",
			cause{
				rule.PatchFields, "/0/path",
			},
		},
		{
			"validity, from v2025 on", current,
			`[{"op":"replace","path":"/accessTokenValiditySeconds","value":60}]`, "400.1",
			cause{
				rule.PatchFields, "/0/path",
			},
		},
		{
			"complete token", legacy, `[{"op":"replace","path":"","value":{}}]`, "400.1", cause{
				rule.PatchPointer, "/0/path",
			},
		},
		{
			"complete token, from v2025", current, `[{"op":"replace","path":"","value":{}}]`,
			"400.1",
			cause{rule.PatchPointer, "/0/path"},
		},
		{
			"copy of the secret", legacy, `[{"op":"copy","from":"/secret","path":"/name"}]`,
			"400.1",
			cause{rule.PatchFields, "/0/from"},
		},
		{
			"copy of the secret, from v2025 on", current,
			`[{"op":"copy","from":"/secret","path":"/name"}]`, "400.1",
			cause{
				rule.PatchFields, "/0/from",
			},
		},
		{
			"negative index", both, `[{"op":"remove","path":"/scope/-1"}]`, "400.1", cause{
				rule.PatchPointer, "/0/path",
			},
		},
		{
			"missing element", both, `[{"op":"remove","path":"/scope/7"}]`, "400.1",
			cause{rule.PatchApplies, "/0"},
		},
		{
			"failed test", both,
			`[{"op":"replace","path":"/name","value":"new"},{"op":"test","path":"/name",` +
				`"value":"build"}]`, "400.1",
			cause{rule.PatchTest, "/1"},
		},
		{
			"missing value", both, `[{"op":"replace","path":"/name"}]`, "400.1.0", cause{
				rule.PatchValueRequired, "/0/value",
			},
		},
		{
			"removal of the name", both, `[{"op":"remove","path":"/name"}]`, "400.1.0", cause{
				rule.NameRequired, "/0",
			},
		},
		{
			"null name", both, `[{"op":"replace","path":"/name","value":null}]`, "400.1.0", cause{
				rule.NameRequired, "/0/value",
			},
		},
		{
			"blank name", both, `[{"op":"replace","path":"/name","value":"  "}]`, "400.1.0",
			cause{rule.NameNotBlank, "/0/value"},
		},
		{
			"number as name", both, `[{"op":"replace","path":"/name","value":5}]`, "400.1.3",
			cause{rule.InvalidProperty, "/0/value"},
		},
		{
			"text as scope", both, `[{"op":"replace","path":"/scope","value":"sp:scopes:all"}]`,
			"400.1.3",
			cause{rule.InvalidProperty, "/0/value"},
		},
		{
			"number in the scope", both, `[{"op":"add","path":"/scope/-","value":5}]`, "400.1.3",
			cause{rule.InvalidProperty, "/0/value"},
		},
		{
			"taken name", both, `[{"op":"replace","path":"/name","value":"login"}]`, "400.1",
			cause{rule.NameUnique, "/0/value"},
		},
		{
			"unknown operation of a patch", both, `[{"op":"rename","path":"/name","value":"x"}]`,
			"400.1.3",
			cause{rule.InvalidProperty, "/0/op"},
		},
		{
			"101 operations", both,
			"[" + strings.Repeat(`{"op":"test","path":"/name","value":"build"},`, 100) +
				`{"op":"test","path":"/name","value":"build"}]`, "400.1",
			cause{
				rule.PatchSize, "100",
			},
		},
		{
			"index beyond the end", both, `[{"op":"add","path":"/scope/9","value":"x"}]`,
			"400.1",
			cause{rule.PatchApplies, "/0"},
		},
		{
			"move from nowhere", both, `[{"op":"move","path":"/name"}]`, "400.1.0", cause{
				rule.PatchPointer, "/0/from",
			},
		},
		{
			"no operation", both, `[{"path":"/name","value":"x"}]`, "400.1.0", cause{
				rule.MissingProperty, "/0/op",
			},
		},
		{
			"not an array", both, `{"op":"replace","path":"/name","value":"x"}`, "400.1.3", cause{
				rule.InvalidProperty, "body",
			},
		},
		{"truncated JSON", both, `[{"op":`, "400.0", cause{rule.JSONSyntax, "body"}},
		{
			"past date", current,
			`[{"op":"replace","path":"/expirationDate","value":"2026-08-31T12:00:00Z"}]`, "400.1",
			cause{rule.ExpiryFuture, "/0/value"},
		},
		{
			"date without a zone", current,
			`[{"op":"replace","path":"/expirationDate","value":"2027-01-01T00:00:00"}]`, "400.1.3",
			cause{rule.DateNeedsZone, "/0/value"},
		},
		{
			"day that does not exist", current,
			`[{"op":"replace","path":"/expirationDate","value":"2027-02-30T00:00:00Z"}]`, "400.1.3",
			cause{rule.DateIsRFC3339, "/0/value"},
		},
		{
			"null date alone", current,
			`[{"op":"replace","path":"/expirationDate","value":null}]`, "400.1",
			cause{
				rule.ExpiryNever, "/0/value",
			},
		},
		{
			"null date with false", current,
			`[{"op":"replace","path":"/expirationDate","value":null},{"op":"replace",` +
				`"path":"/userAwareTokenNeverExpires","value":false}]`, "400.1",
			cause{
				rule.ExpiryNever, "/0/value",
			},
		},
		{
			"acknowledgment that is only tested", current,
			`[{"op":"remove","path":"/expirationDate"},{"op":"test",` +
				`"path":"/userAwareTokenNeverExpires","value":false}]`, "400.1",
			cause{
				rule.ExpiryNever, "/0",
			},
		},
		{
			"text as acknowledgement", current,
			`[{"op":"replace","path":"/userAwareTokenNeverExpires","value":"true"}]`, "400.1.3",
			cause{rule.InvalidProperty, "/0/value"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, test.versions, func(t *testing.T, v version.Version) {
				c := start(t, "empty").as("jane.doe")
				id := c.create(v, "build")["id"].(string)
				before := listedToken(c, v, id)
				c.patch(v.CollectionPath()+"/"+id, test.patch).rejected(http.StatusBadRequest,
					test.detailCode, test.want)
				if diff := cmp.Diff(before, listedToken(c, v, id)); diff != "" {
					t.Errorf("token changed (-before +after):\n%s", diff)
				}
			})
		})
	}
}

func TestPatch_ReportsOneOfAsOneCause(t *testing.T) {
	c := start(t, "empty").as("jane.doe")
	id := c.create(version.V3, "build")["id"].(string)
	r := c.patch("/v3/personal-access-tokens/"+id,
		`[{"op":"replace","path":"/name","value":[true]}]`).is(http.StatusBadRequest)
	r.hasCauses(cause{rule.InvalidProperty, "/0/value"})
	if causes := r.object()["causes"].([]any); len(causes) != 1 {
		t.Errorf("causes = %v, want one", causes)
	}
}

func TestPatch_KeepsNeverExpiresAcknowledgment(t *testing.T) {
	each(t, current, func(t *testing.T, v version.Version) {
		c := start(t, "empty").as("jane.doe")
		id := c.post(v.CollectionPath(),
			`{"name":"forever","userAwareTokenNeverExpires":true}`).is(http.StatusOK).
			object()["id"].(string)
		path := v.CollectionPath() + "/" + id
		for patch, pointer := range map[string]string{
			`[{"op":"replace","path":"/userAwareTokenNeverExpires","value":false}]`: "/0/value",
			`[{"op":"remove","path":"/userAwareTokenNeverExpires"}]`:                "/0",
			`[{"op":"replace","path":"/userAwareTokenNeverExpires","value":null}]`:  "/0/value",
		} {
			c.patch(path, patch).rejected(http.StatusBadRequest, "400.1", cause{
				rule.NeverKeepsAcknowledgment, pointer,
			})
		}
		c.patch(path, `[{"op":"replace","path":"/name","value":"renamed"}]`).is(http.StatusOK).
			equal("expirationDate", nil)
		r := c.patch(path,
			`[{"op":"replace","path":"/userAwareTokenNeverExpires","value":false},{"op":"replace",`+
				`"path":"/expirationDate","value":"2030-01-01T00:00:00Z"}]`).is(http.StatusOK)
		r.equal("expirationDate", "2030-01-01T00:00:00.000Z")
		r.equal("userAwareTokenNeverExpires", false)
	})
}

func TestPatch_KeepsScopesOfIssuedAccessTokens(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, "empty")
		jane := m.as("jane.doe")
		token := jane.create(v, "build")
		id, secret := token["id"].(string), token["secret"].(string)
		before := m.withLogin(id, secret)
		jane.patch(v.CollectionPath()+"/"+id,
			`[{"op":"replace","path":"/scope","value":["sp:scopes:default"]}]`).is(http.StatusOK)
		before.get(v.CollectionPath() + "?owner-id=me").is(http.StatusOK)
		m.withLogin(id,
			secret).get(v.CollectionPath()+"?owner-id=me").rejected(http.StatusForbidden,
			"403", cause{rule.OperationScopes, "Authorization"})
	})
}

func TestDelete_RejectsLaterLogin(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, "empty")
		jane := m.as("jane.doe")
		token := jane.create(v, "build")
		id, secret := token["id"].(string), token["secret"].(string)
		session := m.withLogin(id, secret)
		path := v.CollectionPath() + "/" + id
		if r := jane.delete(path).is(http.StatusNoContent); r.text != "" ||
			r.header.Get("Content-Type") != "" {
			t.Errorf("body %q of type %q, want none", r.text, r.header.Get("Content-Type"))
		}
		jane.delete(path).unknownID()
		jane.patch(path, `[]`).unknownID()
		m.login(id, secret).is(http.StatusUnauthorized).equal("error_description",
			"Bad client credentials")
		session.get(v.CollectionPath() + "?owner-id=me").is(http.StatusOK)
		m.advance(12*time.Hour + time.Second)
		session.get(v.CollectionPath()+"?owner-id=me").is(http.StatusUnauthorized).equal("error",
			"JWT validation failed: JWT is expired")
	})
}
