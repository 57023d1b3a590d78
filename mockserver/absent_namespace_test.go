package mockserver_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
)

// namespaces returns the names of the existing namespaces.
func (m *tenant) namespaces() (names []string) {
	m.Helper()
	all, err := m.mock.Control().Namespaces(m.Context())
	if err != nil {
		m.Fatal(err)
	}
	for _, n := range all {
		names = append(names, n.Name)
	}
	return names
}

// headers are header fields by name.
type headers map[string]string

// preflight returns the header of a CORS preflight request.
func preflight(origin string) headers {
	return headers{
		"Origin": origin, "Access-Control-Request-Method": "PATCH",
		"Access-Control-Request-Headers": "authorization,content-type",
	}
}

// namespaceRequest is a request to a namespace.
type namespaceRequest struct {
	name, method, path, body string
	header                   headers
	status                   int
}

func (v namespaceRequest) send(t *testing.T, m *tenant) testResponse {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), v.method, m.url+v.path,
		strings.NewReader(v.body))
	if err != nil {
		t.Fatal(err)
	}
	if v.body != "" {
		r.Header.Set("Content-Type", urlencode)
	}
	for name, value := range v.header {
		r.Header.Set(name, value)
	}
	m = m.forTest(t)
	m.skipValidation = true // preflights and pages are outside the operations
	return m.exchange(r).is(v.status)
}

func credentials(grant string) string {
	return url.Values{
		"grant_type": {grant}, "client_id": {janeID}, "client_secret": {janeSecret},
	}.Encode()
}

// A request to an absent namespace gets the response of a new one and does not create it. The
// journal of the default namespace records it. A successful login, a call of the control API and
// Server.Namespace create the namespace.
func TestAbsentNamespace_IsCreatedByLogin(t *testing.T) {
	login := credentials("client_credentials")
	for _, test := range []struct {
		namespaceRequest
		created bool
	}{
		{namespaceRequest{"info", "GET", "/oauth/info", "", nil, 200}, false},
		{
			namespaceRequest{
				"list without a bearer", "GET", "/v2026/personal-access-tokens", "", nil, 401,
			},
			false,
		},
		{
			namespaceRequest{
				"bearer of another", "GET", listOwn, "",
				headers{"Authorization": "Bearer x.y.z"},
				401,
			},
			false,
		},
		{namespaceRequest{"other resource", "GET", "/v2026/accounts", "", nil, 501}, false},
		{namespaceRequest{"unknown path", "GET", "/nothing", "", nil, 404}, false},
		{namespaceRequest{"wrong method", "PUT", "/oauth/token", login, nil, 405}, false},
		{
			namespaceRequest{"check of a token", "POST", "/oauth/check_token", "token=x", nil, 400},
			false,
		},
		{
			namespaceRequest{
				"wrong secret", "POST", "/oauth/token",
				strings.Replace(login, "client_secret=", "client_secret=x", 1), nil, 401,
			}, false,
		},
		{
			namespaceRequest{
				"wrong grant", "POST", "/oauth/token", credentials("password"), nil, 400,
			}, false,
		},
		{namespaceRequest{"no credentials", "POST", "/oauth/token", "", nil, 401}, false},
		{
			namespaceRequest{
				"preflight", "OPTIONS", "/oauth/token", "", preflight("http://localhost:3000"), 204,
			}, false,
		},
		{
			namespaceRequest{
				"info for a page", "GET", "/oauth/info", "", headers{
					"Origin": "https://evil.example",
				}, 200,
			}, false,
		},
		{
			namespaceRequest{
				"image of a page", "GET", "/oauth/info", "",
				headers{"Sec-Fetch-Site": "cross-site"},
				200,
			}, false,
		},
		{
			namespaceRequest{
				"login by a page", "POST", "/oauth/token", login, headers{
					"Origin": "https://evil.example",
				}, 403,
			}, false,
		},
		{
			namespaceRequest{
				"login by a page without origin", "POST", "/oauth/token", login, headers{
					"Sec-Fetch-Site": "cross-site",
				}, 403,
			}, false,
		},
		{
			namespaceRequest{
				"wrong login by a page", "POST", "/oauth/token",
				strings.Replace(login, "client_secret=", "client_secret=x", 1),
				headers{
					"Origin": "https://evil.example",
				},
				401,
			}, false,
		},
		{namespaceRequest{"login", "POST", "/oauth/token", login, nil, 200}, true},
		{namespaceRequest{"login by query", "POST", "/oauth/token?" + login, "", nil, 200}, true},
		{
			namespaceRequest{
				"login of a page of this machine", "POST", "/oauth/token", login, headers{
					"Origin": "http://localhost:3000",
				}, 200,
			}, true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := start(t, "empty")
			test.send(t, m.in("a"))
			if created := slices.Contains(m.namespaces(), "a"); created != test.created {
				t.Errorf("created: %t, want %t", created, test.created)
			}
			journalOwner, want := m, "/t/a"+strings.Split(test.path, "?")[0]
			if test.created {
				journalOwner, want = m.in("a"), strings.Split(test.path, "?")[0]
			}
			var paths []string
			for _, r := range journalOwner.forTest(t).anonymous().journal("") {
				paths = append(paths, r["path"].(string))
			}
			if diff := cmp.Diff([]string{want}, paths); diff != "" {
				t.Errorf("journal (-want +got):\n%s", diff)
			}
		})
	}
}

// An absent namespace responds like an existing one.
func TestAbsentNamespace_RespondsLikeNewOne(t *testing.T) {
	m := start(t, "empty")
	m.in("new").anonymous().get("/_mock/health").is(http.StatusOK)
	for _, test := range []namespaceRequest{
		{"info", "GET", "/oauth/info", "", nil, 200},
		{"list", "GET", listOwn, "", nil, 401},
		{
			"unknown client", "POST", "/oauth/token",
			"grant_type=client_credentials&client_id=x&client_secret=y", nil, 401,
		},
		{"unknown path", "GET", "/nothing", "", nil, 404},
		{"other resource", "GET", "/v2026/accounts", "", nil, 501},
	} {
		t.Run(test.name, func(t *testing.T) {
			var texts []string
			for _, name := range []string{"new", "old"} {
				r := test.send(t, m.in(name))
				text := strings.ReplaceAll(r.text, r.header.Get("SLPT-Request-ID"), "ID")
				texts = append(texts, strings.ReplaceAll(text, "/t/"+name, "/t/NAME"))
			}
			if diff := cmp.Diff(texts[0], texts[1]); diff != "" {
				t.Errorf("response (-existing +absent):\n%s", diff)
			}
		})
	}
}

func TestControlCall_CreatesNamespace(t *testing.T) {
	for _, test := range []struct {
		namespaceRequest
		created bool
	}{
		{namespaceRequest{"call", "GET", "/_mock/health", "", nil, 200}, true},
		{
			namespaceRequest{
				"page of this machine", "GET", "/_mock/health", "", headers{
					"Origin": "http://localhost:3000",
				}, 200,
			}, true,
		},
		{
			namespaceRequest{
				"foreign page", "GET", "/_mock/health", "", headers{
					"Origin": "https://evil.example",
				}, 403,
			}, false,
		},
		{
			namespaceRequest{
				"image of another site", "GET", "/_mock/health", "", headers{
					"Sec-Fetch-Site": "cross-site",
				}, 403,
			}, false,
		},
		{namespaceRequest{"unknown path", "GET", "/_mock/nothing", "", nil, 404}, false},
		{namespaceRequest{"wrong method", "PUT", "/_mock/health", "", nil, 405}, false},
		{namespaceRequest{"removal", "DELETE", "/_mock/namespace", "", nil, 404}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := start(t, "empty")
			r := test.send(t, m.in("a"))
			if created := slices.Contains(m.namespaces(), "a"); created != test.created {
				t.Errorf("created: %t, want %t", created, test.created)
			}
			if test.status == http.StatusForbidden {
				r.problem(test.status, rule.CrossOrigin)
				m.in("a").forTest(t).anonymous().get("/_mock/health").is(http.StatusOK)
				test.status = http.StatusOK // reads of an existing namespace are allowed
				test.send(t, m.in("a"))
			}
		})
	}
}

// Dates of a fixture are relative to the creation of the namespace by the first login.
func TestAbsentNamespace_FixtureDoesNotAge(t *testing.T) {
	m := start(t, "expiring")
	for range 3 {
		m.in("a").anonymous().get("/oauth/info").is(http.StatusOK)
		m.advance(240 * 24 * time.Hour)
	}
	m.in("a").as("jane.doe")
}

// Requests to absent namespaces do not create them, so the limit still allows a login.
func TestAbsentNamespace_DoesNotCountTowardsLimit(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{MaxNamespaces: 2})
	for i := range 1000 {
		r := httptest.NewRequest(http.MethodGet, "/t/x"+strings.Repeat("x", i%60)+"/oauth/info",
			http.NoBody)
		w := httptest.NewRecorder()
		m.mock.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("unexpected status: %d", w.Code)
		}
	}
	m.in("mine").as("jane.doe")
	if diff := cmp.Diff([]string{"default", "mine"}, m.namespaces()); diff != "" {
		t.Errorf("namespaces (-want +got):\n%s", diff)
	}
}
