package intercept

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"
)

// dialTimeout limits the time until a connection to an allowed host is open.
const dialTimeout = 30 * time.Second

// newForward returns a proxy for requests to allowed hosts that are not inside of CONNECT.
func (p *Proxy) newForward() *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.Host = r.In.Host
			r.Out.Header.Del("Proxy-Authorization")
		},
		Transport: &http.Transport{
			Proxy: p.config.Upstream, DialContext: new(net.Dialer).DialContext,
			TLSHandshakeTimeout: dialTimeout, IdleConnTimeout: dialTimeout,
			DisableCompression: true,
		},
		FlushInterval: -1,
		ErrorLog:      slog.NewLogLogger(p.config.Log.Handler(), slog.LevelDebug),
		ErrorHandler: func(rw http.ResponseWriter, r *http.Request, err error) {
			p.rejectUnreachable(rw, r.URL.Host, err)
		},
	}
}

// rejectUnreachable responds to a request to an allowed host that cannot be reached.
func (p *Proxy) rejectUnreachable(rw http.ResponseWriter, host string, err error) {
	p.logOnce("cannot reach "+host+", which --intercept-allow passes on", "error",
		err.Error())
	writeText(rw, http.StatusBadGateway, "patmock exec --intercept: cannot reach "+host+": "+
		err.Error())
}

// passOn opens a tunnel to an allowed host and copies both directions.
func (p *Proxy) passOn(rw http.ResponseWriter, r *http.Request, host, port string) {
	address := net.JoinHostPort(host, port)
	ctx, cancel := context.WithTimeout(r.Context(), dialTimeout)
	defer cancel()
	remote, err := p.dial(ctx, address)
	if err != nil {
		p.rejectUnreachable(rw, address, err)
		return
	}
	client := p.acceptTunnel(rw)
	if client == nil {
		_ = remote.Close()
		return
	}
	_ = client.SetDeadline(time.Time{})
	p.track(remote)
	p.spawn(func() {
		defer p.untrack(remote)
		join(client, remote)
	})
}

// join copies both directions of a tunnel until both have ended.
func join(client, remote net.Conn) {
	upward := make(chan struct{})
	go func() {
		defer close(upward)
		copyHalf(remote, client)
	}()
	copyHalf(client, remote)
	<-upward
	_ = client.Close()
	_ = remote.Close()
}

// copyHalf copies one direction, and passes on its end. After an error it ends both directions.
func copyHalf(to, from net.Conn) {
	if _, err := io.Copy(to, from); err != nil || closeWrite(to) != nil {
		_ = to.Close()
		_ = from.Close()
	}
}

// dial connects to an allowed host, through the upstream proxy if there is one.
func (p *Proxy) dial(ctx context.Context, address string) (net.Conn, error) {
	var upstream *url.URL
	if p.config.Upstream != nil {
		var err error
		probe := &http.Request{URL: &url.URL{Scheme: "https", Host: address}}
		if upstream, err = p.config.Upstream(probe); err != nil {
			return nil, fmt.Errorf("inherited proxy: %w", err)
		}
	}
	dialer := new(net.Dialer)
	if upstream == nil {
		return dialer.DialContext(ctx, "tcp", address)
	}
	port := upstream.Port()
	switch upstream.Scheme {
	case "http":
		if port == "" {
			port = "80"
		}
	case "https":
		if port == "" {
			port = "443"
		}
	default:
		return nil, fmt.Errorf("inherited proxy: expected http or https, got %s", upstream.Scheme)
	}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(upstream.Hostname(), port))
	if err != nil {
		return nil, fmt.Errorf("inherited proxy: %w", err)
	}
	if upstream.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{
			ServerName: upstream.Hostname(), MinVersion: tls.VersionTLS12,
		})
	}
	tunnel, err := connect(ctx, conn, address, upstream.User)
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("inherited proxy %s: %w", upstream.Hostname(), err)
	}
	return tunnel, nil
}

// connect sends CONNECT to an upstream proxy.
func connect(
	ctx context.Context, conn net.Conn, address string, user *url.Userinfo,
) (net.Conn, error) {
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	request := &http.Request{
		Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address,
		Header: http.Header{},
	}
	if user != nil {
		password, _ := user.Password()
		request.Header.Set("Proxy-Authorization", "Basic "+
			base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	if err := request.Write(conn); err != nil {
		return nil, err
	}
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("it responded with %s", response.Status)
	}
	_ = conn.SetDeadline(time.Time{})
	return &tunnelConn{Conn: conn, in: in}, nil
}
