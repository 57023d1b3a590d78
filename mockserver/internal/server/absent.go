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
func (x *requestState) serveAbsent(r *http.Request, name string, err error) {
	x.assignRequestID(unseededRandom)
	x.info.Absent, x.clockNow = true, x.defaultNamespace.Clock.Now()
	defer x.recordExchange(r)
	preflight := x.cors.setHeaders(x.rw.Header(), r)
	if errors.Is(err, namespace.ErrUnknown) {
		x.tenant, err = x.preview.get(x.Server)
	}
	if err != nil {
		x.writeNamespaceError(r, err)
		return
	}
	bodyErr := x.bufferBody(r, maxBodyBytes)
	if bodyErr == nil && x.isLogin(r) {
		if x.cors.isForeign(r) {
			x.writeNamespaceError(r, namespace.ErrCrossOrigin)
			return
		}
		member, err := x.namespaces.Enter(name)
		if err != nil {
			x.writeNamespaceError(r, err)
			return
		}
		defer member.Leave()
		x.info.Absent = false
		x.enterNamespace(member.Value())
	}
	x.respond(r, bodyErr, preflight)
}

// isLogin reports whether a request is a login that would succeed in a new namespace.
func (x *requestState) isLogin(r *http.Request) bool {
	if r.Method != http.MethodPost || r.URL.EscapedPath() != "/oauth/token" {
		return false
	}
	attempt := *r
	attempt.Body = newBufferedBody(x.info.RequestBody, x.info.BodyErr)
	return x.tenant.OAuth.AcceptsLogin(&attempt)
}
