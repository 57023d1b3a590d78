package server

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"example.com/patmock/mockserver/internal/namespace"
)

// sample is a namespace as it is when it was just made. It responds to requests to names that do
// not exist, so that an invented path costs no memory and no place among the namespaces. No login
// succeeds in it, so that nothing changes it.
type sample struct {
	mu     sync.Mutex
	tenant *namespace.Namespace
	made   time.Time // wall time
}

// maxSampleAge is how long a sample is used. Its clock does not move, which keeps the dates of its
// fixture that count from the start where those of a new namespace would be; absolute ones drift.
const maxSampleAge = time.Minute

// get returns the sample of a server, made anew if it is old.
func (f *sample) get(s *Server) (*namespace.Namespace, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := s.config.Now()
	if age := now.Sub(f.made); f.tenant != nil && age >= 0 && age < maxSampleAge {
		return f.tenant, nil
	}
	n, err := namespace.Preview(&s.shared, now)
	if err != nil {
		return nil, err
	}
	f.tenant, f.made = n, now
	return n, nil
}

// serveAbsent responds to a request to a namespace that does not exist, which err says: as a new
// one would. A login that succeeds makes the namespace.
func (x *requestState) serveAbsent(r *http.Request, name string, err error) {
	x.assignRequestID(unseededRandom)
	x.info.Absent, x.clockNow = true, x.home.Clock.Now()
	defer x.recordExchange(r)
	preflight := x.cors.handle(x.rw.Header(), r)
	if errors.Is(err, namespace.ErrUnknown) {
		x.tenant, err = x.sample.get(x.Server)
	}
	if err != nil {
		x.writeNamespaceError(r, err)
		return
	}
	unread := x.bufferBody(r, maxBodyBytes)
	if unread == nil && x.isLogin(r) {
		if x.cors.foreign(r) {
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
	x.respond(r, unread, preflight)
}

// isLogin reports whether a request is a login that would succeed in a new namespace.
func (x *requestState) isLogin(r *http.Request) bool {
	if r.Method != http.MethodPost || r.URL.EscapedPath() != "/oauth/token" {
		return false
	}
	tried := *r
	tried.Body = newBufferedBody(x.info.RequestBody, x.info.BodyErr)
	return x.tenant.OAuth.AcceptsLogin(&tried)
}
