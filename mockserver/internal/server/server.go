// Package server serves the API, the token endpoint and the control API of a mock: middleware,
// routing, and requests that match no operation.
package server

import (
	"crypto/tls"
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
	"example.com/patmock/mockserver/internal/controlapi"
	"example.com/patmock/mockserver/internal/findings"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/oauth"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/mockserver/internal/store/file"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/version"
)

// Server serves a mock. It is safe for concurrent use.
type Server struct {
	config           Config
	documents        *documents
	namespaces       *namespace.Registry[*namespace.Namespace]
	defaultNamespace *namespace.Namespace
	namespaceConfig  namespace.Config
	preview          previewCache
	heavySlots       chan struct{} // see controlapi.Config
	streamSlots      chan struct{} // see controlapi.Config
	inFlight         *budget.Share
	journals         *budget.Journals
	stubBudget       *budget.Share
	findings         *findings.Store
	writer           response.Writer
	wallNow          func() time.Time // time.Now, for HTTP headers
	tls              *tls.Config      // nil for plain http
	done             chan struct{}
	stop             func()

	cors             corsPolicy
	guard            controlGuard
	handler, control *frontHandler
}

// baseURLPattern matches base URLs that shells and clients parse alike.
var baseURLPattern = regexp.MustCompile(
	`^https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$`)

// CheckBaseURL returns a base URL without a trailing slash. It returns an error unless text is an
// http or https URL of a host and path, without user, query or blanks.
func CheckBaseURL(text string) (string, error) {
	if _, err := url.Parse(text); err != nil || !baseURLPattern.MatchString(text) {
		return "",
			fmt.Errorf("%s: expected an address such as http://mock:17280", redact.Address(text))
	}
	return strings.TrimRight(text, "/"), nil
}

// Config holds the validated values of mockserver.Config, which documents them.
type Config struct {
	Tenant    *fixtures.Tenant
	Versions  []version.Version
	PublicURL string
	Now       func() time.Time
	// The control API reports Profile. RateLimit and ScopeDelay are parsed from it.
	Profile    control.Profile
	RateLimit  ratelimit.Limit
	ScopeDelay time.Duration
	// Dialect contains the entries that differ from the defaults.
	Dialect         dialect.Dialect
	MaxNamespaces   int
	NamespaceTTL    time.Duration
	JournalSize     int
	MemoryBudget    int64
	StateFile       string
	BaseURL         func() string
	ReadTimeout     time.Duration
	IdleTimeout     time.Duration
	CORS            string
	AllowedHosts    []string
	SeparateControl bool
	ControlToken    string
	Fallback        string
	LogRequests     bool
	TLS             *TLS // nil for plain http
	Log             *slog.Logger
	// Version is the version of patmock.
	Version string
}

// FieldError is an error in a field of mockserver.Config.
type FieldError struct {
	Field string
	Err   error
}

// Error implements error.
func (e *FieldError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *FieldError) Unwrap() error { return e.Err }

// fieldError returns a FieldError, or nil if err is nil.
func fieldError(field string, err error) error {
	if err == nil {
		return nil
	}
	return &FieldError{field, err}
}

// New returns a server.
func New(c Config) (*Server, error) {
	documents, err := loadDocuments(c.Versions)
	if err != nil {
		return nil, err
	}
	if err := documents.applyDialect(c.Dialect); err != nil {
		return nil, fieldError("Dialect", err)
	}
	return newServer(c, documents)
}

// newServer returns a server with the given documents. Tests pass documents of their own.
func newServer(c Config, documents *documents) (*Server, error) {
	done := make(chan struct{})
	s := &Server{
		config: c, documents: documents, wallNow: time.Now, done: done,
		stop: sync.OnceFunc(func() { close(done) }),
		writer: response.Writer{
			Log: c.Log, Done: done, ReadTimeout: c.ReadTimeout, Dialect: c.Dialect,
			SkipValidation: !c.Profile.ValidateResponses,
			SendRuleHeader: c.Profile.Name == "friendly",
			Faithful:       c.Profile.Name == "faithful",
		},
	}
	if !c.Profile.ValidateResponses {
		// Log at error level so that no log level filters it out.
		c.Log.Error("response validation is disabled; responses may violate the OpenAPI documents")
	}
	if len(c.Dialect) > 0 {
		c.Log.Info("the dialect differs from the defaults in: " + c.Dialect.String())
	}
	s.initBudgets()
	var err error
	if s.cors, err = newCORSPolicy(c.CORS); err != nil {
		return nil, err
	}
	s.guard = newControlGuard(c)
	if s.tls, err = s.tlsConfig(c.TLS); err != nil {
		return nil, fieldError("TLS", err)
	}
	s.namespaceConfig = namespace.Config{
		Tenant: c.Tenant, Now: c.Now, WallNow: s.wallNow, Profile: c.Profile,
		RateLimit:  c.RateLimit,
		ScopeDelay: c.ScopeDelay, Dialect: c.Dialect,
		PublicURL: c.PublicURL, JournalSize: c.JournalSize, Journals: s.journals,
		StubBudget: s.stubBudget, Simulated: documents.simulated,
		Documents: documents.versions, OAuth: documents.oauth, Writer: s.writer,
	}
	s.namespaces = namespace.NewRegistry(namespace.RegistryConfig[*namespace.Namespace]{
		New: func(name string) (*namespace.Namespace, error) {
			return namespace.New(&s.namespaceConfig, name)
		}, BeforeRemove: s.onNamespacesRemoved,
		AfterRemove: func(n *namespace.Namespace) {
			close(n.Done)
			n.Stubs.Clear() // returns their memory to the budget
		}, Evictable: (*namespace.Namespace).Evictable, Max: c.MaxNamespaces, TTL: c.NamespaceTTL,
		Now: c.Now,
	})
	if err := s.initHandlers(); err != nil {
		return nil, err
	}
	if err := s.openNamespaces(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// newControlServer returns the server of the control API.
func (s *Server) newControlServer() *controlapi.Server {
	return controlapi.New(controlapi.Config{
		Namespaces: s.namespaces, Now: s.config.Now, Version: s.config.Version,
		Profile: s.config.Profile, Degraded: s.stateFileError,
		Findings: s.findings, Documents: s.documents.byName, Statuses: s.documents.statuses,
		PublicURL: s.publicURL,
		Token:     s.config.ControlToken, Writer: s.writer, BulkSlots: s.heavySlots,
		StreamSlots: s.streamSlots,
	})
}

// stateFileError returns the last write error of the state file, or nil if there is none.
func (s *Server) stateFileError() error {
	if s.namespaceConfig.File == nil {
		return nil
	}
	return s.namespaceConfig.File.WriteError()
}

// initHandlers creates the handlers of the API and the control API.
func (s *Server) initHandlers() error {
	apiMux, controlMux, err := newMuxes(s.documents, s.newControlServer())
	if err != nil {
		return err
	}
	unmatched := &unmatchedHandler{documents: s.documents, writer: s.writer}
	if s.config.SeparateControl {
		unmatched.control = &separateControl
	}
	if s.config.Fallback != "" {
		if err := unmatched.setFallback(s.config.Fallback); err != nil {
			return fieldError("Fallback", err)
		}
	}
	s.control = &frontHandler{Server: s, control: controlMux, unmatched: unmatched}
	if s.config.SeparateControl {
		controlMux = nil
	}
	s.handler = &frontHandler{
		Server: s, api: apiMux, control: controlMux, unmatched: unmatched,
	}
	return nil
}

// openNamespaces creates the default namespace and opens the namespaces of the state file.
func (s *Server) openNamespaces() (err error) {
	names, field := []string{namespace.Default}, "Tenant"
	if s.config.StateFile == "" {
		s.namespaceConfig.Secret, err = oauth.NewSecret()
	} else {
		if s.namespaceConfig.File, err = file.Open(s.config.StateFile, s.config.Log); err != nil {
			return fieldError("StateFile", err)
		}
		s.namespaceConfig.File.NameKey = namespace.PolicyOptions(s.config.Dialect).NameKey()
		var existing []string
		if existing, err = s.namespaceConfig.File.Namespaces(); err != nil {
			return fieldError("StateFile", err)
		}
		if limit := s.config.MaxNamespaces; len(existing) > limit {
			return fieldError("MaxNamespaces",
				fmt.Errorf("%s has %d namespaces, but --max-namespaces is %d", s.config.StateFile,
					len(existing), limit))
		}
		if len(existing) > 0 {
			field = "StateFile"
		}
		s.logStateSource(existing)
		names = append(names, existing...)
		if s.namespaceConfig.Secret, err = s.namespaceConfig.File.Key(oauth.NewSecret); err != nil {
			return fieldError("StateFile", err)
		}
	}
	for _, name := range names {
		if err == nil {
			_, err = s.namespaces.Get(name)
		}
	}
	if err == nil {
		s.defaultNamespace, err = s.namespaces.Get(namespace.Default)
	}
	return fieldError(field, err)
}

// logStateSource logs whether the state file or the fixture is in effect.
func (s *Server) logStateSource(existing []string) {
	if len(existing) == 0 {
		s.config.Log.Info(fmt.Sprintf("%s is new: it is created from %s, and takes precedence "+
			"over it from now on",
			s.config.StateFile, s.config.Tenant.Source))
		return
	}
	s.config.Log.Info(fmt.Sprintf("%s has %d namespaces, which take precedence over %s",
		s.config.StateFile, len(existing), s.config.Tenant.Source))
}

// onNamespacesRemoved removes namespaces from the state file.
func (s *Server) onNamespacesRemoved(names []string) error {
	if s.namespaceConfig.File == nil {
		return nil
	}
	if err := s.namespaceConfig.File.Delete(names...); err != nil {
		s.config.Log.Error("cannot remove namespaces from the state file; they remain",
			"namespaces", len(names), "error", err)
		return err
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(rw, r) }

// publicURL returns the public address of the mock. It is empty if clients use the address of their
// request.
func (s *Server) publicURL() string {
	if s.config.PublicURL != "" || s.config.BaseURL == nil {
		return s.config.PublicURL
	}
	return s.config.BaseURL()
}

// ControlHandler returns a handler that serves only /_mock/, for a separate listener.
func (s *Server) ControlHandler() http.Handler { return s.control }

// TenantHandler returns a handler that serves the API at the hosts of tenants, without /_mock/.
// Resolve returns the namespace of a request, which may be empty, and the base URL of its host.
func (s *Server) TenantHandler(
	resolve func(*http.Request) (namespace, baseURL string),
) http.Handler {
	unmatched := *s.handler.unmatched
	unmatched.control = &tenantControl
	return &frontHandler{Server: s, api: s.handler.api, unmatched: &unmatched, resolve: resolve}
}

// Stop ends deliberate delays: hanging faults, latencies and waiting verifications. Requests are
// still served, so that an http.Server can shut down gracefully before Close.
func (s *Server) Stop() { s.stop() }

// Close calls Stop and closes the state file. A closed mock persists nothing.
func (s *Server) Close() error {
	s.Stop()
	if s.namespaceConfig.File == nil {
		return nil
	}
	return s.namespaceConfig.File.Close()
}

// Namespace returns a namespace. It creates the namespace if it does not exist.
func (s *Server) Namespace(name string) (*namespace.Namespace, error) {
	return s.namespaces.Get(name)
}
