package live_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/patmock/contracttests/live"
)

const acme = "https://acme.api.identitynow.com"

// Each response that is none of the API names the request, itself, the likely cause and a remedy.
func TestExplainResponse(t *testing.T) {
	html, jsonType := "text/html; charset=utf-8", "application/json"
	for _, tt := range []struct {
		name, base, path string // acme and the token endpoint without them
		status           int
		contentType      string
		location, body   string
		want             live.SetupCause
	}{
		{"redirect to another host", "", "", 308, "", "https://other.example.com/oauth/token", "", live.Redirected},
		{"redirect to TLS", "http://127.0.0.1:8080", "", 301, html, "https://127.0.0.1:8443/oauth/token/", "<html>", live.Redirected},
		{"relative redirect", acme + "/api", "", 307, "", "/v2/oauth/token", "", live.Redirected},
		{"redirect to a login", "https://acme.identitynow.com", "", 302, "", "/login/login?goto=x&client_secret=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "", live.Redirected},
		{"redirect without a Location", "", "", 302, "", "", "", live.Redirected},
		{"page", "https://acme.identitynow.com", "", 200, html, "", "<!doctype html><title>Sign in</title>", live.WebPage},
		{"page without its type", "", "", 404, "", "", " <HTML><body>no</body></HTML>", live.WebPage},
		{"page of a gateway", "", "", 502, html, "", "<html>", live.Unavailable},
		{"version in the base URL", acme + "/v3", "", 404, jsonType, "", "{}", live.VersionInBase},
		{"version with a slash", acme + "/v2026/", "", 401, jsonType, "", "{}", live.VersionInBase},
		{"older API in the base URL", acme + "/cc", "", 404, jsonType, "", "{}", live.VersionInBase},
		{"token endpoint in the base URL", acme + "/oauth/token", "", 404, "", "", "", live.EndpointInBase},
		{"not found", "", "", 404, jsonType, "", `{"error":"No message available"}`, live.NoSuchPath},
		{"method not allowed", "", "", 405, "", "", "", live.NoSuchPath},
		{"credentials", "", "", 401, jsonType, "", `{"error":"invalid_client","error_description":"Client not found"}`, live.BadCredentials},
		{"credentials as a bad request", "", "", 400, jsonType, "", `{"error":"invalid_grant"}`, live.BadCredentials},
		{"access token", "", "/v2026/personal-access-tokens", 401, jsonType, "", `{"error":"JWT validation failed"}`, live.BadBearer},
		{"forbidden", "", "/v2026/personal-access-tokens", 403, jsonType, "", `{"detailCode":"403 Forbidden","messages":[{"text":"Forbidden"}]}`, live.Forbidden},
		{"rate limit", "", "", 429, "", "", "", live.TooManyRequests},
		{"proxy", "http://127.0.0.1:8080", "", 407, "", "", "", live.ProxyAuth},
		{"plain HTTP to a port with TLS", "http://127.0.0.1:8443", "", 400, "text/plain", "", "Client sent an HTTP request to an HTTPS server.\n", live.PlainOnTLS},
		{"plain HTTP to nginx with TLS", "http://127.0.0.1:8443", "", 400, html, "", "<html><center>The plain HTTP request was sent to HTTPS port</center>", live.PlainOnTLS},
		{"unavailable", "", "", 503, jsonType, "", `{"message":"down"}`, live.Unavailable},
		{"byte order mark", "", "", 200, jsonType, "", "\ufeff{\"access_token\":\"x\"}", live.ByteOrderMark},
		{"UTF-16", "", "", 200, jsonType, "", "\xff\xfe{\x00}\x00", live.ByteOrderMark},
		{"empty body", "", "", 200, jsonType, "", "", live.EmptyBody},
		{"no JSON", "", "", 200, "text/plain", "", "OK", live.NoJSON},
		{"other JSON", "", "", 200, jsonType, "", `{"status":"UP"}`, live.OtherJSON},
		{"other status", "", "", 418, jsonType, "", "{}", live.OtherStatus},
		{"no content", "", "", 204, "", "", "", live.OtherStatus},
	} {
		t.Run(tt.name, func(t *testing.T) {
			base, path := tt.base, tt.path
			if base == "" {
				base = acme
			}
			if path == "" {
				path = "/oauth/token"
			}
			header := http.Header{}
			for name, value := range map[string]string{"Content-Type": tt.contentType, "Location": tt.location} {
				if value != "" {
					header.Set(name, value)
				}
			}
			e := live.ExplainResponse(live.SetupResponse{
				BaseURL: base, Method: http.MethodPost, URL: strings.TrimRight(base, "/") + path, Status: tt.status, Header: header, Body: []byte(tt.body),
			})
			if e.Cause != tt.want {
				t.Errorf("cause %s, want %s", e.Cause, tt.want)
			}
			checkMessage(t, e.Error())
		})
	}
}

func TestExplainFailure(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for _, tt := range []struct {
		name string
		err  error
		want live.SetupCause
	}{
		{"unknown CA", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, live.UnknownCA},
		{"no CA at all", x509.SystemRootsError{}, live.UnknownCA},
		{"expired certificate", x509.CertificateInvalidError{Reason: x509.Expired, Cert: &x509.Certificate{}, Detail: "expired"}, live.BadCertificate},
		{"certificate of another host", x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"b.example.com"}}, Host: "a.example.com"}, live.OtherCertHost},
		{"plain HTTP where TLS is spoken to it", http.ErrSchemeMismatch, live.TLSOnPlain},
		{"no TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, live.TLSOnPlain},
		{"alert of TLS", errors.New(`net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x15\x03\x01\x00\x02\x02"`), live.PlainOnTLS},
		{"unknown host", &net.DNSError{Err: "no such host", Name: "acme.example.com", IsNotFound: true}, live.UnknownHost},
		{"refused", refused, live.Refused},
		{"proxy that is not there", &net.OpError{Op: "proxyconnect", Net: "tcp", Err: refused}, live.ProxyFailed},
		{"proxy with credentials", &live.ProxyError{Proxy: "http://proxy:3128", Status: 407}, live.ProxyAuth},
		{"proxy that forbids the host", &live.ProxyError{Proxy: "http://proxy:3128", Status: 403}, live.ProxyFailed},
		{"timeout", context.DeadlineExceeded, live.NoResponse},
		{"closed connection", io.EOF, live.ConnectionEnded},
		{"reset", syscall.ECONNRESET, live.ConnectionEnded},
		{"another", errors.New("line cut"), live.OtherFailure},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := live.ExplainFailure(http.MethodPost, acme+"/oauth/token", &url.Error{Op: "Post", URL: acme, Err: tt.err})
			if e.Cause != tt.want || !errors.Is(e, tt.err) {
				t.Errorf("cause %s of %v, want %s", e.Cause, e.Err, tt.want)
			}
			checkMessage(t, e.Error())
		})
	}
}

// Ids of personal access tokens have no dashes, and a login with one that has says so.
func TestExplainResponse_ClientIDWithDashes(t *testing.T) {
	for id, want := range map[string]bool{"faceface-face-face-face-facefaceface": true, "facefacefacefacefacefacefaceface": false} {
		r := live.SetupResponse{BaseURL: acme, Method: http.MethodPost, URL: acme + "/oauth/token", Status: 401, ClientID: id}
		if got := live.ExplainResponse(r).Error(); strings.Contains(got, "dashes") != want {
			t.Errorf("%s: %s", id, got)
		}
	}
}

// A secret that a response repeats is taken out, but a short one damages no media type.
func TestExplainResponse_Redacts(t *testing.T) {
	e := live.ExplainResponse(live.SetupResponse{
		BaseURL: acme, Method: http.MethodPost, URL: acme + "/oauth/token", Status: 401,
		Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte(`{"error":"bad x"}`),
		Redact: func(text string) string { return strings.ReplaceAll(text, "x", "[redacted]") },
	})
	if e.Reason != "bad [redacted]" || e.ContentType != "text/plain" {
		t.Errorf("reason %q, content type %q", e.Reason, e.ContentType)
	}
}

// What fails in the same way each time is sent once; a refused connection as well, unless the
// target responded before.
func TestGuard_SendsPermanentFailuresOnce(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for _, tt := range []struct {
		name    string
		err     error
		reached bool
		want    int
	}{
		{"unknown CA", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, true, 1},
		{"unknown host", &net.DNSError{IsNotFound: true}, true, 1},
		{"DNS that fails for now", &net.DNSError{IsTemporary: true}, true, 6},
		{"refused at the start", refused, false, 1},
		{"refused later", refused, true, 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sent, healthy, now := 0, tt.reached, time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
			guard, err := live.NewGuard(live.Config{
				BaseURL: acme, Now: func() time.Time { return now },
				Wait: func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil },
				Next: roundTripper(func(r *http.Request) (*http.Response, error) {
					if healthy {
						return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
					}
					sent++
					return nil, tt.err
				}),
			})
			if err != nil {
				t.Fatal(err)
			}
			send := func() error {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, acme+"/v3/personal-access-tokens", nil)
				if err != nil {
					t.Fatal(err)
				}
				response, err := guard.RoundTrip(r)
				if err == nil {
					err = response.Body.Close()
				}
				return err
			}
			if healthy {
				if err := send(); err != nil {
					t.Fatal(err)
				}
				healthy = false
			}
			if err := send(); !errors.Is(err, tt.err) || sent != tt.want {
				t.Errorf("%d requests, error %v, want %d and %v", sent, err, tt.want, tt.err)
			}
		})
	}
}
