// Package mockserver is a stand-in for the personal access token part of a
// SailPoint Identity Security Cloud tenant: an http.Handler that keeps tokens in
// memory, refuses what a tenant refuses, and answers nothing that the published
// documents forbid.
package mockserver

import (
	"cmp"
	"errors"
	"net"
	"net/http"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/server"
)

// Server is a mock. It is safe for concurrent use.
type Server struct {
	config Config
	server *server.Server
}

// New returns a mock. Errors are those of the configuration, as a [*ConfigError]: a tenant that
// cannot be started from, a version that does not exist, a public URL that is none, a state file
// that is damaged or in use.
func New(c Config) (*Server, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	s, err := server.New(c.server())
	if field := (*server.FieldError)(nil); errors.As(err, &field) {
		err = &ConfigError{field.Field, err}
	}
	if err != nil {
		return nil, err
	}
	return &Server{c, s}, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) { s.server.ServeHTTP(rw, r) }

// ControlHandler serves /_mock/ and nothing else, for a listener of its own.
func (s *Server) ControlHandler() http.Handler { return s.server.ControlHandler() }

// HTTPServer returns a server for a handler of the mock: the Server itself, or
// [Server.ControlHandler]. It speaks HTTP/1.1 and HTTP/2 without TLS, closes connections that are
// slow or idle for longer than the Config allows, and should serve a listener of [Server.Listener].
func (s *Server) HTTPServer(handler http.Handler) *http.Server {
	return s.server.HTTPServer(handler)
}

// Listener returns a listener that logs clients which speak TLS, once each, and sends them away.
func (s *Server) Listener(l net.Listener) net.Listener { return s.server.Listener(l) }

// Transport carries requests to the mock without a socket, whatever host they name. What needs a
// connection, a reset for example, is an error as over a socket.
func (s *Server) Transport() http.RoundTripper { return server.Transport(s.server) }

// Control returns a client of the control surface that needs no socket.
func (s *Server) Control() *control.Client {
	return control.New(control.Config{
		URL: cmp.Or(s.config.PublicURL, "http://127.0.0.1"), Token: s.config.ControlToken,
		HTTP:           &http.Client{Transport: server.Transport(s.ControlHandler())},
		AllowPlaintext: true, // nothing leaves the process
	})
}

// RandomSeed is what repeats this run, nil where nothing does.
func (s *Server) RandomSeed() *uint64 { return s.config.RandomSeed }

// Stop ends what is held up on purpose: faults that hang, latencies, verifications that wait.
// Requests are still served, so that a server can be shut down in good order before Close.
func (s *Server) Stop() { s.server.Stop() }

// Close does what Stop does, and closes the state file. A mock that was closed keeps nothing.
func (s *Server) Close() error { return s.server.Close() }
