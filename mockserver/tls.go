package mockserver

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.com/patmock/internal/authority"
	"example.com/patmock/mockserver/internal/server"
)

// TLS configures https. The zero value makes a certificate authority for the mock. Its key stays in
// memory, and [Server.CA] returns its certificate.
type TLS struct {
	// Certificates are the certificates of the mock, with their keys. Clients get the first one
	// that fits. Empty means certificates of an authority made for the mock. They are valid for
	// localhost, the address that the client has reached, the host of PublicURL, private names and
	// Hosts.
	Certificates []tls.Certificate
	// Hosts are other names and IP addresses of the mock, without ports. A name may begin with a
	// wildcard, as *.example.com does. They are not used with Certificates.
	Hosts []string
}

// server validates the configuration and returns that of package server, or nil for plain http.
func (c *TLS) server(now time.Time) (*server.TLS, error) {
	if c == nil {
		return nil, nil
	}
	s := &server.TLS{Hosts: c.Hosts}
	for _, certificate := range c.Certificates {
		if err := checkCertificate(&certificate, now); err != nil {
			return nil, err
		}
		s.Certificates = append(s.Certificates, certificate)
	}
	if len(s.Certificates) > 0 {
		return s, nil
	}
	var err error
	s.Authority, err = authority.New(now)
	return s, err
}

// checkCertificate returns an error if a certificate has no key or is not valid at a time. It sets
// the leaf of the certificate.
func checkCertificate(c *tls.Certificate, now time.Time) (err error) {
	if len(c.Certificate) == 0 || c.PrivateKey == nil {
		return errors.New("expected a TLS certificate with its private key")
	}
	if c.Leaf == nil {
		if c.Leaf, err = x509.ParseCertificate(c.Certificate[0]); err != nil {
			return fmt.Errorf("TLS certificate: %w", err)
		}
	}
	const day = "2006-01-02 15:04 MST"
	switch {
	case now.After(c.Leaf.NotAfter):
		return fmt.Errorf("the TLS certificate expired at %s", c.Leaf.NotAfter.Format(day))
	case now.Before(c.Leaf.NotBefore):
		return fmt.Errorf("the TLS certificate is not valid before %s",
			c.Leaf.NotBefore.Format(day))
	}
	return nil
}

// CA returns the certificate of the authority of the mock in PEM form. It is nil without TLS, and
// with the Certificates of the caller.
func (s *Server) CA() []byte {
	if s.tls == nil || s.tls.Authority == nil {
		return nil
	}
	return s.tls.Authority.PEM()
}

// RootCAs returns the authorities that a client of the mock has to trust. It has the authority of
// the mock, or the Certificates of the Config. It is nil without TLS.
func (s *Server) RootCAs() *x509.CertPool {
	if s.tls == nil {
		return nil
	}
	roots := x509.NewCertPool()
	if s.tls.Authority != nil {
		roots.AddCert(s.tls.Authority.Certificate())
	}
	for _, own := range s.tls.Certificates {
		for _, der := range own.Certificate {
			if certificate, err := x509.ParseCertificate(der); err == nil {
				roots.AddCert(certificate)
			}
		}
	}
	return roots
}

// scheme returns the scheme of the URL of a listener.
func (s *Server) scheme() string {
	if s.tls == nil {
		return "http"
	}
	return "https"
}

// clientTransport returns a transport that trusts the certificates of the mock at a host, or nil
// for plain http.
func (s *Server) clientTransport(host string) *http.Transport {
	if s.tls == nil {
		return nil
	}
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if standard, ok := http.DefaultTransport.(*http.Transport); ok {
		transport = standard.Clone()
	}
	transport.TLSClientConfig = &tls.Config{
		MinVersion: tls.VersionTLS12, RootCAs: s.RootCAs(), ServerName: s.serverName(host),
	}
	return transport
}

// serverName returns the name to verify instead of host. It is empty if a certificate of the mock
// is valid for host.
func (s *Server) serverName(host string) string {
	var names []string
	for _, own := range s.tls.Certificates {
		if own.Leaf.VerifyHostname(host) == nil {
			return ""
		}
		names = append(names, own.Leaf.DNSNames...)
	}
	if len(names) == 0 {
		return ""
	}
	return strings.Replace(names[0], "*", "any", 1)
}
