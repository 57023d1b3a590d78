// Package mockserver simulates the personal access token API of a SailPoint Identity Security Cloud
// tenant. Its Server is an http.Handler that stores tokens in memory or in a file. It rejects
// requests that a tenant rejects, and every response conforms to the published documents.
package mockserver

import (
	"cmp"
	"errors"
	"net"
	"net/http"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/server"
)

// Server is a mock. It is an http.Handler and safe for concurrent use.
type Server struct {
	config Config
	server *server.Server
	tls    *server.TLS // nil for plain http
}

// New returns a mock. An invalid configuration is a [*ConfigError]: an unusable tenant, an unknown
// version, an invalid public URL, or a state file that is damaged or in use.
func New(c Config) (*Server, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	settings, err := c.server()
	if err != nil {
		return nil, err
	}
	s, err := server.New(settings)
	if field := (*server.FieldError)(nil); errors.As(err, &field) {
		err = &ConfigError{field.Field, err}
	}
	if err != nil {
		return nil, err
	}
	return &Server{c, s, settings.TLS}, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) { s.server.ServeHTTP(rw, r) }

// ControlHandler returns a handler that serves only /_mock/, for a listener of its own.
func (s *Server) ControlHandler() http.Handler { return s.server.ControlHandler() }

// TenantHandler returns a handler for the hosts of tenants, such as acme.api.identitynow.com, which
// a proxy in front of the mock intercepts. Resolve returns the namespace of a request, or "" for
// the default one, and the base URL of its host, which responses contain. Paths have no prefix of a
// namespace, and the handler does not serve /_mock/.
func (s *Server) TenantHandler(
	resolve func(*http.Request) (namespace, baseURL string),
) http.Handler {
	return s.server.TenantHandler(resolve)
}

// HTTPServer returns a server for a handler of the mock: the Server itself, or
// [Server.ControlHandler]. It supports HTTP/1.1 and HTTP/2, with or without TLS. It closes
// connections that are slow or idle for longer than the Config allows. Use it with a listener of
// [Server.Listener].
func (s *Server) HTTPServer(handler http.Handler) *http.Server {
	return s.server.HTTPServer(handler)
}

// Listener returns a listener for [Server.HTTPServer]. With TLS in the Config its connections use
// TLS, and clients that speak plain http get a 400. Without TLS it closes connections of clients
// that use TLS. It logs each client with the wrong scheme once, and so each client that rejects the
// certificate.
func (s *Server) Listener(l net.Listener) net.Listener { return s.server.Listener(l) }

// Transport returns a transport that calls the mock without a socket, for any host. Faults of the
// connection, such as a reset, return the same kind of error as a socket.
func (s *Server) Transport() http.RoundTripper { return server.Transport(s.server) }

// Control returns a client of the control API that needs no socket.
func (s *Server) Control() *control.Client {
	return control.New(control.Config{
		URL: cmp.Or(s.config.PublicURL, s.scheme()+"://127.0.0.1"), Token: s.config.ControlToken,
		HTTP:           &http.Client{Transport: server.Transport(s.ControlHandler())},
		AllowPlaintext: true, // requests stay in the process
	})
}

// RandomSeed returns the seed that reproduces this run, or nil if there is none.
func (s *Server) RandomSeed() *uint64 { return s.config.RandomSeed }

// Stop ends deliberate delays: faults that hang, latencies, and verifications that wait. The mock
// still serves requests, so that a server can shut down gracefully before Close.
func (s *Server) Stop() { s.server.Stop() }

// Close calls Stop and closes the state file. A closed mock stores no further changes.
func (s *Server) Close() error { return s.server.Close() }
