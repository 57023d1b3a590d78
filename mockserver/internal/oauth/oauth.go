// Package oauth is the token endpoint and its neighbours: it makes access tokens,
// verifies them, and tells what they say.
package oauth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.com/patmock/mockserver/internal/admission"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
)

// Config has the dependencies of a Server.
type Config struct {
	Document *spec.Document
	Service  *pat.Service
	// Key signs access tokens: what another signed is worth nothing here.
	Key *ecdsa.PrivateKey
	// Admission is what stands in front of the token endpoint.
	Admission *admission.Controller
	// Random names access tokens.
	Random interface {
		Base64(purpose string, n int) string
	}
	// PublicURL stands in front of the endpoints that /oauth/info names. Empty means the request's
	// own host.
	PublicURL string
	Now       func() time.Time
	// Writer has the dialect, too.
	Writer response.Writer
}

// Server serves /oauth/ for one tenant.
type Server struct {
	config  Config
	bearers bearerCache
}

// New returns a server.
func New(c Config) *Server {
	return &Server{config: c}
}

// Reset gives back the memory that access tokens take. They stay valid.
func (s *Server) Reset() { s.bearers.clear() }

// NewGeneration returns a text that no other namespace has.
func NewGeneration() string { return rand.Text() }

// NewSecret makes what keys are derived from.
func NewSecret() ([]byte, error) {
	secret := make([]byte, 32)
	_, err := rand.Read(secret)
	return secret, err
}

// DeriveKey makes the signing key of a namespace from the secret of its server, the same one every
// time for one generation of that namespace.
func DeriveKey(secret []byte, namespace, generation string) (*ecdsa.PrivateKey, error) {
	if generation != "" {
		namespace += " " + generation
	}
	for attempt := range 8 {
		scalar, err := hkdf.Key(sha256.New, secret, nil,
			fmt.Sprintf("patmock access tokens %s %d", namespace, attempt), 32)
		if err != nil {
			return nil, fmt.Errorf("derive a signing key: %w", err)
		}
		// One in four thousand million is no key: it is not below the order of the curve.
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar); err == nil {
			return key, nil
		}
	}
	return nil, errors.New("derive a signing key: none came out")
}

// handlers of the operations, by spec.Operation.Name.
var handlers = map[string]func(*Server, *http.Request, *response.RequestInfo) (*response.Response,
	error){
	"requestAccessToken": (*Server).token,
	"checkAccessToken":   (*Server).checkToken,
	"getTenantInfo":      (*Server).info,
}

// Route is an operation with what handles it.
type Route struct {
	operation *spec.Operation
	handle    func(*Server, *http.Request, *response.RequestInfo) (*response.Response, error)
}

// NewRoute returns the route of an operation, nil for one that no server knows.
func NewRoute(op *spec.Operation) *Route {
	handle := handlers[op.Name]
	if handle == nil {
		return nil
	}
	return &Route{operation: op, handle: handle}
}

// Serve answers a request of a route.
func (s *Server) Serve(rw http.ResponseWriter, r *http.Request, route *Route) {
	resp, err := route.handle(s, r, response.InfoFrom(r))
	s.config.Writer.Reply(rw, r, route.operation.ValidateResponse, resp, err)
}
