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

// Config configures a mock. The zero value is a mock of the default tenant in every version.
type Config struct {
	// Tenant is the initial state. Nil means the built-in default tenant of package fixtures.
	Tenant *fixtures.Tenant
	// TLS makes the mock serve https, with HTTP/2. Nil means plain http. It applies to listeners of
	// [Server.Listener].
	TLS *TLS
	// Versions are the API versions to serve. Empty means all.
	Versions []version.Version
	// PublicURL is the base URL of the endpoints in /oauth/info, such as http://mock:17280. Empty
	// means the host that the client used.
	PublicURL string
	// Now returns the wall time. The clock of a namespace follows it until it is moved. Nil means
	// time.Now. It must be safe for concurrent use.
	Now func() time.Time
	// Profile sets limits and hostile behavior. The zero value is friendly.
	Profile Profile
	// Dialect selects the behavior of the tenant that no published document defines. Nil means the
	// defaults.
	Dialect dialect.Dialect
	// RandomSeed makes ids, secrets and other random values the same in each run, except keys and
	// signatures. Nil means values that cannot be reproduced. A hostile mock without a seed chooses
	// one and logs it.
	RandomSeed *uint64
	// MaxNamespaces is the maximum number of namespaces. Zero means 10,000.
	MaxNamespaces int
	// NamespaceTTL is the idle time, in wall time, after which a namespace is removed. Zero means
	// an hour. A negative value means never.
	NamespaceTTL time.Duration
	// JournalSize is the number of requests in the journal of a namespace. Zero means 1,000.
	JournalSize int
	// MemoryBudget is the maximum size, in bytes, of requests in flight, journals, findings and
	// added stubs together, over all namespaces. A request over its share gets a 503, and a stub
	// over that of stubs a 409. Journals over their share drop their oldest requests, and findings
	// over theirs keep fewer examples. Zero means 256 MiB.
	MemoryBudget int64
	// StateFile stores every namespace and the signing key across restarts. Empty means that the
	// state ends with the process. A state in the file takes precedence over Tenant.
	StateFile string
	// BaseURL returns the base URL of the API, as the control API reports it. Nil means PublicURL,
	// or else the host of the request to the control API. Set it if the control API has a listener
	// of its own.
	BaseURL func() string
	// ReadTimeout is the time limit of the headers of a request. The limit of its body is longer by
	// the time that the body takes at a minimum rate. A late body gets a 408, and slow headers get
	// no response. Zero means 30 seconds.
	ReadTimeout time.Duration
	// IdleTimeout is the maximum idle time of a connection between requests. Zero means two
	// minutes.
	IdleTimeout time.Duration
	// CORS selects the web origins that may use the API and the token endpoint from a browser:
	// loopback names and addresses with any port (CORSLoopback, or empty), any origin (CORSAny),
	// none (CORSOff), or a list of origins separated by commas. No origin may use /_mock/.
	CORS string
	// AllowedHosts are the values of the Host header that /_mock/ accepts in addition to loopback
	// and local names. A name with a leading dot is a suffix. With a ControlToken any Host is
	// accepted.
	AllowedHosts []string
	// SeparateControl removes /_mock/ from the handler of the Server. Then only ControlHandler
	// serves it.
	SeparateControl bool
	// ControlToken is the bearer token that /_mock/ requires. If it is empty, none is required.
	ControlToken string
	// Fallback is the base URL of another mock, on this machine or a private network. It gets the
	// requests to paths that patmock does not simulate. If it is empty, they are rejected.
	Fallback string
	// SkipResponseValidation sends responses without validating them, to measure the cost of
	// validation. The log reports it at the start.
	SkipResponseValidation bool
	// LogRequests logs each served request in one line at level info, except reads under /_mock/.
	// Rejected requests are always logged.
	LogRequests bool
	// Log is the logger. Nil means slog.Default(), or the output of the test for Start.
	Log *slog.Logger
}

// Defaults of a Config.
const (
	defaultMaxNamespaces = 10_000
	defaultNamespaceTTL  = time.Hour
	defaultJournalSize   = 1000
	defaultReadTimeout   = 30 * time.Second
	defaultIdleTimeout   = 2 * time.Minute
)

// ConfigError is the error of an invalid field of a [Config].
type ConfigError struct {
	// Field is the path of the invalid field, such as StateFile or Profile.RateLimit.
	Field string
	Err   error
}

// Error implements error.
func (e *ConfigError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *ConfigError) Unwrap() error { return e.Err }

// configError returns err as an error of a field, or nil if err is nil.
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
	c.Log = slog.New(server.LimitLog(c.Log.Handler()))
	return c, nil
}

// setLimits sets the limits that are zero to their defaults and validates the others.
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
			fmt.Errorf("MaxNamespaces and JournalSize must not be negative, got %d and %d",
				c.MaxNamespaces, c.JournalSize))
	}
	c.MemoryBudget = cmp.Or(c.MemoryBudget, budget.Default)
	if c.MemoryBudget < server.MinBudget {
		return configError("MemoryBudget",
			fmt.Errorf("memory budget: expected at least %d bytes, got %d", server.MinBudget,
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

// server returns the configuration of package server.
func (c Config) server() (server.Config, error) {
	// Now may return another time than the clocks of clients, which validate certificates.
	secure, err := c.TLS.server(time.Now())
	if err != nil {
		return server.Config{}, configError("TLS", err)
	}
	limit, _ := ratelimit.Parse(c.Profile.RateLimit) // validated by withDefaults
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
		LogRequests: c.LogRequests, TLS: secure,
		Log: c.Log, Version: Version(),
	}, nil
}

// CheckBaseURL validates the base URL of a mock and returns it without a trailing slash. It rejects
// URLs with a user, a query or a blank, for example. The error says what is valid.
func CheckBaseURL(text string) (string, error) { return server.CheckBaseURL(text) }

// Values of Config.CORS, which may also be a list of origins.
const (
	CORSLoopback = server.CORSLoopback
	CORSAny      = server.CORSAny
	CORSOff      = server.CORSOff
)

// CheckCORS returns an error if text is not a valid value of Config.CORS.
func CheckCORS(text string) error { return server.CheckCORS(text) }
