// Package server serves the API, the token endpoint and the control API of a mock: middleware, routing,
// and requests that match no operation.
package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/mockserver/internal/findings"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/oauth"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/mockserver/internal/store/file"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/version"
)

// Server is a mock. It is safe for concurrent use.
type Server struct {
	config     Config
	documents  *documents
	namespaces *namespace.Registry[*tenant]
	home       *tenant // the default namespace
	sample     sample
	heavy      chan struct{} // see controls.Config
	streams    chan struct{} // as well
	inFlight   *budget.Share
	journals   *budget.Journals
	findings   *findings.Store
	file       *file.File // nil where the state ends with the process
	secret     []byte     // of the signing keys
	writer     response.Writer
	wall       func() time.Time // which headers follow, whatever Config.Now is
	stopped    chan struct{}
	stop       func()

	unmatched        *unmatchedHandler
	cors             corsPolicy
	guard            controlGuard
	handler, control http.Handler
}

// plainURL is a base URL in which no shell and no client reads anything else.
var plainURL = regexp.MustCompile(`^https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$`)

// CheckBaseURL returns an address that clients can reach a mock by, without a slash at its end. The
// error of anything else, with a user, a query or a blank in it for example, says what is expected.
func CheckBaseURL(text string) (string, error) {
	if _, err := url.Parse(text); err != nil || !plainURL.MatchString(text) {
		return "", fmt.Errorf("%s: expected an address such as http://mock:17280", redact.Address(text))
	}
	return strings.TrimRight(text, "/"), nil
}

// Config is what a mock is set up with, as mockserver.Config describes it. Its values are valid.
type Config struct {
	Tenant    *fixtures.Tenant
	Versions  []version.Version
	PublicURL string
	Now       func() time.Time
	// Profile is reported by the control API. RateLimit and ScopeDelay are values of it.
	Profile    control.Profile
	RateLimit  ratelimit.Limit
	ScopeDelay time.Duration
	// Dialect has the entries that differ from the defaults.
	Dialect       dialect.Dialect
	MaxNamespaces int
	NamespaceTTL  time.Duration
	JournalSize   int
	MemoryBudget  int64
	StateFile     string
	BaseURL       func() string
	ReadTimeout   time.Duration
	IdleTimeout   time.Duration
	CORS          string
	AllowedHosts  []string
	ControlApart  bool
	ControlToken  string
	Fallback      string
	LogRequests   bool
	Log           *slog.Logger
	// Version of patmock.
	Version string
}

// FieldError is a mistake in a field of mockserver.Config.
type FieldError struct {
	Field string
	Err   error
}

// Error implements error.
func (e *FieldError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *FieldError) Unwrap() error { return e.Err }

// fieldError returns an error about a field, nil if err is nil.
func fieldError(field string, err error) error {
	if err == nil {
		return nil
	}
	return &FieldError{field, err}
}

// New returns a mock.
func New(c Config) (*Server, error) {
	documents, err := loadDocuments(c.Versions)
	if err != nil {
		return nil, err
	}
	if err := documents.follow(c.Dialect); err != nil {
		return nil, fieldError("Dialect", err)
	}
	return newServer(c, documents)
}

// newServer puts the parts together. Documents go through one hand, so that a test can serve others.
func newServer(c Config, documents *documents) (*Server, error) {
	stopped := make(chan struct{})
	s := &Server{
		config: c, documents: documents, wall: time.Now, stopped: stopped, stop: sync.OnceFunc(func() { close(stopped) }),
		writer: response.Writer{Log: c.Log, Stopped: stopped, ReadTimeout: c.ReadTimeout, Dialect: c.Dialect, SkipValidation: !c.Profile.CheckResponses, NameRules: c.Profile.Name == "friendly", Plain: c.Profile.Name == "faithful"},
	}
	if !c.Profile.CheckResponses {
		// As an error, so that no level of the log leaves it out.
		c.Log.Error("answers are NOT held against their documents: what this mock answers proves nothing")
	}
	if len(c.Dialect) > 0 {
		c.Log.Info("follows a dialect, which differs from the defaults in: " + c.Dialect.String())
	}
	s.bound()
	var err error
	if s.cors, err = newCORSPolicy(c.CORS); err != nil {
		return nil, err
	}
	s.guard = newControlGuard(c)
	if err := s.route(); err != nil {
		return nil, err
	}
	s.namespaces = namespace.NewRegistry(namespace.RegistryConfig[*tenant]{
		Make: s.newTenant, Removed: s.removed, Gone: func(t *tenant) { close(t.removed) }, Spare: s.spare, Max: c.MaxNamespaces, TTL: c.NamespaceTTL, Wall: c.Now,
	})
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// route connects the handlers with the operations.
func (s *Server) route() error {
	apis, controls, err := newMuxes(s.documents)
	if err != nil {
		return err
	}
	s.unmatched = &unmatchedHandler{documents: s.documents, writer: s.writer, apart: s.config.ControlApart}
	if s.config.Fallback != "" {
		if err := s.unmatched.forward(s.config.Fallback); err != nil {
			return fieldError("Fallback", err)
		}
	}
	s.control = &frontHandler{Server: s, control: controls}
	if s.config.ControlApart {
		controls = nil
	}
	s.handler = &frontHandler{Server: s, api: apis, control: controls}
	return nil
}

// open makes the namespaces that there are at the start: the default one, and those of the state file.
func (s *Server) open() (err error) {
	names, from := []string{namespace.Default}, "Tenant"
	if s.config.StateFile == "" {
		s.secret, err = oauth.NewSecret()
	} else {
		if s.file, err = file.Open(s.config.StateFile, s.config.Log); err != nil {
			return fieldError("StateFile", err)
		}
		s.file.NameKey = choices(s.config.Dialect).NameKey()
		var held []string
		if held, err = s.file.Namespaces(); err != nil {
			return fieldError("StateFile", err)
		}
		if most := s.config.MaxNamespaces; len(held) > most {
			return fieldError("MaxNamespaces", fmt.Errorf("%s holds %d namespaces, and %d are allowed: allow more (--max-namespaces)", s.config.StateFile, len(held), most))
		}
		if len(held) > 0 {
			from = "StateFile"
		}
		s.tellState(held)
		names = append(names, held...)
		if s.secret, err = s.file.Key(oauth.NewSecret); err != nil {
			return fieldError("StateFile", err)
		}
	}
	for _, name := range names {
		if err == nil {
			_, err = s.namespaces.Get(name)
		}
	}
	if err == nil {
		s.home, err = s.namespaces.Get(namespace.Default)
	}
	return fieldError(from, err)
}

// tellState says what wins.
func (s *Server) tellState(held []string) {
	if len(held) == 0 {
		s.config.Log.Info(fmt.Sprintf("%s is new: it starts from %s, and wins over it from now on", s.config.StateFile, s.config.Tenant.Source))
		return
	}
	s.config.Log.Info(fmt.Sprintf("%s holds %d namespaces, which win over %s", s.config.StateFile, len(held), s.config.Tenant.Source))
}

// spare reports whether a namespace can make room for another: it was never used, and it has nothing
// but its fixture. The server's own fixture is the least of a loss.
func (s *Server) spare(t *tenant) (rank int, ok bool) {
	if t.used.Load() {
		return 0, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fixture != s.config.Tenant {
		rank = 1
	}
	return rank, true
}

// removed forgets namespaces on disk as well.
func (s *Server) removed(names []string) error {
	if s.file == nil {
		return nil
	}
	if err := s.file.Delete(names...); err != nil {
		s.config.Log.Error("namespaces cannot be removed from the state file, and stay", "namespaces", len(names), "error", err)
		return err
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(rw, r) }

// publicURL returns the address of clients, empty if it is that of a request.
func (s *Server) publicURL() string {
	if s.config.PublicURL != "" || s.config.BaseURL == nil {
		return s.config.PublicURL
	}
	return s.config.BaseURL()
}

// ControlHandler serves /_mock/ and nothing else, for a listener of its own.
func (s *Server) ControlHandler() http.Handler { return s.control }

// Stop ends what is held up on purpose: faults that hang, latencies, verifications that wait. Requests are still
// served, so that a server can be shut down in good order before Close.
func (s *Server) Stop() { s.stop() }

// Close does what Stop does, and closes the state file. A mock that was closed keeps nothing.
func (s *Server) Close() error {
	s.Stop()
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// list describes the namespaces by name.
func (s *Server) list() []control.Namespace {
	all := []control.Namespace{}
	now := s.config.Now()
	s.namespaces.All(func(_ string, t *tenant, used time.Time) {
		described := t.Describe()
		described.IdleSeconds = max(0, int(now.Sub(used).Seconds()))
		all = append(all, described)
	})
	return all
}

// neighbours are the namespaces as the control surface of one of them sees them.
type neighbours struct{ server *Server }

// List implements control.Namespaces.
func (n neighbours) List() []control.Namespace { return n.server.list() }

// Remove implements control.Namespaces.
func (n neighbours) Remove(name string) error { return n.server.namespaces.Remove(name) }

// Credentials returns the id and secret that a user of a namespace logs in with.
func (s *Server) Credentials(namespace, user string) (clientID, clientSecret string, err error) {
	t, err := s.namespaces.Get(namespace)
	if err != nil {
		return "", "", err
	}
	users, err := t.Users()
	if err != nil {
		return "", "", err
	}
	for _, u := range users {
		if u.Name == user {
			return u.ClientID, u.ClientSecret, nil
		}
	}
	if _, err = t.fixture.Login(user); err == nil {
		err = fmt.Errorf("%s has no token left to log in with", user)
	}
	return "", "", err
}

// ClockNow returns the time in a namespace, and makes the namespace if it does not exist. It returns
// wall time if that is not possible.
func (s *Server) ClockNow(namespace string) (time.Time, error) {
	t, err := s.namespaces.Get(namespace)
	if err != nil {
		return s.config.Now(), err
	}
	return t.clock.Now(), nil
}
