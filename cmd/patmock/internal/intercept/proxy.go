package intercept

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/patmock/mockserver"
)

// Config configures a Proxy.
type Config struct {
	// Mock serves the hosts of tenants.
	Mock *mockserver.Server
	// Issue returns a certificate for a host.
	Issue func(hosts ...string) (tls.Certificate, error)
	// Hosts are the hosts of tenants. Allowed are the other hosts that the proxy passes on to. A
	// host of both is one of a tenant.
	Hosts, Allowed Hosts
	// NamespacePerTenant makes the name of a tenant its namespace. Otherwise all tenants are the
	// default namespace.
	NamespacePerTenant bool
	// Local are the addresses of the mock itself, such as 127.0.0.1:17280. They are allowed.
	Local []string
	// Upstream returns the proxy for a request to an allowed host, as http.Transport.Proxy does.
	// Nil means no proxy.
	Upstream func(*http.Request) (*url.URL, error)
	// Log is the logger.
	Log *slog.Logger
	// HandshakeTimeout limits the time from CONNECT to the end of the TLS handshake. Zero means 10
	// seconds.
	HandshakeTimeout time.Duration
	// MaxConns is the maximum number of connections. Zero means 1,000.
	MaxConns int
}

// Defaults of a Config.
const (
	defaultHandshakeTimeout = 10 * time.Second
	defaultMaxConns         = 1000
)

// Stats are counts of a proxy.
type Stats struct {
	// Requests is the number of requests to tenants, which the mock served.
	Requests int64
	// FailedHandshakes is the number of TLS connections to tenants that the client ended, because
	// it does not trust the certificate.
	FailedHandshakes int64
	// Others is the number of requests to other hosts, and Rejected the number of those rejected.
	Others, Rejected int64
}

// Proxy is an HTTP proxy on loopback.
type Proxy struct {
	config   Config
	listener net.Listener
	outer    *http.Server // serves clients of the proxy
	inner    *http.Server // serves connections to tenants inside of CONNECT
	tunneled *tunnelListener
	tenant   http.Handler
	forward  *httputil.ReverseProxy
	tls      *tls.Config
	conns    chan struct{} // a slot for each connection
	done     chan struct{}
	work     sync.WaitGroup
	close    func()

	requests, failedHandshakes, others, rejected atomic.Int64

	mu           sync.Mutex
	certificates map[string]*tls.Certificate
	logged       map[string]bool // lines of the log that are not repeated
	tunnels      map[net.Conn]bool
	closed       bool
}

// Start starts a proxy on a free port of the loopback interface. The caller must call Close.
func Start(ctx context.Context, c Config) (*Proxy, error) {
	c.HandshakeTimeout = cmp.Or(c.HandshakeTimeout, defaultHandshakeTimeout)
	c.MaxConns = cmp.Or(c.MaxConns, defaultMaxConns)
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for --intercept: %w", err)
	}
	p := &Proxy{
		config: c, conns: make(chan struct{}, c.MaxConns), done: make(chan struct{}),
		certificates: map[string]*tls.Certificate{}, logged: map[string]bool{},
		tunnels: map[net.Conn]bool{},
	}
	p.listener = &boundListener{listener, p, make(chan struct{}, maxRejecting)}
	p.close = sync.OnceFunc(func() { close(p.done) })
	p.tunneled = &tunnelListener{make(chan net.Conn), p.done, listener.Addr()}
	p.tenant = c.Mock.TenantHandler(p.resolve)
	p.tls = &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: p.certificate,
	}
	p.forward = p.newForward()
	p.outer = c.Mock.HTTPServer(http.HandlerFunc(p.serveProxy))
	p.outer.Protocols = new(http.Protocols)
	p.outer.Protocols.SetHTTP1(true)
	p.outer.ErrorLog = slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug)
	p.inner = c.Mock.HTTPServer(http.HandlerFunc(p.serveTunneled))
	p.inner.Protocols = new(http.Protocols)
	p.inner.Protocols.SetHTTP1(true)
	p.inner.Protocols.SetHTTP2(true)
	p.inner.ErrorLog = p.outer.ErrorLog
	p.inner.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, targetKey{}, targetOf(conn))
	}
	p.spawn(func() { _ = p.outer.Serve(p.listener) }) // until it is closed
	p.spawn(func() { _ = p.inner.Serve(p.tunneled) })
	return p, nil
}

// spawn starts a goroutine that Close waits for. After Close it does nothing.
func (p *Proxy) spawn(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.work.Go(f)
	}
}

// Addr returns the address of the proxy.
func (p *Proxy) Addr() *net.TCPAddr { return p.listener.Addr().(*net.TCPAddr) }

// Stats returns the counts so far.
func (p *Proxy) Stats() Stats {
	return Stats{
		Requests: p.requests.Load(), FailedHandshakes: p.failedHandshakes.Load(),
		Others: p.others.Load(), Rejected: p.rejected.Load(),
	}
}

// Close ends all connections, also those to other hosts.
func (p *Proxy) Close() error {
	p.close()
	err := errors.Join(p.outer.Close(), p.inner.Close())
	p.mu.Lock()
	p.closed = true
	open := slices.Collect(maps.Keys(p.tunnels))
	p.mu.Unlock()
	for _, conn := range open {
		_ = conn.Close() // may call untrack
	}
	p.work.Wait()
	return err
}

// target is the host of a tenant that a client sends a request to.
type target struct {
	scheme, host string
	// port is empty if it is the default of the scheme.
	port string
}

// targetKey is the key of the target in a context.
type targetKey struct{}

func newTarget(scheme, host, port string) target {
	if scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		port = ""
	}
	return target{scheme, host, port}
}

// authority returns the host as in the Host header.
func (t target) authority() string {
	host := t.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if t.port != "" {
		host += ":" + t.port
	}
	return host
}

// resolve returns the namespace of a request to a tenant, and its base URL.
func (p *Proxy) resolve(r *http.Request) (namespace, baseURL string) {
	t, _ := r.Context().Value(targetKey{}).(target)
	if p.config.NamespacePerTenant {
		namespace = tenantName(t.host)
	}
	return namespace, t.scheme + "://" + t.authority()
}

// serveProxy serves a client of the proxy.
func (p *Proxy) serveProxy(rw http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		p.serveConnect(rw, r)
		return
	}
	if r.URL.Host == "" {
		writeText(rw, http.StatusBadRequest, "this is the proxy of patmock exec --intercept: "+
			"send requests through it, or to the address in PATMOCK_URL")
		return
	}
	scheme := strings.ToLower(r.URL.Scheme)
	if scheme == "ws" || scheme == "wss" {
		scheme = strings.Replace(scheme, "ws", "http", 1)
	}
	host, port, err := splitTarget(r.URL.Host, map[string]string{"http": "80"}[scheme])
	if err == nil && scheme != "http" && scheme != "https" {
		err = fmt.Errorf("expected http or https, got %.20q", scheme)
	}
	switch {
	case err != nil:
		writeText(rw, http.StatusBadRequest, err.Error())
	case p.config.Hosts.Match(host):
		if scheme == "http" {
			p.warnPlain(host)
		}
		p.serveTenant(rw, withoutProxyHeaders(r), newTarget(scheme, host, port))
	case p.allows(rw, host, port):
		p.forward.ServeHTTP(rw, r)
	}
}

// withoutProxyHeaders returns a request as a server gets it without a proxy.
func withoutProxyHeaders(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.URL.User = "", "", nil
	r.RequestURI = r.URL.RequestURI()
	r.Header.Del("Proxy-Connection")
	r.Header.Del("Proxy-Authorization")
	return r
}

// warnPlain logs that a client used http for a tenant.
func (p *Proxy) warnPlain(host string) {
	p.logOnce("http://" + host + ": the mock served it, but a tenant speaks https only")
}

// serveTunneled serves a request to a tenant inside of CONNECT.
func (p *Proxy) serveTunneled(rw http.ResponseWriter, r *http.Request) {
	t, _ := r.Context().Value(targetKey{}).(target)
	if r.TLS == nil {
		p.warnPlain(t.host)
	}
	if r.URL.Host != "" && r.Method != http.MethodConnect { // a proxy of a proxy
		r = withoutProxyHeaders(r)
	}
	p.serveTenant(rw, r, t)
}

// serveTenant serves a request to a tenant by the mock.
func (p *Proxy) serveTenant(rw http.ResponseWriter, r *http.Request, t target) {
	p.requests.Add(1)
	if r.Method == http.MethodConnect {
		writeText(rw, http.StatusMethodNotAllowed, t.host+" is not a proxy")
		return
	}
	if host, _, err := splitTarget(r.Host, ""); r.Host != "" && (err != nil || host != t.host) {
		writeText(rw, http.StatusMisdirectedRequest,
			fmt.Sprintf("the Host header is %.80q, but the connection is to %s", r.Host, t.host))
		return
	}
	p.tenant.ServeHTTP(rw, r.WithContext(context.WithValue(r.Context(), targetKey{}, t)))
}

// allows reports whether the proxy passes requests on to a host. It rejects others.
func (p *Proxy) allows(rw http.ResponseWriter, host, port string) bool {
	address := net.JoinHostPort(host, port)
	for _, local := range p.config.Local {
		if address == local {
			return true
		}
	}
	p.others.Add(1)
	if p.config.Allowed.Match(host) {
		return true
	}
	p.rejected.Add(1)
	p.logOnce("rejected a connection to " + address + ": --intercept-allow " + host +
		" passes it on, --intercept-hosts " + host + " serves the mock there")
	writeText(rw, http.StatusForbidden, "patmock exec --intercept: "+host+
		" is not the host of a tenant, and other hosts are rejected.\nSet --intercept-allow "+host+
		" to pass it on, or --intercept-hosts "+host+" to serve the mock there.")
	return false
}

// maxLogged is the maximum number of lines that are logged once.
const maxLogged = 1000

// logOnce logs a warning unless it was logged before.
func (p *Proxy) logOnce(text string, attributes ...any) {
	p.mu.Lock()
	known := p.logged[text] || len(p.logged) >= maxLogged
	if !known {
		p.logged[text] = true
	}
	p.mu.Unlock()
	if !known {
		p.config.Log.Warn(text, attributes...)
	}
}

func writeText(rw http.ResponseWriter, status int, text string) {
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.Header().Set("X-Content-Type-Options", "nosniff")
	rw.WriteHeader(status)
	_, _ = rw.Write([]byte(text + "\n")) //nolint:gosec // it is plain text
}
