package mockserver_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/patmock/mockserver"
)

// A handler for the hosts of tenants takes the namespace and the base URL from the host. It ignores
// prefixes of namespaces, other sources of an address, and the control API.
func TestTenantHandler_ServesHosts(t *testing.T) {
	m := mockserver.Start(t, mockserver.Config{PublicURL: "http://mock:17280"})
	handler := m.Server.TenantHandler(func(r *http.Request) (namespace, baseURL string) {
		name, _, _ := strings.Cut(r.Host, ".")
		if name == "plain" {
			name = ""
		}
		return name, "https://" + r.Host
	})
	for _, tt := range []struct {
		name, url string
		status    int
		body      string // a part of it
	}{
		{
			"base URL of the host", "https://acme.example/oauth/info", 200,
			`"tokenEndpoint":"https://acme.example/oauth/token"`,
		},
		{
			"default namespace", "https://plain.example/oauth/info", 200,
			`"cloudDomainUrl":"https://plain.example"`,
		},
		{"prefix of a namespace", "https://acme.example/t/a/oauth/info", 404, ""},
		{"control API", "https://acme.example/_mock/health", 404, "no control API"},
		{"control API of a namespace", "https://acme.example/t/a/_mock/health", 404, ""},
		{"invalid namespace", "https://a_b.example/oauth/info", 404, "a_b"},
		{"index", "https://acme.example/", 200, "PATMOCK_URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, tt.url, nil)
			r.RemoteAddr = "127.0.0.1:1"
			r.Header.Set("X-Forwarded-Host", "elsewhere.example")
			r.Header.Set("Forwarded", "host=elsewhere.example")
			rw := httptest.NewRecorder()
			handler.ServeHTTP(rw, r)
			body, err := io.ReadAll(rw.Body)
			text := string(body)
			if err != nil || rw.Code != tt.status || !strings.Contains(text, tt.body) ||
				strings.Contains(text, "mock:17280") || strings.Contains(text, "elsewhere") {
				t.Errorf("status %d, %s, %v", rw.Code, text, err)
			}
		})
	}
}
