package control

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"

	"example.com/patmock/mockserver/internal/host"
)

// Validate returns [ErrPlaintext] if the token would go to a public host over plain http.
func (c Config) Validate() error {
	if address, err := url.Parse(c.URL); err == nil && c.Token != "" && !c.AllowPlaintext {
		return checkPlaintext(address)
	}
	return nil
}

func checkPlaintext(address *url.URL) error {
	if address.Scheme == "http" && !host.IsPrivate(address.Hostname()) {
		return fmt.Errorf("%s: %w", address.Host, ErrPlaintext)
	}
	return nil
}

// rejectPlaintext returns a client that sends no token to a public host over plain http, even after
// a redirect. With the default transport it also rejects private names with a public address.
func rejectPlaintext(c *http.Client) *http.Client {
	client := *c
	t := plaintextTransport{c.Transport, c.Transport}
	if c.Transport == nil {
		t = plaintextTransport{privateTransport(), http.DefaultTransport}
	}
	client.Transport = t
	return &client
}

// plaintextTransport checks each request. It has one transport for plain http and one for TLS.
type plaintextTransport struct{ plain, secure http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t plaintextTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "http" || r.Header.Get("Authorization") == "" {
		return t.secure.RoundTrip(r)
	}
	if err := checkPlaintext(r.URL); err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // it is not sent
		}
		return nil, err
	}
	return t.plain.RoundTrip(r)
}

// privateTransport returns the default transport, restricted to private addresses.
var privateTransport = sync.OnceValue(func() http.RoundTripper {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport // set by the program
	}
	const timeout = 30 * time.Second // as in the default transport
	dialer := &net.Dialer{
		Timeout: timeout, KeepAlive: timeout,
		Control: func(network, address string, c syscall.RawConn) error {
			if err := host.RejectPublic(network, address, c); err != nil {
				return fmt.Errorf("%w: %w", ErrPlaintext, err)
			}
			return nil
		},
	}
	transport = transport.Clone()
	transport.DialContext = dialer.DialContext
	return transport
})

// transportWithRoots returns the default transport with other certificate authorities.
func transportWithRoots(roots *x509.CertPool) http.RoundTripper {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // set by the program
		transport = &http.Transport{Proxy: http.ProxyFromEnvironment}
	}
	transport = transport.Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	transport.ForceAttemptHTTP2 = true
	return transport
}
