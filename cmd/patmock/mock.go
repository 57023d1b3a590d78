package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/pflag"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/spec/version"
)

// shutdownGrace is how long requests under way have to end once the process is told to stop.
const shutdownGrace = 5 * time.Second

// mockFlags are the flags of every command that runs a mock, as they were given.
type mockFlags struct {
	addr, fixture, publicURL string
	versions                 string
	logFormat, logLevel      string
	envFile                  string
}

func (f *mockFlags) register(flags *pflag.FlagSet, addr string) {
	flags.StringVar(&f.addr, "addr", addr, "address to listen on; port 0 takes a free one")
	flags.StringVar(&f.fixture, "fixture", "default", "tenant to start from: "+strings.Join(fixtures.Names(), ", ")+", or a file")
	flags.StringVar(&f.versions, "versions", strings.Join(versionNames(), ","), "versions to serve, with commas between")
	flags.StringVar(&f.publicURL, "public-url", "", "address that clients reach the mock by, where it differs from the one it listens on")
	flags.StringVar(&f.envFile, "env-file", "", "file for the variables (NAME=VALUE), written when the mock is ready and removed at the end")
	flags.StringVar(&f.logFormat, "log-format", "text", "text or json")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
}

// mock is a mock that listens.
type mock struct {
	listener net.Listener
	server   *http.Server
	tenant   *fixtures.Tenant
	// local is how a client on this machine reaches the mock, base how clients are told to.
	local, base string
	log         *slog.Logger
	failed      chan error
	silent      sync.Map // of net.Conn: those that have sent nothing yet
}

// start makes a mock by the flags. Whatever is wrong with them is a usage error.
func (f mockFlags) start(ctx context.Context, env environment) (*mock, error) {
	log, err := newLog(f.logFormat, f.logLevel, env.stderr)
	if err != nil {
		return nil, &usageError{err}
	}
	config := mockserver.Config{Log: log}
	if f.publicURL != "" {
		if config.PublicURL, err = mockserver.CheckBaseURL(f.publicURL); err != nil {
			return nil, &usageError{fmt.Errorf("--public-url %w", err)}
		}
	}
	if config.Tenant, err = fixtures.Open(f.fixture); err != nil {
		return nil, &usageError{err}
	}
	if config.Versions, err = parseVersions(f.versions); err != nil {
		return nil, &usageError{err}
	}
	if f.addr == "" { // which would be every interface
		return nil, &usageError{errors.New("--addr is empty: expected an address such as 127.0.0.1:17280, or :17280 for every interface")}
	}
	handler, err := mockserver.New(config)
	if err != nil {
		return nil, &usageError{err}
	}
	listener, err := listen(ctx, f.addr)
	if err != nil {
		return nil, err
	}
	m := &mock{
		listener: listener, tenant: config.Tenant, local: localURL(listener.Addr()), log: log,
		failed: make(chan error, 1),
		server: &http.Server{
			Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
			DisableGeneralOptionsHandler: true,
			ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		},
	}
	m.server.ConnState = m.follow
	m.base = cmp.Or(config.PublicURL, m.local)
	go func() { m.failed <- m.server.Serve(listener) }()
	return m, nil
}

func parseVersions(list string) ([]version.Version, error) {
	var versions []version.Version
	for _, name := range strings.Split(list, ",") {
		v, err := version.Parse(strings.TrimSpace(name))
		if err != nil {
			return nil, fmt.Errorf("--versions: %w%s", err, didYouMean(name, versionNames()))
		}
		if !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	return versions, nil
}

func versionNames() []string {
	var names []string
	for _, v := range version.All() {
		names = append(names, string(v))
	}
	return names
}

// listen says what to try when the address is taken.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, &usageError{fmt.Errorf("%s is in use, perhaps by another patmock: stop that, or take a free port with --addr 127.0.0.1:0 (PATMOCK_ADDR)", addr)}
	}
	if err != nil {
		return nil, &usageError{fmt.Errorf("listen on %q: %w; expected an address such as 127.0.0.1:17280", addr, err)}
	}
	return listener, nil
}

// wait returns when the context ends, or with the error that ended the mock.
func (m *mock) wait(ctx context.Context) error {
	select {
	case err := <-m.failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		return nil
	}
}

// follow remembers the connections on which no request has come yet: clients open some ahead.
func (m *mock) follow(c net.Conn, state http.ConnState) {
	if state == http.StateNew {
		m.silent.Store(c, nil)
	} else {
		m.silent.Delete(c)
	}
}

// stop lets the requests under way end, but not for long.
func (m *mock) stop() error {
	grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	m.silent.Range(func(c, _ any) bool {
		_ = c.(net.Conn).Close() // a shutdown would wait for a request on it
		return true
	})
	err := m.server.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		m.log.Warn("requests were still under way and have been cut off", "after", shutdownGrace)
		return m.server.Close()
	}
	if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// localURL is how a client on this machine reaches an address; a wildcard becomes loopback.
func localURL(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func newLog(format, level string, w io.Writer) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil || strings.ContainsAny(level, "+-") {
		return nil, fmt.Errorf("--log-level %q: expected debug, info, warn or error%s", level, didYouMean(level, values["log-level"]))
	}
	switch format {
	case "text": // for people: the message as it is, without quotes
		return slog.New(tint.NewTextHandler(w, &tint.Options{Level: l, NoColor: true, TimeFormat: time.TimeOnly})), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
	}
	return nil, fmt.Errorf("--log-format %q: expected text or json%s", format, didYouMean(format, values["log-format"]))
}
