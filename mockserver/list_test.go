package mockserver_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// dateTenant is a tenant whose tokens have known times around noon.
const dateTenant = `
identities:
- {id: cafedadacafedadacafedadacafedada, name: admin, userLevels: [ORG_ADMIN]}
- {id: facedadafacedadafacedadafacedada, name: jane.doe}
tokens:
- {id: cafecafecafecafecafecafecafecafe,
   secret: cafecafecafecafecafecafecafecafecafecafecafecafecafecafecafecafe,
   owner: admin, name: login, created: -9d, lastUsed: 0s}
- {id: facefacefacefacefacefacefaceface,
   secret: facefacefacefacefacefacefacefacefacefacefacefacefacefacefaceface,
   owner: jane.doe, name: login, created: -8d, lastUsed: 0s}
- {id: faceaaaafaceaaaafaceaaaafaceaaaa,
   secret: faceaaaafaceaaaafaceaaaafaceaaaafaceaaaafaceaaaafaceaaaafaceaaaa,
   owner: jane.doe, name: never, created: -7d}
- {id: facebbbbfacebbbbfacebbbbfacebbbb,
   secret: facebbbbfacebbbbfacebbbbfacebbbbfacebbbbfacebbbbfacebbbbfacebbbb,
   owner: jane.doe, name: old, created: -6d, lastUsed: -2d, expirationDate: +1d}
- {id: faceccccfaceccccfaceccccfacecccc,
   secret: faceccccfaceccccfaceccccfaceccccfaceccccfaceccccfaceccccfacecccc,
   owner: jane.doe, name: flow, created: -5d, lastUsed: -2d, managed: true}
`

func TestList_ReturnsKeysOfVersion(t *testing.T) {
	for _, family := range []struct {
		versions []version.Version
		more     []string
	}{{legacy, nil}, {current, []string{"userAwareTokenNeverExpires"}}} {
		each(t, family.versions, func(t *testing.T, v version.Version) {
			want := append([]string{
				"accessTokenValiditySeconds", "created", "expirationDate", "id", "lastUsed",
				"managed", "name", "owner", "scope",
			}, family.more...)
			for _, token := range start(t,
				dateTenant).as("admin").get(v.CollectionPath()).is(http.StatusOK).list() {
				if diff := cmp.Diff(want, slices.Sorted(maps.Keys(token))); diff != "" {
					t.Errorf("keys of %s (-want +got):\n%s", token["name"], diff)
				}
			}
		})
	}
}

func TestList_ReturnsToken(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		got := listedToken(start(t, dateTenant).as("jane.doe"), v,
			"facebbbbfacebbbbfacebbbbfacebbbb")
		delete(got, "userAwareTokenNeverExpires")
		want := map[string]any{
			"id": "facebbbbfacebbbbfacebbbbfacebbbb", "name": "old", "scope": []any{
				"sp:scopes:all",
			},
			"owner": map[string]any{
				"type": "IDENTITY", "id": "facedadafacedadafacedadafacedada", "name": "jane.doe",
			},
			"created": "2026-08-25T12:00:00.000Z", "lastUsed": "2026-08-29T12:00:00.000Z",
			"managed":                    false,
			"accessTokenValiditySeconds": 43200.0, "expirationDate": "2026-09-01T12:00:00.000Z",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("token (-want +got):\n%s", diff)
		}
	})
}

func TestList_FiltersByOwner(t *testing.T) {
	for _, test := range []struct {
		name, user, query string
		want              []string
	}{
		{"me", "jane.doe", "?owner-id=me", []string{"login", "never", "old"}},
		{
			"another by id, managed ones for who may see them", "admin",
			"?owner-id=facedadafacedadafacedadafacedada",
			[]string{"login", "never", "old", "flow"},
		},
		{"oneself by id", "admin", "?owner-id=cafedadacafedadacafedadacafedada", []string{"login"}},
		{
			"all owners, oldest first", "admin", "", []string{
				"login", "login", "never", "old", "flow",
			},
		},
		{
			"empty counts as absent", "admin", "?owner-id=", []string{
				"login", "login", "never", "old", "flow",
			},
		},
		{"owner without tokens", "admin", "?owner-id=nobody", []string{}},
		{
			"other parameters are ignored", "jane.doe",
			"?owner-id=me&limit=1&offset=2&count=true&sorters=-name&limit=999",
			[]string{
				"login", "never", "old",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, version.All(), func(t *testing.T, v version.Version) {
				got := start(t, dateTenant).as(test.user).names(v.CollectionPath() + test.query)
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("names (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestList_IsStable(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		c := start(t, "crowded").as("admin")
		first := c.get(v.CollectionPath()).is(http.StatusOK)
		seen := map[any]bool{}
		for _, token := range first.list() {
			if seen[token["id"]] {
				t.Errorf("got %s twice", token["id"])
			}
			seen[token["id"]] = true
			if _, leaked := token["secret"]; leaked {
				t.Errorf("list contains the secret of %s", token["id"])
			}
		}
		if want := len(c.seed.Tokens); len(seen) != want {
			t.Errorf("got %d tokens, want %d", len(seen), want)
		}
		if second := c.get(v.CollectionPath()); second.text != first.text {
			t.Error("second list differs from the first")
		}
	})
}

func TestList_AppliesFilters(t *testing.T) {
	for _, test := range []struct {
		filter string
		want   []string
	}{
		{"lastUsed isnull", []string{"never"}},
		{"not lastUsed isnull", []string{"login", "login", "old", "flow"}},
		{"lastUsed le 2026-08-29T12:00:00.000Z", []string{"old", "flow"}},
		{"lastUsed le 2026-08-29T11:59:59.999Z", []string{}},
		{"not lastUsed le 2026-08-29T12:00:00Z", []string{"login", "login"}},
		{"lastUsed le 2026-08-29T12:00:00Z or lastUsed isnull", []string{"never", "old", "flow"}},
		{"lastUsed isnull and lastUsed le 2030-01-01T00:00:00Z", []string{}},
		{
			"not lastUsed isnull or lastUsed isnull and lastUsed isnull", []string{
				"login", "login", "never", "old", "flow",
			},
		},
		{"not (lastUsed isnull or lastUsed le 2026-08-30T00:00:00Z)", []string{"login", "login"}},
		{"not(lastUsed isnull)", []string{"login", "login", "old", "flow"}},
		{`lastUsed le "2026-08-29T12:00:00Z"`, []string{"old", "flow"}},
		{"lastUsed le 2026-08-29T14:00:00+02:00", []string{"old", "flow"}},
		{"", []string{"login", "login", "never", "old", "flow"}},
		{"  ", []string{"login", "login", "never", "old", "flow"}},
	} {
		t.Run(test.filter, func(t *testing.T) {
			each(t, version.All(), func(t *testing.T, v version.Version) {
				got := start(t, dateTenant).as("admin").names(v.CollectionPath() + "?filters=" +
					url.QueryEscape(test.filter))
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("names (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestList_RejectsFilters(t *testing.T) {
	for _, test := range []struct {
		filter string
		want   cause
	}{
		{"lastUsed lt 2026-01-01T00:00:00Z", cause{rule.FilterSupported, "filters"}},
		{"lastUsed isnull or name eq x", cause{rule.FilterSupported, "filters"}},
		{"pr lastUsed", cause{rule.FilterSupported, "filters"}},
		{`lastUsed in ("a", "b")`, cause{rule.FilterSupported, "filters"}},
		{"lastUsed LE 2026-01-01T00:00:00Z", cause{rule.FilterSyntax, "filters"}},
		{"lastUsed isnull AND lastUsed isnull", cause{rule.FilterSyntax, "filters"}},
		{"(lastUsed isnull", cause{rule.FilterSyntax, "filters"}},
		{"lastUsed le", cause{rule.FilterSyntax, "filters"}},
		{`lastUsed le "2026`, cause{rule.FilterSyntax, "filters"}},
		{"lastUsed le yesterday", cause{rule.DateIsRFC3339, "filters"}},
		{"lastUsed le 2026-01-01T00:00:00", cause{rule.DateNeedsZone, "filters"}},
		{"and", cause{rule.FilterSyntax, "filters"}},
	} {
		t.Run(test.filter, func(t *testing.T) {
			each(t, version.All(), func(t *testing.T, v version.Version) {
				start(t, dateTenant).as("admin").get(v.CollectionPath()+"?filters="+
					url.QueryEscape(test.filter)).
					rejected(http.StatusBadRequest, "400.1", test.want)
			})
		})
	}
}

func TestList_RejectsQueries(t *testing.T) {
	for _, test := range []struct {
		name, query, detailCode string
		want                    cause
	}{
		{
			"unescaped plus", "?filters=lastUsed+le+2026-08-29T14:00:00+02:00",
			"400.1",
			cause{rule.DateIsRFC3339, "filters"},
		},
		{
			"unescaped percent sign", "?filters=%zz", "400.0", cause{
				rule.URLSyntax, "query",
			},
		},
		{
			"duplicate parameter", "?owner-id=me&owner-id=you", "400.1.3", cause{
				rule.InvalidProperty, "owner-id",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, version.All(), func(t *testing.T, v version.Version) {
				start(t, dateTenant).as("admin").get(v.CollectionPath()+
					test.query).rejected(http.StatusBadRequest, test.detailCode, test.want)
			})
		})
	}
}

func TestLastUsed_ChangesOnceADay(t *testing.T) {
	m := start(t, "empty")
	jane := m.as("jane.doe")
	token := jane.create(version.V2026, "build")
	use := func(want any) {
		t.Helper()
		if got := listedToken(jane, version.V2026, token["id"])["lastUsed"]; got != want {
			t.Errorf("lastUsed = %v, want %v", got, want)
		}
	}
	use(nil)
	m.withLogin(token["id"].(string),
		token["secret"].(string)).get("/v2026/personal-access-tokens?owner-id=me").is(http.StatusOK)
	use("2026-08-31T12:00:00.000Z")
	m.advance(24*time.Hour - time.Millisecond)
	jane = m.as("jane.doe")
	m.withLogin(token["id"].(string), token["secret"].(string))
	use("2026-08-31T12:00:00.000Z")
	m.advance(time.Millisecond)
	m.withLogin(token["id"].(string), token["secret"].(string))
	use("2026-09-01T12:00:00.000Z")
	m.login(token["id"].(string), "wrong").is(http.StatusUnauthorized)
	use("2026-09-01T12:00:00.000Z")
}

func TestVersions_ShareTokens(t *testing.T) {
	for _, createVersion := range version.All() {
		for _, listVersion := range version.All() {
			t.Run(fmt.Sprintf("%s in %s", createVersion, listVersion), func(t *testing.T) {
				c := start(t, "empty").as("jane.doe")
				token := c.create(createVersion, "shared")
				got := listedToken(c, listVersion, token["id"])
				for _, key := range []string{
					"id", "name", "scope", "owner", "created", "accessTokenValiditySeconds",
					"expirationDate",
				} {
					if diff := cmp.Diff(token[key], got[key]); diff != "" {
						t.Errorf("%s (-created +listed):\n%s", key, diff)
					}
				}
				_, present := got["userAwareTokenNeverExpires"]
				if want := slices.Contains(current, listVersion); present != want {
					t.Errorf("userAwareTokenNeverExpires shown: %v, want %v", present, want)
				}
				c.delete(listVersion.CollectionPath() + "/" +
					token["id"].(string)).is(http.StatusNoContent)
				c.delete(createVersion.CollectionPath() + "/" + token["id"].(string)).unknownID()
			})
		}
	}
}

func TestList_NeverExpiringTokenInLegacyVersions(t *testing.T) {
	c := start(t, "empty").as("jane.doe")
	token := c.post("/v2026/personal-access-tokens",
		`{"name":"forever","userAwareTokenNeverExpires":true}`).is(http.StatusOK).object()
	each(t, version.All(), func(t *testing.T, v version.Version) {
		got := listedToken(c, v, token["id"])
		if date, present := got["expirationDate"]; !present || date != nil {
			t.Errorf("expirationDate %v, present: %v, want null", date, present)
		}
	})
}
