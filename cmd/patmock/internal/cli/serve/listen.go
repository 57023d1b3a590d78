package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/spec/redact"
)

// shutdownGrace limits pending requests after a termination signal.
const shutdownGrace = 5 * time.Second

// checkListenFlags returns a usage error if an address or the env file is invalid. It runs before
// any address is bound.
func (f Flags) checkListenFlags() error {
	if f.addr == "" { // would listen on every interface
		return cli.Flagf("addr",
			" is empty: expected an address such as 127.0.0.1:17280, or :17280 for all interfaces")
	}
	if err := checkListen("addr", f.addr); err != nil {
		return err
	}
	if f.controlAddr != "" {
		if err := checkListen("control-addr", f.controlAddr); err != nil {
			return err
		}
	}
	if f.EnvFile != "" {
		return checkEnvFile(f.EnvFile)
	}
	return nil
}

func checkListen(flag, addr string) error {
	if err := checkAddress(addr); err != nil {
		return cli.Usagef("--"+flag, "--%s %s: %w", flag, redact.Address(addr), err)
	}
	return nil
}

// checkAddress returns an error if a listen address is malformed. The error suggests a valid one.
func checkAddress(addr string) error {
	const expected = "expected an address such as 127.0.0.1:17280"
	_, port, splitErr := net.SplitHostPort(addr)
	switch u, _ := url.Parse(addr); {
	case strings.Contains(addr, "@"): // may contain a password, so it is not printed
		return errors.New("expected an address without user and password")
	case strings.Contains(addr, "://") && u != nil && u.Host != "":
		return addressSuggestion(u.Hostname(), u.Port())
	case strings.ContainsAny(addr, "/ "):
		return errors.New(expected)
	case splitErr == nil:
		if _, err := net.DefaultResolver.LookupPort(context.Background(), "tcp", port); err != nil {
			return fmt.Errorf("expected a port up to 65535, got %q", port)
		}
		return nil
	case cli.Digits.MatchString(addr):
		return addressSuggestion("", addr)
	case strings.Contains(addr, ":") && !strings.Contains(addr, "["):
		return errors.New(expected + ", or [::1]:17280")
	case !strings.Contains(addr, ":"):
		return addressSuggestion(addr, "")
	}
	return errors.New(expected)
}

// addressSuggestion returns an error that suggests an address for a host or a port. Without a host
// it suggests loopback, because a port alone would listen on every interface.
func addressSuggestion(host, port string) error {
	addr := net.JoinHostPort(cmp.Or(host, "127.0.0.1"), cmp.Or(port, "17280"))
	return fmt.Errorf("expected HOST:PORT (did you mean %s?)", addr)
}

func explainListen(addr string, err error) error {
	host, _, _ := net.SplitHostPort(addr) // validated by checkListen
	dns, unknownHost := errors.AsType[*net.DNSError](err)
	switch {
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return errors.New("this machine has no such address (try 127.0.0.1)")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("no permission for this port: use one above 1023")
	case unknownHost && dns.Name == host:
		return fmt.Errorf("unknown host %s", host)
	}
	return err
}

// listen binds an address. Its error explains what to do if the address is in use.
func listen(ctx context.Context, flag, addr string) (net.Listener, error) {
	if err := checkListen(flag, addr); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil,
			cli.Usagef("--"+flag,
				"%s is in use, perhaps by another patmock: stop it, or set --%s 127.0.0.1:0 (%s)",
				addr, flag, cli.Variable(flag))
	}
	if err != nil {
		return nil,
			cli.Usagef("--"+flag, "--%s %s: %w", flag, redact.Address(addr),
				explainListen(addr, err))
	}
	return listener, nil
}

func (m *Mock) serve(listener net.Listener, handler http.Handler) *http.Server {
	server := m.Handler.HTTPServer(handler)
	server.ConnState = m.trackConn
	go func() { m.serveErrs <- server.Serve(m.Handler.Listener(listener)) }()
	return server
}

func (m *Mock) wait(ctx context.Context) error {
	select {
	case err := <-m.serveErrs:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		return nil
	}
}

// trackConn tracks connections without a request. Clients open some in advance, and keep those of
// HTTP/2 with TLS, for which Shutdown would wait a second. It closes connections that are accepted
// during shutdown.
func (m *Mock) trackConn(c net.Conn, state http.ConnState) {
	m.activity.Add(1)
	_, http2 := c.(*tls.Conn)
	if state != http.StateNew && (!http2 || state != http.StateIdle) {
		m.idleConns.Delete(c)
		return
	}
	m.idleConns.Store(c, nil)
	select {
	case <-m.done:
		_ = c.Close()
	default:
	}
}

// Stop waits up to shutdownGrace for pending requests.
func (m *Mock) Stop() error {
	grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	close(m.done) // first, so that trackConn closes new connections
	m.idleConns.Range(func(c, _ any) bool {
		_ = c.(net.Conn).Close() // Shutdown would wait for a request on it
		return true
	})
	m.Handler.Stop() // ends delays injected by faults
	var err error
	for _, server := range []*http.Server{m.server, m.controlServer} {
		if server == nil {
			continue
		}
		stopErr := server.Shutdown(grace)
		if errors.Is(stopErr, context.DeadlineExceeded) {
			m.Log.Warn("pending requests were canceled", "after", shutdownGrace)
			stopErr = server.Close()
		}
		err = errors.Join(err, stopErr)
	}
	if err = errors.Join(err, m.Handler.Close()); err != nil { // after the last write
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// localURL returns the URL at which clients on this machine reach addr. Wildcard addresses become
// loopback.
func localURL(addr string, https bool) string {
	scheme := "http://"
	if https {
		scheme = "https://"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return scheme + addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, port)
}
