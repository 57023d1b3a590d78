// Package oauth implements the token endpoint and its neighbors: it issues, verifies and
// introspects access tokens.
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

// Config holds the dependencies of a Server.
type Config struct {
	Document *spec.Document
	Service  *pat.Service
	// Key signs access tokens. Access tokens signed with another key are rejected.
	Key *ecdsa.PrivateKey
	// Admission decides whether a valid request to the token endpoint is served.
	Admission *admission.Controller
	// Random generates the ids of access tokens.
	Random interface {
		Base64(purpose string, n int) string
	}
	// PublicURL is the base URL of the endpoints in /oauth/info. Empty means the host of the
	// request.
	PublicURL string
	Now       func() time.Time
	// Writer writes responses. It also holds the dialect.
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

// Reset frees the memory of cached access tokens. They stay valid.
func (s *Server) Reset() { s.bearers.clear() }

// NewGeneration returns a random text that is unique to a namespace.
func NewGeneration() string { return rand.Text() }

// NewSecret returns a random secret for DeriveKey.
func NewSecret() ([]byte, error) {
	secret := make([]byte, 32)
	_, err := rand.Read(secret)
	return secret, err
}

// DeriveKey derives the signing key of a namespace from the secret of its server. The result is the
// same for the same generation of the namespace.
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
		// With a probability of 2^-32, the scalar is not below the order of the curve.
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar); err == nil {
			return key, nil
		}
	}
	return nil, errors.New("derive a signing key: no valid scalar after 8 attempts")
}

// handlers maps spec.Operation.Name to the handler of the operation.
var handlers = map[string]func(*Server, *http.Request, *response.RequestInfo) (*response.Response,
	error){
	"requestAccessToken": (*Server).token,
	"checkAccessToken":   (*Server).checkToken,
	"getTenantInfo":      (*Server).info,
}

// Route is an operation with its handler.
type Route struct {
	operation *spec.Operation
	handle    func(*Server, *http.Request, *response.RequestInfo) (*response.Response, error)
}

// NewRoute returns the route of an operation, or nil if the operation has no handler.
func NewRoute(op *spec.Operation) *Route {
	handle := handlers[op.Name]
	if handle == nil {
		return nil
	}
	return &Route{operation: op, handle: handle}
}

// Serve responds to a request of a route.
func (s *Server) Serve(rw http.ResponseWriter, r *http.Request, route *Route) {
	resp, err := route.handle(s, r, response.InfoFrom(r))
	s.config.Writer.Reply(rw, r, route.operation.ValidateResponse, resp, err)
}
