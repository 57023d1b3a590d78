package server

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"example.com/patmock/mockserver/internal/namespace"
)

// previewCache caches a preview namespace. It serves requests to names that do not exist, so that
// they create no namespace and use no memory. No login succeeds in it, so nothing changes it.
type previewCache struct {
	mu      sync.Mutex
	tenant  *namespace.Namespace
	created time.Time // wall time
}

// maxPreviewAge is the maximum age of a preview. Its clock does not advance, so that relative dates
// of the fixture match those of a new namespace. Absolute dates drift.
const maxPreviewAge = time.Minute

// get returns the preview of a server. It creates a new one if the cached one is too old.
func (p *previewCache) get(s *Server) (*namespace.Namespace, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := s.config.Now()
	if age := now.Sub(p.created); p.tenant != nil && age >= 0 && age < maxPreviewAge {
		return p.tenant, nil
	}
	n, err := namespace.Preview(&s.namespaceConfig, now)
	if err != nil {
		return nil, err
	}
	p.tenant, p.created = n, now
	return n, nil
}

// serveAbsent responds to a request to a namespace that does not exist, as a new namespace would. A
// successful login creates the namespace. The error of the lookup is err.
func (s *requestState) serveAbsent(r *http.Request, name string, err error) {
	s.assignRequestID(unseededRandom)
	s.info.Absent, s.clockNow = true, s.defaultNamespace.Clock.Now()
	defer s.recordExchange(r)
	preflight := s.cors.setHeaders(s.rw.Header(), r)
	if errors.Is(err, namespace.ErrUnknown) {
		s.tenant, err = s.preview.get(s.Server)
	}
	if err != nil {
		s.writeNamespaceError(r, err)
		return
	}
	bodyErr := s.bufferBody(r, maxBodyBytes)
	if bodyErr == nil && s.isLogin(r) {
		if s.cors.isForeign(r) {
			s.writeNamespaceError(r, namespace.ErrCrossOrigin)
			return
		}
		member, err := s.namespaces.Enter(name)
		if err != nil {
			s.writeNamespaceError(r, err)
			return
		}
		defer member.Leave()
		s.info.Absent = false
		s.enterNamespace(member.Value())
	}
	s.respond(r, bodyErr, preflight)
}

// isLogin reports whether a request is a login that would succeed in a new namespace.
func (s *requestState) isLogin(r *http.Request) bool {
	if r.Method != http.MethodPost || r.URL.EscapedPath() != "/oauth/token" {
		return false
	}
	attempt := *r
	attempt.Body = newBufferedBody(s.info.RequestBody, s.info.BodyErr)
	return s.tenant.OAuth.AcceptsLogin(&attempt)
}
