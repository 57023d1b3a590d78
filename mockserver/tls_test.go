package mockserver_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/patmock/internal/authority"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// startTLS runs a mock with TLS, and returns a client that trusts it and the log.
func startTLS(
	t *testing.T, config mockserver.Config,
) (*mockserver.TestServer, *http.Client, *logText) {
	t.Helper()
	log := &logText{}
	config.Log = slog.New(slog.NewTextHandler(log, nil))
	if config.TLS == nil {
		config.TLS = &mockserver.TLS{}
	}
	m := mockserver.Start(t, config)
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: m.Server.RootCAs()},
		ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return m, &http.Client{Transport: transport, Timeout: time.Minute}, log
}

// http1 returns a client like c that does not support HTTP/2.
func http1(t *testing.T, c *http.Client) *http.Client {
	transport := c.Transport.(*http.Transport).Clone()
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(true)
	transport.ForceAttemptHTTP2, transport.TLSClientConfig.NextProtos = false, nil
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

// wallNow returns the time by which clients validate certificates.
func wallNow() time.Time { return time.Now() } //nolint:forbidigo // not of a mock

// readResponse is a response whose body was read.
type readResponse struct {
	*http.Response
	text string
}

func do(
	t *testing.T, c *http.Client, method, address string, body io.Reader, header ...string,
) (readResponse, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	got, err := c.Do(r)
	if err != nil {
		return readResponse{}, err
	}
	defer got.Body.Close() //nolint:errcheck // read below
	text, err := io.ReadAll(got.Body)
	return readResponse{got, string(text)}, err
}

func mustDo(
	t *testing.T, c *http.Client, method, address string, body io.Reader, header ...string,
) readResponse {
	t.Helper()
	r, err := do(t, c, method, address, body, header...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTLS_NegotiatesTheProtocol(t *testing.T) {
	m, client, _ := startTLS(t, mockserver.Config{})
	for _, test := range []struct {
		name   string
		client *http.Client
		want   string
	}{
		{"HTTP/2", client, "HTTP/2.0"},
		{"HTTP/1.1", http1(t, client), "HTTP/1.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := mustDo(t, test.client, http.MethodGet, m.URL+"/oauth/info", nil)
			if got.Proto != test.want || got.StatusCode != http.StatusOK ||
				!strings.Contains(got.text, `"`+m.URL+`/oauth/token"`) {
				t.Errorf("%s, status %d: %s", got.Proto, got.StatusCode, got.text)
			}
		})
	}
}

func TestTLS_IsTrustedByTheClientOfAUser(t *testing.T) {
	m, _, _ := startTLS(t, mockserver.Config{})
	for _, m := range []*mockserver.TestServer{m, m.Namespace(t, "other")} {
		got := mustDo(t, m.Client("jane.doe"), http.MethodGet,
			m.URL+"/v2026/personal-access-tokens?owner-id=me", nil)
		if got.StatusCode != http.StatusOK || got.ProtoMajor != 2 {
			t.Errorf("%s, status %d: %s", got.Proto, got.StatusCode, got.text)
		}
	}
	all, err := m.Control().Requests(t.Context(), control.Match{}, 0)
	if err != nil || all.Stored != 2 {
		t.Errorf("the journal has %d requests, want a login and a list: %v", all.Stored, err)
	}
}

// verifies returns the error of a handshake for a name.
func verifies(t *testing.T, m *mockserver.TestServer, address, name string) error {
	t.Helper()
	conn, err := (&tls.Dialer{
		Config: &tls.Config{RootCAs: m.Server.RootCAs(), ServerName: name},
	}).DialContext(t.Context(), "tcp", address)
	if err == nil {
		_ = conn.Close()
	}
	return err
}

func TestTLS_CertificateCoversTheNamesOfTheMock(t *testing.T) {
	m, _, _ := startTLS(t, mockserver.Config{
		PublicURL: "https://mock.example.com:8443", AllowedHosts: []string{".staging.example.com"},
		TLS: &mockserver.TLS{Hosts: []string{"*.api.example.com", "203.0.113.1"}},
	})
	address := strings.TrimPrefix(m.URL, "https://")
	for _, test := range []struct {
		name  string
		valid bool
	}{
		{"localhost", true},
		{"127.0.0.1", true},
		{"::1", true},
		{"mock.example.com", true},
		{"acme.api.example.com", true},
		{"203.0.113.1", true},
		{"a.staging.example.com", true},
		{"mock", true}, // a service of Compose
		{"mock.default.svc", true},
		{"other.example.com", false},
	} {
		if err := verifies(t, m, address, test.name); (err == nil) != test.valid {
			t.Errorf("%s: valid %t, want %t: %v", test.name, err == nil, test.valid, err)
		}
	}
}

// A client in another container uses an address that is not known before.
func TestTLS_CertificateCoversTheAddressThatTheClientReached(t *testing.T) {
	mock, err := mockserver.New(mockserver.Config{
		TLS: &mockserver.TLS{}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	inner, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("this system has no 127.0.0.2: " + err.Error())
	}
	server := mock.HTTPServer(mock)
	go func() { _ = server.Serve(mock.Listener(inner)) }()
	t.Cleanup(func() { _ = errors.Join(server.Close(), mock.Close()) })
	conn, err := (&tls.Dialer{
		Config: &tls.Config{RootCAs: mock.RootCAs()},
	}).DialContext(t.Context(), "tcp", inner.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
}

func TestTLS_CAIsTheOnlyRoot(t *testing.T) {
	m, _, _ := startTLS(t, mockserver.Config{})
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(m.Server.CA()) || !roots.Equal(m.Server.RootCAs()) {
		t.Errorf("CA is not the root: %s", m.Server.CA())
	}
	plain := mockserver.Start(t)
	if plain.Server.CA() != nil || plain.Server.RootCAs() != nil {
		t.Error("a mock without TLS has a CA")
	}
}

// issued returns a certificate of another authority.
func issued(t *testing.T, now time.Time, hosts ...string) tls.Certificate {
	t.Helper()
	a, err := authority.New(now)
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Issue(hosts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTLS_UsesCertificatesOfTheCaller(t *testing.T) {
	m, _, _ := startTLS(t, mockserver.Config{TLS: &mockserver.TLS{
		Certificates: []tls.Certificate{issued(t, wallNow(), "mock.example.com")},
	}})
	address := strings.TrimPrefix(m.URL, "https://")
	if err := verifies(t, m, address, "mock.example.com"); err != nil {
		t.Error(err)
	}
	if err := verifies(t, m, address, "localhost"); err == nil {
		t.Error("the certificate is valid for localhost")
	}
	if m.Server.CA() != nil {
		t.Error("the mock has a CA of its own")
	}
	got := mustDo(t, m.Client("jane.doe"), http.MethodGet,
		m.URL+"/v2026/personal-access-tokens?owner-id=me", nil)
	if got.StatusCode != http.StatusOK {
		t.Errorf("status %d: %s", got.StatusCode, got.text)
	}
}

func TestTLS_RejectsInvalidConfigurations(t *testing.T) {
	now := wallNow()
	noKey := issued(t, now, "localhost")
	noKey.PrivateKey = nil
	for _, test := range []struct {
		name  string
		tls   mockserver.TLS
		names string
	}{
		{"no key", mockserver.TLS{Certificates: []tls.Certificate{noKey}}, "key"},
		{
			"empty certificate",
			mockserver.TLS{Certificates: make([]tls.Certificate, 1)},
			"certificate",
		},
		{"expired", mockserver.TLS{
			Certificates: []tls.Certificate{issued(t, now.AddDate(-2, 0, 0), "localhost")},
		}, "expired"},
		{"not valid yet", mockserver.TLS{
			Certificates: []tls.Certificate{issued(t, now.AddDate(0, 1, 0), "localhost")},
		}, "before"},
		{"host with a port", mockserver.TLS{Hosts: []string{"mock:17280"}}, "mock:17280"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := mockserver.New(mockserver.Config{TLS: &test.tls})
			var field *mockserver.ConfigError
			if !errors.As(err, &field) || field.Field != "TLS" ||
				!mentions(err.Error(), test.names) {
				t.Errorf("error %v, want one of TLS that mentions %q", err, test.names)
			}
		})
	}
}

func TestTLS_ExplainsPlainHTTP(t *testing.T) {
	m, _, log := startTLS(t, mockserver.Config{})
	address := strings.TrimPrefix(m.URL, "https://")
	for range 3 {
		got := mustDo(t, http.DefaultClient, http.MethodPost, "http://"+address+"/oauth/token",
			strings.NewReader("grant_type=client_credentials"))
		if got.StatusCode != http.StatusBadRequest || !mentions(got.text, "https://") ||
			got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("status %d: %s", got.StatusCode, got.text)
		}
	}
	if log.count("level=WARN") != 1 || log.count("https://") != 1 || log.count("127.0.0.1") != 2 {
		t.Errorf("logged %s, want one warning with the client and the port", log.text.String())
	}
}

func TestTLS_LogsClientsWithoutTheCA(t *testing.T) {
	m, _, log := startTLS(t, mockserver.Config{})
	for range 2 {
		if _, err := do(t, http.DefaultClient, http.MethodGet, m.URL, nil); err == nil {
			t.Fatal("the client trusts the mock")
		}
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(m.URL, "https://")) // a port check
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	eventually(t, func() bool { return log.count("level=WARN") > 0 })
	if log.count("level=") != 1 || log.count("CA") != 1 {
		t.Errorf("logged %s, want one warning about the CA", log.text.String())
	}
}

// eventually waits until a condition is met.
func eventually(t *testing.T, met func() bool) {
	t.Helper()
	for range 500 {
		if met() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the condition is not met")
}

// A client that sends nothing does not keep a connection for long, or others from connecting.
func TestTLS_LimitsTheTimeOfAHandshake(t *testing.T) {
	m, client, _ := startTLS(t, mockserver.Config{ReadTimeout: 200 * time.Millisecond})
	conn, err := net.Dial("tcp", strings.TrimPrefix(m.URL, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // it is read to its end
	if got := mustDo(t, client, http.MethodGet, m.URL, nil); got.StatusCode != http.StatusOK {
		t.Errorf("status %d", got.StatusCode)
	}
	_ = conn.SetReadDeadline(wallNow().Add(time.Minute))
	if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read: %v, want the end of the connection", err)
	}
}

// Errors that net/http writes itself have the header of all responses.
func TestTLS_ErrorsOfHTTP1AreNoSniff(t *testing.T) {
	m, _, _ := startTLS(t, mockserver.Config{})
	for _, test := range []struct {
		name, request string
		want          int
	}{
		{"no host", "GET / HTTP/1.1\r\n\r\n", 400},
		{
			"large header",
			"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", 80<<10) + "\r\n\r\n", 431,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn, err := tls.Dial("tcp", strings.TrimPrefix(m.URL, "https://"),
				&tls.Config{RootCAs: m.Server.RootCAs()})
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close() //nolint:errcheck // only read
			_, _ = io.WriteString(conn, test.request)
			got, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer got.Body.Close() //nolint:errcheck // not read
			if got.StatusCode != test.want ||
				got.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("status %d, headers %v", got.StatusCode, got.Header)
			}
		})
	}
}

// A fault that resets the connection is an error for a client, and other requests go on.
func TestTLS_FaultsEndRequests(t *testing.T) {
	m, client, _ := startTLS(t, mockserver.Config{})
	id, secret := m.Credentials("jane.doe")
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret},
	}
	for _, test := range []struct {
		name   string
		client *http.Client
	}{
		{"HTTP/2", client},
		{"HTTP/1.1", http1(t, client)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := m.Control().AddFault(t.Context(), control.Fault{
				Operation: "token", Effect: "reset",
			}); err != nil {
				t.Fatal(err)
			}
			login := func() (readResponse, error) {
				return do(t, test.client, http.MethodPost, m.URL+"/oauth/token",
					strings.NewReader(form.Encode()), "Content-Type",
					"application/x-www-form-urlencoded")
			}
			if got, err := login(); err == nil {
				t.Errorf("status %d, want no response", got.StatusCode)
			}
			if got, err := login(); err != nil || got.StatusCode != http.StatusOK {
				t.Errorf("after the fault: %v", err)
			}
		})
	}
}

func TestTLS_LateBodyGets408(t *testing.T) {
	m, client, _ := startTLS(t, mockserver.Config{ReadTimeout: 200 * time.Millisecond})
	for _, c := range []*http.Client{client, http1(t, client)} {
		body, writer := io.Pipe() // without an end
		defer writer.Close()      //nolint:errcheck // it never fails
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.URL+"/oauth/token",
			body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != http.StatusRequestTimeout {
			t.Errorf("%s: status %d, want 408", got.Proto, got.StatusCode)
		}
	}
}

func TestTLS_LargeBodyGets400(t *testing.T) {
	m, client, _ := startTLS(t, mockserver.Config{})
	for _, c := range []*http.Client{client, http1(t, client)} {
		got, err := do(t, c, http.MethodPost, m.URL+"/v2026/personal-access-tokens",
			strings.NewReader(`{"name":"`+strings.Repeat("a", 4<<20)), "Content-Type",
			"application/json")
		if err == nil && got.StatusCode < 400 {
			t.Errorf("%s: status %d", got.Proto, got.StatusCode)
		}
		got = mustDo(t, c, http.MethodGet, m.URL+"/oauth/info", nil)
		if got.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d after a large body", got.Proto, got.StatusCode)
		}
	}
}

// The memory budget is charged for concurrent requests of one connection.
func TestTLS_ConcurrentStreamsOfAConnection(t *testing.T) {
	m, client, _ := startTLS(t, mockserver.Config{})
	const n = 100
	statuses := make(chan int, n)
	for range n {
		go func() {
			r, _ := http.NewRequest(http.MethodPost, m.URL+"/oauth/token",
				strings.NewReader("grant_type=client_credentials"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			got, err := client.Do(r)
			if err != nil {
				statuses <- 0
				return
			}
			_ = got.Body.Close()
			statuses <- got.StatusCode
		}()
	}
	for range n {
		if got := <-statuses; got != http.StatusBadRequest && got != http.StatusUnauthorized {
			t.Errorf("status %d", got)
		}
	}
	all, err := m.Control().Requests(t.Context(), control.Match{}, 0)
	if err != nil || all.Stored != n {
		t.Errorf("the journal has %d requests, want %d: %v", all.Stored, n, err)
	}
}

func TestTLS_FollowsTheJournal(t *testing.T) {
	m, client, _ := startTLS(t, mockserver.Config{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	stream, err := control.New(control.Config{URL: m.URL, HTTP: client}).FollowRequests(ctx,
		control.Match{}, "")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close() //nolint:errcheck // only read
	mustDo(t, client, http.MethodGet, m.URL+"/oauth/info", nil)
	if got, err := stream.Next(); err != nil || got.Request.Path != "/oauth/info" {
		t.Errorf("followed %q: %v", got.Request.Path, err)
	}
}

// A test that ends does not wait for idle connections of its clients.
func TestTLS_StopsWithIdleConnections(t *testing.T) {
	var end time.Time
	t.Run("test", func(t *testing.T) {
		m := mockserver.Start(t, mockserver.Config{
			TLS: &mockserver.TLS{}, Log: slog.New(slog.DiscardHandler),
		})
		client := &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: m.Server.RootCAs()}, ForceAttemptHTTP2: true,
		}}
		mustDo(t, client, http.MethodGet, m.URL, nil)
		end = wallNow()
	})
	if took := wallNow().Sub(end); took >= time.Second {
		t.Errorf("the mock took %s to stop", took)
	}
}

// A transport without a socket reports the scheme of the request.
func TestTransport_ReportsTheSchemeOfTheRequest(t *testing.T) {
	mock, err := mockserver.New(mockserver.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: mock.Transport()}
	for _, base := range []string{"https://acme.example.com", "http://acme.example.com"} {
		got := mustDo(t, client, http.MethodGet, base+"/oauth/info", nil)
		if !strings.Contains(got.text, `"`+base+`/oauth/token"`) {
			t.Errorf("%s: %s", base, got.text)
		}
	}
}
