package mockserver

import (
	"context"
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

// TB is what Start needs of a test. *testing.T and *testing.B have it; it is spelt out here so
// that the testing package does not become part of programs that import this one.
type TB interface {
	Helper()
	Cleanup(f func())
	Fatalf(format string, args ...any)
}

// TestServer is a mock that listens on a free port of loopback, or a namespace of one.
type TestServer struct {
	// URL is the base URL of clients, without a slash at its end.
	URL string
	// Server is what serves there.
	Server *Server

	t         TB
	log       *testLog // nil if the lines of the mock go elsewhere
	rootURL   string   // URL of the mock
	namespace string
}

// Start runs a mock for a test, and stops it when the test ends. It takes at most one Config;
// none is the zero Config. What is wrong ends the test.
//
// Without a Log in the Config, the mock logs to the output of the test ([testing.TB.Output]), and
// no longer when the test has ended.
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
	listener = mock.Listener(listener)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // until it is closed
	}()
	t.Cleanup(func() {
		if log != nil {
			defer log.close()
		}
		mock.Stop() // which ends what a fault holds up
		// Handlers end first, so that none of them logs into a test that is over.
		grace, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			_ = server.Close() // what is still open belongs to the test
		}
		<-served
		if err := mock.Close(); err != nil {
			t.Fatalf("patmock: %v", err)
		}
	})
	root := "http://" + listener.Addr().String()
	return &TestServer{
		URL: root, Server: mock, t: t, log: log, rootURL: root, namespace: namespace.Default,
	}
}

// Namespace returns a namespace of the mock, a tenant of its own, for the test t, which may be
// another than that of the mock. It starts as the mock did when nobody has used it yet. Names have
// 1 to 63 of a-z, 0-9 and -. Log lines about its requests go to the output of t until t ends, if
// those of the mock go to a test.
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
		rootURL:   s.rootURL,
		namespace: name,
	}
}

// Control returns a client of the control surface of this namespace: reset, clock, faults, journal.
func (s *TestServer) Control() *control.Client {
	return s.Server.Control().WithNamespace(s.namespace)
}

// Credentials are the id and secret that a user of the tenant logs in with. An unknown user ends
// the test.
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

// Client returns a client that logs a user in when it first needs to, and again when its access
// token has expired by the mock's clock. An unknown user ends the test.
func (s *TestServer) Client(user string) *http.Client {
	s.t.Helper()
	id, secret := s.Credentials(user)
	return &http.Client{Transport: &authTransport{server: s, id: id, secret: secret}}
}

// authTransport adds a user's access token to requests.
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
	token, err := login.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("log in: %w", err)
	}
	a.token, a.expires = token.AccessToken, now.Add(time.Duration(token.ExpiresIn)*time.Second)
	return a.token, nil
}
