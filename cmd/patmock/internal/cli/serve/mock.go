package serve

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
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

// Flags are the flags of every command that runs a mock, as they were given.
type Flags struct {
	addr, fixture, publicURL string
	versions                 string
	logFormat, logLevel      string
	logRequests              bool
	EnvFile                  string

	profile, rateLimit, neverExpiresAs, hostile string
	scopeDelay                                  time.Duration
	tokenLimit, hostileInARow                   int
	hostileRate                                 float64
	randomSeed, dialect                         string
	changed                                     func(flag string) bool

	maxNamespaces, journalSize int
	memoryBudget               string
	namespaceTTL               time.Duration
	state                      string
	controlAddr, controlToken  string
	fallback, checkResponses   string
	cors, allowedHosts         string
	readTimeout, idleTimeout   time.Duration

	Warning string // to be logged at the start, empty for none
}

// Register adds the flags, with the default of --addr.
func (f *Flags) Register(flags *pflag.FlagSet, addr string) {
	flags.StringVar(&f.addr, "addr", addr, "address to listen on; port 0 takes a free one")
	flags.StringVar(&f.fixture, "fixture", "default", "tenant to start from: "+strings.Join(fixtures.Names(), ", ")+", or a file")
	f.registerProfile(flags)
	flags.IntVar(&f.maxNamespaces, "max-namespaces", 10_000, "how many namespaces there may be")
	flags.DurationVar(&f.namespaceTTL, "namespace-ttl", time.Hour, "how long a namespace may be idle before it is removed, also from --state; 0 keeps all")
	flags.IntVar(&f.journalSize, "journal-size", 1000, "how many requests the journal of a namespace holds")
	flags.StringVar(&f.memoryBudget, "memory-budget", "", "memory for bodies in flight (a quarter) and journals (a half) of all namespaces, such as 128MiB (default a quarter of the container's limit, at most 256MiB)")
	cli.SetGroup(flags, cli.GroupLimits, "max-namespaces", "namespace-ttl", "journal-size", "memory-budget")
	flags.StringVar(&f.state, "state", "", "file that keeps every namespace and the signing key across restarts; wins over --fixture")
	flags.StringVar(&f.EnvFile, "env-file", "", "file for the variables (NAME=VALUE), written when the mock is ready and removed at the end")
	flags.StringVar(&f.publicURL, "public-url", "", "address that clients reach the mock by, where it differs from the one it listens on")
	flags.StringVar(&f.versions, "versions", strings.Join(cli.VersionNames(), ","), "versions to serve, with commas between")
	flags.StringVar(&f.controlAddr, "control-addr", "", "address for /_mock/ alone, which --addr then does not serve; port 0 takes a free one")
	flags.StringVar(&f.controlToken, "control-token", "", "file with the token that /_mock/ demands as a bearer, written @FILE; "+cli.ControlToken+" holds the token itself")
	cli.IgnoreVariable(flags.Lookup("control-token"))
	flags.StringVar(&f.fallback, "fallback", "", "another mock of yours, for paths that patmock does not simulate; a public host is refused")
	flags.StringVar(&f.cors, "cors", mockserver.CORSLoopback, "web origins that may use the API from a browser: loopback, *, off, or a list with commas")
	flags.StringVar(&f.allowedHosts, "allowed-hosts", "", "names that Host may have under /_mock/ beside private ones, with commas between; .example.com is a suffix")
	flags.DurationVar(&f.readTimeout, "read-timeout", 30*time.Second, "how long headers may take, and a body beside a minimum rate; then 408")
	flags.DurationVar(&f.idleTimeout, "idle-timeout", 2*time.Minute, "how long a connection may be idle")
	flags.StringVar(&f.checkResponses, "check-responses", "on", "on, or off to send answers without holding them against their documents, which proves nothing")
	flags.StringVar(&f.logFormat, "log-format", "text", "text or json")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	flags.BoolVar(&f.logRequests, "log-requests", false, "log requests that are served, too, one line each")
	cli.SetGroup(flags, cli.GroupControl, "control-addr", "control-token", "allowed-hosts")
	cli.SetGroup(flags, cli.GroupBehaviour, "fallback", "check-responses")
	cli.SetGroup(flags, cli.GroupLimits, "read-timeout", "idle-timeout")
	cli.SetGroup(flags, cli.GroupLog, "log-format", "log-level", "log-requests")
	cli.SetGroup(flags, cli.GroupMock)
}

// Mock is a mock that listens.
type Mock struct {
	Handler  *mockserver.Server
	server   *http.Server
	controls *http.Server // nil where the control surface has no listener of its own
	tenant   *fixtures.Tenant
	addr     net.Addr // that it listens on
	// controlAddr is where it serves the control API, controlToken the token that this requires, empty for none.
	controlAddr  net.Addr
	ControlToken string
	// control is how a client on this machine reaches the control surface.
	Control string
	// local is how a client on this machine reaches the mock, base how clients are told to.
	Local, base string
	Log         *slog.Logger
	failed      chan error
	activity    atomic.Int64  // changes of connections
	ended       chan struct{} // closed when the mock stops
	silent      sync.Map      // of net.Conn: those that have sent nothing yet
}

// Start makes a mock by the flags. Whatever is wrong with them is a usage error.
func (f Flags) Start(ctx context.Context, env cli.Env) (*Mock, error) {
	log, err := newLog(f.logFormat, f.logLevel, env.Stderr)
	if err != nil {
		return nil, err
	}
	config, err := f.config(log, env)
	if err != nil {
		return nil, err
	}
	if f.Warning != "" {
		log.Warn(f.Warning)
	}
	if unfilled := config.Tenant.Placeholders; len(unfilled) > 0 {
		log.Warn("values of the fixture look like variables, which are not filled in: use envsubst on the file before", "fields", strings.Join(unfilled, ", "))
	}
	if err := f.checkPlaces(); err != nil {
		return nil, err
	}
	m := &Mock{tenant: config.Tenant, ControlToken: config.ControlToken, Log: log, failed: make(chan error, 2), ended: make(chan struct{})}
	if config.ControlApart = f.controlAddr != ""; config.ControlApart {
		config.BaseURL = func() string { return m.base } // the control surface is asked by another name
	}
	limit := cgroupLimit("/")
	followLimit(env, limit)
	config.MemoryBudget = cmp.Or(config.MemoryBudget, defaultBudget(limit))
	if m.Handler, err = mockserver.New(config); err != nil {
		return nil, configUsage(err)
	}
	listener, err := listen(ctx, "addr", f.addr)
	if err != nil {
		return nil, errors.Join(err, m.Handler.Close())
	}
	m.addr, m.Local = listener.Addr(), localURL(listener.Addr().String())
	m.base, m.Control, m.controlAddr = cmp.Or(config.PublicURL, m.Local), m.Local, m.addr
	var apart net.Listener
	if config.ControlApart {
		if apart, err = listen(ctx, "control-addr", f.controlAddr); err != nil {
			return nil, errors.Join(err, listener.Close(), m.Handler.Close())
		}
		m.Control, m.controlAddr = localURL(apart.Addr().String()), apart.Addr()
	}
	m.server = m.serve(listener, m.Handler)
	if apart != nil {
		m.controls = m.serve(apart, m.Handler.ControlHandler())
	}
	go releaseIdle(m.ended, m.activity.Load, debug.FreeOSMemory)
	return m, nil
}

// configFlags are the flags of the fields of a mockserver.Config.
var configFlags = map[string]string{
	"Tenant": "--fixture", "Versions": "--versions", "PublicURL": "--public-url", "Dialect": "--dialect",
	"MaxNamespaces": "--max-namespaces", "JournalSize": "--journal-size", "MemoryBudget": "--memory-budget", "StateFile": "--state",
	"Fallback": "--fallback", "CORS": "--cors",
	"ReadTimeout": "--read-timeout", "IdleTimeout": "--idle-timeout",
	"Profile.RateLimit": "--rate-limit", "Profile.TokenLimit": "--token-limit",
	"Profile.ScopeDelay": "--scope-delay", "Profile.NeverExpiresAs": "--never-expires-as",
	"Profile.Hostile": "--hostile", "Profile.HostileRate": "--hostile-rate",
	"Profile.HostileInARow": "--hostile-in-a-row",
}

// flagOfConfig returns the flag that an error of mockserver.New is about.
func flagOfConfig(err error) string {
	var wrong *mockserver.ConfigError
	if !errors.As(err, &wrong) {
		return ""
	}
	return configFlags[wrong.Field]
}

// configUsage returns the usage error of an error of mockserver.New. It begins with the flag, in place
// of what the package calls the field.
func configUsage(err error) error {
	flag := flagOfConfig(err)
	if flag == "" || strings.Contains(err.Error(), flag) {
		return cli.Usagef(flag, "%w", err)
	}
	label := strings.ReplaceAll(strings.TrimPrefix(flag, "--"), "-", " ") + ": "
	return cli.Usagef(flag, "%w", cli.Renamed(flag+": "+strings.TrimPrefix(err.Error(), label), err))
}

// config is the mock that the flags ask for.
func (f Flags) config(log *slog.Logger, env cli.Env) (mockserver.Config, error) {
	config := mockserver.Config{
		Log: log, MaxNamespaces: f.maxNamespaces, NamespaceTTL: f.namespaceTTL, JournalSize: f.journalSize, StateFile: f.state, Fallback: f.fallback,
		LogRequests: f.logRequests, CORS: f.cors, ReadTimeout: f.readTimeout, IdleTimeout: f.idleTimeout,
	}
	if f.logRequests && !log.Enabled(context.Background(), slog.LevelInfo) {
		return config, cli.Usagef("--log-requests", "--log-requests needs --log-level info or debug, got %s: requests that are served are logged at info", f.logLevel)
	}
	if f.allowedHosts != "" {
		config.AllowedHosts = strings.Split(f.allowedHosts, ",")
	}
	for flag, d := range map[string]time.Duration{"read-timeout": f.readTimeout, "idle-timeout": f.idleTimeout} {
		if d <= 0 {
			return config, cli.Usagef("--"+flag, "--%s must be positive, got %s", flag, d)
		}
	}
	if err := mockserver.CheckCORS(f.cors); err != nil {
		return config, cli.Usagef("--cors", "--cors: %w%s", err, cli.OnOffHint(f.cors, mockserver.CORSLoopback, "off"))
	}
	for flag, n := range map[string]int{"max-namespaces": f.maxNamespaces, "journal-size": f.journalSize} {
		if n < 1 {
			return config, cli.Usagef("--"+flag, "--%s %d: expected at least 1", flag, n)
		}
	}
	if f.checkResponses != "on" && f.checkResponses != "off" {
		return config, cli.Usagef("--check-responses", "--check-responses %q: expected on or off%s", f.checkResponses, cli.OnOffHint(f.checkResponses, "on", "off"))
	}
	config.SkipResponseValidation = f.checkResponses == "off"
	if f.namespaceTTL <= 0 {
		config.NamespaceTTL = -1 // keeps all
	}
	var err error
	if f.memoryBudget != "" {
		if config.MemoryBudget, err = parseBytes(f.memoryBudget); err != nil {
			return config, cli.Usagef("--memory-budget", "--memory-budget %w", err)
		}
		if config.MemoryBudget == 0 {
			return config, cli.Usagef("--memory-budget", "--memory-budget %s: expected at least 1MiB", f.memoryBudget)
		}
	}
	if f.publicURL != "" {
		if config.PublicURL, err = mockserver.CheckBaseURL(f.publicURL); err != nil {
			return config, cli.Usagef("--public-url", "--public-url %w", err)
		}
	}
	if config.Tenant, err = fixtures.Open(f.fixture); err != nil {
		return config, cli.Usagef("--fixture", "%w", err)
	}
	if config.Versions, err = cli.ParseVersions(f.versions); err != nil {
		return config, err
	}
	if config.ControlToken, err = remote.DemandedToken(f.controlToken, env); err != nil {
		return config, err
	}
	if config.RandomSeed, err = f.seed(); err != nil {
		return config, err
	}
	if config.Dialect, err = readDialect(f.dialect); err != nil {
		return config, err
	}
	config.Profile, err = f.profileOf()
	return config, err
}

// Login is how a user logs in, the first administrator where no user is named, and the user's name: empty where nobody can.
func (m *Mock) Login(user string) (v credentials.Login, as string, err error) {
	who, err := m.Handler.Control().Credentials(context.Background())
	if err != nil {
		return v, "", err
	}
	var names []string
	for _, u := range who.Users {
		if user == "" || user == u.Name {
			return credentials.Login{BaseURL: m.base, ClientID: u.ClientID, ClientSecret: u.ClientSecret}, u.Name, nil
		}
		names = append(names, u.Name)
	}
	if user == "" {
		return v, "", nil
	}
	if _, err := m.tenant.Login(user); err != nil {
		return v, "", cli.Usagef("--user", "%w", err)
	}
	return v, "", cli.Usagef("--user", "nobody who can log in is named %q%s; there are %s", user, cli.DidYouMean(user, names), strings.Join(names, ", "))
}
