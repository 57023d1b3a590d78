package server

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"sync"
	"time"

	"example.com/patmock/internal/authority"
	"example.com/patmock/mockserver/internal/budget"
)

// TLS configures https.
type TLS struct {
	// Certificates are the certificates of the user. If it is empty, Authority issues them.
	Certificates []tls.Certificate
	Authority    *authority.Authority
	// Hosts are hosts of each issued certificate, in addition to those of this machine and of the
	// public URL.
	Hosts []string
}

// localHosts are the hosts of each issued certificate.
var localHosts = []string{"localhost", "127.0.0.1", "::1"}

// tlsConfig returns the configuration of TLS listeners, or nil for plain http.
func (s *Server) tlsConfig(c *TLS) (*tls.Config, error) {
	if c == nil {
		return nil, nil
	}
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		Certificates: c.Certificates,
	}
	if len(c.Certificates) > 0 {
		return config, nil
	}
	issuer := &issuer{authority: c.Authority, guard: s.guard}
	hosts := slices.Concat(localHosts, c.Hosts)
	if u, err := url.Parse(s.config.PublicURL); err == nil {
		hosts = append(hosts, u.Hostname())
	}
	for _, host := range hosts {
		if host != "" && !slices.Contains(issuer.hosts, host) {
			issuer.hosts = append(issuer.hosts, host)
		}
	}
	first, err := c.Authority.Issue(issuer.hosts...)
	if err != nil {
		return nil, err
	}
	issuer.first = &first
	config.GetCertificate = issuer.certificate
	return config, nil
}

// issuer issues the certificates of a mock.
type issuer struct {
	authority *authority.Authority
	guard     controlGuard
	hosts     []string
	first     *tls.Certificate // of hosts
}

// certificate returns the certificate of a connection. It issues another one for an address of this
// machine and for a private name, such as that of a container, under which the client has reached
// the mock.
func (i *issuer) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	host := hello.ServerName
	if host == "" { // no name belongs to an address
		if addr, ok := hello.Conn.LocalAddr().(*net.TCPAddr); ok {
			host = addr.IP.String()
		}
	}
	if host == "" || i.first.Leaf.VerifyHostname(host) == nil || !i.guard.allows(host) {
		return i.first, nil
	}
	other, err := i.authority.Issue(append([]string{host}, i.hosts...)...)
	if err != nil { // the name is invalid
		return i.first, nil //nolint:nilerr // the client rejects the certificate
	}
	return &other, nil
}

// tlsListener returns connections after their TLS handshake. It explains failed handshakes in the
// log, once for each client.
type tlsListener struct {
	net.Listener
	config   *tls.Config
	timeout  time.Duration // of a handshake
	log      *slog.Logger
	inFlight *budget.Share
	rejected clientSet

	ctx      context.Context //nolint:containedctx // it ends with the listener
	cancel   func()
	pending  sync.WaitGroup // of handshakes and of accept
	accepted chan acceptResult
}

type acceptResult struct {
	conn net.Conn
	err  error
}

func newTLSListener(l net.Listener, config *tls.Config, c Config,
	share *budget.Share,
) net.Listener {
	ctx, cancel := context.WithCancel(context.Background())
	listener := &tlsListener{
		Listener: l, config: config, timeout: c.ReadTimeout, log: c.Log, inFlight: share,
		ctx: ctx, cancel: cancel, accepted: make(chan acceptResult),
	}
	listener.pending.Go(listener.accept)
	return listener
}

// accept accepts connections until Close.
func (l *tlsListener) accept() {
	for {
		conn, err := l.Listener.Accept()
		if err == nil {
			l.pending.Go(func() { l.handshake(conn) })
			continue
		}
		if !l.send(acceptResult{err: err}) || errors.Is(err, net.ErrClosed) {
			return
		}
	}
}

// send passes a result to Accept. It reports false after Close.
func (l *tlsListener) send(r acceptResult) bool {
	select {
	case l.accepted <- r:
		return true
	case <-l.ctx.Done():
		return false
	}
}

// Accept implements net.Listener.
func (l *tlsListener) Accept() (net.Conn, error) {
	select {
	case r := <-l.accepted:
		return r.conn, r.err
	case <-l.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. It closes connections whose handshake has not ended.
func (l *tlsListener) Close() error {
	l.cancel()
	err := l.Listener.Close()
	l.pending.Wait()
	return err
}

// handshake passes a connection to Accept after its handshake. An HTTP/2 connection must be a
// *tls.Conn for net/http.
func (l *tlsListener) handshake(raw net.Conn) {
	ctx, cancel := context.WithTimeout(l.ctx, l.timeout)
	defer cancel()
	secure := tls.Server(raw, l.config)
	if err := secure.HandshakeContext(ctx); err != nil {
		l.reject(raw, err)
		_ = raw.Close()
		return
	}
	var conn net.Conn = secure
	if secure.ConnectionState().NegotiatedProtocol != "h2" {
		conn = &secureConn{
			&httpConn{Conn: secure, inspected: true, lease: l.inFlight.Lease()}, secure,
		}
	}
	if !l.send(acceptResult{conn: conn}) {
		_ = conn.Close()
	}
}

// secureConn is an HTTP/1 connection with TLS.
type secureConn struct {
	*httpConn
	secure *tls.Conn
}

// ConnectionState returns the state that net/http copies to the requests.
func (c *secureConn) ConnectionState() tls.ConnectionState { return c.secure.ConnectionState() }

// isHTTP reports whether the start of a TLS record is that of an HTTP request.
func isHTTP(start [5]byte) bool {
	for _, method := range []string{
		"GET /", "HEAD ", "POST ", "PUT /", "PATCH", "DELET", "OPTIO", "CONNE", "PRI *",
	} {
		if string(start[:]) == method {
			return true
		}
	}
	return false
}

// plainResponse is the response to plain http on a port with TLS.
const plainResponse = "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n" +
	"X-Content-Type-Options: nosniff\r\n\r\n" +
	"Client sent an HTTP request to an HTTPS server: use https:// in the address of the mock\n"

// reject explains a failed handshake to the log, and to a client that speaks plain http.
func (l *tlsListener) reject(raw net.Conn, err error) {
	var record tls.RecordHeaderError
	var alert *net.OpError
	switch {
	case errors.As(err, &record) && record.Conn != nil && isHTTP(record.RecordHeader):
		l.warn(raw, "a client speaks plain http to a port with TLS: use https://", nil)
		respondAndClose(raw, plainResponse, l.timeout)
	case errors.As(err, &alert) && alert.Op == "remote error":
		l.warn(raw, "a client rejected the certificate of the mock: let it trust the CA, and use "+
			"a host name of the certificate", alert.Err)
	case errors.Is(err, io.EOF) || errors.Is(err, context.Canceled):
		// a port check, or the end of the mock
	default:
		l.warn(raw, "a TLS handshake failed", err)
	}
}

// respondAndClose writes a response and waits until the client closes the connection. Data that is
// not read would reset the connection before the client has read the response.
func respondAndClose(conn net.Conn, text string, timeout time.Duration) {
	const maxUnread = 64 << 10
	//nolint:forbidigo // deadlines of connections are wall time
	_ = conn.SetDeadline(time.Now().Add(min(timeout, time.Second)))
	_, _ = io.WriteString(conn, text)
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(conn, maxUnread))
}

// warn logs a message once for each client.
func (l *tlsListener) warn(conn net.Conn, message string, err error) {
	host, first := l.rejected.add(conn.RemoteAddr(), message)
	if !first {
		return
	}
	attrs := []any{"client", host, "port", l.Addr().String()}
	if err != nil {
		attrs = append(attrs, "error", err)
	}
	l.log.Warn(message, attrs...)
}

// clientSet is a set of clients and messages. It is safe for concurrent use.
type clientSet struct {
	mu  sync.Mutex
	all map[string]bool
}

// maxClients is the maximum size of a clientSet. Other clients are new on every attempt.
const maxClients = 1024

// add adds a client. It returns the host of the client and reports whether the client is new.
func (s *clientSet) add(addr net.Addr, message string) (host string, first bool) {
	host, _, _ = net.SplitHostPort(addr.String())
	key := host + " " + message
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[key] {
		return host, false
	}
	if len(s.all) < maxClients {
		if s.all == nil {
			s.all = map[string]bool{}
		}
		s.all[key] = true
	}
	return host, true
}
