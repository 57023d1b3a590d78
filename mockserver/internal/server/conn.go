package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"

	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/rule"
)

// maxHeaderBytes is the maximum size, in bytes, of the request line and headers. Gateways have such
// a limit.
const maxHeaderBytes = 64 << 10

// HTTPServer returns an http.Server for a handler of the mock: the Server itself or
// [Server.ControlHandler]. It speaks HTTP/1.1 and HTTP/2, and closes connections that exceed the
// timeouts of the Config. It should serve a listener of [Server.Listener].
func (s *Server) HTTPServer(handler http.Handler) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	if s.tls == nil {
		protocols.SetUnencryptedHTTP2(true)
	} else {
		protocols.SetHTTP2(true)
	}
	return &http.Server{
		Handler: handler, Protocols: protocols, MaxHeaderBytes: maxHeaderBytes,
		DisableGeneralOptionsHandler: true, TLSConfig: s.tls.Clone(),
		ReadHeaderTimeout: s.config.ReadTimeout, IdleTimeout: s.config.IdleTimeout,
		ErrorLog: slog.NewLogLogger(s.config.Log.Handler(), slog.LevelWarn),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
	}
}

// requestConn is a connection that accounts for the headers of its requests.
type requestConn interface {
	beginRequest()
	endRequest()
}

type connKey struct{}

// Listener wraps a listener. With TLS in the Config it returns connections after their handshake.
// Otherwise it rejects clients that speak TLS. It logs each rejected client once.
func (s *Server) Listener(l net.Listener) net.Listener {
	if s.tls != nil {
		return newTLSListener(l, s.tls, s.config, s.inFlight)
	}
	return &plainListener{Listener: l, log: s.config.Log, inFlight: s.inFlight}
}

// plainListener rejects connections that begin with a TLS handshake.
type plainListener struct {
	net.Listener
	log        *slog.Logger
	inFlight   *budget.Share
	tlsClients clientSet
}

// Accept implements net.Listener.
func (l *plainListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &httpConn{Conn: conn, listener: l, lease: l.inFlight.Lease()}, nil
}

// logTLSClient logs the first attempt of a client.
func (l *plainListener) logTLSClient(addr net.Addr) {
	if host, first := l.tlsClients.add(addr, ""); first {
		l.log.Warn("a client speaks TLS to a plain http port: use http://, or start patmock with "+
			"--tls", "client", host, "port", l.Addr().String())
	}
}

// httpConn is a connection for HTTP/1, or for HTTP/2 without TLS. Without TLS it must not begin
// with a TLS handshake.
type httpConn struct {
	net.Conn
	listener  *plainListener // nil with TLS
	inspected bool           // accessed only by the server's reading goroutine

	mu          sync.Mutex
	serving     bool // a handler serves the request; its body is accounted for elsewhere
	http2       bool // several requests share the connection
	headerBytes int  // bytes of a request that no handler serves yet
	lease       budget.Lease
}

// freeHeaderBytes is the number of header bytes of a connection that the budget does not account
// for. They fit into its read buffer.
const freeHeaderBytes = 4 << 10

// reserveHeader reserves n header bytes from the budget. It reports whether they fit.
func (c *httpConn) reserveHeader(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.serving || c.http2 {
		return true
	}
	c.headerBytes += n
	excess := min(n, c.headerBytes-freeHeaderBytes)
	return excess <= 0 || c.lease.Grow(excess)
}

// beginRequest marks the connection as serving a request; endRequest ends that.
func (c *httpConn) beginRequest() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.serving = true
}

func (c *httpConn) endRequest() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.serving, c.headerBytes = false, 0
	c.lease.Release()
}

// Close implements net.Conn.
func (c *httpConn) Close() error {
	c.endRequest()
	return c.Conn.Close()
}

// tlsHandshake is the content type of the first TLS record (RFC 8446, section 5.1). No HTTP message
// begins with this byte.
const tlsHandshake = 0x16

// Read implements net.Conn.
func (c *httpConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && !c.reserveHeader(n) {
		_, _ = io.WriteString(c.Conn,
			"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"+
				"Retry-After: 1\r\n"+
				"X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"+
				budget.ErrExceeded.Error()+"\n")
		return 0, io.EOF
	}
	if c.inspected || n == 0 {
		return n, err
	}
	c.inspected = true
	if bytes.HasPrefix(p[:n], []byte("PRI ")) {
		c.mu.Lock()
		c.http2 = true
		c.mu.Unlock()
	}
	if p[0] == tlsHandshake {
		c.listener.logTLSClient(c.RemoteAddr())
		// Clients report plain text as an invalid TLS record.
		_, _ = io.WriteString(c.Conn,
			"HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\nX-Content-Type-Options: "+
				"nosniff\r\n\r\nthis is a plain http port: use http://, or start patmock with "+
				"--tls\n")
		return 0, io.EOF
	}
	return n, err
}

// rawErrorHeaders are the first headers of responses that net/http writes without calling a
// handler.
var rawErrorHeaders = [][]byte{
	// 400, 431, 501, 505
	[]byte("Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"),
	[]byte("Connection: close\r\nDate: "), // 417
}

// Write implements net.Conn. It adds X-Content-Type-Options to the errors that net/http writes.
func (c *httpConn) Write(p []byte) (int, error) {
	line, headers, ok := bytes.Cut(p[:min(len(p), maxStatusLine)], []byte("\r\n"))
	if !ok || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) ||
		!slices.ContainsFunc(rawErrorHeaders,
			func(raw []byte) bool { return bytes.HasPrefix(headers, raw) }) {
		return c.Conn.Write(p)
	}
	end := len(line) + len("\r\n")
	if _, err := c.Conn.Write(slices.Concat(p[:end], []byte("X-Content-Type-Options: nosniff\r\n"),
		p[end:])); err != nil {
		return 0, err
	}
	return len(p), nil
}

// maxStatusLine is the maximum length, in bytes, of the status line and first headers of an error
// that net/http writes.
const maxStatusLine = 512

// CloseWrite shuts down the writing side, as net/http expects of a *net.TCPConn.
func (c *httpConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// NetConn returns the underlying connection.
func (c *httpConn) NetConn() net.Conn { return c.Conn }

// rejectTunnel responds to CONNECT. Clients that use patmock as their proxy send it.
func (s *Server) rejectTunnel(rw http.ResponseWriter, r *http.Request) {
	reason := response.Reason{
		Rule: rule.ProxyRequest,
		Text: fmt.Sprintf("CONNECT %s: patmock is not a proxy", response.Truncate(r.Host)),
	}
	advice := "clear HTTPS_PROXY for this client, and set its base URL to " +
		response.Scheme(r) + "://"
	s.config.Log.Warn(reason.Text+": "+advice+response.Truncate(localAddr(r)), "rule",
		string(reason.Rule))
	header := rw.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Connection", "close")
	header.Set("Allow", allMethods)
	if s.writer.SendRuleHeader {
		header.Set(response.RuleHeader, string(reason.Rule))
	}
	rw.WriteHeader(http.StatusMethodNotAllowed)
	text := strings.TrimPrefix(reason.Text, "CONNECT ") + ": " + advice + localAddr(r) + "\n"
	_, _ = io.WriteString(rw, text) //nolint:gosec // it is plain text
}

// localAddr returns the address that a request arrived at, or "" if there is no connection.
func localAddr(r *http.Request) string {
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return local.String()
	}
	return ""
}
