package mockserver

import (
	"cmp"
	"fmt"
	"log/slog"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/mockserver/internal/server"
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
	// Now is wall time, which the clock of each namespace follows until it is moved. Nil means
	// time.Now. It must be safe for concurrent use.
	Now func() time.Time
	// Profile is how the mock behaves where a tenant leaves a choice. The zero value is friendly.
	Profile Profile
	// Dialect is how the tenant answers what nothing published settles. Nil is the defaults.
	Dialect dialect.Dialect
	// RandomSeed makes ids, secrets and everything else that is random the same in each run, but
	// for keys and signatures. Nil means that nothing can be had again; a hostile mock then takes a
	// seed of its own, and logs it.
	RandomSeed *uint64
	// MaxNamespaces bounds how many namespaces there are. Zero means 10,000.
	MaxNamespaces int
	// NamespaceTTL is how long a namespace may be idle before it is removed, in wall time. Zero
	// means an hour, less than zero that none is.
	NamespaceTTL time.Duration
	// JournalSize is how many requests the journal of a namespace holds. Zero means 1,000.
	JournalSize int
	// MemoryBudget bounds, in bytes, what requests in flight, journals and findings take together,
	// over all namespaces. A request that is over their share gets a 503; journals over theirs lose
	// their oldest requests, findings over theirs have fewer examples. Zero means 256 MiB.
	MemoryBudget int64
	// StateFile holds every namespace and the signing key across restarts. Empty means that the
	// state ends with the process. What the file holds wins over Tenant.
	StateFile string
	// BaseURL returns where the control surface says that clients reach the mock. Nil means
	// PublicURL, or else the host that the control surface was asked by: one on a listener of its
	// own cannot know better.
	BaseURL func() string
	// ReadTimeout is how long the headers of a request may take, and its body beside a minimum
	// rate. What is late gets a 408, slow headers no response. Zero means 30 seconds.
	ReadTimeout time.Duration
	// IdleTimeout is how long a connection may be idle between requests. Zero means two minutes.
	IdleTimeout time.Duration
	// CORS is which web origins may use the API and the token endpoint from a browser: loopback
	// names and addresses with any port (CORSLoopback, or empty), any (CORSAny), none (CORSOff), or
	// origins with commas between. /_mock/ allows none.
	CORS string
	// AllowedHosts are names that Host may have under /_mock/ beside those that can only mean this
	// mock; one that begins with a dot is a suffix. With a ControlToken any Host is allowed.
	AllowedHosts []string
	// SeparateControl keeps /_mock/ out of what the Server serves; ControlHandler serves it then.
	SeparateControl bool
	// ControlToken is demanded as a bearer under /_mock/. Empty demands nothing.
	ControlToken string
	// Fallback is the base URL of another mock, on this machine or a private network, which gets
	// the requests to paths that patmock does not simulate. Empty means none.
	Fallback string
	// SkipResponseValidation sends responses without validating them, to measure what validation
	// costs. The log says so at the start.
	SkipResponseValidation bool
	// LogRequests logs requests that are served, at level info, one line each. Requests that are
	// rejected are logged in any case. Reads under /_mock/ are left out.
	LogRequests bool
	// Log receives the log. Nil means slog.Default(), or the output of the test for Start.
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
	if c.Dialect, err = resolveDialect(c.Dialect, c.Profile); err != nil {
		return c, configError("Dialect", err)
	}
	if c.Profile, _, err = c.Profile.check(); err != nil {
		return c, err
	}
	if c.RandomSeed == nil && len(c.Profile.Hostile) > 0 {
		c.RandomSeed = new(random.NewSeed())
	}
	if err := c.setLimits(); err != nil {
		return c, err
	}
	if err := server.CheckCORS(c.CORS); err != nil {
		return c, configError("CORS", err)
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	c.Log = slog.New(server.BoundLog(c.Log.Handler()))
	return c, nil
}

// setLimits fills in the limits that are zero, and checks the others.
func (c *Config) setLimits() error {
	c.MaxNamespaces = cmp.Or(c.MaxNamespaces, defaultMaxNamespaces)
	c.NamespaceTTL = max(0, cmp.Or(c.NamespaceTTL, defaultNamespaceTTL))
	c.JournalSize = cmp.Or(c.JournalSize, defaultJournalSize)
	if c.MaxNamespaces < 0 || c.JournalSize < 0 {
		field := "MaxNamespaces"
		if c.MaxNamespaces >= 0 {
			field = "JournalSize"
		}
		return configError(field,
			fmt.Errorf("expected numbers of namespaces and of requests in the journal, got %d and "+
				"%d", c.MaxNamespaces, c.JournalSize))
	}
	c.MemoryBudget = cmp.Or(c.MemoryBudget, budget.Default)
	if c.MemoryBudget < server.MinBudget {
		return configError("MemoryBudget",
			fmt.Errorf("expected a memory budget of at least %d bytes, got %d", server.MinBudget,
				c.MemoryBudget))
	}
	c.ReadTimeout, c.IdleTimeout = cmp.Or(c.ReadTimeout, defaultReadTimeout),
		cmp.Or(c.IdleTimeout, defaultIdleTimeout)
	if c.ReadTimeout < 0 {
		return configError("ReadTimeout",
			fmt.Errorf("ReadTimeout must not be negative, got %s", c.ReadTimeout))
	}
	if c.IdleTimeout < 0 {
		return configError("IdleTimeout",
			fmt.Errorf("IdleTimeout must not be negative, got %s", c.IdleTimeout))
	}
	return nil
}

// server returns the configuration in the words of the package that serves it.
func (c Config) server() server.Config {
	limit, _ := ratelimit.Parse(c.Profile.RateLimit) // it was checked
	return server.Config{
		Tenant: c.Tenant, Versions: c.Versions, PublicURL: c.PublicURL, Now: c.Now,
		Profile: c.Profile.toAPI(c), RateLimit: limit,
		ScopeDelay: c.Profile.ScopeDelay, Dialect: c.Dialect, MaxNamespaces: c.MaxNamespaces,
		NamespaceTTL: c.NamespaceTTL,
		JournalSize:  c.JournalSize, MemoryBudget: c.MemoryBudget, StateFile: c.StateFile,
		BaseURL:     c.BaseURL,
		ReadTimeout: c.ReadTimeout, IdleTimeout: c.IdleTimeout, CORS: c.CORS,
		AllowedHosts:    c.AllowedHosts,
		SeparateControl: c.SeparateControl, ControlToken: c.ControlToken, Fallback: c.Fallback,
		LogRequests: c.LogRequests,
		Log:         c.Log, Version: Version(),
	}
}

// CheckBaseURL returns an address that clients can reach a mock by, without a slash at its end. The
// error of anything else, with a user, a query or a blank in it for example, says what is expected.
func CheckBaseURL(text string) (string, error) { return server.CheckBaseURL(text) }

// What Config.CORS may be beside a list of origins.
const (
	CORSLoopback = server.CORSLoopback
	CORSAny      = server.CORSAny
	CORSOff      = server.CORSOff
)

// CheckCORS returns an error for what Config.CORS cannot be.
func CheckCORS(text string) error { return server.CheckCORS(text) }
