package mockserver_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

func TestSeparateControl_ServesOnlyControlAPI(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{SeparateControl: true, BaseURL: func() string {
		return "http://mock:17280"
	}})
	controlServer := httptest.NewServer(m.mock.ControlHandler())
	t.Cleanup(controlServer.Close)
	for _, path := range []string{
		"/_mock/health", "/t/a/_mock/health", "/_mock", "/_mock/clock/advance",
	} {
		m.skipValidation = true // no document has this error
		m.anonymous().get(path).rejected(http.StatusNotFound, "404", cause{
			rule.UnmatchedPath, "path",
		})
	}
	m.skipValidation = false
	control := &client{tenant: m.atURL(controlServer.URL)}
	control.get("/_mock/health").is(http.StatusOK)
	// the address for clients, not of this request
	control.get("/_mock/credentials").equal("baseUrl", "http://mock:17280")
	m.anonymous().get("/oauth/info").equal("tokenEndpoint", m.url+"/oauth/token")
	control.get("/t/a/_mock/clock").is(http.StatusOK)
	for _, path := range []string{"/oauth/info", "/v3/personal-access-tokens"} {
		t.Run(path, func(t *testing.T) {
			control.forTest(t).anonymous().get(path).problem(http.StatusNotFound,
				rule.ControlUnknownPath)
		})
	}
	control.post("/_mock/clock/advance", `{"by":"12h"}`).is(http.StatusOK)
	m.as("jane.doe").post("/v3/personal-access-tokens",
		`{"name":"x"}`).is(http.StatusOK).equal("created", "2026-09-01T00:00:00.000Z")
	if h, err := m.mock.Control().Health(t.Context()); err != nil || h.Product != "patmock" {
		t.Errorf("unexpected health: %v, %v", h, err)
	}
}

// atURL returns the same mock at the address of its control API.
func (m *tenant) atURL(url string) *tenant {
	other := *m
	other.url, other.skipValidation = url, true
	return &other
}

func TestControlToken_RejectsOtherBearers(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{ControlToken: "open sesame"})
	for _, authorization := range []string{
		"", "open sesame", "Bearer", "Bearer open", "Basic open sesame", "Bearer open sesame!",
	} {
		c := m.withAuthorization(authorization)
		c.get("/_mock/health").problem(http.StatusUnauthorized, rule.ControlUnauthorized)
		c.delete("/t/new/_mock/namespace")
		challenge := c.get("/t/new/_mock/clock").header.Get("WWW-Authenticate")
		if challenge != `Bearer realm="patmock"` {
			t.Errorf("unexpected WWW-Authenticate: %q", challenge)
		}
	}
	c := m.withAuthorization("Bearer open sesame")
	if listed := c.get("/_mock/namespaces").is(http.StatusOK).text; strings.Contains(listed,
		`"new"`) {
		t.Errorf("unauthorized request created a namespace: %s", listed)
	}
	m.as("jane.doe").get(listOwn).is(http.StatusOK)
	if _, err := m.mock.Control().Clock(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestFallback_ServesUnsimulatedPaths(t *testing.T) {
	var received []string
	other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		received = append(received,
			r.Method+" "+r.URL.String()+" "+r.Header.Get("X-Forwarded-Host"))
		rw.Header().Set("X-Other", "yes")
		rw.WriteHeader(http.StatusTeapot)
		_, _ = rw.Write([]byte("short and stout"))
	}))
	t.Cleanup(other.Close)
	m := startWith(t, "empty", mockserver.Config{
		Fallback: other.URL + "/base/", Versions: []version.Version{version.V3},
	})
	m.skipValidation = true
	c := m.as("jane.doe")
	for _, path := range []string{
		"/v3/accounts?limit=1", "/nothing", "/v2026/personal-access-tokens", "/accounts/v1/a%2Fb",
	} {
		received = nil
		r := m.in("a").anonymous().get(path).is(http.StatusTeapot)
		if want := []string{
			"GET /base" + path + " " + strings.TrimPrefix(m.url, "http://"),
		}; r.text != "short and stout" || r.header.Get("X-Other") != "yes" ||
			fmt.Sprint(received) != fmt.Sprint(want) {
			t.Errorf("received %v, want %v; %s", received, want, r.text)
		}
		entry := m.anonymous().journal("?limit=1")[0]
		if entry["path"] != "/t/a"+strings.TrimSuffix(path, "?limit=1") ||
			entry["forwarded"] != true || entry["unmatched"] != true ||
			len(entry["findings"].([]any)) != 0 {
			t.Errorf("unexpected journal entry: %v", entry)
		}
	}
	received = nil
	c.get("/v3/personal-access-tokens?owner-id=me").is(http.StatusOK)
	c.get("/_mock/nothing").problem(http.StatusNotFound, rule.ControlUnknownPath)
	c.delete("/v3/personal-access-tokens").is(http.StatusMethodNotAllowed)
	if received != nil {
		t.Errorf("unexpected forwarded: %v", received)
	}
	other.Close()
	c.get("/v3/accounts").rejected(http.StatusNotImplemented, "501", cause{rule.NotSimulated, ""})
}

// Two mocks that are each other's fallback do not loop.
func TestFallback_StopsLoops(t *testing.T) {
	var mock http.Handler
	self := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mock.ServeHTTP(rw, r)
	}))
	t.Cleanup(self.Close)
	m := startWith(t, "empty", mockserver.Config{Fallback: self.URL})
	mock = m.mock
	m.skipValidation = true
	if r := m.anonymous().get("/v3/accounts").
		is(http.StatusNotImplemented); r.header.Get("X-Patmock-Rule") != string(rule.NotSimulated) {
		t.Errorf("unexpected X-Patmock-Rule: %q", r.header.Get("X-Patmock-Rule"))
	}
	m.anonymous().get("/t/a/t/b/_mock/reset").rejected(http.StatusNotFound, "404", cause{
		rule.UnmatchedPath, "path",
	})
}

func TestFallback_RejectsPublicHosts(t *testing.T) {
	for host, allowed := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://localhost": true, "http://wiremock:8080": true,
		"http://10.1.2.3": true, "http://192.168.0.7/x": true,
		"http://[::1]:80": true, "http://mock.internal": true, "http://[fd00::1]": true,
		"http://169.254.169.254":           false,
		"https://acme.api.identitynow.com": false, "http://8.8.8.8": false,
		"http://example.org": false, "http://[2001:4860:4860::8888]": false,
		"http://internal.example.com": false, "http://0.0.0.0.example.com": false,
	} {
		_, err := mockserver.New(mockserver.Config{Fallback: host})
		if (err == nil) != allowed {
			t.Errorf("%s: %v, want allowed %t", host, err, allowed)
		}
		if wrong := (*mockserver.ConfigError)(nil); err != nil &&
			(!errors.As(err, &wrong) || wrong.Field != "Fallback") {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// Removed namespaces leave neither goroutines nor memory behind.
func TestRemovedNamespace_FreesMemory(t *testing.T) {
	mock, err := mockserver.New(mockserver.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := mock.Close(); err != nil {
			t.Error(err)
		}
	})
	use := func(n int) {
		for i := range n {
			for _, request := range [][2]string{
				{"POST", "/oauth/token"}, {"GET", "/v3/personal-access-tokens"}, {
					"DELETE", "/_mock/namespace",
				},
			} {
				r := httptest.NewRequest(request[0], fmt.Sprintf("/t/name-%d%s", i, request[1]),
					strings.NewReader(""))
				r.Host = "localhost" // the control API rejects public names
				mock.ServeHTTP(httptest.NewRecorder(), r)
			}
		}
	}
	use(100) // creates everything that stays
	goroutines, heap := memoryUse()
	use(10_000)
	goroutinesAfter, heapAfter := memoryUse()
	t.Logf("goroutines %d, then %d; heap %d KiB, then %d KiB", goroutines, goroutinesAfter,
		heap>>10, heapAfter>>10)
	if goroutinesAfter > goroutines {
		t.Errorf("%d goroutines before, %d after", goroutines, goroutinesAfter)
	}
	if heapAfter > heap+1<<20 {
		t.Errorf("%d KiB in use before, %d KiB after", heap>>10, heapAfter>>10)
	}
}

// memoryUse returns the number of goroutines, and the bytes in use after a collection.
func memoryUse() (goroutines int, heap uint64) {
	var stats runtime.MemStats
	for range 3 {
		runtime.GC() // a collection may free objects for the next one
	}
	runtime.ReadMemStats(&stats)
	return runtime.NumGoroutine(), stats.HeapAlloc
}
