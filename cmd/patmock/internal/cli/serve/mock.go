package serve

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/credentials"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
)

// Flags are the flags of commands that run a mock.
type Flags struct {
	config       mockserver.Config // fields that flags set directly
	profileFlags mockserver.Profile
	changed      func(flag string) bool

	addr, controlAddr, controlToken string
	fixture, versions, dialect      string
	profileName, hostile, seed      string
	memoryBudget, allowedHosts      string
	validateResponses               string
	logFormat, logLevel             string
	EnvFile                         string
	tls                             tlsFlags

	Warning string // logged at the start unless empty
}

// Register adds the flags with addr as the default of --addr. All flags have variables except noEnv
// and control-token: PATMOCK_CONTROL_TOKEN holds the token itself.
func (f *Flags) Register(flags *pflag.FlagSet, addr string, noEnv ...string) {
	c := &f.config
	flags.StringVar(&f.addr, "addr", addr, "address to listen on; port 0 selects a free port")
	flags.StringVar(&f.fixture, "fixture", "default",
		"initial tenant: "+strings.Join(fixtures.Names(), ", ")+", or a file")
	flags.StringVar(&f.profileName, "profile", mockserver.ProfileFriendly,
		strings.Join(mockserver.Profiles(), ", ")+"; behavior flags override it")
	flags.StringVar(&c.StateFile, "state", "",
		"file that keeps all namespaces and the signing key across restarts; it overrides "+
			"--fixture")
	flags.StringVar(&f.EnvFile, "env-file", "",
		"file for the variables (NAME=VALUE), written when the mock is ready and removed at the "+
			"end")
	flags.StringVar(&c.PublicURL, "public-url", "",
		"address of the mock for clients, if it differs from the listen address")
	f.tls.register(flags)
	flags.StringVar(&f.versions, "versions", strings.Join(cli.VersionNames(), ","),
		"comma-separated versions to serve")
	flags.StringVar(&c.CORS, "cors", mockserver.CORSLoopback,
		"web origins that may call the API from a browser: loopback, *, off, or a comma-separated "+
			"list")
	cli.SetGroup(flags, cli.GroupMock)
	f.registerProfile(flags)
	flags.StringVar(&c.Fallback, "fallback", "",
		"another mock for paths that patmock does not simulate; public hosts are rejected")
	flags.StringVar(&f.validateResponses, "validate-responses", "on",
		"on, or off to skip response validation")
	cli.SetGroup(flags, cli.GroupBehavior)
	flags.IntVar(&c.MaxNamespaces, "max-namespaces", 10_000, "maximum number of namespaces")
	flags.DurationVar(&c.NamespaceTTL, "namespace-ttl", time.Hour,
		"remove namespaces after this idle time, also from --state; 0 keeps all")
	flags.IntVar(&c.JournalSize, "journal-size", 1000,
		"maximum number of requests in the journal of a namespace")
	flags.StringVar(&f.memoryBudget, "memory-budget", "",
		"memory for pending bodies (a quarter) and journals (a half) of all namespaces, such as "+
			"128MiB (default a quarter of the container's limit, at most 256MiB)")
	flags.DurationVar(&c.ReadTimeout, "read-timeout", 30*time.Second,
		"timeout for headers, and for bodies below a minimum rate; responds with 408")
	flags.DurationVar(&c.IdleTimeout, "idle-timeout", 2*time.Minute,
		"maximum idle time of a connection")
	cli.SetGroup(flags, cli.GroupLimits)
	flags.StringVar(&f.logFormat, "log-format", "text", "text or json")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	flags.BoolVar(&c.LogRequests, "log-requests", false,
		"also log successful requests, one line each")
	cli.SetGroup(flags, cli.GroupLog)
	flags.StringVar(&f.controlAddr, "control-addr", "",
		"separate address for /_mock/, which --addr then does not serve; port 0 selects a free "+
			"port")
	flags.StringVar(&f.controlToken, "control-token", "",
		"file with the token that /_mock/ requires, written @FILE; or set "+cli.ControlToken+
			" to the token")
	flags.StringVar(&f.allowedHosts, "allowed-hosts", "",
		"comma-separated values of Host allowed for /_mock/ besides private ones; .example.com "+
			"matches all subdomains")
	cli.SetGroup(flags, cli.GroupControl)
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Name != "control-token" && !slices.Contains(noEnv, flag.Name) {
			cli.SetVariables(flags, flag.Name)
		}
	})
}

// Mock is a mock that listens on a socket.
type Mock struct {
	Handler       *mockserver.Server
	server        *http.Server
	controlServer *http.Server // nil unless the control API has its own listener
	tenant        *fixtures.Tenant
	addr          net.Addr // address of the listener
	// controlAddr is the address of the control API. ControlToken is the token that it requires, or
	// empty.
	controlAddr  net.Addr
	ControlToken string
	// ControlURL is the URL of the control API for clients on this machine.
	ControlURL string
	// LocalURL is the URL of the mock for clients on this machine. baseURL is the URL that it
	// announces.
	LocalURL, baseURL string
	// CAFile is the absolute path of the file that WriteCAFile wrote, or empty.
	CAFile       string
	certificates []*x509.Certificate // see Certificates
	Log          *slog.Logger
	serveErrs    chan error
	activity     atomic.Int64  // number of connection state changes
	done         chan struct{} // closed when the mock stops
	idleConns    sync.Map      // net.Conn without a request so far
}

// Start starts a mock. Invalid flags are a usage error.
func (f Flags) Start(ctx context.Context, env cli.Env) (*Mock, error) {
	log, err := newLog(f.logFormat, f.logLevel, env.Stderr)
	if err != nil {
		return nil, err
	}
	config, err := f.configure(log, env)
	if err != nil {
		return nil, err
	}
	if f.Warning != "" {
		log.Warn(f.Warning)
	}
	if placeholders := config.Tenant.Placeholders; len(placeholders) > 0 {
		log.Warn("the fixture contains placeholders, which are not replaced: run envsubst on the "+
			"file first", "fields", strings.Join(placeholders, ", "))
	}
	if err := f.checkListenFlags(); err != nil {
		return nil, err
	}
	m := &Mock{
		tenant: config.Tenant, ControlToken: config.ControlToken, Log: log,
		serveErrs: make(chan error, 2), done: make(chan struct{}),
	}
	if config.SeparateControl = f.controlAddr != ""; config.SeparateControl {
		// requests to the control API have another Host
		config.BaseURL = func() string { return m.baseURL }
	}
	limit := cgroupLimit("/")
	applyMemoryLimit(env, limit)
	config.MemoryBudget = cmp.Or(config.MemoryBudget, defaultBudget(limit))
	if m.Handler, err = mockserver.New(config); err != nil {
		return nil, configUsageError(err)
	}
	if err := m.setCertificates(config.TLS); err != nil {
		return nil, errors.Join(err, m.Handler.Close())
	}
	listener, err := listen(ctx, "addr", f.addr)
	if err != nil {
		return nil, errors.Join(err, m.Handler.Close())
	}
	m.addr, m.LocalURL = listener.Addr(), localURL(listener.Addr().String(), f.tls.on())
	m.baseURL, m.ControlURL, m.controlAddr = cmp.Or(config.PublicURL, m.LocalURL), m.LocalURL,
		m.addr
	var controlListener net.Listener
	if config.SeparateControl {
		if controlListener, err = listen(ctx, "control-addr", f.controlAddr); err != nil {
			return nil, errors.Join(err, listener.Close(), m.Handler.Close())
		}
		m.ControlURL, m.controlAddr = localURL(controlListener.Addr().String(), f.tls.on()),
			controlListener.Addr()
	}
	m.server = m.serve(listener, m.Handler)
	if controlListener != nil {
		m.controlServer = m.serve(controlListener, m.Handler.ControlHandler())
	}
	go releaseIdle(m.done, m.activity.Load, debug.FreeOSMemory)
	return m, nil
}

// configFlags are the flags of the fields of mockserver.Config.
var configFlags = map[string]string{
	"Tenant": "--fixture", "Versions": "--versions", "PublicURL": "--public-url",
	"Dialect":       "--dialect",
	"MaxNamespaces": "--max-namespaces", "JournalSize": "--journal-size",
	"MemoryBudget": "--memory-budget", "StateFile": "--state",
	"Fallback": "--fallback", "CORS": "--cors", "TLS": "--tls-cert",
	"ReadTimeout": "--read-timeout", "IdleTimeout": "--idle-timeout",
	"Profile.RateLimit": "--rate-limit", "Profile.TokenLimit": "--token-limit",
	"Profile.ScopeDelay": "--scope-delay", "Profile.NeverExpiresAs": "--never-expires-as",
	"Profile.Hostile": "--hostile", "Profile.HostileRate": "--hostile-rate",
	"Profile.HostileMaxConsecutive": "--hostile-max-consecutive",
}

// configUsageError converts an error of mockserver.New to a usage error. It names the flag in place
// of the field.
func configUsageError(err error) error {
	flag := ""
	if configErr, ok := errors.AsType[*mockserver.ConfigError](err); ok {
		flag = configFlags[configErr.Field]
	}
	if flag == "" || strings.Contains(err.Error(), flag) {
		return cli.Usagef(flag, "%w", err)
	}
	label := strings.ReplaceAll(strings.TrimPrefix(flag, "--"), "-", " ") + ": "
	return cli.Usagef(flag, "%w",
		cli.ErrorWithText(flag+": "+strings.TrimPrefix(err.Error(), label), err))
}

func (f Flags) configure(log *slog.Logger, env cli.Env) (config mockserver.Config, err error) {
	config = f.config
	config.Log = log
	if err := f.validate(log); err != nil {
		return config, err
	}
	if f.allowedHosts != "" {
		config.AllowedHosts = strings.Split(f.allowedHosts, ",")
	}
	config.SkipResponseValidation = f.validateResponses == "off"
	if config.NamespaceTTL <= 0 {
		config.NamespaceTTL = -1 // keeps all
	}
	if config.MemoryBudget, err = parseBudget(f.memoryBudget); err != nil {
		return config, err
	}
	if config.PublicURL != "" {
		if config.PublicURL, err = mockserver.CheckBaseURL(config.PublicURL); err != nil {
			return config, cli.Flagf("public-url", " %w", err)
		}
	}
	if config.TLS, err = f.tls.config(f.addr, f.changed); err != nil {
		return config, err
	}
	if config.TLS != nil && strings.HasPrefix(config.PublicURL, "http:") {
		log.Warn("--public-url begins with http://, but the mock serves https")
	}
	if config.Tenant, err = fixtures.Open(f.fixture); err != nil {
		return config, cli.Usagef("--fixture", "%w", err)
	}
	if config.Versions, err = cli.ParseVersions(f.versions); err != nil {
		return config, err
	}
	if config.ControlToken, err = remote.ReadControlToken(f.controlToken, env); err != nil {
		return config, err
	}
	if config.RandomSeed, err = f.randomSeed(); err != nil {
		return config, err
	}
	if config.Dialect, err = readDialect(f.dialect); err != nil {
		return config, err
	}
	config.Profile, err = f.resolveProfile()
	return config, err
}

func (f Flags) validate(log *slog.Logger) error {
	c := f.config
	if c.LogRequests && !log.Enabled(context.Background(), slog.LevelInfo) {
		return cli.Flagf("log-requests",
			" needs --log-level info or debug, got %s: successful requests are logged at info",
			f.logLevel)
	}
	for flag, d := range map[string]time.Duration{
		"--read-timeout": c.ReadTimeout, "--idle-timeout": c.IdleTimeout,
	} {
		if d <= 0 {
			return cli.Usagef(flag, "%s must be positive, got %s", flag, d)
		}
	}
	if err := mockserver.CheckCORS(c.CORS); err != nil {
		return cli.Flagf("cors", ": %w%s", err,
			cli.OnOffHint(c.CORS, mockserver.CORSLoopback, "off"))
	}
	for flag, n := range map[string]int{
		"--max-namespaces": c.MaxNamespaces, "--journal-size": c.JournalSize,
	} {
		if n < 1 {
			return cli.Usagef(flag, "%s must be at least 1, got %d", flag, n)
		}
	}
	if f.validateResponses != "on" && f.validateResponses != "off" {
		return cli.Flagf("validate-responses", " must be on or off, got %q%s", f.validateResponses,
			cli.OnOffHint(f.validateResponses, "on", "off"))
	}
	return nil
}

// Login returns the credentials and the name of a user. An empty user means the first
// administrator. The name is empty if no user can log in.
func (m *Mock) Login(user string) (v credentials.Login, name string, err error) {
	creds, err := m.Handler.Control().Credentials(context.Background())
	if err != nil {
		return v, "", err
	}
	var names []string
	for _, u := range creds.Users {
		if user == "" || user == u.Name {
			return credentials.Login{
				BaseURL: m.baseURL, ClientID: u.ClientID, ClientSecret: u.ClientSecret,
			}, u.Name, nil
		}
		names = append(names, u.Name)
	}
	if user == "" {
		return v, "", nil
	}
	if _, err := m.tenant.LoginToken(user); err != nil {
		return v, "", cli.Usagef("--user", "%w", err)
	}
	return v, "",
		cli.Usagef("--user", "no user who can log in is named %q%s; there are %s", user,
			cli.DidYouMean(user, names), strings.Join(names, ", "))
}
