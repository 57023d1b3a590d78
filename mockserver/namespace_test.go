package mockserver_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

const listOwn = "/v2026/personal-access-tokens?owner-id=me"

// Changes in one namespace do not affect another.
func TestNamespaces_AreIsolated(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, "empty")
		a, b := m.in("a").as("jane.doe"), m.in("b").as("jane.doe")
		ownTokens := v.CollectionPath() + "?owner-id=me"
		created := a.create(v, "only in a")
		if diff := cmp.Diff([]string{"login", "only in a"}, a.names(ownTokens)); diff != "" {
			t.Errorf("in a (-want +got):\n%s", diff)
		}
		for name, other := range map[string]*client{"b": b, "the default one": m.as("jane.doe")} {
			if diff := cmp.Diff([]string{"login"}, other.names(ownTokens)); diff != "" {
				t.Errorf("in %s (-want +got):\n%s", name, diff)
			}
		}
		b.delete(v.CollectionPath() + "/" + created["id"].(string)).unknownID()
		m.in("b").login(created["id"].(string),
			created["secret"].(string)).is(http.StatusUnauthorized)
		m.in("a").login(created["id"].(string), created["secret"].(string)).is(http.StatusOK)
	})
}

func TestNamespaces_RejectForeignBearers(t *testing.T) {
	m := start(t, "empty")
	bearer := m.in("a").as("jane.doe").authorization
	m.in("a").withAuthorization(bearer).get(listOwn).is(http.StatusOK)
	for _, other := range []*tenant{m, m.in("b")} {
		other.withAuthorization(bearer).get(listOwn).is(http.StatusUnauthorized).hasCauses(cause{
			rule: rule.BearerRequired,
		})
	}
	own := m.as("jane.doe").authorization
	m.in("a").withAuthorization(own).get(listOwn).is(http.StatusUnauthorized)
	m.in("default").withAuthorization(own).get(listOwn).is(http.StatusOK)
}

func TestNamespace_ValidatesName(t *testing.T) {
	m := start(t, "empty")
	for name, status := range map[string]int{
		"a": 200, "0": 200, "-": 200, "a-1": 200, strings.Repeat("x", 63): 200, "default": 200,
		strings.Repeat("x", 64): 404, "A": 404, "a.b": 404, "a_b": 404, "%61": 404, "a%2Fb": 404,
		"ä": 404,
	} {
		t.Run(name, func(t *testing.T) {
			m := m.forTest(t).in(name)
			m.anonymous().get("/oauth/info").is(status)
			m.anonymous().get("/_mock/health").is(status)
			m.anonymous().get("//oauth/info").is(status)
			if status != http.StatusOK {
				m.anonymous().get("/v3/personal-access-tokens").rejected(http.StatusNotFound, "404",
					cause{rule.UnknownNamespace, ""})
				m.anonymous().get("/_mock/clock").problem(http.StatusNotFound,
					rule.UnknownNamespace)
			}
		})
	}
	for path, want := range map[string]cause{
		"/t/": {rule: rule.UnknownNamespace}, "/t": {rule.UnmatchedPath, "/t"},
	} {
		t.Run(path, func(t *testing.T) {
			m.forTest(t).anonymous().get(path).rejected(http.StatusNotFound, "404", want)
		})
	}
}

func TestNamespace_ReportsBaseURL(t *testing.T) {
	m := start(t, "empty")
	a := m.in("a")
	a.anonymous().get("/oauth/info").equal("tokenEndpoint", a.url+"/oauth/token")
	a.anonymous().get("/_mock/credentials").equal("baseUrl", a.url)
	m.in("default").anonymous().get("/_mock/credentials").equal("baseUrl", m.url)
	m.anonymous().get("/_mock/credentials").equal("baseUrl", m.url)
	public := startWith(t, "empty", mockserver.Config{
		PublicURL: "http://mock:17280",
	}).in("a").anonymous()
	public.get("/oauth/info").equal("tokenEndpoint", "http://mock:17280/t/a/oauth/token")
}

func TestNamespace_LoadsOtherFixture(t *testing.T) {
	m := start(t, "empty")
	a := m.in("a").anonymous()
	a.put("/_mock/namespace", `{"fixture":"expiring"}`).is(http.StatusOK).equal("fixture",
		"expiring.yaml (built in)")
	expiring := a.get("/_mock/namespace").object()["tokens"]
	if own := m.anonymous().get("/_mock/namespace").object()["tokens"]; own == expiring {
		t.Errorf("both namespaces have %v tokens", own)
	}
	a.post("/_mock/reset", "").is(http.StatusNoContent)
	a.get("/_mock/namespace").equal("fixture", "expiring.yaml (built in)")
	a.put("/_mock/namespace", `{}`).is(http.StatusOK).equal("fixture", "empty.yaml (built in)")
	a.put("/_mock/namespace",
		`{"tenant":{"identities":[{"id":"cafedadacafedadacafedadacafedada","name":"ann"}]}}`).
		is(http.StatusOK).equal("tokens", 0.0)
	for _, test := range []struct {
		name, body string
		want       cause
	}{
		{"unknown fixture", `{"fixture":"nothing"}`, cause{rule.ControlInvalidRequest, "/fixture"}},
		{"file", `{"fixture":"../../etc/passwd"}`, cause{rule.ControlInvalidRequest, "/fixture"}},
		{
			"tenant without identities", `{"fixture":"empty","tenant":{"identities":[]}}`, cause{
				rule.InvalidProperty, "/tenant/identities",
			},
		},
		{
			"fixture and tenant",
			`{"fixture":"empty","tenant":{"identities":[{"id":"cafedadacafedadacafedadacafedada",` +
				`"name":"ann"}]}}`,
			cause{rule.ControlInvalidRequest, ""},
		},
		{
			"blank name",
			`{"tenant":{"identities":[{"id":"cafedadacafedadacafedadacafedada","name":" "}]}}`,
			cause{rule.InvalidProperty, "/tenant/identities/0/name"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			a.forTest(t).anonymous().put("/_mock/namespace",
				test.body).problem(http.StatusBadRequest, rule.ControlInvalidRequest, test.want)
		})
	}
	a.get("/_mock/namespace").equal("tokens", 0.0)
}

func TestNamespaces_ListAndRemove(t *testing.T) {
	m := start(t, "empty")
	for _, name := range []string{"b", "a"} {
		m.in(name).as("jane.doe")
	}
	namespaceNames := func() (names []string) {
		for _, n := range m.in("a").anonymous().get("/_mock/namespaces").is(http.StatusOK).
			object()["namespaces"].([]any) {
			n := n.(map[string]any)
			names = append(names,
				fmt.Sprint(n["name"], " ", strings.TrimPrefix(n["baseUrl"].(string), m.url)))
		}
		return names
	}
	if diff := cmp.Diff([]string{"a /t/a", "b /t/b", "default "}, namespaceNames()); diff != "" {
		t.Errorf("namespaces (-want +got):\n%s", diff)
	}
	m.in("b").anonymous().delete("/_mock/namespace").is(http.StatusNoContent)
	m.in("b").anonymous().delete("/_mock/namespace").problem(http.StatusNotFound,
		rule.UnknownNamespace)
	m.anonymous().delete("/_mock/namespace").problem(http.StatusConflict,
		rule.ControlDefaultNamespace)
	if diff := cmp.Diff([]string{"a /t/a", "default "}, namespaceNames()); diff != "" {
		t.Errorf("namespaces (-want +got):\n%s", diff)
	}
}

// A removed namespace starts anew and rejects access tokens of the former one.
func TestRemovedNamespace_StartsAnew(t *testing.T) {
	for name, state := range map[string]string{
		"memory": "", "file": filepath.Join(t.TempDir(), "state.db"),
	} {
		t.Run(name, func(t *testing.T) {
			m := startWith(t, "empty", mockserver.Config{StateFile: state})
			before := m.in("a").as("jane.doe")
			before.create(version.V2026, "gone")
			before.delete("/_mock/namespace").is(http.StatusNoContent)
			after := m.in("a").as("jane.doe")
			if diff := cmp.Diff([]string{"login"}, after.names(listOwn)); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
			before.get(listOwn).is(http.StatusUnauthorized).hasCauses(cause{
				rule: rule.BearerRequired,
			})
			after.post("/_mock/reset", "").is(http.StatusNoContent)
			after.get(listOwn).is(http.StatusOK)
		})
	}
}

// Access tokens survive a restart if the namespace does.
func TestBearer_SurvivesRestart(t *testing.T) {
	config := mockserver.Config{StateFile: filepath.Join(t.TempDir(), "state.db")}
	m := startWith(t, "empty", config)
	bearers := map[string]string{
		"default": m.as("jane.doe").authorization, "a": m.in("a").as("jane.doe").authorization,
	}
	if err := m.mock.Close(); err != nil {
		t.Fatal(err)
	}
	m = startWith(t, "empty", config)
	for name, bearer := range bearers {
		m.in(name).withAuthorization(bearer).get(listOwn).is(http.StatusOK)
	}
}

func TestNamespaces_AreLimited(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{MaxNamespaces: 3})
	for _, name := range []string{"a", "b"} {
		m.in(name).as("jane.doe")
	}
	full := m.in("c").anonymous()
	full.get("/oauth/info").is(http.StatusOK) // creates no namespace
	full.login(janeID, janeSecret).is(http.StatusServiceUnavailable).equal("error",
		"temporarily_unavailable")
	full.get("/_mock/health").problem(http.StatusServiceUnavailable, rule.TooManyNamespaces)
	m.in("b").anonymous().get("/oauth/info").is(http.StatusOK)
	m.in("a").anonymous().delete("/_mock/namespace").is(http.StatusNoContent)
	full.login(janeID, janeSecret).is(http.StatusOK)
}

// An unused namespace is evicted for a new one. Namespaces with the fixture of the server are
// evicted first.
func TestNamespaces_EvictUnused(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{MaxNamespaces: 6})
	namespaceNames := func() (names []string) {
		for _, n := range m.anonymous().get("/_mock/namespaces").object()["namespaces"].([]any) {
			names = append(names, n.(map[string]any)["name"].(string))
		}
		return names
	}
	m.in("own").anonymous().put("/_mock/namespace", `{"fixture":"expiring"}`).is(http.StatusOK)
	m.advance(time.Second)
	m.in("seen").anonymous().get("/_mock/health").is(http.StatusOK)
	m.in("changed").anonymous().post("/_mock/identities", `{"name":"ann"}`).is(http.StatusCreated)
	reset := m.in("reset").as("jane.doe")
	m.in("used").as("jane.doe")
	m.advance(time.Second)
	reset.post("/_mock/reset", "").is(http.StatusNoContent)
	for i, want := range [][]string{
		{"0", "changed", "default", "own", "reset", "used"},
		{"0", "1", "changed", "default", "own", "used"},
		{"0", "1", "2", "changed", "default", "used"},
	} {
		m.in(fmt.Sprint(i)).as("jane.doe")
		if diff := cmp.Diff(want, namespaceNames()); diff != "" {
			t.Errorf("after login %d (-want +got):\n%s", i, diff)
		}
	}
	m.in("3").anonymous().login(janeID, janeSecret).is(http.StatusServiceUnavailable)
}

// Namespaces are evicted by wall time, not by their own clocks.
func TestNamespaces_EvictIdle(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{NamespaceTTL: time.Hour})
	used, idle := m.in("used").as("jane.doe"), m.in("idle").as("jane.doe")
	m.as("jane.doe").create(version.V2026, "kept")
	used.create(version.V2026, "kept")
	idle.create(version.V2026, "lost")
	idle.post("/_mock/clock/advance", `{"by":"5h"}`).is(http.StatusOK)
	used.post("/_mock/clock/advance", `{"by":"5h"}`).is(http.StatusOK)
	m.advance(59 * time.Minute)
	used.get(listOwn).is(http.StatusOK)
	m.advance(7 * time.Minute) // evictions run ten times an hour
	if diff := cmp.Diff([]string{"login", "kept"}, used.names(listOwn)); diff != "" {
		t.Errorf("in use (-want +got):\n%s", diff)
	}
	namespaceNames := m.anonymous().get("/_mock/namespaces").text
	if strings.Contains(namespaceNames, `"idle"`) || !strings.Contains(namespaceNames, `"used"`) {
		t.Errorf("unexpected namespaces: %s", namespaceNames)
	}
	m.advance(10 * time.Hour)
	if diff := cmp.Diff([]string{"login", "kept"}, m.as("jane.doe").names(listOwn)); diff != "" {
		t.Errorf("in the default one (-want +got):\n%s", diff)
	}
}

// withAuthorization returns a client with an Authorization header.
func (m *tenant) withAuthorization(authorization string) *client {
	return &client{tenant: m, authorization: authorization}
}
