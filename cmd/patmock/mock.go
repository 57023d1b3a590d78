package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
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
	versions                 []string
	logFormat, logLevel      string
}

func (f *mockFlags) register(flags *pflag.FlagSet, addr string) {
	flags.StringVar(&f.addr, "addr", addr, "address to listen on; port 0 takes a free one")
	flags.StringVar(&f.fixture, "fixture", "default", "tenant to start from: "+strings.Join(fixtures.Names(), ", ")+", or a file")
	flags.StringSliceVar(&f.versions, "versions", nil, "versions to serve (default all: "+version.Join(version.All())+")")
	flags.StringVar(&f.publicURL, "public-url", "", "address that clients reach the mock by, where it differs from the one it listens on")
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
}

// start makes a mock by the flags. Whatever is wrong with them is a usage error.
func (f mockFlags) start(ctx context.Context, env environment) (*mock, error) {
	log, err := newLog(f.logFormat, f.logLevel, env.stderr)
	if err != nil {
		return nil, &usageError{err}
	}
	config := mockserver.Config{PublicURL: f.publicURL, Log: log}
	if config.Tenant, err = fixtures.Open(f.fixture); err != nil {
		return nil, &usageError{err}
	}
	if config.Versions, err = parseVersions(f.versions); err != nil {
		return nil, &usageError{err}
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
		listener: listener, tenant: config.Tenant, local: localURL(listener.Addr()), base: f.publicURL, log: log,
		failed: make(chan error, 1),
		server: &http.Server{
			Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		},
	}
	if m.base == "" {
		m.base = m.local
	}
	go func() { m.failed <- m.server.Serve(listener) }()
	return m, nil
}

func parseVersions(names []string) ([]version.Version, error) {
	var versions []version.Version
	for _, name := range names {
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

// stop lets the requests under way end.
func (m *mock) stop() error {
	grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	if err := m.server.Shutdown(grace); err != nil {
		return errors.Join(fmt.Errorf("stop: %w", err), m.server.Close())
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
		return slog.New(tint.NewHandler(w, &tint.Options{Level: l, NoColor: true, TimeFormat: time.TimeOnly})), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
	}
	return nil, fmt.Errorf("--log-format %q: expected text or json%s", format, didYouMean(format, values["log-format"]))
}
