package mockserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/namespace"
)

// TB is the part of testing.TB that Start uses. *testing.T and *testing.B implement it. Programs
// that import this package do not import the testing package.
type TB interface {
	Helper()
	Cleanup(f func())
	Fatalf(format string, args ...any)
}

// TestServer is a mock that listens on a free port of the loopback interface, or a namespace of
// one.
type TestServer struct {
	// URL is the base URL for clients, without a trailing slash.
	URL string
	// Server is the mock that serves URL.
	Server *Server

	t         TB
	log       *testLog        // nil if the mock logs elsewhere
	rootURL   string          // URL of the mock
	transport *http.Transport // nil for plain http
	namespace string
}

// Start runs a mock for a test and stops it when the test ends. It takes at most one Config; the
// default is the zero Config. An error fails the test.
//
// With TLS in the Config, the URL is an https URL. [TestServer.Client] trusts the mock. Other
// clients need [Server.RootCAs] or [Server.CA].
//
// Without a Log in the Config, the mock logs to the output of the test ([testing.TB.Output]) until
// the test ends.
func Start(t TB, config ...Config) *TestServer {
	t.Helper()
	if len(config) > 1 {
		t.Fatalf("patmock: %d configurations, expected at most one", len(config))
	}
	var c Config
	if len(config) == 1 {
		c = config[0]
	}
	var log *testLog
	if c.Log == nil {
		if log = newTestLog(t); log != nil {
			c.Log = slog.New(log)
		}
	}
	c, err := c.withDefaults()
	if err != nil {
		t.Fatalf("patmock: %v", err)
	}
	mock, err := New(c)
	if err != nil {
		t.Fatalf("patmock: %v", err)
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("patmock: %v", err)
	}
	server := mock.HTTPServer(mock)
	var idle sync.Map // net.Conn of HTTP/2 without a request
	server.ConnState = func(c net.Conn, state http.ConnState) {
		if _, http2 := c.(*tls.Conn); http2 && state == http.StateIdle {
			idle.Store(c, nil)
			return
		}
		idle.Delete(c)
	}
	listener = mock.Listener(listener)
	transport := mock.clientTransport("127.0.0.1")
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // until it is closed
	}()
	t.Cleanup(func() {
		if log != nil {
			defer log.close()
		}
		if transport != nil {
			transport.CloseIdleConnections()
		}
		mock.Stop() // ends requests that a fault holds
		idle.Range(func(c, _ any) bool {
			_ = c.(net.Conn).Close() // Shutdown would wait a second for its client
			return true
		})
		// Handlers end first, so that none of them logs after the test.
		grace, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			_ = server.Close() // connections of the test that are still open
		}
		<-served
		if err := mock.Close(); err != nil {
			t.Fatalf("patmock: %v", err)
		}
	})
	root := mock.scheme() + "://" + listener.Addr().String()
	return &TestServer{
		URL: root, Server: mock, t: t, log: log, rootURL: root, namespace: namespace.Default,
		transport: transport,
	}
}

// Namespace returns a namespace of the mock for the test t. This may be another test than that
// of Start. An unused namespace has the initial state of the mock. A name has 1 to 63 of the
// characters a-z, 0-9 and -. If the mock logs to a test, log lines about the namespace go to the
// output of t until t ends.
func (s *TestServer) Namespace(t TB, name string) *TestServer {
	t.Helper()
	if _, err := s.Server.server.Namespace(name); err != nil {
		t.Fatalf("patmock: %v", err)
	}
	if s.log != nil && name != namespace.Default {
		s.log.add(t, name)
	}
	return &TestServer{
		URL: s.rootURL + namespace.Prefix(name), Server: s.Server, t: t, log: s.log,
		rootURL: s.rootURL, namespace: name, transport: s.transport,
	}
}

// Control returns a client of the control API of this namespace.
func (s *TestServer) Control() *control.Client {
	return s.Server.Control().WithNamespace(s.namespace)
}

// Credentials returns the client id and secret of a user of the tenant. An unknown user fails the
// test.
func (s *TestServer) Credentials(user string) (clientID, clientSecret string) {
	s.t.Helper()
	ns, err := s.Server.server.Namespace(s.namespace)
	if err == nil {
		clientID, clientSecret, err = ns.Credentials(user)
	}
	if err != nil {
		s.t.Fatalf("patmock: %v", err)
	}
	return clientID, clientSecret
}

// Client returns a client that logs in as a user on the first request, and again when its access
// token has expired by the clock of the mock. An unknown user fails the test.
func (s *TestServer) Client(user string) *http.Client {
	s.t.Helper()
	id, secret := s.Credentials(user)
	return &http.Client{Transport: &authTransport{server: s, id: id, secret: secret}}
}

// authTransport is an http.RoundTripper that adds the access token of a user.
type authTransport struct {
	server     *TestServer
	id, secret string

	mu      sync.Mutex
	token   string
	expires time.Time
}

// RoundTrip implements http.RoundTripper.
func (a *authTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	token, err := a.accessToken(r.Context())
	if err != nil {
		if r.Body != nil {
			err = errors.Join(err, r.Body.Close())
		}
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+token)
	if a.server.transport != nil {
		return a.server.transport.RoundTrip(r)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (a *authTransport) accessToken(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	ns, err := a.server.Server.server.Namespace(a.server.namespace)
	if err != nil {
		return "", err
	}
	now := ns.Clock.Now()
	if a.token != "" && now.Before(a.expires) {
		return a.token, nil
	}
	login := clientcredentials.Config{
		ClientID: a.id, ClientSecret: a.secret, TokenURL: a.server.URL + "/oauth/token",
		AuthStyle: oauth2.AuthStyleInParams,
	}
	if a.server.transport != nil {
		ctx = context.WithValue(ctx, oauth2.HTTPClient,
			&http.Client{Transport: a.server.transport})
	}
	token, err := login.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("log in: %w", err)
	}
	a.token, a.expires = token.AccessToken, now.Add(time.Duration(token.ExpiresIn)*time.Second)
	return a.token, nil
}
