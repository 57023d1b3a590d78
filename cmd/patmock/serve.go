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

	"github.com/spf13/cobra"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/spec/version"
)

// shutdownGrace is how long requests under way have to end once the process is told to stop.
const shutdownGrace = 5 * time.Second

// serveFlags are the flags of serve, as they were given.
type serveFlags struct {
	addr, fixture, publicURL string
	versions                 []string
	logFormat, logLevel      string
}

func newServe(env environment) *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the mock",
		Long: "Runs the mock until it is told to stop. Prints its address and, ready to paste, the variables that SDKs read.\n" +
			"Every flag can also be set by a variable: PATMOCK_ADDR, PATMOCK_FIXTURE and so on.",
		Example: "  patmock serve --addr 127.0.0.1:0 --fixture crowded",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), f, env) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", "127.0.0.1:17280", "address to listen on; port 0 takes a free one")
	flags.StringVar(&f.fixture, "fixture", "default", "tenant to start from: "+strings.Join(fixtures.Names(), ", ")+", or a file")
	flags.StringSliceVar(&f.versions, "versions", nil, "versions to serve (default all: "+version.Join(version.All())+")")
	flags.StringVar(&f.publicURL, "public-url", "", "address that clients reach the mock by, where it differs from the one it listens on")
	flags.StringVar(&f.logFormat, "log-format", "text", "text or json")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	return cmd
}

func serve(ctx context.Context, f serveFlags, env environment) error {
	log, err := newLog(f.logFormat, f.logLevel, env.stderr)
	if err != nil {
		return &usageError{err}
	}
	config := mockserver.Config{PublicURL: f.publicURL, Log: log}
	if config.Tenant, err = fixtures.Open(f.fixture); err != nil {
		return &usageError{err}
	}
	for _, name := range f.versions {
		v, err := version.Parse(strings.TrimSpace(name))
		if err != nil {
			return &usageError{err}
		}
		if !slices.Contains(config.Versions, v) {
			config.Versions = append(config.Versions, v)
		}
	}
	mock, err := mockserver.New(config)
	if err != nil {
		return &usageError{err}
	}
	listener, err := listen(ctx, f.addr)
	if err != nil {
		return err
	}
	if err := announce(env.stdout, config, listener.Addr()); err != nil {
		return err
	}
	return serveUntil(ctx, listener, mock, log)
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

// serveUntil serves until the context ends, and then lets the requests under way end.
func serveUntil(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	log.Info("stopping")
	grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return errors.Join(fmt.Errorf("stop: %w", err), server.Close())
	}
	return nil
}

// announce prints where the mock is and how to reach it.
func announce(w io.Writer, config mockserver.Config, addr net.Addr) error {
	base := localURL(addr)
	lines := []string{"patmock listens on " + base}
	if config.PublicURL != "" {
		base = config.PublicURL
	}
	user := config.Tenant.Admin()
	token, err := config.Tenant.Login(user)
	switch {
	case user == "":
		lines = append(lines, "# nobody in "+config.Tenant.Source+" has a token to log in with")
	case err != nil:
		return err
	case config.Tenant.BuiltIn:
		lines = append(lines, "", "# "+user+" logs in with:", exports(base, token.ID, token.Secret))
	default:
		lines = append(lines, "", "# "+user+" logs in with:",
			fmt.Sprintf("export SAIL_BASE_URL=%s SAIL_CLIENT_ID=%s", base, token.ID),
			fmt.Sprintf("# the secret for SAIL_CLIENT_SECRET stands in %s, line %d", config.Tenant.Source, token.Line))
	}
	_, err = fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// exports is a line for a shell with the variables that SailPoint's SDKs read.
func exports(base, id, secret string) string {
	return fmt.Sprintf("export SAIL_BASE_URL=%s SAIL_CLIENT_ID=%s SAIL_CLIENT_SECRET=%s", base, id, secret)
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
		return nil, fmt.Errorf("--log-level %q: expected debug, info, warn or error", level)
	}
	options := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, fmt.Errorf("--log-format %q: expected text or json", format)
}
