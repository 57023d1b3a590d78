package tenantguard

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// A ProxyError is the error of a proxy that does not connect to the target.
type ProxyError struct {
	// Proxy is the URL of the proxy without credentials.
	Proxy  string
	Status int
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s responds with %d %s to CONNECT",
		e.Proxy, e.Status, http.StatusText(e.Status))
}

// checkProxy is the OnProxyConnectResponse of a transport. Its errors name the proxy.
func checkProxy(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{Proxy: proxy.Scheme + "://" + proxy.Host, Status: resp.StatusCode}
}

// causeOfFailure returns the likely cause of a request without a response.
func causeOfFailure(err error) SetupCause {
	opErr, _ := errors.AsType[*net.OpError](err)
	proxyErr, _ := errors.AsType[*ProxyError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	dnsErr, _ := errors.AsType[*net.DNSError](err)
	netErr, _ := errors.AsType[net.Error](err)
	certificate := certificateCause(err)
	switch {
	case certificate != "":
		return certificate
	case proxyErr != nil && proxyErr.Status == http.StatusProxyAuthRequired:
		return ProxyAuth
	case proxyErr != nil || opErr != nil && opErr.Op == "proxyconnect":
		return ProxyFailed
	case noTLS || errors.Is(err, http.ErrSchemeMismatch):
		return TLSOnPlain
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`): // a TLS alert
		return PlainOnTLS
	case dnsErr != nil:
		return UnknownHost
	case errors.Is(err, syscall.ECONNREFUSED):
		return ConnectionRefused
	case errors.Is(err, ErrNotResponding) || netErr != nil && netErr.Timeout():
		return NoResponse
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return ConnectionEnded
	}
	return OtherFailure
}

func certificateCause(err error) SetupCause {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, noRoots := errors.AsType[x509.SystemRootsError](err)
	_, otherHost := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	verificationErr, _ := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case unknown || noRoots:
		return UnknownCA
	case otherHost:
		return OtherCertHost
	case invalid || verificationErr != nil:
		return BadCertificate
	}
	return ""
}

// isPermanent reports whether an immediate retry would fail in the same way.
func isPermanent(err error) bool {
	dnsErr, _ := errors.AsType[*net.DNSError](err)
	switch causeOfFailure(err) {
	case UnknownCA, OtherCertHost, BadCertificate, TLSOnPlain, PlainOnTLS, ProxyFailed, ProxyAuth:
		return true
	case UnknownHost:
		return dnsErr.IsNotFound
	}
	return false
}

// isUnreachable reports whether a failure of the first request means that there is no such target.
func isUnreachable(err error) bool {
	cause := causeOfFailure(err)
	return cause == ConnectionRefused || cause == UnknownHost
}
