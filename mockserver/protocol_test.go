package mockserver_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// logText is a log that tests may read while the mock writes it.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) count(part string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), part)
}

// sendRaw sends bytes on a connection of its own and returns the response until the mock closes the
// connection.
func sendRaw(t *testing.T, url string, parts ...string) string {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close() //nolint:errcheck // closed by the mock
	for _, part := range parts {
		if _, err := io.WriteString(connection, part); err != nil {
			t.Fatal(err)
		}
	}
	defer time.AfterFunc(time.Minute, func() { _ = connection.Close() }).Stop()
	text, err := io.ReadAll(connection)
	if err != nil {
		t.Fatalf("%v after %q", err, text)
	}
	return string(text)
}

func TestBody_TimesOut(t *testing.T) {
	const head = "Host: mock\r\nContent-Type: application/json\r\n"
	for _, test := range []struct{ name, request, announced, body string }{
		{
			"short body of the API",
			"POST /v2026/personal-access-tokens HTTP/1.1\r\n" + head +
				"Content-Length: 100\r\n\r\n{\"name\"", "100", "detailCode",
		},
		{
			"stalled chunk",
			"POST /v2026/personal-access-tokens HTTP/1.1\r\n" + head +
				"Transfer-Encoding: chunked\r\n\r\n5\r\n{\"nam", "", "detailCode",
		},
		{
			"no chunk at all",
			"PATCH /personal-access-tokens/v1/x HTTP/1.1\r\n" + head +
				"Transfer-Encoding: chunked\r\n\r\n", "", "detailCode",
		},
		{
			"Expect: 100-continue",
			"POST /v3/personal-access-tokens HTTP/1.1\r\n" + head +
				"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n", "9", "detailCode",
		},
		{
			"token endpoint",
			"POST /oauth/token HTTP/1.1\r\n" + head + "Content-Length: 7\r\n\r\ngrant", "7",
			"error_description",
		},
		{
			"path without operation",
			"POST /nothing HTTP/1.1\r\n" + head + "Content-Length: 7\r\n\r\nx", "7", "detailCode",
		},
		{
			"namespace",
			"POST /t/a/beta/personal-access-tokens HTTP/1.1\r\n" + head +
				"Content-Length: 7\r\n\r\nx", "7", "detailCode",
		},
		{
			"upload of a state",
			"PUT /_mock/state HTTP/1.1\r\n" + head + "Content-Length: 500\r\n\r\n{", "500",
			"urn:problem-type:patmock:request-timeout",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			log := &records{}
			mock := mockserver.Start(t, mockserver.Config{
				ReadTimeout: 50 * time.Millisecond, Log: slog.New(log),
			})
			got := sendRaw(t, mock.URL, test.request)
			got = strings.TrimPrefix(got, "HTTP/1.1 100 Continue\r\n\r\n")
			r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(got)), nil)
			if err != nil {
				t.Fatalf("%v: %q", err, got)
			}
			defer r.Body.Close() //nolint:errcheck // in memory
			if r.StatusCode != http.StatusRequestTimeout || !r.Close {
				t.Errorf("status %d, close %t: %s", r.StatusCode, r.Close, got)
			}
			text, err := io.ReadAll(r.Body)
			if err != nil || !mentions(string(text), test.announced) ||
				!strings.Contains(string(text), test.body) {
				t.Errorf("%q and %q are not in %s, %v", test.announced, test.body, text, err)
			}
			if header := r.Header.Get("X-Patmock-Rule"); header != string(rule.RequestTimeout) {
				t.Errorf("X-Patmock-Rule = %q, want %q", header, string(rule.RequestTimeout))
			}
			if len(log.all) != 1 || log.all[0].attrs["rule"] != string(rule.RequestTimeout) {
				t.Fatalf("logged %+v, want one record of rule %q", log.all,
					string(rule.RequestTimeout))
			}
			golden.Check(t, rejectionTexts, golden.Key(t), normalize(log.all[0].message))
		})
	}
}

func TestBody_ReadsSlowSteadyBody(t *testing.T) {
	mock := mockserver.Start(t, mockserver.Config{ReadTimeout: 300 * time.Millisecond})
	id, secret := mock.Credentials("jane.doe")
	form := "grant_type=client_credentials&client_id=" + id + "&client_secret=" + secret +
		"&padding=" + strings.Repeat("x", 16<<10)
	reader, writer := io.Pipe()
	go func() {
		for chunk := range strings.SplitSeq(form, "x") { // 16 kB in half a second
			if _, err := io.WriteString(writer, chunk+"x"); err != nil {
				return
			}
		}
		_ = writer.Close()
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, mock.URL+"/oauth/token",
		reader)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	if got.StatusCode != http.StatusOK {
		t.Errorf("unexpected status: %d", got.StatusCode)
	}
}

// An injected latency is not subject to the timeout of bodies.
func TestReadTimeout_IgnoresInjectedLatency(t *testing.T) {
	mock := mockserver.Start(t, mockserver.Config{ReadTimeout: 30 * time.Millisecond})
	if _, err := mock.Control().AddFault(t.Context(), control.Fault{
		Operation: "list", Latency: "200ms", Times: 1,
	}); err != nil {
		t.Fatal(err)
	}
	got, err := mock.Client("jane.doe").Get(mock.URL + "/v2026/personal-access-tokens?owner-id=me")
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	if got.StatusCode != http.StatusOK {
		t.Errorf("unexpected status: %d", got.StatusCode)
	}
}

func TestSlowConnection_ClosesWithoutResponse(t *testing.T) {
	mock := mockserver.Start(t, mockserver.Config{
		ReadTimeout: 50 * time.Millisecond, IdleTimeout: 50 * time.Millisecond,
	})
	if got := sendRaw(t, mock.URL, "GET /oauth/info HTTP/1.1\r\nHost: mo"); got != "" {
		t.Errorf("connection with slow headers got %q", got)
	}
	if got := sendRaw(t, mock.URL); got != "" {
		t.Errorf("connection without a request got %q", got)
	}
	got := sendRaw(t, mock.URL, "GET /oauth/info HTTP/1.1\r\nHost: mock\r\n\r\n")
	if strings.Count(got, "HTTP/1.1 200 OK") != 1 || strings.Count(got, "HTTP/1.1") != 1 {
		t.Errorf("idle connection got %q", got)
	}
}

func TestHead_IsGetWithoutBody(t *testing.T) {
	m := start(t, "crowded")
	c := m.as("jane.doe")
	for _, path := range []string{
		"/v2026/personal-access-tokens?owner-id=me", "/personal-access-tokens/v1?owner-id=me",
		"/oauth/info", "/_mock/health", "/_mock/clock",
		"/_mock/requests", "/v2026/personal-access-tokens?filters=x", "/nothing",
	} {
		t.Run(path, func(t *testing.T) {
			got := map[string]*http.Response{}
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				r, err := http.NewRequestWithContext(t.Context(), method, m.url+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Authorization", c.authorization)
				r.Header.Set("Accept-Encoding", "identity")
				response, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close() //nolint:errcheck // read completely
				got[method] = response
				text, err := io.ReadAll(response.Body)
				if err != nil || method == http.MethodHead && len(text) > 0 {
					t.Errorf("%s: %v, body %q", method, err, text)
				}
				for _, varying := range []string{"Slpt-Request-Id", "Date"} {
					got[method].Header.Del(varying)
				}
				if path == "/_mock/requests" || path == "/_mock/clock" {
					got[method].Header.Del("Content-Length")
				}
			}
			get, head := got[http.MethodGet], got[http.MethodHead]
			if diff := cmp.Diff(get.Header, head.Header); diff != "" ||
				get.StatusCode != head.StatusCode {
				t.Errorf("status = %d, want %d; headers (-GET +HEAD):\n%s", head.StatusCode,
					get.StatusCode, diff)
			}
		})
	}
	if got := c.delete("/oauth/info").header.Get("Allow"); got != "GET, HEAD" {
		t.Errorf("unexpected Allow: %q", got)
	}
}

func TestCORS_AllowsOrigins(t *testing.T) {
	for _, test := range []struct {
		name, cors, method, path string
		header                   headers
		status                   int
		allowed                  bool
	}{
		{
			"loopback name", "", "GET", "/oauth/info",
			headers{"Origin": "http://localhost:3000"},
			200, true,
		},
		{
			"loopback address", "", "GET", "/oauth/info", headers{
				"Origin": "https://127.0.0.1:8443",
			}, 200, true,
		},
		{"IPv6 loopback", "", "GET", "/oauth/info", headers{"Origin": "http://[::1]"}, 200, true},
		{
			"name below localhost", "", "GET", "/oauth/info", headers{
				"Origin": "http://app.localhost:5173",
			}, 200, true,
		},
		{
			"other site", "", "GET", "/oauth/info",
			headers{"Origin": "https://evil.example"},
			200,
			false,
		},
		{
			"site that looks like loopback", "", "GET", "/oauth/info", headers{
				"Origin": "https://localhost.evil.example",
			}, 200, false,
		},
		{"null", "", "GET", "/oauth/info", headers{"Origin": "null"}, 200, false},
		{"null of any", "*", "GET", "/oauth/info", headers{"Origin": "null"}, 200, true},
		{"any", "*", "GET", "/oauth/info", headers{"Origin": "https://app.example"}, 200, true},
		{
			"listed", "https://app.example,http://b.example:8080", "GET", "/oauth/info", headers{
				"Origin": "http://b.example:8080",
			}, 200, true,
		},
		{
			"not listed", "https://app.example", "GET", "/oauth/info", headers{
				"Origin": "http://localhost",
			}, 200, false,
		},
		{"off", "off", "GET", "/oauth/info", headers{"Origin": "http://localhost"}, 200, false},
		{
			"error", "", "GET", "/v2026/personal-access-tokens", headers{
				"Origin": "http://localhost",
			}, 401, true,
		},
		{
			"path without operation", "", "GET", "/nothing",
			headers{"Origin": "http://localhost"},
			404, true,
		},
		{
			"preflight", "", "OPTIONS", "/v2026/personal-access-tokens/x",
			preflight("http://localhost:3000"), 204, true,
		},
		{
			"preflight of the token endpoint", "", "OPTIONS", "/oauth/token",
			preflight("http://localhost:3000"), 204, true,
		},
		{
			"preflight of an unknown path", "", "OPTIONS", "/v2026/accounts",
			preflight("http://localhost:3000"), 204, true,
		},
		{
			"preflight of another site", "", "OPTIONS", "/oauth/token",
			preflight("https://evil.example"), 204, false,
		},
		{
			"OPTIONS without preflight headers", "", "OPTIONS", "/oauth/token", headers{
				"Origin": "http://localhost",
			}, 405, true,
		},
		{
			"control API", "*", "GET", "/_mock/health",
			headers{"Origin": "http://localhost:3000"},
			200, false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := startWith(t, "default", mockserver.Config{CORS: test.cors})
			for _, base := range []*tenant{m, m.in("other")} {
				r, err := http.NewRequestWithContext(t.Context(), test.method, base.url+test.path,
					nil)
				if err != nil {
					t.Fatal(err)
				}
				for name, value := range test.header {
					r.Header.Set(name, value)
				}
				base := *base
				base.skipValidation = test.status == http.StatusNoContent
				got := base.forTest(t).exchange(r)
				got.is(test.status)
				want := ""
				if test.allowed {
					want = test.header["Origin"]
				}
				if origin := got.header.Get("Access-Control-Allow-Origin"); origin != want {
					t.Errorf("Access-Control-Allow-Origin = %q, want %q", origin, want)
				}
				if varies := strings.Contains(strings.Join(got.header.Values("Vary"), ","),
					"Origin"); varies != test.allowed {
					t.Errorf("unexpected Vary: %q", got.header.Values("Vary"))
				}
				for name := range got.header {
					if !test.allowed && strings.HasPrefix(name, "Access-Control-") {
						t.Errorf("%s: %s", name, got.header.Get(name))
					}
				}
				if test.allowed && test.status != http.StatusNoContent &&
					got.header.Get("Access-Control-Expose-Headers") != "Retry-After, "+
						"SLPT-Request-ID, Date, X-Total-Count" {
					t.Errorf("unexpected Access-Control-Expose-Headers: %q",
						got.header.Get("Access-Control-Expose-Headers"))
				}
				if test.allowed && test.status == http.StatusNoContent &&
					got.header.Get("Access-Control-Allow-Headers") != "authorization,content-type" {
					t.Errorf("unexpected Access-Control-Allow-Headers: %q",
						got.header.Get("Access-Control-Allow-Headers"))
				}
			}
			journal, err := m.mock.Control().Requests(t.Context(), control.Match{
				Method: "OPTIONS", Finding: "*",
			}, 0)
			if isFinding := test.status == 405; err != nil || (journal.Matched > 0) != isFinding {
				t.Errorf("unexpected findings: %d, %v", journal.Matched, err)
			}
		})
	}
}

func TestCORS_PreflightListsMethods(t *testing.T) {
	m := start(t, "default")
	for path, want := range map[string]string{
		"/v3/personal-access-tokens":   "GET, HEAD, POST",
		"/v3/personal-access-tokens/x": "DELETE, PATCH", "/oauth/token": "POST",
		"/nothing": "DELETE, GET, HEAD, PATCH, POST",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, m.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", "http://localhost")
		r.Header.Set("Access-Control-Request-Method", "POST")
		unchecked := *m
		unchecked.skipValidation = true
		if got := unchecked.exchange(r).header.Get("Access-Control-Allow-Methods"); got != want {
			t.Errorf("%s allows %q, want %q", path, got, want)
		}
	}
}

func TestContentEncoding(t *testing.T) {
	const text = `{"name":"encoded","expirationDate":"` + inAMonth + `"}`
	encode := func(open func(io.Writer) io.WriteCloser, text string) string {
		var b bytes.Buffer
		w := open(&b)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		return b.String()
	}
	gz := func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
	zl := func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
	for _, test := range []struct {
		name, coding, body string
		want               int
		rule               string
	}{
		{"gzip", "gzip", encode(gz, text), 200, ""},
		{"gzip in capitals", "GZIP", encode(gz, text), 200, ""},
		{"deflate by zlib", "deflate", encode(zl, text), 200, ""},
		{"raw deflate", "deflate", encode(rawDeflate, text), 200, ""},
		{"identity", "identity", text, 200, ""},
		{"brotli", "br", text, 415, "content-encoding"},
		{"two codings", "gzip, br", text, 415, "content-encoding"},
		{"not what it says", "gzip", text, 400, "content-encoding"},
		{"cut", "gzip", encode(gz, text)[:20], 400, "content-encoding"},
		{
			"larger than the limit when decoded", "gzip", encode(gz, strings.Repeat(" ", 1<<20+1)),
			413, "content-too-large",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := start(t, "default")
			c := m.as("jane.doe")
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
				m.url+"/v2026/personal-access-tokens", strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", c.authorization)
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Content-Encoding", test.coding)
			got := m.forTest(t).exchange(r).is(test.want)
			if rule := got.header.Get("X-Patmock-Rule"); rule != test.rule {
				t.Errorf("rule = %q, want %q: %s", rule, test.rule, got.text)
			}
		})
	}
	t.Run("token endpoint", func(t *testing.T) {
		m := start(t, "default")
		login, err := m.seed.LoginToken("jane.doe")
		if err != nil {
			t.Fatal(err)
		}
		form := "grant_type=client_credentials&client_id=" + login.ID + "&client_secret=" +
			login.Secret
		for coding, want := range map[string]int{"gzip": 200, "br": 415} {
			body := encode(gz, form)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.url+"/oauth/token",
				strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Content-Encoding", coding)
			got := m.forTest(t).exchange(r).is(want)
			if want == 415 {
				got.equal("error", "invalid_request")
			}
		}
	})
}

// rawDeflate writes deflate without the zlib format.
func rawDeflate(w io.Writer) io.WriteCloser {
	encode, _ := flate.NewWriter(w, flate.DefaultCompression) // a valid level
	return encode
}

func TestCharset_IsNamedInError(t *testing.T) {
	m := start(t, "default")
	c := m.as("jane.doe")
	for _, test := range []struct{ name, body, names string }{
		{"byte order mark", "\xEF\xBB\xBF{\"name\":\"x\"}", "PowerShell"},
		{"UTF-16", "\xFF\xFE{\x00\"\x00", "UTF-16 PowerShell"},
		{"UTF-16, no mark", "{\x00\"\x00n\x00", "UTF-16 PowerShell"},
		{"ISO-8859-1", "{\"name\":\"M\xFCller\"}", "ISO-8859-1 PowerShell"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &client{m.forTest(t), c.authorization}
			c.post("/v2026/personal-access-tokens", test.body).rejected(http.StatusBadRequest,
				"400.0", cause{rule.JSONSyntax, test.names})
		})
	}
}

func TestContentLength_CountedInCharacters(t *testing.T) {
	m := start(t, "default")
	c := m.as("jane.doe")
	const complete = `{"name":"Müller","userAwareTokenNeverExpires":true}`
	for _, test := range []struct {
		name, body string
		want       cause
	}{
		{
			"truncated after a character", complete[:len(complete)-1], cause{
				rule.IncompleteBody, "Content-Length",
			},
		},
		{"cut in a character", `{"name":"M` + "\xC3", cause{rule.IncompleteBody, "Content-Length"}},
		{"cut, all of one byte", `{"name":"Miller"`, cause{rule.JSONSyntax, "body"}},
		{"not cut", `{"name":"Müller",}`, cause{rule.JSONSyntax, "body"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &client{m.forTest(t), c.authorization}
			c.post("/v2026/personal-access-tokens", test.body).rejected(http.StatusBadRequest,
				"400.0", test.want)
		})
	}
}

func TestTLSHandshake_IsLoggedOncePerClient(t *testing.T) {
	var log logText
	mock := mockserver.Start(t, mockserver.Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	for range 3 {
		connection, err := (&tls.Dialer{
			Config: &tls.Config{InsecureSkipVerify: true},
		}).DialContext(t.Context(), "tcp", strings.TrimPrefix(mock.URL, "http://"))
		if err == nil {
			_ = connection.Close()
			t.Fatal("handshake succeeded, want an error")
		}
	}
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(mock.URL, "http://"))
	if log.count("level=") != 1 || log.count("level=WARN") != 1 || log.count("http://") != 1 ||
		log.count(":"+port) != 1 {
		t.Errorf("logged %s, want one warning with the port", log.text.String())
	}
}

func TestConnect_IsExplained(t *testing.T) {
	for _, profile := range []string{mockserver.ProfileFriendly, mockserver.ProfileFaithful} {
		log := &records{}
		mock := mockserver.Start(t, mockserver.Config{
			Log: slog.New(log), Profile: mockserver.Profile{Name: profile},
		})
		got := sendRaw(t, mock.URL,
			"CONNECT acme.api.identitynow.com:443 HTTP/1.1\r\nHost: "+
				"acme.api.identitynow.com:443\r\n\r\n")
		r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(got)), nil)
		if err != nil {
			t.Fatalf("%v: %q", err, got)
		}
		defer r.Body.Close() //nolint:errcheck // in memory
		text, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != http.StatusMethodNotAllowed ||
			!mentions(string(text), "HTTPS_PROXY") ||
			!strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("status %d, %v: %s", r.StatusCode, err, got)
		}
		want := map[string]string{mockserver.ProfileFriendly: string(rule.ProxyRequest)}[profile]
		if header := r.Header.Get("X-Patmock-Rule"); header != want {
			t.Errorf("%s: X-Patmock-Rule = %q, want %q", profile, header, want)
		}
		if len(log.all) != 1 || log.all[0].attrs["rule"] != string(rule.ProxyRequest) {
			t.Errorf("logged %+v, want one record of rule %q", log.all, string(rule.ProxyRequest))
		}
		golden.Check(t, rejectionTexts, golden.Key(t), normalize(string(text)))
	}
}

func TestHTTP2_WithPriorKnowledge(t *testing.T) {
	mock := mockserver.Start(t)
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	client := &http.Client{Transport: &http.Transport{Protocols: protocols}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, mock.URL+"/oauth/info", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	if got.ProtoMajor != 2 || got.StatusCode != http.StatusOK {
		t.Errorf("%s, status %d", got.Proto, got.StatusCode)
	}
}

func TestControl_RejectsWebPages(t *testing.T) {
	for _, test := range []struct {
		name         string
		config       mockserver.Config
		method, host string
		header       map[string]string
		want         int
	}{
		{"tool", mockserver.Config{}, "POST", "", nil, 204},
		{
			"page of another site", mockserver.Config{}, "POST", "", map[string]string{
				"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example",
			}, 403,
		},
		{
			"page of another site, old browser", mockserver.Config{}, "POST", "", map[string]string{
				"Origin": "https://evil.example",
			}, 403,
		},
		{
			"page of another port", mockserver.Config{}, "POST", "", map[string]string{
				"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1",
			}, 403,
		},
		{"page that rebinds DNS", mockserver.Config{}, "GET", "evil.example", nil, 421},
		{
			"page that rebinds DNS, with a port",
			mockserver.Config{},
			"GET", "evil.example:17280",
			nil, 421,
		},
		{
			"suffix without a dot in front",
			mockserver.Config{},
			"GET", "evillocal.example", nil,
			421,
		},
		{"loopback name", mockserver.Config{}, "GET", "localhost:17280", nil, 200},
		{"IPv4 literal", mockserver.Config{}, "GET", "10.1.2.3:17280", nil, 200},
		{"IPv6 literal", mockserver.Config{}, "GET", "[fd00::1]:17280", nil, 200},
		{"compose service", mockserver.Config{}, "GET", "mock:17280", nil, 200},
		{"Kubernetes service", mockserver.Config{}, "GET", "mock.default.svc", nil, 200},
		{"mDNS", mockserver.Config{}, "GET", "build.local", nil, 200},
		{"internal", mockserver.Config{}, "GET", "host.docker.internal:1", nil, 200},
		{"home network", mockserver.Config{}, "GET", "nas.home.arpa", nil, 200},
		{"test name", mockserver.Config{}, "GET", "mock.test", nil, 200},
		{
			"public URL",
			mockserver.Config{PublicURL: "https://mock.acme.example/x"},
			"GET",
			"mock.acme.example", nil, 200,
		},
		{
			"allowed host",
			mockserver.Config{AllowedHosts: []string{"Mock.Acme.Example"}},
			"GET",
			"mock.acme.example:80", nil, 200,
		},
		{
			"allowed suffix",
			mockserver.Config{AllowedHosts: []string{".acme.example"}},
			"GET",
			"ci.acme.example", nil, 200,
		},
		{
			"control token",
			mockserver.Config{ControlToken: "hunter2hunter2"},
			"GET",
			"evil.example",
			map[string]string{"Authorization": "Bearer hunter2hunter2"},
			200,
		},
		{
			"control token, cross-site",
			mockserver.Config{ControlToken: "hunter2hunter2"},
			"POST",
			"",
			map[string]string{"Sec-Fetch-Site": "cross-site"},
			403,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := startWith(t, "default", test.config)
			path := "/_mock/credentials"
			if test.method == http.MethodPost {
				path = "/_mock/reset"
			}
			for _, target := range []*tenant{m, m.in("other")} {
				r, err := http.NewRequestWithContext(context.Background(), test.method,
					target.url+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Host = test.host
				for name, value := range test.header {
					r.Header.Set(name, value)
				}
				got := target.forTest(t).exchange(r).is(test.want)
				if test.want >= 400 {
					got.problem(test.want, map[int]rule.ID{
						403: rule.CrossOrigin, 421: rule.MisdirectedHost,
					}[test.want])
				}
			}
		})
	}
	t.Run("probe without a host", func(t *testing.T) {
		mock := mockserver.Start(t)
		if got := sendRaw(t, mock.URL,
			"GET /_mock/health HTTP/1.0\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.0 200 ") {
			t.Errorf("got %s", got)
		}
	})
}

func TestOAuthInfo_FollowsForwardedHeaders(t *testing.T) {
	for _, test := range []struct {
		name   string
		config mockserver.Config
		header map[string]string
		want   string
	}{
		{"nothing", mockserver.Config{}, nil, "http://HOST"},
		{
			"X-Forwarded", mockserver.Config{}, map[string]string{
				"X-Forwarded-Proto": "https", "X-Forwarded-Host": "mock.acme.example",
			}, "https://mock.acme.example",
		},
		{
			"protocol alone",
			mockserver.Config{},
			map[string]string{"X-Forwarded-Proto": "https"},
			"https://HOST",
		},
		{
			"first of several", mockserver.Config{}, map[string]string{
				"X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "a.example, b.example",
			}, "https://a.example",
		},
		{
			"Forwarded", mockserver.Config{}, map[string]string{
				"Forwarded": `for=10.0.0.1;proto=https;host="mock.acme.example:8443", for=10.0.0.2`,
			}, "https://mock.acme.example:8443",
		},
		{
			"another protocol", mockserver.Config{}, map[string]string{
				"X-Forwarded-Proto": "javascript", "X-Forwarded-Host": "a.example",
			}, "http://a.example",
		},
		{
			"invalid host", mockserver.Config{}, map[string]string{
				"X-Forwarded-Host": "a b\"c",
			}, "http://HOST",
		},
		{
			"public URL", mockserver.Config{PublicURL: "http://public.example"}, map[string]string{
				"X-Forwarded-Host": "a.example",
			}, "http://public.example",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := startWith(t, "default", test.config)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
				m.in("a").url+"/oauth/info", nil)
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range test.header {
				r.Header.Set(name, value)
			}
			want := strings.Replace(test.want, "HOST", strings.TrimPrefix(m.url, "http://"), 1) +
				"/t/a/oauth/token"
			m.forTest(t).exchange(r).is(200).equal("tokenEndpoint", want)
		})
	}
	t.Run("peer on the internet", func(t *testing.T) {
		m := start(t, "default")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://mock/oauth/info",
			nil)
		if err != nil {
			t.Fatal(err)
		}
		r.RemoteAddr = "203.0.113.7:1234"
		r.Header.Set("X-Forwarded-Host", "a.example")
		got, err := m.mock.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close() //nolint:errcheck // in memory
		text, _ := io.ReadAll(got.Body)
		if want := fmt.Sprintf("%q", "http://mock/oauth/token"); !strings.Contains(string(text),
			want) {
			t.Errorf("%s does not contain %s", text, want)
		}
	})
}
