// Package mockserver is a stand-in for the personal access token part of a
// SailPoint Identity Security Cloud tenant: an http.Handler that keeps tokens in
// memory, refuses what a tenant refuses, and answers nothing that the published
// documents forbid.
package mockserver

import (
	"cmp"
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
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/mockserver/internal/store/file"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/version"
)

// Config is how a mock is set up. The zero value is a mock of the default tenant in every version.
type Config struct {
	// Tenant is the state to start from. Nil means the built-in default of package fixtures.
	Tenant *fixtures.Tenant
	// Versions to serve. Empty means all.
	Versions []version.Version
	// PublicURL is what /oauth/info puts in front of its endpoints, such as http://mock:17280.
	// Empty means the host that the client used.
	PublicURL string
	// Now is wall time, which the clock of each namespace follows until it is moved. Nil means time.Now. It must
	// be safe for concurrent use.
	Now func() time.Time
	// Profile is how the mock behaves where a tenant leaves a choice. The zero value is friendly.
	Profile Profile
	// Dialect is how the tenant answers what nothing published settles. Nil is the defaults.
	Dialect dialect.Dialect
	// RandomSeed makes ids, secrets and everything else that is random the same in each run, but for keys and
	// signatures. Nil means that nothing can be had again; a hostile mock then takes a seed of its own, and tells it.
	RandomSeed *uint64
	// MaxNamespaces bounds how many namespaces there are. Zero means 10,000.
	MaxNamespaces int
	// NamespaceTTL is how long a namespace may be idle before it is removed, in wall time. Zero means an hour,
	// less than zero that none is.
	NamespaceTTL time.Duration
	// JournalSize is how many requests the journal of a namespace holds. Zero means 1,000.
	JournalSize int
	// MemoryBudget bounds, in bytes, what requests in flight, journals and findings take together, over all namespaces. A
	// request that is over their share gets a 503; journals over theirs lose their oldest requests, findings over theirs
	// have fewer examples. Zero means 256 MiB.
	MemoryBudget int64
	// StateFile holds every namespace and the signing key across restarts. Empty means that the state ends with
	// the process. What the file holds wins over Tenant.
	StateFile string
	// BaseURL returns where the control surface says that clients reach the mock. Nil means PublicURL, or else the host
	// that the control surface was asked by: one on a listener of its own cannot know better.
	BaseURL func() string
	// ReadTimeout is how long the headers of a request may take, and its body beside a minimum rate. What is late gets a
	// 408, slow headers no response. Zero means 30 seconds.
	ReadTimeout time.Duration
	// IdleTimeout is how long a connection may be idle between requests. Zero means two minutes.
	IdleTimeout time.Duration
	// CORS is which web origins may use the API and the token endpoint from a browser: loopback names and addresses with
	// any port (CORSLoopback, or empty), any (CORSAny), none (CORSOff), or origins with commas between. /_mock/ allows none.
	CORS string
	// AllowedHosts are names that Host may have under /_mock/ beside those that can only mean this mock; one that begins
	// with a dot is a suffix. With a ControlToken any Host is allowed.
	AllowedHosts []string
	// ControlApart keeps /_mock/ out of what the Server serves; ControlHandler serves it then.
	ControlApart bool
	// ControlToken is demanded as a bearer under /_mock/. Empty demands nothing.
	ControlToken string
	// Fallback is the base URL of another mock, on this machine or a private network, which gets the requests to
	// paths that patmock does not simulate. Empty means none.
	Fallback string
	// SkipResponseValidation sends answers without holding them against their documents, which costs little: it is for
	// finding out how little. The log says so at the start.
	SkipResponseValidation bool
	// LogRequests logs requests that are served, at level info, one line each. Requests that are rejected are
	// logged in any case. Reads under /_mock/ are left out.
	LogRequests bool
	// Log takes what the mock has to tell. Nil means slog.Default(), or the output of the test for Start.
	Log *slog.Logger
}

// What zero means in a Config.
const (
	defaultMaxNamespaces = 10_000
	defaultNamespaceTTL  = time.Hour
	defaultJournalSize   = 1000
	defaultReadTimeout   = 30 * time.Second
	defaultIdleTimeout   = 2 * time.Minute
)

// Server is a mock. It is safe for concurrent use.
type Server struct {
	config     Config
	limit      ratelimit.Limit
	documents  *documents
	namespaces *namespace.Set[*tenant]
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

	unmatched        *apiStrangers
	cors             corsPolicy
	guard            controlGuard
	handler, control http.Handler
}

// ConfigError is a mistake in a [Config].
type ConfigError struct {
	// Field is the wrong one, such as StateFile or Profile.RateLimit.
	Field string
	Err   error
}

// Error implements error.
func (e *ConfigError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *ConfigError) Unwrap() error { return e.Err }

// configError returns an error about a field, nil if err is nil.
func configError(field string, err error) error {
	if err == nil {
		return nil
	}
	return &ConfigError{field, err}
}

// New returns a mock. Errors are those of the configuration, as a [*ConfigError]: a tenant that cannot be started
// from, a version that does not exist, a public URL that is none, a state file that is damaged or in use.
func New(c Config) (*Server, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	documents, err := loadDocuments(c.Versions)
	if err != nil {
		return nil, err
	}
	if err := documents.follow(c.Dialect); err != nil {
		return nil, configError("Dialect", err)
	}
	return newServer(c, documents)
}

func (c Config) withDefaults() (Config, error) {
	var err error
	if c.Tenant == nil {
		if c.Tenant, err = fixtures.Load("default"); err != nil {
			return c, err
		}
	}
	for _, v := range c.Versions {
		if _, err := version.Parse(string(v)); err != nil {
			return c, configError("Versions", err)
		}
	}
	if len(c.Versions) == 0 {
		c.Versions = version.All()
	}
	if c.PublicURL != "" {
		if c.PublicURL, err = CheckBaseURL(c.PublicURL); err != nil {
			return c, configError("PublicURL", fmt.Errorf("public URL: %w", err))
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Dialect, err = followed(c.Dialect, c.Profile); err != nil {
		return c, configError("Dialect", err)
	}
	if c.Profile, _, err = c.Profile.check(); err != nil {
		return c, err
	}
	if c.RandomSeed == nil && len(c.Profile.Hostile) > 0 {
		c.RandomSeed = new(random.NewSeed())
	}
	c.MaxNamespaces = cmp.Or(c.MaxNamespaces, defaultMaxNamespaces)
	c.NamespaceTTL = max(0, cmp.Or(c.NamespaceTTL, defaultNamespaceTTL))
	c.JournalSize = cmp.Or(c.JournalSize, defaultJournalSize)
	if c.MaxNamespaces < 0 || c.JournalSize < 0 {
		field := "MaxNamespaces"
		if c.MaxNamespaces >= 0 {
			field = "JournalSize"
		}
		return c, configError(field, fmt.Errorf("expected numbers of namespaces and of requests in the journal, got %d and %d", c.MaxNamespaces, c.JournalSize))
	}
	c.MemoryBudget = cmp.Or(c.MemoryBudget, budget.Default)
	if c.MemoryBudget < minBudget {
		return c, configError("MemoryBudget", fmt.Errorf("expected a memory budget of at least %d bytes, got %d", minBudget, c.MemoryBudget))
	}
	c.ReadTimeout, c.IdleTimeout = cmp.Or(c.ReadTimeout, defaultReadTimeout), cmp.Or(c.IdleTimeout, defaultIdleTimeout)
	if c.ReadTimeout < 0 {
		return c, configError("ReadTimeout", fmt.Errorf("ReadTimeout must not be negative, got %s", c.ReadTimeout))
	}
	if c.IdleTimeout < 0 {
		return c, configError("IdleTimeout", fmt.Errorf("IdleTimeout must not be negative, got %s", c.IdleTimeout))
	}
	if err := CheckCORS(c.CORS); err != nil {
		return c, configError("CORS", err)
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	c.Log = slog.New(boundedLog{c.Log.Handler()})
	return c, nil
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

// newServer puts the parts together. Documents go through one hand, so that a test can serve others.
func newServer(c Config, documents *documents) (*Server, error) {
	stopped := make(chan struct{})
	s := &Server{
		config: c, documents: documents, wall: time.Now, stopped: stopped, stop: sync.OnceFunc(func() { close(stopped) }),
		writer: response.Writer{Log: c.Log, Stopped: stopped, Dialect: c.Dialect, SkipValidation: c.SkipResponseValidation, NameRules: c.Profile.Name == ProfileFriendly, Plain: c.Profile.Name == ProfileFaithful},
	}
	if c.SkipResponseValidation {
		// As an error, so that no level of the log leaves it out.
		c.Log.Error("answers are NOT held against their documents: what this mock answers proves nothing")
	}
	if len(c.Dialect) > 0 {
		c.Log.Info("follows a dialect, which differs from the defaults in: " + c.Dialect.String())
	}
	s.bound()
	var err error
	if s.limit, err = ratelimit.Parse(c.Profile.RateLimit); err != nil {
		return nil, err
	}
	if s.cors, err = newCORSPolicy(c.CORS); err != nil {
		return nil, err
	}
	s.guard = newControlGuard(c)
	if s.handler, s.control, err = newHandlers(s); err != nil {
		return nil, err
	}
	s.namespaces = namespace.New(namespace.Config[*tenant]{
		Make: s.newTenant, Removed: s.removed, Gone: func(t *tenant) { close(t.removed) }, Spare: s.spare, Max: c.MaxNamespaces, TTL: c.NamespaceTTL, Wall: c.Now,
	})
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open makes the namespaces that there are at the start: the default one, and those of the state file.
func (s *Server) open() (err error) {
	names, from := []string{namespace.Default}, "Tenant"
	if s.config.StateFile == "" {
		s.secret, err = oauth.NewSecret()
	} else {
		if s.file, err = file.Open(s.config.StateFile, s.config.Log); err != nil {
			return configError("StateFile", err)
		}
		s.file.NameKey = choices(s.config.Dialect).NameKey()
		var held []string
		if held, err = s.file.Namespaces(); err != nil {
			return configError("StateFile", err)
		}
		if most := s.config.MaxNamespaces; len(held) > most {
			return configError("MaxNamespaces", fmt.Errorf("%s holds %d namespaces, and %d are allowed: allow more (--max-namespaces)", s.config.StateFile, len(held), most))
		}
		if len(held) > 0 {
			from = "StateFile"
		}
		s.tellState(held)
		names = append(names, held...)
		if s.secret, err = s.file.Key(oauth.NewSecret); err != nil {
			return configError("StateFile", err)
		}
	}
	for _, name := range names {
		if err == nil {
			_, err = s.namespaces.Use(name)
		}
	}
	if err == nil {
		s.home, err = s.namespaces.Use(namespace.Default)
	}
	return configError(from, err)
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

// Control returns a client of the control surface that needs no socket.
func (s *Server) Control() *control.Client {
	return control.New(control.Config{
		URL: cmp.Or(s.config.PublicURL, "http://127.0.0.1"), Token: s.config.ControlToken, HTTP: &http.Client{Transport: inProcess{s.control}},
		AllowPlaintext: true, // nothing leaves the process
	})
}

// RandomSeed is what repeats this run, nil where nothing does.
func (s *Server) RandomSeed() *uint64 { return s.config.RandomSeed }

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
	s.namespaces.Each(func(_ string, t *tenant, used time.Time) {
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
