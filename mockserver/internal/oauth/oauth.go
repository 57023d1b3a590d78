// Package oauth is the token endpoint and its neighbours: it makes access tokens,
// verifies them, and tells what they say.
package oauth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec"
)

// Config is what a Server needs.
type Config struct {
	Document *spec.Document
	Service  *pat.Service
	Tenant   Tenant
	// PublicURL stands in front of the endpoints that /oauth/info names. Empty means the request's own host.
	PublicURL string
	Now       func() time.Time
	Log       *slog.Logger
}

// Tenant is what access tokens say about where they are from.
type Tenant struct{ ID, Name, Pod string }

// maxVerified bounds how many verified access tokens are remembered.
const maxVerified = 4096

// Server serves /oauth/.
type Server struct {
	config   Config
	key      *ecdsa.PrivateKey
	verified *lru.Cache[string, *claims]
	writer   answer.Writer
}

// New returns a server with a signing key of its own: what another signed is worth nothing here.
func New(c Config) (*Server, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a signing key: %w", err)
	}
	verified, err := lru.New[string, *claims](maxVerified)
	if err != nil {
		return nil, err
	}
	return &Server{config: c, key: key, verified: verified, writer: answer.Writer{Log: c.Log}}, nil
}

// handlers of the operations, by spec.Operation.Name.
var handlers = map[string]func(*Server, *http.Request, *answer.Trace) (*answer.Answer, error){
	"requestAccessToken": (*Server).token,
	"checkAccessToken":   (*Server).checkToken,
	"getTenantInfo":      (*Server).info,
}

// Handler returns the handler of an operation, nil for one that the server does not know.
func (s *Server) Handler(op *spec.Operation) http.Handler {
	handle := handlers[op.Name]
	if handle == nil {
		return nil
	}
	return s.writer.Handler(op.CheckResponse, func(r *http.Request, trace *answer.Trace) (*answer.Answer, error) { return handle(s, r, trace) }, s.refusal)
}
