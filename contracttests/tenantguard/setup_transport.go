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

// The causes of a request without a response.
const (
	UnknownCA         SetupCause = "unknown-ca"
	OtherCertHost     SetupCause = "certificate-of-another-host"
	BadCertificate    SetupCause = "bad-certificate"
	TLSOnPlain        SetupCause = "tls-to-plain-http"
	UnknownHost       SetupCause = "unknown-host"
	ConnectionRefused SetupCause = "connection-refused"
	ProxyFailed       SetupCause = "proxy-failed"
	NoResponse        SetupCause = "no-response"
	ConnectionEnded   SetupCause = "connection-ended"
	OtherFailure      SetupCause = "other-failure"
)

// A ProxyError is the error of a proxy that does not connect to the target.
type ProxyError struct {
	// Proxy is its address without user and password.
	Proxy  string
	Status int
}

// Error names the proxy and the status of its response.
func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s responds with %d %s to CONNECT", e.Proxy, e.Status, http.StatusText(e.Status))
}

// checkProxy is the OnProxyConnectResponse of a transport. Its errors name the proxy.
func checkProxy(_ context.Context, proxy *url.URL, _ *http.Request, got *http.Response) error {
	if got.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{Proxy: proxy.Scheme + "://" + proxy.Host, Status: got.StatusCode}
}

// failureRemedy returns the likely cause of a failure, and its remedy.
func failureRemedy(err error) (SetupCause, string) {
	if proxy, ok := errors.AsType[*ProxyError](err); ok && proxy.Status == http.StatusProxyAuthRequired {
		return ProxyAuth, proxyAuth
	}
	cause := causeOfFailure(err)
	remedies := map[SetupCause]string{
		UnknownCA: "no authority that is trusted here has signed the certificate: name a PEM file with the CA in SSL_CERT_FILE; " +
			"a proxy that inspects TLS has one of its own",
		OtherCertHost:     "the certificate is that of another host: name the host that it is for in the base URL",
		BadCertificate:    "the certificate is not valid now: look at its dates, and at the clock of this machine",
		TLSOnPlain:        "the port speaks no TLS: write http:// in the base URL of a mock, or name the port with TLS",
		PlainOnTLS:        "the port speaks TLS: write https:// in the base URL",
		UnknownHost:       "look at the spelling of the base URL, and at the DNS of this machine or container",
		ConnectionRefused: "nothing listens there: look at host and port of the base URL; in a container, 127.0.0.1 is the container itself",
		ProxyFailed:       "the proxy of HTTPS_PROXY or HTTP_PROXY cannot be used: correct the variable, or name the target's host in NO_PROXY",
		NoResponse:        "look for a firewall, or for a proxy that has to be named in HTTPS_PROXY",
		ConnectionEnded: "the connection ended without a response: look whether the port speaks TLS (https) or not (http), " +
			"and for a proxy or firewall",
		OtherFailure: "look at the base URL and at the network",
	}
	return cause, remedies[cause]
}

func causeOfFailure(err error) SetupCause {
	if cause := certificateCause(err); cause != "" {
		return cause
	}
	operation, _ := errors.AsType[*net.OpError](err)
	proxy, _ := errors.AsType[*ProxyError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	dns, _ := errors.AsType[*net.DNSError](err)
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case proxy != nil || operation != nil && operation.Op == "proxyconnect":
		return ProxyFailed
	case noTLS || errors.Is(err, http.ErrSchemeMismatch):
		return TLSOnPlain
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`): // an alert of TLS
		return PlainOnTLS
	case dns != nil:
		return UnknownHost
	case errors.Is(err, syscall.ECONNREFUSED):
		return ConnectionRefused
	case errors.Is(err, ErrNotAnswering) || timeout != nil && timeout.Timeout():
		return NoResponse
	case endsEarly(err):
		return ConnectionEnded
	}
	return OtherFailure
}

func certificateCause(err error) SetupCause {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, noRoots := errors.AsType[x509.SystemRootsError](err)
	_, otherHost := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	verification, _ := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case unknown || noRoots:
		return UnknownCA
	case otherHost:
		return OtherCertHost
	case invalid || verification != nil:
		return BadCertificate
	}
	return ""
}

// endsEarly reports whether the other side closed the connection.
func endsEarly(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// isPermanent reports whether a request fails in the same way when it is sent again at once.
func isPermanent(err error) bool {
	dns, _ := errors.AsType[*net.DNSError](err)
	switch causeOfFailure(err) {
	case UnknownCA, OtherCertHost, BadCertificate, TLSOnPlain, PlainOnTLS, ProxyFailed:
		return true
	case UnknownHost:
		return dns.IsNotFound
	}
	return false
}

// isUnreachable reports whether a failure of the first request means that the target is not there.
func isUnreachable(err error) bool {
	cause := causeOfFailure(err)
	return cause == ConnectionRefused || cause == UnknownHost
}
