package intercept_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/intercept"
	"example.com/patmock/internal/authority"
	"example.com/patmock/mockserver"
)

// harness is a proxy in front of a mock.
type harness struct {
	t     *testing.T
	mock  *mockserver.TestServer
	proxy *intercept.Proxy
	ca    *authority.Authority
	log   *syncBuffer
}

// syncBuffer is a bytes.Buffer for concurrent use.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// start starts a mock and a proxy. Change may change the configuration.
func start(t *testing.T, change func(*intercept.Config)) *harness {
	t.Helper()
	ca, err := authority.New(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{t: t, ca: ca, log: &syncBuffer{}}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	h.mock = mockserver.Start(t, mockserver.Config{Log: log})
	c := intercept.Config{
		Mock: h.mock.Server, Issue: ca.Issue, Hosts: intercept.DefaultHosts(), Log: log,
	}
	if change != nil {
		change(&c)
	}
	if h.proxy, err = intercept.Start(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// client returns a client of the proxy that trusts the authority of the harness.
func (h *harness) client() *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(h.ca.Certificate())
	transport := &http.Transport{
		Proxy:             http.ProxyURL(&url.URL{Scheme: "http", Host: h.proxy.Addr().String()}),
		TLSClientConfig:   &tls.Config{RootCAs: roots},
		ForceAttemptHTTP2: true,
	}
	h.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 20 * time.Second}
}

// reply is a response that was read.
type reply struct {
	status      int
	proto, body string
}

// get returns the response to a GET request.
func (h *harness) get(c *http.Client, url string) reply {
	h.t.Helper()
	response, err := c.Get(url)
	if err != nil {
		h.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Proto, readBody(h.t, response)}
}

func readBody(t *testing.T, response *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// raw sends text to the proxy and returns the response, and a reader for what follows it.
func (h *harness) raw(text string) (*http.Response, net.Conn, *bufio.Reader) {
	h.t.Helper()
	conn, err := net.Dial("tcp", h.proxy.Addr().String())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, text); err != nil {
		h.t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, &http.Request{
		Method: strings.Fields(text + " GET")[0],
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return response, conn, in
}

// tunnel opens a tunnel to a host, and returns the connection and a reader of it.
func (h *harness) tunnel(address string) (net.Conn, *bufio.Reader) {
	h.t.Helper()
	response, conn, in := h.raw("CONNECT " + address + " HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		h.t.Fatalf("CONNECT %s: %s", address, response.Status)
	}
	return conn, in
}

// login logs in at a host and returns the token.
func (h *harness) login(c *http.Client, host string) string {
	h.t.Helper()
	id, secret := h.mock.Credentials("jane.doe")
	response, err := c.PostForm("https://"+host+"/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	var body struct {
		AccessToken string `json:"access_token"`
	}
	text := readBody(h.t, response)
	if err := json.Unmarshal([]byte(text), &body); err != nil || body.AccessToken == "" {
		h.t.Fatalf("log in at %s: status %d, %s", host, response.StatusCode, text)
	}
	return body.AccessToken
}

// create creates a token at a host and returns the status.
func (h *harness) create(c *http.Client, host, token, name string) int {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost,
		"https://"+host+"/v3/personal-access-tokens", strings.NewReader(`{"name":"`+name+`"}`))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	_ = readBody(h.t, response)
	return response.StatusCode
}

func TestProxy_ServesHostsOfTenants(t *testing.T) {
	h := start(t, nil)
	for _, tt := range []struct{ name, url, base string }{
		{"API", "https://acme.api.identitynow.com", "https://acme.api.identitynow.com"},
		{"user interface", "https://acme.identitynow.com", "https://acme.identitynow.com"},
		{"login", "https://acme.login.sailpoint.com", "https://acme.login.sailpoint.com"},
		{"sandbox", "https://acme-sb.api.identitynow.com", "https://acme-sb.api.identitynow.com"},
		{"upper case", "https://ACME.API.identitynow.com", "https://acme.api.identitynow.com"},
		{"another port", "https://acme.identitynow.com:8443", "https://acme.identitynow.com:8443"},
		{"default port", "https://acme.identitynow.com:443", "https://acme.identitynow.com"},
		{"http", "http://acme.api.identitynow.com", "http://acme.api.identitynow.com"},
		{
			"an internationalized name", "https://xn--bcher-kva.identitynow.com",
			"https://xn--bcher-kva.identitynow.com",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := h.get(h.client(), tt.url+"/oauth/info")
			want := `"tokenEndpoint":"` + tt.base + `/oauth/token"`
			if got.status != http.StatusOK || !strings.Contains(got.body, want) {
				t.Errorf("status %d, %s, want %s", got.status, got.body, want)
			}
		})
	}
	if got := h.proxy.Stats().Requests; got != 9 {
		t.Errorf("counted %d requests", got)
	}
}

func TestProxy_SpeaksHTTP2AndHTTP1(t *testing.T) {
	h := start(t, nil)
	modern, old := h.client(), h.client()
	old.Transport.(*http.Transport).ForceAttemptHTTP2 = false
	old.Transport.(*http.Transport).TLSClientConfig.NextProtos = []string{"http/1.1"}
	for want, client := range map[string]*http.Client{"HTTP/2.0": modern, "HTTP/1.1": old} {
		got := h.get(client, "https://acme.api.identitynow.com/oauth/info")
		if got.proto != want {
			t.Errorf("got %s, want %s", got.proto, want)
		}
	}
}

// axios on Node 20 sends requests to https in absolute form, without CONNECT.
func TestProxy_ServesAbsoluteForm(t *testing.T) {
	h := start(t, nil)
	for _, scheme := range []string{"https", "HTTPS", "http"} {
		response, _, _ := h.raw("GET " + scheme + "://acme.api.identitynow.com/oauth/info " +
			"HTTP/1.1\r\nHost: acme.api.identitynow.com\r\nProxy-Authorization: Basic eDp5\r\n\r\n")
		want := `"cloudDomainUrl":"` + strings.ToLower(scheme) + `://acme.api.identitynow.com"`
		if body := readBody(t, response); response.StatusCode != 200 ||
			!strings.Contains(body, want) {
			t.Errorf("%s: status %d, %s", scheme, response.StatusCode, body)
		}
	}
}

func TestProxy_NamespacePerTenant(t *testing.T) {
	h := start(t, func(c *intercept.Config) { c.NamespacePerTenant = true })
	c := h.client()
	acme := h.login(c, "acme.login.sailpoint.com")
	other := h.login(c, "other.api.identitynow.com")
	want := map[string]int{
		"first at acme": 200, "same name at acme's user interface": 400,
		"same name at other": 200, "acme's token at other": 401,
	}
	got := map[string]int{
		"first at acme":                      h.create(c, "acme.api.identitynow.com", acme, "x"),
		"same name at acme's user interface": h.create(c, "acme.identitynow.com", acme, "x"),
		"same name at other":                 h.create(c, "other.api.identitynow.com", other, "x"),
		"acme's token at other":              h.create(c, "other.identitynow.com", acme, "y"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	namespaces, err := h.mock.Control().Namespaces(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range namespaces {
		names = append(names, n.Name)
	}
	if diff := cmp.Diff([]string{"acme", "default", "other"}, names); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	info := h.get(c, "https://acme.api.identitynow.com/oauth/info").body
	if want := `"tokenEndpoint":"https://acme.api.identitynow.com/oauth/token"`; !strings.Contains(
		info, want) {
		t.Errorf("%s lacks %s", info, want)
	}
	// A name that is no namespace.
	invalid := h.get(c, "https://a_b.api.identitynow.com/oauth/info")
	if invalid.status != http.StatusNotFound || !strings.Contains(invalid.body, "a_b") {
		t.Errorf("status %d, %s", invalid.status, invalid.body)
	}
}

func TestProxy_OneNamespaceByDefault(t *testing.T) {
	h := start(t, nil)
	c := h.client()
	token := h.login(c, "acme.login.sailpoint.com")
	first := h.create(c, "acme.api.identitynow.com", token, "x")
	second := h.create(c, "other.api.identitynow.com", token, "x")
	if first != 200 || second != 400 {
		t.Errorf("got %d and %d", first, second)
	}
}

func TestProxy_HidesControlAPI(t *testing.T) {
	h := start(t, nil)
	c := h.client()
	loopback := "127.0.0.1"
	for _, path := range []string{
		"/_mock/health", "//_mock/health", "/t/a/_mock/health", "/%5fmock/health", "/_mock",
		"/_mock/credentials", "/t/default/oauth/info", "/", "/favicon.ico", "/v3/nothing",
		"/oauth/info",
	} {
		t.Run(path, func(t *testing.T) {
			for _, accept := range []string{"text/html", "application/json"} {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
					"https://acme.api.identitynow.com"+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Accept", accept)
				response, err := c.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				body := readBody(t, response)
				wantError := path != "/" && path != "/oauth/info"
				if wantError == (response.StatusCode == 200) || strings.Contains(body, loopback) ||
					strings.Contains(body, `"product"`) || strings.Contains(body, "/_mock/") &&
					!strings.Contains(path, "_mock") {
					t.Errorf("status %d, %s", response.StatusCode, body)
				}
			}
		})
	}
}

func TestProxy_RejectsOtherHosts(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a request reached another host")
	}))
	t.Cleanup(site.Close)
	address := site.Listener.Addr().String()
	h := start(t, nil)
	for _, text := range []string{
		"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n",
		"CONNECT EXAMPLE.org.:22 HTTP/1.1\r\nHost: example.org:22\r\n\r\n",
		"CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n",
		"CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n",
		"GET http://" + address + "/ HTTP/1.1\r\nHost: " + address + "\r\n\r\n",
		"GET https://example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n",
	} {
		request := strings.Fields(text)[0] + " " + strings.Fields(text)[1]
		t.Run(request, func(t *testing.T) {
			response, _, _ := h.raw(text)
			body := readBody(t, response)
			if response.StatusCode != http.StatusForbidden ||
				!strings.Contains(body, "--intercept-allow") {
				t.Errorf("status %d, %s", response.StatusCode, body)
			}
		})
	}
	if want := (intercept.Stats{Others: 6, Rejected: 6}); h.proxy.Stats() != want {
		t.Errorf("counted %+v", h.proxy.Stats())
	}
	log := h.log.String()
	for _, host := range []string{"example.org", "127.0.0.1", "::1"} {
		if !strings.Contains(log, "--intercept-allow "+host) {
			t.Errorf("the log lacks %s: %s", host, log)
		}
	}
	// Each host and port has one line.
	if got := strings.Count(log, "example.org:443"); got != 1 {
		t.Errorf("logged %d lines", got)
	}
}

func TestProxy_RejectsInvalidTargets(t *testing.T) {
	h := start(t, nil)
	for _, target := range []string{
		"acme.api.identitynow.com:0", "acme.api.identitynow.com:65536",
		"acme.api.identitynow.com:https", "acme.api.identitynow.com:", ":443",
		"b\u00fccher.api.identitynow.com:443", "*.api.identitynow.com:443", "a b:443",
		strings.Repeat("a.", 200) + "identitynow.com:443", "acme.api.identitynow.com:443:443",
	} {
		t.Run(target, func(t *testing.T) {
			response, _, _ := h.raw("CONNECT " + target + " HTTP/1.1\r\nHost: x\r\n\r\n")
			if response.StatusCode != http.StatusBadRequest {
				t.Errorf("status %d, %s", response.StatusCode, readBody(t, response))
			}
		})
	}
	response, _, _ := h.raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if body := readBody(t, response); response.StatusCode != 400 ||
		!strings.Contains(body, "PATMOCK_URL") {
		t.Errorf("status %d, %s", response.StatusCode, body)
	}
}

func TestProxy_LimitsHeaders(t *testing.T) {
	h := start(t, nil)
	huge := strings.Repeat("a", 80<<10)
	response, _, _ := h.raw("CONNECT acme.api.identitynow.com:443 HTTP/1.1\r\nHost: x\r\nX: " +
		huge + "\r\n\r\n")
	_ = readBody(t, response)
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("outside of the tunnel: status %d", response.StatusCode)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
		"https://acme.api.identitynow.com/oauth/info", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X", huge)
	old := h.client()
	old.Transport.(*http.Transport).ForceAttemptHTTP2 = false
	inside, err := old.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = readBody(t, inside)
	if inside.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("inside of the tunnel: status %d", inside.StatusCode)
	}
}

// The host of CONNECT counts. A Host header of another tenant does not select its namespace.
func TestProxy_RejectsOtherHostInTunnel(t *testing.T) {
	h := start(t, nil)
	for _, tt := range []struct {
		host string
		want int
	}{
		{"acme.api.identitynow.com", 200},
		{"ACME.api.identitynow.com.:443", 200},
		{"other.api.identitynow.com", http.StatusMisdirectedRequest},
		{"example.org", http.StatusMisdirectedRequest},
	} {
		conn, in := h.tunnel("acme.api.identitynow.com:80")
		// Plain http in the tunnel, as for ws://.
		_, _ = fmt.Fprintf(conn, "GET /oauth/info HTTP/1.1\r\nHost: %s\r\n\r\n", tt.host)
		inner, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body := readBody(t, inner); inner.StatusCode != tt.want {
			t.Errorf("%s: status %d, %s", tt.host, inner.StatusCode, body)
		}
	}
}

func TestProxy_RejectsCONNECTInTunnel(t *testing.T) {
	h := start(t, nil)
	conn, in := h.tunnel("acme.api.identitynow.com:80")
	_, _ = io.WriteString(conn, "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n")
	inner, err := http.ReadResponse(in, &http.Request{Method: http.MethodConnect})
	if err != nil {
		t.Fatal(err)
	}
	if body := readBody(t, inner); inner.StatusCode != http.StatusMethodNotAllowed ||
		strings.Contains(body, "127.0.0.1") {
		t.Errorf("status %d, %s", inner.StatusCode, body)
	}
}

// A tenant has no websockets at paths that the mock serves.
func TestProxy_RespondsToUpgrade(t *testing.T) {
	h := start(t, nil)
	response, _, _ := h.raw("GET ws://acme.api.identitynow.com/oauth/info HTTP/1.1\r\n" +
		"Host: acme.api.identitynow.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	if response.StatusCode != 200 || !strings.Contains(readBody(t, response), "tokenEndpoint") {
		t.Errorf("status %d", response.StatusCode)
	}
}

func TestProxy_PassesOnAllowedHosts(t *testing.T) {
	seen := make(chan *http.Request, 10)
	handler := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		seen <- r
		_, _ = io.WriteString(rw, "the other host")
	})
	secure, plain := httptest.NewTLSServer(handler), httptest.NewServer(handler)
	t.Cleanup(secure.Close)
	t.Cleanup(plain.Close)
	for _, allowed := range []string{"127.0.0.1", "*"} {
		h := start(t, func(c *intercept.Config) { c.Allowed = intercept.Hosts{allowed} })
		c := h.client()
		c.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(secure.Certificate())
		for _, url := range []string{secure.URL, plain.URL} {
			got := h.get(c, url+"/path?q")
			r := <-seen
			if got.body != "the other host" || r.URL.String() != "/path?q" ||
				r.Header.Get("X-Forwarded-For") != "" {
				t.Errorf("%s: status %d, %s, %v", url, got.status, got.body, r)
			}
		}
		if want := (intercept.Stats{Others: 2}); h.proxy.Stats() != want {
			t.Errorf("counted %+v", h.proxy.Stats())
		}
		// The host of a tenant is not passed on.
		h.get(c, "https://acme.api.identitynow.com/oauth/info")
	}
}

func TestProxy_ReportsUnreachableHosts(t *testing.T) {
	closed := httptest.NewServer(nil)
	address := closed.Listener.Addr().String()
	closed.Close()
	h := start(t, func(c *intercept.Config) { c.Allowed = intercept.Hosts{"*"} })
	for _, text := range []string{
		"CONNECT " + address + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET http://" + address + "/ HTTP/1.1\r\nHost: " + address + "\r\n\r\n",
	} {
		response, _, _ := h.raw(text)
		if body := readBody(t, response); response.StatusCode != http.StatusBadGateway ||
			!strings.Contains(body, address) {
			t.Errorf("status %d, %s", response.StatusCode, body)
		}
	}
}

// The addresses of the mock are allowed, for clients that ignore NO_PROXY.
func TestProxy_PassesOnMock(t *testing.T) {
	h := start(t, nil)
	address := strings.TrimPrefix(h.mock.URL, "http://")
	own := start(t, func(c *intercept.Config) { c.Local = []string{address} })
	response, _, _ := own.raw("GET " + h.mock.URL + "/oauth/info HTTP/1.1\r\nHost: " + address +
		"\r\n\r\n")
	if body := readBody(t, response); response.StatusCode != 200 ||
		!strings.Contains(body, h.mock.URL) {
		t.Errorf("status %d, %s", response.StatusCode, body)
	}
	if want := (intercept.Stats{}); own.proxy.Stats() != want {
		t.Errorf("counted %+v", own.proxy.Stats())
	}
}

// Allowed hosts are reached through the proxy that the environment names.
func TestProxy_UsesUpstream(t *testing.T) {
	site := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(rw, "the other host")
	}))
	t.Cleanup(site.Close)
	outer := start(t, func(c *intercept.Config) { c.Allowed = intercept.Hosts{"127.0.0.1"} })
	upstream := &url.URL{
		Scheme: "http", Host: outer.proxy.Addr().String(), User: url.UserPassword("x", "y"),
	}
	h := start(t, func(c *intercept.Config) {
		c.Allowed, c.Upstream = intercept.Hosts{"*"}, http.ProxyURL(upstream)
	})
	c := h.client()
	c.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(site.Certificate())
	if got := h.get(c, site.URL); got.body != "the other host" {
		t.Error(got.body)
	}
	if got := outer.proxy.Stats().Others; got != 1 {
		t.Errorf("the upstream proxy got %d requests", got)
	}
	response, _, _ := h.raw("CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n")
	if body := readBody(t, response); response.StatusCode != http.StatusBadGateway ||
		!strings.Contains(body, "403") || strings.Contains(body, "x:y") {
		t.Errorf("status %d, %s", response.StatusCode, body)
	}
	upstream.Scheme = "socks5"
	response, _, _ = h.raw("CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n")
	if body := readBody(t, response); response.StatusCode != http.StatusBadGateway ||
		!strings.Contains(body, "socks5") {
		t.Errorf("status %d, %s", response.StatusCode, body)
	}
}

func TestProxy_CountsFailedHandshakes(t *testing.T) {
	h := start(t, nil)
	c := h.client()
	c.Transport.(*http.Transport).TLSClientConfig.RootCAs = x509.NewCertPool()
	for range 2 {
		if response, err := c.Get("https://acme.api.identitynow.com/"); err == nil {
			_ = response.Body.Close()
			t.Fatal("the client trusts the certificate")
		}
	}
	eventually(t, "two failed handshakes", func() bool {
		return h.proxy.Stats().FailedHandshakes == 2
	})
	if got := strings.Count(h.log.String(), "SSL_CERT_FILE"); got != 1 {
		t.Errorf("logged %d lines: %s", got, h.log)
	}
}

// A client that opens a tunnel and sends nothing, or not all of a handshake, loses it.
func TestProxy_LimitsHandshakeTime(t *testing.T) {
	h := start(t, func(c *intercept.Config) { c.HandshakeTimeout = 50 * time.Millisecond })
	for _, sent := range []string{"", "\x16", "\x16\x03\x01\x02\x00"} {
		conn, in := h.tunnel("acme.api.identitynow.com:443")
		_, _ = io.WriteString(conn, sent)
		if rest, err := io.ReadAll(in); err != nil {
			t.Errorf("after %q: %q, %v", sent, rest, err)
		}
	}
}

func TestProxy_LimitsConnections(t *testing.T) {
	h := start(t, func(c *intercept.Config) { c.MaxConns = 3 })
	var open []net.Conn
	for range 3 {
		conn, _ := h.tunnel("acme.api.identitynow.com:443")
		open = append(open, conn)
	}
	response, _, _ := h.raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = readBody(t, response)
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d", response.StatusCode)
	}
	for _, conn := range open {
		_ = conn.Close()
	}
	eventually(t, "a free connection", func() bool {
		conn, err := net.Dial("tcp", h.proxy.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err == nil {
			_ = response.Body.Close()
		}
		return err == nil && response.StatusCode == http.StatusBadRequest
	})
}

func TestProxy_ServesManyClients(t *testing.T) {
	h := start(t, nil)
	var clients sync.WaitGroup
	for i := range 30 {
		clients.Go(func() {
			url := fmt.Sprintf("https://t%d.identitynow.com/oauth/info", i%7)
			response, err := h.client().Get(url)
			if err != nil {
				t.Error(err)
				return
			}
			if err := response.Body.Close(); err != nil || response.StatusCode != 200 {
				t.Error(response.Status, err)
			}
		})
	}
	clients.Wait()
	if got := h.proxy.Stats().Requests; got != 30 {
		t.Errorf("counted %d requests", got)
	}
}

// Close ends tunnels to other hosts as well.
func TestProxy_CloseEndsTunnels(t *testing.T) {
	site, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	h := start(t, func(c *intercept.Config) { c.Allowed = intercept.Hosts{"*"} })
	_, other := h.tunnel(site.Addr().String())
	_, tenant := h.tunnel("acme.identitynow.com:443")
	if err := h.proxy.Close(); err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]*bufio.Reader{"other host": other, "tenant": tenant} {
		if _, err := in.ReadByte(); err == nil {
			t.Errorf("the tunnel to the %s is open", name)
		}
	}
}

// eventually waits until a condition is true.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for !condition() {
		select {
		case <-ctx.Done():
			t.Fatalf("there is not %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// The user of the inherited proxy is sent to it, and appears in no log.
func TestProxy_LogsInAtUpstream(t *testing.T) {
	got := make(chan *http.Request, 1)
	upstream := httptest.NewServer(http.HandlerFunc(
		func(rw http.ResponseWriter, r *http.Request) {
			got <- r
			rw.WriteHeader(http.StatusProxyAuthRequired)
		}))
	t.Cleanup(upstream.Close)
	proxy, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy.User = url.UserPassword("jane", "hidden")
	h := start(t, func(c *intercept.Config) {
		c.Allowed, c.Upstream = intercept.Hosts{"*"}, http.ProxyURL(proxy)
	})
	response, _, _ := h.raw("CONNECT host.example:8443 HTTP/1.1\r\nHost: x\r\n\r\n")
	body := readBody(t, response)
	r := <-got
	if r.Method != http.MethodConnect || r.Host != "host.example:8443" ||
		r.Header.Get("Proxy-Authorization") != "Basic amFuZTpoaWRkZW4=" {
		t.Errorf("the upstream proxy got %s %s, %v", r.Method, r.Host, r.Header)
	}
	if response.StatusCode != http.StatusBadGateway || !strings.Contains(body, "407") ||
		strings.Contains(body+h.log.String(), "hidden") {
		t.Errorf("status %d, %s, %s", response.StatusCode, body, h.log)
	}
}
