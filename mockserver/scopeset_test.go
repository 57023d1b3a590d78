package mockserver_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
)

// maxBearer is the length that every access token stays below.
const maxBearer = 4096

// readOwn is the scope that only allows to list the tokens of the user.
const readOwn = "sp:my-personal-access-tokens:read"

// fill returns n scopes of 30 bytes each that grant no right.
func fill(n int) []string {
	scopes := make([]string, n)
	for i := range scopes {
		scopes[i] = fmt.Sprintf("idn:filler-%04d-objects:manage", n-i) // not sorted
	}
	return scopes
}

// scoped creates a token with scopes and returns its id and secret.
func (c *client) scoped(name string, scopes []string) (id, secret string) {
	c.Helper()
	body := object{"name": name, "scope": scopes, "userAwareTokenNeverExpires": true}
	created := c.post("/v2026/personal-access-tokens", body.String()).is(http.StatusOK).object()
	return created["id"].(string), created["secret"].(string)
}

// rescope changes the scopes of a token.
func (c *client) rescope(id string, scopes []string) {
	c.Helper()
	change := object{"op": "replace", "path": "/scope", "value": scopes}
	c.patch("/v2026/personal-access-tokens/"+id, "["+change.String()+"]").is(http.StatusOK)
}

// bearer returns the access token of a client.
func (c *client) bearer() string { return strings.TrimPrefix(c.authorization, "Bearer ") }

// checkToken calls check_token with the access token of a client.
func (c *client) checkToken() testResponse {
	c.Helper()
	return c.anonymous().send("POST", "/oauth/check_token", urlencode, "token="+c.bearer())
}

// scopeNames returns the scopes in the response of check_token.
func (c *client) scopeNames() []string {
	c.Helper()
	r := c.checkToken().is(http.StatusOK)
	var withNames struct {
		Scope     []string
		ScopeHash *string `json:"scope_hash"`
	}
	if err := json.Unmarshal([]byte(r.text), &withNames); err != nil {
		c.Fatal(err)
	}
	if withNames.ScopeHash != nil {
		c.Error("check_token has the claim scope_hash")
	}
	return withNames.Scope
}

// sorted returns scopes without duplicates, sorted.
func sorted(scopes []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(scopes)))
}

func TestLogin_AccessTokenStaysShort(t *testing.T) {
	m := start(t, "empty")
	for _, test := range []struct {
		name   string
		scopes []string
		hashed bool
	}{
		{"none", []string{}, false},
		{"10 scopes", fill(10), false},
		{"99 scopes", fill(99), true},
		{"100 scopes", fill(100), true},
		{"1,000 scopes", fill(1000), true},
		{"one long name", []string{"idn:" + strings.Repeat("x", 500_000)}, true},
		{"long names", []string{strings.Repeat("a", 3000), strings.Repeat("b", 3000)}, true},
		{"same scope many times", slices.Repeat([]string{"sp:scopes:all"}, 500), true},
		{"names with escapes", append(fill(100), "a\nb", `"`, "ä", "\u2028", "a b", ""), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := m.forTest(t)
			id, secret := m.as("jane.doe").scoped(test.name, test.scopes)
			r := m.login(id, secret).is(http.StatusOK)
			r.equal("scope", strings.Join(test.scopes, " "))
			c := &client{tenant: m, authorization: "Bearer " + r.object()["access_token"].(string)}
			if got := len(c.bearer()); got >= maxBearer {
				t.Errorf("access token has %d bytes, want less than %d", got, maxBearer)
			}
			var claims struct {
				Scope     []string
				ScopeHash string `json:"scope_hash"`
			}
			if err := json.Unmarshal([]byte(segments(t, c)[1]), &claims); err != nil {
				t.Fatal(err)
			}
			want, names := test.scopes, test.scopes
			if test.hashed {
				want, names = []string{}, sorted(test.scopes)
			}
			if diff := cmp.Diff(want, claims.Scope); diff != "" {
				t.Errorf("claim scope (-want +got):\n%s", diff)
			}
			if hashed := claims.ScopeHash != ""; hashed != test.hashed {
				t.Errorf("claim scope_hash = %q, want one: %t", claims.ScopeHash, test.hashed)
			}
			if diff := cmp.Diff(names, c.scopeNames()); diff != "" {
				t.Errorf("scopes of check_token (-want +got):\n%s", diff)
			}
		})
	}
}

// The claim lists the scopes as long as they fit, to the byte.
func TestLogin_ListsScopesWhileTheyFit(t *testing.T) {
	m := start(t, "empty")
	c := m.as("jane.doe")
	id, secret := c.scoped("robot", []string{"x"})
	kinds := map[bool]int{}
	longest := 0
	for length := 2560; length < 2600; length++ {
		scope := strings.Repeat("x", length)
		c.rescope(id, []string{scope})
		parts := strings.Split(m.withLogin(id, secret).bearer(), ".")
		payload := segments(t, &client{
			tenant: m, authorization: "Bearer " + strings.Join(parts, "."),
		})[1]
		var claims struct {
			ScopeHash string `json:"scope_hash"`
		}
		if err := json.Unmarshal([]byte(payload), &claims); err != nil {
			t.Fatal(err)
		}
		hashed := claims.ScopeHash != ""
		withNames := strings.Replace(payload, `,"scope_hash":"`+claims.ScopeHash+`"`, "", 1)
		withNames = strings.Replace(withNames, `"scope":[]`, `"scope":["`+scope+`"]`, 1)
		size := len(parts[0]) + 1 + base64.RawURLEncoding.EncodedLen(len(withNames)) + 1 +
			len(parts[2])
		if hashed != (size >= maxBearer) {
			t.Errorf("the access token would have %d bytes with its scope, and has a hash: %t",
				size, hashed)
		}
		kinds[hashed]++
		if !hashed {
			longest = max(longest, size)
		}
	}
	if kinds[true] == 0 || kinds[false] == 0 || longest < maxBearer-2 {
		t.Errorf("%d with a hash, %d with names of up to %d bytes: the limit is not among them",
			kinds[true], kinds[false], longest)
	}
}

func TestLogin_APIClientAccessTokenStaysShort(t *testing.T) {
	const id = "dadadada-dada-dada-dada-dadadadadada"
	secret := strings.Repeat("da", 32)
	scopes := append(fill(100), "sp:scopes:all")
	m := start(t, `identities: [{id: cafedadacafedadacafedadacafedada, name: admin}]
apiClients:
  - id: `+id+`
    secret: `+secret+`
    name: sync
    scope: ["`+strings.Join(scopes, `", "`)+`"]
`)
	c := m.withLogin(id, secret)
	if got := len(c.bearer()); got >= maxBearer {
		t.Errorf("access token has %d bytes, want less than %d", got, maxBearer)
	}
	c.get(listOwn).rejected(http.StatusForbidden, "403", cause{rule.NoApplicationAuth, ""})
	if diff := cmp.Diff(sorted(scopes), c.scopeNames()); diff != "" {
		t.Errorf("scopes of check_token (-want +got):\n%s", diff)
	}
}

// An access token grants the same rights with a list and with a hash of its scopes.
func TestLongAccessToken_GrantsSameRights(t *testing.T) {
	m := start(t, "empty")
	admin := m.as("admin")
	statuses := func(name string, scopes []string) []int {
		id, secret := admin.scoped(name, scopes)
		other := admin.create("v2026", "other of "+name)["id"].(string)
		body := object{"name": "by " + name, "userAwareTokenNeverExpires": true}
		rename := object{"op": "replace", "path": "/name", "value": name + ", renamed"}
		extend := object{"op": "replace", "path": "/userAwareTokenNeverExpires", "value": true}
		bulk := object{"ids": []string{other}, "patch": []object{extend}}
		c := m.withLogin(id, secret)
		return []int{
			c.get(listOwn).status,
			c.get("/v2026/personal-access-tokens").status,
			c.post("/v2026/personal-access-tokens", body.String()).status,
			c.patch("/v2026/personal-access-tokens/"+other, "["+rename.String()+"]").status,
			c.send("PATCH", bulkPath, "application/json", bulk.String()).status,
			c.delete("/v2026/personal-access-tokens/" + other).status,
		}
	}
	statusSet := map[int]bool{}
	for _, scope := range []string{
		"sp:scopes:all", readOwn, "sp:my-personal-access-tokens:manage",
		"sp:all-personal-access-tokens:read", "sp:all-personal-access-tokens:manage",
		"sp:scopes:default",
	} {
		short := statuses("short "+scope, []string{scope})
		long := statuses("long "+scope, append(fill(100), scope))
		if diff := cmp.Diff(short, long); diff != "" {
			t.Errorf("%s: list own, list all, create, patch, bulk update, delete (-short +long):\n"+
				"%s", scope, diff)
		}
		for _, status := range short {
			statusSet[status] = true
		}
	}
	if !statusSet[http.StatusOK] || !statusSet[http.StatusForbidden] {
		t.Errorf("got only the statuses %v", statusSet)
	}
}

// longLogin logs in with a new token of many scopes, including a scope to read.
func (m *tenant) longLogin(user string) (c *client, scopes []string) {
	m.Helper()
	scopes = append(fill(100), readOwn)
	return m.withLogin(m.as(user).scoped("long", scopes)), sorted(scopes)
}

// checkLong checks an access token of many scopes.
func (c *client) checkLong(want []string) {
	c.Helper()
	c.get(listOwn).is(http.StatusOK)
	body := object{"name": "x", "userAwareTokenNeverExpires": true}
	c.post("/v2026/personal-access-tokens", body.String()).is(http.StatusForbidden)
	if diff := cmp.Diff(want, c.scopeNames()); diff != "" {
		c.Errorf("scopes of check_token (-want +got):\n%s", diff)
	}
}

// checkScopeSets checks the number of scope sets of a tenant.
func (m *tenant) checkScopeSets(want int) {
	m.Helper()
	type state struct{ ScopeSets []any }
	now := decode[state](m.anonymous().get("/_mock/state").is(http.StatusOK))
	if got := len(now.ScopeSets); got != want {
		m.Errorf("got %d scope sets, want %d", got, want)
	}
}

// forTenant returns a client of another tenant with the same access token.
func (c *client) forTenant(m *tenant) *client {
	return &client{tenant: m, authorization: c.authorization}
}

func TestLongAccessToken_OutlivesRestart(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	m := startWith(t, "empty", mockserver.Config{StateFile: state})
	c, scopes := m.longLogin("jane.doe")
	other, _ := m.in("other").longLogin("jane.doe")
	if err := m.mock.Close(); err != nil {
		t.Fatal(err)
	}
	again := startWith(t, "empty", mockserver.Config{StateFile: state})
	c.forTenant(again).checkLong(scopes)
	other.forTenant(again.in("other")).checkLong(scopes)
}

func TestLongAccessToken_OutlivesReset(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	configs := map[string]mockserver.Config{"in memory": {}, "state file": {StateFile: state}}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			m := startWith(t, "empty", config)
			c, scopes := m.longLogin("jane.doe")
			c.anonymous().post("/_mock/reset", "").is(http.StatusNoContent)
			c.checkLong(scopes)
			other := start(t, "empty").anonymous().get("/_mock/state?secrets=true").text
			c.anonymous().put("/_mock/state", other).is(http.StatusNoContent)
			c.checkLong(scopes)
		})
	}
	again := startWith(t, "empty", mockserver.Config{StateFile: state})
	again.checkScopeSets(1)
}

// A snapshot has the scopes of long access tokens. A new namespace rejects those access tokens.
func TestLongAccessToken_ScopesOutliveSnapshot(t *testing.T) {
	for _, form := range []string{"application/json", "application/yaml"} {
		t.Run(form, func(t *testing.T) {
			m := start(t, "empty")
			c, scopes := m.in("lab").longLogin("jane.doe")
			snapshot := c.getAs(form, "/_mock/state?secrets=true").is(http.StatusOK).text
			c.anonymous().send("PUT", "/_mock/state", form, snapshot).is(http.StatusNoContent)
			c.checkLong(scopes)
			c.anonymous().delete("/_mock/namespace").is(http.StatusNoContent)
			for _, namespace := range []string{"lab", "other"} {
				into := m.in(namespace).anonymous()
				into.send("PUT", "/_mock/state", form, snapshot).is(http.StatusNoContent)
				if diff := cmp.Diff(snapshot,
					into.getAs(form, "/_mock/state?secrets=true").text); diff != "" {
					t.Errorf("state of %s (-want +got):\n%s", namespace, diff)
				}
				m.in(namespace).checkScopeSets(1)
			}
			c.get(listOwn).is(http.StatusUnauthorized).hasCauses(cause{rule.BearerRequired, ""})
		})
	}
}

func TestRestore_RejectsScopesOfAnotherHash(t *testing.T) {
	m := start(t, "empty")
	c, scopes := m.longLogin("jane.doe")
	snapshot := c.anonymous().get("/_mock/state?secrets=true").text
	rest, sets, _ := strings.Cut(snapshot, `"scopeSets"`)
	sets = strings.Replace(sets, "idn:filler-0007-objects:manage", "sp:scopes:all", 1)
	r := c.anonymous().put("/_mock/state", rest+`"scopeSets"`+sets)
	position := fmt.Sprintf("line %d, column 7: scopeSets[0].hash", strings.Count(rest, "\n")+3)
	r.problem(http.StatusBadRequest, rule.ControlInvalidTenant, cause{rule.FixtureFormat, position})
	c.checkLong(scopes)
}

// The oldest of many scope sets is evicted. Its access token is rejected until the next login.
func TestLongAccessToken_RejectedAfterEviction(t *testing.T) {
	m := start(t, "empty")
	c := m.as("jane.doe")
	id, secret := c.scoped("robot", fill(100))
	const limit = 256
	var clients []*client
	for i := range limit + 1 {
		c.rescope(id, append(fill(100), readOwn, fmt.Sprint(i)))
		clients = append(clients, m.withLogin(id, secret))
	}
	clients[0].get(listOwn).is(http.StatusUnauthorized)
	for _, c := range clients[1:] {
		c.get(listOwn).is(http.StatusOK)
	}
	m.checkScopeSets(limit)
	m.withLogin(id, secret).get(listOwn).is(http.StatusOK)
}

// Verified access tokens of many scopes are cached without the scopes.
func TestLongAccessToken_IsCachedWithoutScopes(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{JournalSize: 1})
	id, secret := m.as("jane.doe").scoped("robot", append(fill(1000), readOwn))
	use := func(times int) {
		for range times {
			m.withLogin(id, secret).get(listOwn).is(http.StatusOK)
		}
	}
	use(10)
	before := liveHeap()
	const logins = 300
	use(logins)
	if grown := (liveHeap() - before) / logins; grown > 10_000 {
		t.Errorf("each login takes %d bytes that are never released", grown)
	}
}

// liveHeap returns the number of bytes in use on the heap.
func liveHeap() int64 {
	runtime.GC()
	runtime.GC() // empties the pools
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
