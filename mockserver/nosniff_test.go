package mockserver_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/patmock/mockserver"
)

// Every response has X-Content-Type-Options: nosniff: those of the API, the token endpoint, the
// control API, unmatched paths, and net/http itself.
func TestResponse_HasNoSniff(t *testing.T) {
	other := mockserver.Start(t)
	m := mockserver.Start(t, mockserver.Config{
		ReadTimeout: 200 * time.Millisecond, Fallback: other.URL,
	})
	get := func(path string, fields ...string) string {
		return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" +
			strings.Join(append(fields, "Connection: close\r\n\r\n"), "\r\n")
	}
	for _, test := range []struct {
		name, request string
		status        int
	}{
		{"page", get("/"), 200},
		{"API", get("/v2026/personal-access-tokens"), 401},
		{"OAuth", get("/oauth/info"), 200},
		{"HEAD", strings.Replace(get("/oauth/info"), "GET", "HEAD", 1), 200},
		{
			"token endpoint",
			strings.Replace(get("/oauth/token", "Content-Length: 0"), "GET", "POST", 1), 401,
		},
		{"control API", get("/_mock/health"), 200},
		{
			"page of another site",
			strings.Replace(get("/_mock/reset", "Origin: https://evil.example"), "GET", "POST", 1),
			403,
		},
		{
			"foreign host",
			"GET /_mock/health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421,
		},
		{"no namespace", get("/t/A/oauth/info"), 404},
		{"no operation", get("/nothing"), 404},
		{"forwarded", get("/v2026/accounts"), 501},
		{"wrong method", strings.Replace(get("/oauth/info"), "GET", "PUT", 1), 405},
		{
			"preflight",
			strings.Replace(get("/oauth/info", "Origin: http://localhost",
				"Access-Control-Request-Method: GET"), "GET", "OPTIONS", 1), 204,
		},
		{"all options", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404},
		{"tunnel", "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", 405},
		{
			"late body",
			"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n", 408,
		},
		{
			"large body",
			"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n",
			413,
		},
		{"large header", get("/oauth/info", "X: "+strings.Repeat("x", 80<<10)), 431},
		{"malformed", "GET / HTTP/1.1\r\n\r\n", 400},
		{"unknown transfer encoding", get("/oauth/info", "Transfer-Encoding: rot13"), 501},
		{"unknown expectation", get("/oauth/info", "Expect: miracles"), 417},
		{"unknown protocol", "GET / HTTP/9.9\r\n\r\n", 505},
		{"TLS", "\x16\x03\x01", 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			response := exchangeRaw(t, m.URL, test.request)
			defer func() { _ = response.Body.Close() }()
			checkNoSniff(t, response, test.status)
		})
	}
	t.Run("in process", func(t *testing.T) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
			"http://localhost/nothing", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := m.Server.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		checkNoSniff(t, response, http.StatusNotFound)
	})
}

// exchangeRaw sends a text to a server and reads one response.
func exchangeRaw(t *testing.T, base, request string) *http.Response {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	dialer := net.Dialer{Timeout: 10 * time.Second}
	c, err := dialer.DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	// the server may respond before it has read the complete request
	go func() { _, _ = io.WriteString(c, request) }()
	method, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatal(fmt.Errorf("%.40q: %w", request, err))
	}
	return response
}

func checkNoSniff(t *testing.T, r *http.Response, status int) {
	t.Helper()
	if got := r.Header.Values("X-Content-Type-Options"); r.StatusCode != status ||
		!slices.Equal(got, []string{"nosniff"}) {
		t.Errorf("%d with X-Content-Type-Options %q, want %d with nosniff once", r.StatusCode, got,
			status)
	}
}
