package mockserver_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// callers is a tenant in which every caller has a token that the other tests of rights do not touch.
const callers = `
identities:
- {id: cafedadacafedadacafedadacafedada, name: admin, userLevels: [ORG_ADMIN]}
- {id: facedadafacedadafacedadafacedada, name: jane.doe}
- {id: beaddadabeaddadabeaddadabeaddada, name: john.roe}
- {id: feeddadafeeddadafeeddadafeeddada, name: helpdesk, userLevels: [HELPDESK]}
apiClients:
- {id: dacedace-dace-dace-dace-dacedacedace, secret: dacedacedacedacedacedacedacedacedacedacedacedacedacedacedacedace, name: batch}
tokens:
- {id: cafecafecafecafecafecafecafecafe, secret: cafecafecafecafecafecafecafecafecafecafecafecafecafecafecafecafe, owner: admin, name: login}
- {id: facefacefacefacefacefacefaceface, secret: facefacefacefacefacefacefacefacefacefacefacefacefacefacefaceface, owner: jane.doe, name: login}
- {id: beadbeadbeadbeadbeadbeadbeadbead, secret: beadbeadbeadbeadbeadbeadbeadbeadbeadbeadbeadbeadbeadbeadbeadbead, owner: john.roe, name: login}
- {id: feedfeedfeedfeedfeedfeedfeedfeed, secret: feedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeed, owner: helpdesk, name: login}
- {id: cafeffffcafeffffcafeffffcafeffff, secret: cafeffffcafeffffcafeffffcafeffffcafeffffcafeffffcafeffffcafeffff, owner: admin, name: flow, managed: true}
- {id: faceffffaceffffaceffffaceffff000, secret: faceffffaceffffaceffffaceffff000faceffffaceffffaceffffaceffff000, owner: jane.doe, name: flow, managed: true}
- {id: facebeeffacebeeffacebeeffacebeef, secret: facebeeffacebeeffacebeeffacebeeffacebeeffacebeeffacebeeffacebeef, owner: jane.doe, name: target}
- {id: beadbeefbeadbeefbeadbeefbeadbeef, secret: beadbeefbeadbeefbeadbeefbeadbeefbeadbeefbeadbeefbeadbeefbeadbeef, owner: john.roe, name: target}
`

const (
	janes        = "facebeeffacebeeffacebeeffacebeef"
	johns        = "beadbeefbeadbeefbeadbeefbeadbeef"
	janesManaged = "faceffffaceffffaceffffaceffff000"
	adminManaged = "cafeffffcafeffffcafeffffcafeffff"
	nobodys      = "00000000000000000000000000000000"
)

// scoped logs a user in by a new token with the scopes.
func (m *tenant) scoped(user string, scopes ...string) *client {
	m.Helper()
	body := object{"name": fmt.Sprint(scopes), "scope": scopes, "userAwareTokenNeverExpires": true}
	token := m.as(user).post("/v2026/personal-access-tokens", body.String()).is(http.StatusOK).object()
	return m.with(token["id"].(string), token["secret"].(string))
}

const (
	myRead    = "sp:my-personal-access-tokens:read"
	myManage  = "sp:my-personal-access-tokens:manage"
	allRead   = "sp:all-personal-access-tokens:read"
	allManage = "sp:all-personal-access-tokens:manage"
	every     = "sp:scopes:all"
)

func TestRights(t *testing.T) {
	const bulk = "bulk"
	for _, test := range []struct {
		user   string
		scopes []string
		// what is asked for, and what it answers
		want map[string]int
	}{
		{"admin", []string{every}, map[string]int{
			"list me": 200, "list jane": 200, "list all": 200, "create": 200, "patch own": 200, "patch " + janes: 403, "patch " + janesManaged: 403,
			"patch " + adminManaged: 200, "patch " + nobodys: 404, "delete " + janes: 204, "delete " + janesManaged: 204, "delete " + nobodys: 404, bulk: 200,
		}},
		{"admin", []string{allManage}, map[string]int{
			"list me": 200, "list jane": 200, "list all": 200, "create": 200, "patch own": 403, "patch " + nobodys: 403, "delete " + janes: 204,
			"delete " + janesManaged: 404, "delete own": 204, bulk: 200,
		}},
		{"admin", []string{allRead}, map[string]int{
			"list me": 200, "list jane": 200, "list all": 200, "create": 403, "patch own": 403, "delete " + janes: 403, bulk: 403,
		}},
		{"admin", []string{myManage}, map[string]int{
			"list me": 200, "list jane": 403, "list all": 403, "create": 200, "patch own": 200, "patch " + janes: 403, "patch " + adminManaged: 404, "delete " + janes: 403, "delete own": 204, bulk: 403,
		}},
		{"admin", []string{myRead, allManage}, map[string]int{"list all": 200, "create": 200, "patch own": 403}},
		{"admin", []string{"sp:scopes:default"}, map[string]int{"list me": 403, "list all": 403, "create": 403, "patch own": 403, "delete own": 403, bulk: 403}},
		{"admin", []string{"idn:nelm:manage", "no:such"}, map[string]int{"list me": 403, "create": 403}},
		{"admin", []string{"no:such", every}, map[string]int{"list all": 200, "create": 200}},
		{"jane.doe", []string{every}, map[string]int{
			"list me": 200, "list jane": 403, "list all": 403, "create": 200, "patch " + janes: 200, "patch " + johns: 403, "patch " + janesManaged: 404,
			"patch " + adminManaged: 404, "patch " + nobodys: 404, "delete " + janes: 204, "delete " + johns: 403, "delete " + janesManaged: 404, "delete " + nobodys: 404, bulk: 403,
		}},
		{"jane.doe", []string{myRead}, map[string]int{
			"list me": 200, "list jane": 403, "list all": 403, "create": 403, "patch " + janes: 403, "delete " + janes: 403, bulk: 403,
		}},
		{"jane.doe", []string{allManage}, map[string]int{
			"list me": 200, "list jane": 403, "list all": 403, "create": 200, "patch " + janes: 403, "delete " + janes: 204, "delete " + johns: 403, bulk: 403,
		}},
		{"helpdesk", []string{every}, map[string]int{"list me": 200, "list jane": 403, "list all": 403, "create": 200, "delete " + janes: 403, bulk: 403}},
	} {
		for asked, want := range test.want {
			t.Run(fmt.Sprintf("%s with %s/%s", test.user, strings.Join(test.scopes, " "), asked), func(t *testing.T) {
				each(t, version.All(), func(t *testing.T, v version.Version) {
					if asked == bulk && v != version.V1 {
						return // the other versions have no bulk update
					}
					m := start(t, callers)
					own := m.as(test.user).create(v, "own")["id"].(string)
					c := m.scoped(test.user, test.scopes...)
					if got := ask(c, v, asked, own); got.status != want {
						t.Errorf("status %d, want %d: %s", got.status, want, got.text)
					} else if want == http.StatusForbidden {
						got.refused(http.StatusForbidden, "403", "expected ", ", got ", "(rule ")
					}
				})
			})
		}
	}
}

// ask sends what the first word says, to the token that the second names.
func ask(c *client, v version.Version, asked, own string) response {
	c.Helper()
	verb, object, _ := strings.Cut(asked, " ")
	path := v.CollectionPath()
	switch verb {
	case "list":
		query := map[string]string{"me": "?owner-id=me", "jane": "?owner-id=facedadafacedadafacedadafacedada", "all": ""}[object]
		return c.get(path + query)
	case "create":
		return c.post(path, `{"name":"another","expirationDate":"`+inAMonth+`"}`)
	case "bulk":
		return c.send("PATCH", path+"/bulk-update", "application/json", `{"ids":["`+janes+`","`+johns+`"],"patch":[{"op":"replace","path":"/expirationDate","value":"`+inAMonth+`"}]}`)
	}
	path += "/" + strings.Replace(object, "own", own, 1)
	if verb == "patch" {
		return c.patch(path, `[{"op":"replace","path":"/name","value":"renamed"}]`)
	}
	return c.delete(path)
}

func TestAPIClientWithoutUserMayNothing(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, callers)
		c := m.with("dacedace-dace-dace-dace-dacedacedace", strings.Repeat("dace", 16))
		for _, asked := range []string{"list me", "list all", "create", "patch " + janes, "delete " + janes} {
			ask(c, v, asked, "").refused(http.StatusForbidden, "403", "expected the access token of a user, got that of API client dacedace-dace-dace-dace-dacedacedace")
		}
	})
}

func TestRightsOfAUserLevelAreConfigurable(t *testing.T) {
	m := start(t, "userLevels:\n  HELPDESK: ['idn:my-personal-access-tokens:read', 'idn:all-personal-access-tokens:read']\n"+callers)
	c := m.as("helpdesk")
	c.get("/v3/personal-access-tokens").is(http.StatusOK)
	c.post("/v3/personal-access-tokens", `{"name":"x"}`).refused(http.StatusForbidden, "403",
		"expected a caller with the right idn:my-personal-access-tokens:create, got idn:my-personal-access-tokens:read, idn:all-personal-access-tokens:read")
}

// The fixtures know the rights by a list of their own: they import nothing of the mock.
func TestFixturesKnowEveryRight(t *testing.T) {
	names := strings.Split(pat.Rights(1<<8-1).String(), ", ")
	if len(names) != 8 {
		t.Fatalf("rights %v, want eight", names)
	}
	start(t, "userLevels:\n  HELPDESK: ['"+strings.Join(names, "', '")+"']\n"+callers).as("helpdesk").
		get("/v3/personal-access-tokens").is(http.StatusOK)
}

func TestTenantWhoseTokensAreOfTheFuture(t *testing.T) {
	for _, field := range []string{"created", "lastUsed"} {
		tenant, err := fixtures.Parse("test.yaml", []byte(strings.Replace(callers, "name: target}", "name: target, "+field+": 2099-01-01T00:00:00Z}", 1)))
		if err != nil {
			t.Fatal(err)
		}
		want := "start from test.yaml: the token in line 16: " + field + ": expected a time before the start, 2026-08-31T12:00:00.000Z, got 2099-01-01T00:00:00Z"
		if _, err := mockserver.New(mockserver.Config{Tenant: tenant, Now: (&clock{now: noon}).Now}); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestUnauthenticated(t *testing.T) {
	for _, test := range []struct{ name, authorization, want string }{
		{"no header", "", "the Authorization header is missing: send Bearer and an access token from POST /oauth/token"},
		{"empty bearer, as after a failed login", "Bearer ", "the bearer is empty: the login at POST /oauth/token before this request has failed"},
		{"only the word", "Bearer", "the bearer is empty: the login at POST /oauth/token before this request has failed"},
		{"id and secret", "Basic Y2FmZTpjYWZl", `the Authorization header has the scheme "Basic": send Bearer and an access token from POST /oauth/token`},
		{"no JWT", "Bearer nonsense", "JWT validation failed: it is not a JWT in compact form"},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, version.All(), func(t *testing.T, v version.Version) {
				c := &client{tenant: start(t, "empty"), authorization: test.authorization}
				for _, asked := range []string{"list all", "create", "patch " + nobodys, "delete " + nobodys} {
					r := ask(c, v, asked, "").is(http.StatusUnauthorized)
					r.equal("error", test.want)
					if len(r.object()) != 1 {
						t.Errorf("body %s, want error alone", r.text)
					}
				}
			})
		})
	}
}
