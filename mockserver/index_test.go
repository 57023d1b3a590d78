package mockserver_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// page requests the page of a mock with an Accept header. If accept is empty, the request has none.
func page(t *testing.T, m *tenant, method, path, accept string) testResponse {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, m.url+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	return m.exchange(r)
}

// links matches the targets of the links in a page.
var links = regexp.MustCompile(`href="([^"]+)"`)

func TestIndex_RendersPage(t *testing.T) {
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for _, test := range []struct{ name, method, path, accept, contentType string }{
		{"browser", http.MethodGet, "/", browser, "text/html; charset=utf-8"},
		{"curl", http.MethodGet, "/", "*/*", "text/html; charset=utf-8"},
		{"no header", http.MethodGet, "/", "", "text/html; charset=utf-8"},
		{"two slashes", http.MethodGet, "//", browser, "text/html; charset=utf-8"},
		{"query", http.MethodGet, "/?a=b", browser, "text/html; charset=utf-8"},
		{"namespace", http.MethodGet, "/t/a/", browser, "text/html; charset=utf-8"},
		{"namespace without a slash", http.MethodGet, "/t/a", browser, "text/html; charset=utf-8"},
		{
			"missing namespace", http.MethodGet, "/t/none/", browser,
			"text/html; charset=utf-8",
		},
		{"HEAD", http.MethodHead, "/", browser, "text/html; charset=utf-8"},
		{"JSON", http.MethodGet, "/", "application/json", "text/plain; charset=utf-8"},
		{
			"plain text", http.MethodGet, "/", "text/plain, */*;q=0.1, text/html;q=0",
			"text/plain; charset=utf-8",
		},
		{"another text", http.MethodGet, "/", "text/*", "text/html; charset=utf-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := start(t, "default")
			m.in("a").anonymous().get("/_mock/health")
			got := page(t, m, test.method, test.path, test.accept).is(http.StatusOK)
			if diff := cmp.Diff(test.contentType, got.header.Get("Content-Type")); diff != "" {
				t.Errorf("Content-Type (-want +got):\n%s", diff)
			}
			html := strings.HasPrefix(test.contentType, "text/html")
			if policy := got.header.Get("Content-Security-Policy"); strings.Contains(policy,
				"default-src 'none'") != html {
				t.Errorf("unexpected Content-Security-Policy %q of %s", policy, test.contentType)
			}
			checkIndexText(t, m, test.method, got.text, html)
			if entry := got.entry(); len(entry.Findings) > 0 || entry.Unmatched {
				t.Errorf("unexpected entry: unmatched %t, findings %v", entry.Unmatched,
					entry.Findings)
			}
		})
	}
	m := start(t, "default")
	m.anonymous().get("/t/none/").is(http.StatusOK)
	if all, err := m.mock.Control().Namespaces(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("page created a namespace: %v, %v", all, err)
	}
}

// checkIndexText checks the text of the page and follows its links.
func checkIndexText(t *testing.T, m *tenant, method, text string, html bool) {
	t.Helper()
	if method == http.MethodHead {
		if text != "" {
			t.Errorf("response to HEAD has a body: %q", text)
		}
		return
	}
	matches := links.FindAllStringSubmatch(text, -1)
	if (len(matches) > 0) != html || !strings.Contains(text, "/_mock/health") ||
		!strings.Contains(text, "/_mock/spec/v2026") {
		t.Errorf("unexpected links: %d in %s", len(matches), text)
	}
	for _, link := range matches {
		m.anonymous().get(link[1]).is(http.StatusOK)
	}
}

func TestIndex_SeparateControl(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{SeparateControl: true, BaseURL: func() string {
		return "http://mock:17280"
	}})
	if text := m.anonymous().get("/").is(http.StatusOK).text; links.MatchString(text) {
		t.Errorf("page links to another listener: %s", text)
	}
	apart := httptest.NewServer(m.mock.ControlHandler())
	t.Cleanup(apart.Close)
	control := &client{tenant: m.atURL(apart.URL)}
	if text := control.get("/").is(http.StatusOK).text; !links.MatchString(text) {
		t.Errorf("missing link: %s", text)
	}
}

// Requests that browsers send by themselves cause no findings.
func TestIndex_BrowserRequests(t *testing.T) {
	for _, test := range []struct {
		method, path string
		status       int
		judged       bool
	}{
		{"GET", "/favicon.ico", 404, false},
		{"HEAD", "/favicon.ico", 404, false},
		{"GET", "/robots.txt", 404, false},
		{"GET", "/apple-touch-icon.png", 404, false},
		{"GET", "/apple-touch-icon-120x120-precomposed.png", 404, false},
		{"GET", "/.well-known/appspecific/com.chrome.devtools.json", 404, false},
		{"GET", "/t/default/favicon.ico", 404, false},
		{"GET", "/", 200, false},
		{"POST", "/", 404, true},
		{"DELETE", "/favicon.ico", 404, true},
		{"GET", "/favicon.icon", 404, true},
		{"GET", "/v2026/favicon.ico", 501, true},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			m := start(t, "default")
			m.skipValidation = true // no document has the body of a response to HEAD
			for range 2 {           // the second request could be a repeated rejection
				m.anonymous().send(test.method, test.path, "", "").is(test.status)
			}
			matches, err := m.mock.Control().AllFindings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if (matches.Judged == 2) != test.judged || (len(matches.Kinds) > 0) != test.judged ||
				(matches.NotJudged[control.NotJudgedBrowser] == 2) == test.judged {
				t.Errorf("%d judged, not judged %v, findings %v", matches.Judged, matches.NotJudged,
					matches.Kinds)
			}
		})
	}
}
