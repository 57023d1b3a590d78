package mockserver_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/patmock/fixtures"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// callers is a tenant in which every caller has a token that the other tests of rights do not
// change.
const callers = `
identities:
- {id: cafedadacafedadacafedadacafedada, name: admin, userLevels: [ORG_ADMIN]}
- {id: facedadafacedadafacedadafacedada, name: jane.doe}
- {id: beaddadabeaddadabeaddadabeaddada, name: john.roe}
- {id: feeddadafeeddadafeeddadafeeddada, name: helpdesk, userLevels: [HELPDESK]}
apiClients:
- {id: dacedace-dace-dace-dace-dacedacedace,
   secret: dacedacedacedacedacedacedacedacedacedacedacedacedacedacedacedace,
   name: batch}
tokens:
- {id: cafecafecafecafecafecafecafecafe,
   secret: cafecafecafecafecafecafecafecafecafecafecafecafecafecafecafecafe,
   owner: admin, name: login}
- {id: facefacefacefacefacefacefaceface,
   secret: facefacefacefacefacefacefacefacefacefacefacefacefacefacefaceface,
   owner: jane.doe, name: login}
- {id: beadbeadbeadbeadbeadbeadbeadbead,
   secret: beadbeadbeadbeadbeadbeadbeadbeadbeadbeadbeadbeadbeadbeadbeadbead,
   owner: john.roe, name: login}
- {id: feedfeedfeedfeedfeedfeedfeedfeed,
   secret: feedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeed,
   owner: helpdesk, name: login}
- {id: cafeffffcafeffffcafeffffcafeffff,
   secret: cafeffffcafeffffcafeffffcafeffffcafeffffcafeffffcafeffffcafeffff,
   owner: admin, name: flow, managed: true}
- {id: faceffffaceffffaceffffaceffff000,
   secret: faceffffaceffffaceffffaceffff000faceffffaceffffaceffffaceffff000,
   owner: jane.doe, name: flow, managed: true}
- {id: facebeeffacebeeffacebeeffacebeef,
   secret: facebeeffacebeeffacebeeffacebeeffacebeeffacebeeffacebeeffacebeef,
   owner: jane.doe, name: target}
- {id: beadbeefbeadbeefbeadbeefbeadbeef,
   secret: beadbeefbeadbeefbeadbeefbeadbeefbeadbeefbeadbeefbeadbeefbeadbeef,
   owner: john.roe, name: target}
`

const (
	janes        = "facebeeffacebeeffacebeeffacebeef"
	johns        = "beadbeefbeadbeefbeadbeefbeadbeef"
	janesManaged = "faceffffaceffffaceffffaceffff000"
	adminManaged = "cafeffffcafeffffcafeffffcafeffff"
	nobodys      = "00000000000000000000000000000000"
)

// scoped logs a user in with a new token that has the scopes.
func (m *tenant) scoped(user string, scopes ...string) *client {
	m.Helper()
	body := object{"name": fmt.Sprint(scopes), "scope": scopes, "userAwareTokenNeverExpires": true}
	token := m.as(user).post("/v2026/personal-access-tokens",
		body.String()).is(http.StatusOK).object()
	return m.withLogin(token["id"].(string), token["secret"].(string))
}

const (
	myRead    = "sp:my-personal-access-tokens:read"
	myManage  = "sp:my-personal-access-tokens:manage"
	allRead   = "sp:all-personal-access-tokens:read"
	allManage = "sp:all-personal-access-tokens:manage"
	every     = "sp:scopes:all"
)

// An outcome is a status, and the rule and position that a rejection is about.
type outcome struct {
	status int
	cause
}

func TestRights_ByUserLevelAndScope(t *testing.T) {
	const bulk = "bulk"
	var (
		ok      = outcome{status: http.StatusOK}
		deleted = outcome{status: http.StatusNoContent}
		unknown = outcome{http.StatusNotFound, cause{rule.UnknownID, "id"}}
		noScope = outcome{http.StatusForbidden, cause{rule.OperationScopes, "Authorization"}}
		noRight = outcome{http.StatusForbidden, cause{rule.WriteRights, "Authorization"}}
		noList  = outcome{http.StatusForbidden, cause{rule.ListRights, "owner-id"}}
		notOwn  = outcome{http.StatusForbidden, cause{rule.PatchOwnOnly, "id"}}
	)
	for _, test := range []struct {
		user   string
		scopes []string
		// the outcome by action and token
		want map[string]outcome
	}{
		{"admin", []string{every}, map[string]outcome{
			"list me": ok, "list jane": ok, "list all": ok, "create": ok, "patch own": ok,
			"patch " + janes: notOwn, "patch " + janesManaged: notOwn,
			"patch " + adminManaged: ok, "patch " + nobodys: unknown, "delete " + janes: deleted,
			"delete " + janesManaged: deleted, "delete " + nobodys: unknown, bulk: ok,
		}},
		{"admin", []string{allManage}, map[string]outcome{
			"list me": ok, "list jane": ok, "list all": ok, "create": ok, "patch own": noScope,
			"patch " + nobodys: noScope, "delete " + janes: deleted,
			"delete " + janesManaged: unknown, "delete own": deleted, bulk: ok,
		}},
		{"admin", []string{allRead}, map[string]outcome{
			"list me": ok, "list jane": ok, "list all": ok, "create": noScope, "patch own": noScope,
			"delete " + janes: noScope, bulk: noScope,
		}},
		{"admin", []string{myManage}, map[string]outcome{
			"list me": ok, "list jane": noList, "list all": noList, "create": ok, "patch own": ok,
			"patch " + janes: notOwn, "patch " + adminManaged: unknown, "delete " + janes: noRight,
			"delete own": deleted, bulk: noScope,
		}},
		{
			"admin", []string{myRead, allManage}, map[string]outcome{
				"list all": ok, "create": ok, "patch own": noScope,
			},
		},
		{
			"admin", []string{"sp:scopes:default"}, map[string]outcome{
				"list me": noScope, "list all": noScope, "create": noScope, "patch own": noScope,
				"delete own": noScope, bulk: noScope,
			},
		},
		{
			"admin", []string{"idn:nelm:manage", "no:such"}, map[string]outcome{
				"list me": noScope, "create": noScope,
			},
		},
		{"admin", []string{"no:such", every}, map[string]outcome{"list all": ok, "create": ok}},
		{"jane.doe", []string{every}, map[string]outcome{
			"list me": ok, "list jane": noList, "list all": noList, "create": ok,
			"patch " + janes: ok, "patch " + johns: notOwn, "patch " + janesManaged: unknown,
			"patch " + adminManaged: unknown, "patch " + nobodys: unknown,
			"delete " + janes: deleted, "delete " + johns: noRight,
			"delete " + janesManaged: unknown, "delete " + nobodys: unknown, bulk: noRight,
		}},
		{"jane.doe", []string{myRead}, map[string]outcome{
			"list me": ok, "list jane": noList, "list all": noList, "create": noScope,
			"patch " + janes: noScope, "delete " + janes: noScope, bulk: noScope,
		}},
		{"jane.doe", []string{allManage}, map[string]outcome{
			"list me": ok, "list jane": noList, "list all": noList, "create": ok,
			"patch " + janes: noScope, "delete " + janes: deleted, "delete " + johns: noRight,
			bulk: noRight,
		}},
		{
			"helpdesk", []string{every}, map[string]outcome{
				"list me": ok, "list jane": noList, "list all": noList, "create": ok,
				"delete " + janes: noRight, bulk: noRight,
			},
		},
	} {
		for action, want := range test.want {
			t.Run(fmt.Sprintf("%s with %s/%s", test.user, strings.Join(test.scopes, " "), action),
				func(t *testing.T) {
					each(t, version.All(), func(t *testing.T, v version.Version) {
						if action == bulk && v != version.V1 {
							return // only v1 has a bulk update
						}
						m := start(t, callers)
						own := m.as(test.user).create(v, "own")["id"].(string)
						c := m.scoped(test.user, test.scopes...)
						got := sendRequest(c, v, action, own)
						if want.rule == "" {
							got.is(want.status)
						} else {
							got.rejected(want.status, fmt.Sprint(want.status), want.cause)
						}
					})
				})
		}
	}
}

// sendRequest performs the action in the first word, on the token in the second.
func sendRequest(c *client, v version.Version, action, own string) testResponse {
	c.Helper()
	verb, object, _ := strings.Cut(action, " ")
	path := v.CollectionPath()
	switch verb {
	case "list":
		query := map[string]string{
			"me": "?owner-id=me", "jane": "?owner-id=facedadafacedadafacedadafacedada", "all": "",
		}[object]
		return c.get(path + query)
	case "create":
		return c.post(path, `{"name":"another","expirationDate":"`+inAMonth+`"}`)
	case "bulk":
		return c.send("PATCH", path+"/bulk-update", "application/json",
			`{"ids":["`+janes+`","`+johns+
				`"],"patch":[{"op":"replace","path":"/expirationDate","value":"`+inAMonth+`"}]}`)
	}
	path += "/" + strings.Replace(object, "own", own, 1)
	if verb == "patch" {
		return c.patch(path, `[{"op":"replace","path":"/name","value":"renamed"}]`)
	}
	return c.delete(path)
}

func TestRights_APIClientWithoutUser(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, callers)
		c := m.withLogin("dacedace-dace-dace-dace-dacedacedace", strings.Repeat("dace", 16))
		for _, action := range []string{
			"list me", "list all", "create", "patch " + janes, "delete " + janes,
		} {
			sendRequest(c, v, action, "").rejected(http.StatusForbidden, "403", cause{
				rule.NoApplicationAuth, "Authorization",
			})
		}
	})
}

func TestRights_UserLevelIsConfigurable(t *testing.T) {
	m := start(t,
		"userLevels:\n  HELPDESK: ['idn:my-personal-access-tokens:read', "+
			"'idn:all-personal-access-tokens:read']\n"+callers)
	c := m.as("helpdesk")
	c.get("/v3/personal-access-tokens").is(http.StatusOK)
	c.post("/v3/personal-access-tokens", `{"name":"x"}`).rejected(http.StatusForbidden, "403",
		cause{rule.WriteRights, "Authorization"})
}

// The fixtures have their own list of rights, because they do not import the mock.
func TestRights_MatchFixtures(t *testing.T) {
	names := strings.Split(pat.Rights(1<<8-1).String(), ", ")
	if len(names) != 8 {
		t.Fatalf("rights = %v, want eight", names)
	}
	start(t,
		"userLevels:\n  HELPDESK: ['"+strings.Join(names, "', '")+"']\n"+callers).as("helpdesk").
		get("/v3/personal-access-tokens").is(http.StatusOK)
}

func TestNew_RejectsTokensOfTheFuture(t *testing.T) {
	for _, field := range []string{"created", "lastUsed"} {
		tenant, err := fixtures.Parse("test.yaml",
			[]byte(strings.Replace(callers, "name: target}",
				"name: target, "+field+": 2099-01-01T00:00:00Z}", 1)))
		if err != nil {
			t.Fatal(err)
		}
		_, err = mockserver.New(mockserver.Config{Tenant: tenant, Now: (&clock{now: noon}).Now})
		if wrong := (*mockserver.ConfigError)(nil); !errors.As(err, &wrong) ||
			wrong.Field != "Tenant" || !mentions(err.Error(), field) {
			t.Fatalf("error %v does not mention %s of the tenant", err, field)
		}
		golden.Check(t, configTexts, golden.Key(t)+": "+field, err.Error())
	}
}

func TestUnauthenticated_ReturnsError(t *testing.T) {
	for _, test := range []struct{ name, authorization string }{
		{"no header", ""},
		{"empty bearer, as after a failed login", "Bearer "},
		{"only the word", "Bearer"},
		{"id and secret", "Basic Y2FmZTpjYWZl"},
		{"not a JWT", "Bearer nonsense"},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, version.All(), func(t *testing.T, v version.Version) {
				c := &client{tenant: start(t, "empty"), authorization: test.authorization}
				for _, action := range []string{
					"list all", "create", "patch " + nobodys, "delete " + nobodys,
				} {
					r := sendRequest(c, v, action, "").is(http.StatusUnauthorized)
					r.hasCauses(cause{rule: rule.BearerRequired})
					if text, _ := r.object()["error"].(string); text == "" ||
						!strings.HasPrefix(r.entry().Reasons[0], text) {
						t.Errorf("error = %q, want %q", text, r.entry().Reasons[0])
					}
					if len(r.object()) != 1 {
						t.Errorf("body = %s, want only the member error", r.text)
					}
				}
			})
		})
	}
}
