package intercept

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// splitTarget splits the target of a request. It normalizes the host. An empty defaultPort means
// 443.
func splitTarget(text, defaultPort string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(text)
	if err != nil { // no port
		host = text
		if port = defaultPort; port == "" {
			port = "443"
		}
	}
	if host = Normalize(host); !isAddress(host) &&
		(len(host) > maxName || host == "" || host[0] == '*' || !hostPattern.MatchString(host)) {
		return "", "", fmt.Errorf("expected HOST:PORT with a name in ASCII, got %.80q", text)
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
		return "", "", fmt.Errorf("expected a port from 1 to 65535, got %.80q", text)
	}
	return host, port, nil
}

// serveConnect opens a tunnel: to the mock for the host of a tenant, or to an allowed host.
func (p *Proxy) serveConnect(rw http.ResponseWriter, r *http.Request) {
	host, port, err := splitTarget(r.Host, "")
	switch {
	case err != nil:
		writeText(rw, http.StatusBadRequest, err.Error())
	case p.config.Hosts.Match(host):
		if conn := p.acceptTunnel(rw); conn != nil {
			p.spawn(func() { p.terminate(conn, host, port) })
		}
	case p.allows(rw, host, port):
		p.passOn(rw, r, host, port)
	}
}

// acceptTunnel responds to CONNECT and returns the connection, or nil if the client is gone.
func (p *Proxy) acceptTunnel(rw http.ResponseWriter) *tunnelConn {
	conn, buffered, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		writeText(rw, http.StatusInternalServerError, "the connection cannot become a tunnel")
		return nil
	}
	_ = conn.SetDeadline(time.Now().Add(p.config.HandshakeTimeout))
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return nil
	}
	return &tunnelConn{Conn: conn, in: buffered.Reader}
}

// tlsHandshake is the content type of the first TLS record (RFC 8446, section 5.1). No HTTP message
// begins with this byte.
const tlsHandshake = 0x16

// terminate hands the connection in a tunnel to the mock: TLS, or plain http.
func (p *Proxy) terminate(conn *tunnelConn, host, port string) {
	first, err := conn.in.Peek(1)
	if err != nil {
		_ = conn.Close()
		return
	}
	served := net.Conn(conn)
	if first[0] == tlsHandshake {
		conn.target = newTarget("https", host, port)
		secure := tls.Server(conn, p.tls)
		ctx, cancel := context.WithTimeout(context.Background(), p.config.HandshakeTimeout)
		defer cancel()
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			p.logHandshake(host, err)
			return
		}
		served = secure
	} else {
		conn.target = newTarget("http", host, port)
	}
	_ = conn.SetDeadline(time.Time{})
	p.tunneled.serve(served)
}

// logHandshake logs a failed handshake. A client that does not trust the certificate sends an
// alert, or closes the connection.
func (p *Proxy) logHandshake(host string, err error) {
	select {
	case <-p.done:
		return
	default:
	}
	p.failedHandshakes.Add(1)
	p.logOnce(host+": the TLS handshake failed; a client that does not trust the mock's "+
		"certificate needs the file in SSL_CERT_FILE", "error", err.Error())
}

// maxCertificates is the maximum number of certificates in memory.
const maxCertificates = 1000

// certificate returns the certificate for the host of a connection. The host of CONNECT counts, as
// it does without a proxy, and not the name in the handshake.
func (p *Proxy) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	host := targetOf(hello.Conn).host
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.certificates[host]; known != nil {
		return known, nil
	}
	issued, err := p.config.Issue(host)
	if err != nil {
		return nil, err
	}
	if len(p.certificates) >= maxCertificates {
		clear(p.certificates)
	}
	p.certificates[host] = &issued
	return &issued, nil
}

// tunnelConn is the connection of a client inside of CONNECT.
type tunnelConn struct {
	net.Conn
	in     *bufio.Reader // has what the client sent with CONNECT
	target target
}

// Read implements net.Conn.
func (c *tunnelConn) Read(b []byte) (int, error) { return c.in.Read(b) }

// NetConn returns the underlying connection.
func (c *tunnelConn) NetConn() net.Conn { return c.Conn }

// CloseWrite shuts down the writing side, as net/http expects of a *net.TCPConn.
func (c *tunnelConn) CloseWrite() error { return closeWrite(c.Conn) }

func closeWrite(conn net.Conn) error {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// targetOf returns the target of a connection, which may be wrapped by TLS.
func targetOf(conn net.Conn) target {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tunnel, ok := conn.(*tunnelConn); ok {
		return tunnel.target
	}
	return target{}
}

// tunnelListener is a net.Listener for connections inside of CONNECT.
type tunnelListener struct {
	conns chan net.Conn
	done  chan struct{}
	addr  net.Addr
}

// serve hands a connection to the server. It closes the connection if the proxy is closed.
func (l *tunnelListener) serve(conn net.Conn) {
	select {
	case l.conns <- conn:
	case <-l.done:
		_ = conn.Close()
	}
}

// Accept implements net.Listener.
func (l *tunnelListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. Proxy.Close ends the listener.
func (l *tunnelListener) Close() error { return nil }

// Addr implements net.Listener.
func (l *tunnelListener) Addr() net.Addr { return l.addr }

// boundListener rejects connections over a limit.
type boundListener struct {
	net.Listener
	p         *Proxy
	rejecting chan struct{} // a slot for each connection that gets a response
}

// Accept implements net.Listener.
func (l *boundListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.p.conns <- struct{}{}:
			bound := &boundConn{Conn: conn}
			bound.release = sync.OnceFunc(func() {
				<-l.p.conns
				l.p.untrack(bound)
			})
			l.p.track(bound)
			return bound, nil
		default:
		}
		l.p.logOnce(fmt.Sprintf("rejected a connection to the proxy of --intercept: %d are open",
			l.p.config.MaxConns))
		l.reject(conn)
	}
}

// reject responds to a connection over the limit. Few connections at a time get a response.
func (l *boundListener) reject(conn net.Conn) {
	select {
	case l.rejecting <- struct{}{}:
	default:
		_ = conn.Close()
		return
	}
	go func() {
		defer func() { <-l.rejecting }()
		_ = conn.SetDeadline(time.Now().Add(time.Second))
		_, _ = io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"+
			"Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"+
			"too many connections to the proxy of patmock exec --intercept\n")
		// Closing a connection with unread data would discard the response.
		_ = closeWrite(conn)
		_, _ = io.CopyN(io.Discard, conn, maxDiscarded)
		_ = conn.Close()
	}()
}

const (
	// maxRejecting is the maximum number of connections over the limit that get a response.
	maxRejecting = 16
	// maxDiscarded is the maximum number of bytes of a request that gets such a response.
	maxDiscarded = 64 << 10
)

// boundConn is a connection with a slot of the limit.
type boundConn struct {
	net.Conn
	release func()
}

// Close implements net.Conn.
func (c *boundConn) Close() error {
	c.release()
	return c.Conn.Close()
}

// NetConn returns the underlying connection.
func (c *boundConn) NetConn() net.Conn { return c.Conn }

// CloseWrite shuts down the writing side, as net/http expects of a *net.TCPConn.
func (c *boundConn) CloseWrite() error { return closeWrite(c.Conn) }

// track remembers a connection until untrack, so that Close ends it.
func (p *Proxy) track(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tunnels[conn] = true
}

func (p *Proxy) untrack(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.tunnels, conn)
}
