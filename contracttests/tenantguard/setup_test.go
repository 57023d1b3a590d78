package tenantguard_test

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

	"example.com/patmock/contracttests/tenantguard"
)

const acme = "https://acme.api.identitynow.com"

// Each error names the request, the response, the likely cause and a remedy.
func TestExplainResponse_NamesCause(t *testing.T) {
	html, jsonType := "text/html; charset=utf-8", "application/json"
	for _, tt := range []struct {
		name, base, path string // acme and the token endpoint by default
		status           int
		contentType      string
		location, body   string
		want             tenantguard.SetupCause
	}{
		{
			"redirect to another host", "", "", 308, "", "https://other.example.com/oauth/token",
			"", tenantguard.Redirected,
		},
		{
			"redirect to TLS", "http://127.0.0.1:8080", "", 301, html,
			"https://127.0.0.1:8443/oauth/token/", "<html>", tenantguard.Redirected,
		},
		{
			"relative redirect", acme + "/api", "", 307, "", "/v2/oauth/token", "",
			tenantguard.Redirected,
		},
		{
			"redirect to a login", "https://acme.identitynow.com", "", 302, "",
			"/login/login?goto=x&" +
				"client_secret=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
			"", tenantguard.Redirected,
		},
		{"redirect without a Location", "", "", 302, "", "", "", tenantguard.Redirected},
		{
			"page", "https://acme.identitynow.com", "", 200, html, "",
			"<!doctype html><title>Sign in</title>", tenantguard.WebPage,
		},
		{
			"page without its type", "", "", 404, "", "", " <HTML><body>no</body></HTML>",
			tenantguard.WebPage,
		},
		{"page of a gateway", "", "", 502, html, "", "<html>", tenantguard.Unavailable},
		{
			"version in the base URL", acme + "/v3", "", 404, jsonType, "", "{}",
			tenantguard.VersionInBase,
		},
		{
			"version with a slash", acme + "/v2026/", "", 401, jsonType, "", "{}",
			tenantguard.VersionInBase,
		},
		{
			"older API in the base URL", acme + "/cc", "", 404, jsonType, "", "{}",
			tenantguard.VersionInBase,
		},
		{
			"token endpoint in the base URL", acme + "/oauth/token", "", 404, "", "", "",
			tenantguard.EndpointInBase,
		},
		{
			"not found", "", "", 404, jsonType, "", `{"error":"No message available"}`,
			tenantguard.NoSuchPath,
		},
		{"method not allowed", "", "", 405, "", "", "", tenantguard.NoSuchPath},
		{
			"credentials", "", "", 401, jsonType, "",
			`{"error":"invalid_client","error_description":"Client not found"}`,
			tenantguard.BadCredentials,
		},
		{
			"credentials as a bad request", "", "", 400, jsonType, "", `{"error":"invalid_grant"}`,
			tenantguard.BadCredentials,
		},
		{
			"access token", "", "/v2026/personal-access-tokens", 401, jsonType, "",
			`{"error":"JWT validation failed"}`, tenantguard.BadBearer,
		},
		{
			"forbidden", "", "/v2026/personal-access-tokens", 403, jsonType, "",
			`{"detailCode":"403 Forbidden","messages":[{"text":"Forbidden"}]}`,
			tenantguard.Forbidden,
		},
		{"rate limit", "", "", 429, "", "", "", tenantguard.TooManyRequests},
		{"proxy", "http://127.0.0.1:8080", "", 407, "", "", "", tenantguard.ProxyAuth},
		{
			"plain HTTP to a port with TLS", "http://127.0.0.1:8443", "", 400, "text/plain", "",
			"Client sent an HTTP request to an HTTPS server.\n", tenantguard.PlainOnTLS,
		},
		{
			"plain HTTP to nginx with TLS", "http://127.0.0.1:8443", "", 400, html, "",
			"<html><center>The plain HTTP request was sent to HTTPS port</center>",
			tenantguard.PlainOnTLS,
		},
		{"unavailable", "", "", 503, jsonType, "", `{"message":"down"}`, tenantguard.Unavailable},
		{
			"byte order mark", "", "", 200, jsonType, "", "\ufeff{\"access_token\":\"x\"}",
			tenantguard.ByteOrderMark,
		},
		{"UTF-16", "", "", 200, jsonType, "", "\xff\xfe{\x00}\x00", tenantguard.ByteOrderMark},
		{"empty body", "", "", 200, jsonType, "", "", tenantguard.EmptyBody},
		{"no JSON", "", "", 200, "text/plain", "", "OK", tenantguard.NoJSON},
		{"other JSON", "", "", 200, jsonType, "", `{"status":"UP"}`, tenantguard.OtherJSON},
		{"other status", "", "", 418, jsonType, "", "{}", tenantguard.OtherStatus},
		{"no content", "", "", 204, "", "", "", tenantguard.OtherStatus},
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
			for name, value := range map[string]string{
				"Content-Type": tt.contentType, "Location": tt.location,
			} {
				if value != "" {
					header.Set(name, value)
				}
			}
			e := tenantguard.ExplainResponse(tenantguard.SetupResponse{
				BaseURL: base, Method: http.MethodPost, URL: strings.TrimRight(base, "/") + path,
				Status: tt.status, Header: header, Body: []byte(tt.body),
			})
			if e.Cause != tt.want {
				t.Errorf("cause %s, want %s", e.Cause, tt.want)
			}
			checkMessage(t, e.Error())
		})
	}
}

func TestExplainFailure_NamesCause(t *testing.T) {
	rejected := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for _, tt := range []struct {
		name string
		err  error
		want tenantguard.SetupCause
	}{
		{
			"unknown CA", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
			tenantguard.UnknownCA,
		},
		{"no CA at all", x509.SystemRootsError{}, tenantguard.UnknownCA},
		{
			"expired certificate", x509.CertificateInvalidError{
				Reason: x509.Expired, Cert: &x509.Certificate{}, Detail: "expired",
			}, tenantguard.BadCertificate,
		},
		{
			"certificate of another host", x509.HostnameError{
				Certificate: &x509.Certificate{DNSNames: []string{"b.example.com"}},
				Host:        "a.example.com",
			}, tenantguard.OtherCertHost,
		},
		{"TLS to a plain HTTP port", http.ErrSchemeMismatch, tenantguard.TLSOnPlain},
		{
			"no TLS",
			tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
			tenantguard.TLSOnPlain,
		},
		{
			"alert of TLS",
			errors.New(`net/http: HTTP/1.x transport connection broken: malformed HTTP response ` +
				`"\x15\x03\x01\x00\x02\x02"`), tenantguard.PlainOnTLS,
		},
		{
			"unknown host", &net.DNSError{
				Err: "no such host", Name: "acme.example.com", IsNotFound: true,
			}, tenantguard.UnknownHost,
		},
		{"refused", rejected, tenantguard.ConnectionRefused},
		{
			"unreachable proxy", &net.OpError{Op: "proxyconnect", Net: "tcp", Err: rejected},
			tenantguard.ProxyFailed,
		},
		{
			"proxy with credentials", &tenantguard.ProxyError{
				Proxy: "http://proxy:3128", Status: 407,
			}, tenantguard.ProxyAuth,
		},
		{
			"proxy that forbids the host", &tenantguard.ProxyError{
				Proxy: "http://proxy:3128", Status: 403,
			}, tenantguard.ProxyFailed,
		},
		{"timeout", context.DeadlineExceeded, tenantguard.NoResponse},
		{"closed connection", io.EOF, tenantguard.ConnectionEnded},
		{"reset", syscall.ECONNRESET, tenantguard.ConnectionEnded},
		{"another", errors.New("line cut"), tenantguard.OtherFailure},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := tenantguard.ExplainFailure(http.MethodPost, acme+"/oauth/token", &url.Error{
				Op: "Post", URL: acme, Err: tt.err,
			})
			if e.Cause != tt.want || !errors.Is(e, tt.err) {
				t.Errorf("cause %s of %v, want %s", e.Cause, e.Err, tt.want)
			}
			checkMessage(t, e.Error())
		})
	}
}

// Ids of personal access tokens have no dashes. The error of a login with dashes mentions them.
func TestExplainResponse_ClientIDWithDashes(t *testing.T) {
	for id, want := range map[string]bool{
		"faceface-face-face-face-facefaceface": true, "facefacefacefacefacefacefaceface": false,
	} {
		r := tenantguard.SetupResponse{
			BaseURL: acme, Method: http.MethodPost, URL: acme + "/oauth/token", Status: 401,
			ClientID: id,
		}
		if got := tenantguard.ExplainResponse(r).Error(); strings.Contains(got, "dashes") != want {
			t.Errorf("%s: %s", id, got)
		}
	}
}

// A secret in a response is redacted, but a short secret does not damage the media type.
func TestExplainResponse_Redacts(t *testing.T) {
	e := tenantguard.ExplainResponse(tenantguard.SetupResponse{
		BaseURL: acme, Method: http.MethodPost, URL: acme + "/oauth/token", Status: 401,
		Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte(`{"error":"bad x"}`),
		Redact: func(text string) string { return strings.ReplaceAll(text, "x", "[redacted]") },
	})
	if e.Message != "bad [redacted]" || e.ContentType != "text/plain" {
		t.Errorf("reason %q, content type %q", e.Message, e.ContentType)
	}
}

// Permanent failures are not retried. ECONNREFUSED is permanent unless the target responded before.
func TestGuard_SendsPermanentFailuresOnce(t *testing.T) {
	rejected := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for _, tt := range []struct {
		name    string
		err     error
		reached bool
		want    int
	}{
		{
			"unknown CA", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
			true, 1,
		},
		{"unknown host", &net.DNSError{IsNotFound: true}, true, 1},
		{"temporary DNS failure", &net.DNSError{IsTemporary: true}, true, 6},
		{"connection refused at first", rejected, false, 1},
		{"connection refused later", rejected, true, 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sent, healthy, now := 0, tt.reached, time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
			guard, err := tenantguard.NewGuard(tenantguard.Config{
				BaseURL: acme, Now: func() time.Time { return now },
				Wait: func(_ context.Context, d time.Duration) error {
					now = now.Add(d)
					return nil
				},
				Next: roundTripper(func(r *http.Request) (*http.Response, error) {
					if healthy {
						return &http.Response{
							StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: r,
						}, nil
					}
					sent++
					return nil, tt.err
				}),
			})
			if err != nil {
				t.Fatal(err)
			}
			send := func() error {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
					acme+"/v3/personal-access-tokens", nil)
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
