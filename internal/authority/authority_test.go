package authority_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/patmock/internal/authority"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func newAuthority(t *testing.T, now time.Time) *authority.Authority {
	t.Helper()
	a, err := authority.New(now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func issue(t *testing.T, a *authority.Authority, hosts ...string) tls.Certificate {
	t.Helper()
	c, err := a.Issue(hosts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pool returns the authority as a client reads it from a file.
func pool(t *testing.T, a *authority.Authority) *x509.CertPool {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(a.PEM()) {
		t.Fatalf("no certificate in %q", a.PEM())
	}
	return roots
}

func TestIssue_CoversHosts(t *testing.T) {
	a := newAuthority(t, now)
	c := issue(t, a, "Mock.Example.com", "my_mock", "*.api.example.com", "127.0.0.1", "::1",
		"dot.example.com.")
	for _, test := range []struct {
		host  string
		valid bool
	}{
		{"mock.example.com", true},
		{"my_mock", true},
		{"acme.api.example.com", true},
		{"dot.example.com", true},
		{"127.0.0.1", true},
		{"::1", true},
		{"127.0.0.2", false},
		{"other.example.com", false},
		{"a.b.api.example.com", false},
	} {
		_, err := c.Leaf.Verify(x509.VerifyOptions{
			DNSName: test.host, Roots: pool(t, a), CurrentTime: now,
		})
		if (err == nil) != test.valid {
			t.Errorf("%s: valid %t, want %t: %v", test.host, err == nil, test.valid, err)
		}
	}
}

func TestIssue_IsValidAtTheClockOfALateClient(t *testing.T) {
	a := newAuthority(t, now)
	c := issue(t, a, "localhost")
	for _, test := range []struct {
		name  string
		at    time.Time
		valid bool
	}{
		{"long before", now.Add(-2 * time.Hour), false},
		{"a little before", now.Add(-30 * time.Minute), true},
		{"after a month", now.AddDate(0, 1, 0), true},
		{"after two years", now.AddDate(2, 0, 0), false},
	} {
		_, err := c.Leaf.Verify(x509.VerifyOptions{
			DNSName: "localhost", Roots: pool(t, a), CurrentTime: test.at,
		})
		if (err == nil) != test.valid {
			t.Errorf("%s: valid %t, want %t: %v", test.name, err == nil, test.valid, err)
		}
	}
}

func TestIssue_RejectsInvalidHosts(t *testing.T) {
	a := newAuthority(t, now)
	for _, hosts := range [][]string{
		nil,
		{""},
		{"[::1]"},
		{"localhost:17280"},
		{"http://localhost"},
		{"a b"},
		{"*"},
		{"a.*.b"},
		{"a..b"},
		{"-a"},
		{"localhost", "a/b"},
		{strings.Repeat("a", 254)},
		{"café.example"},
	} {
		if _, err := a.Issue(hosts...); err == nil {
			t.Errorf("%q: no error", hosts)
		}
	}
}

func TestIssue_AcceptsALongHost(t *testing.T) {
	host := strings.Repeat("a.", 60) + "example"
	if got := issue(t, newAuthority(t, now), host).Leaf.DNSNames; got[0] != host {
		t.Errorf("names: %q, want %q", got, host)
	}
}

// Strict clients, such as Python 3.13, require these.
func TestNew_FollowsRFC5280(t *testing.T) {
	a := newAuthority(t, now)
	ca, leaf := a.Certificate(), issue(t, a, "localhost").Leaf
	switch {
	case !ca.IsCA || !ca.BasicConstraintsValid || !ca.MaxPathLenZero:
		t.Error("the authority may not issue certificates of servers only")
	case ca.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign:
		t.Errorf("key usage of the authority: %b", ca.KeyUsage)
	case leaf.IsCA:
		t.Error("the certificate of a server is an authority")
	case len(ca.SubjectKeyId) == 0 || !bytes.Equal(ca.SubjectKeyId, leaf.AuthorityKeyId):
		t.Errorf("key id %x, of the issuer %x", ca.SubjectKeyId, leaf.AuthorityKeyId)
	case ca.SerialNumber.Cmp(leaf.SerialNumber) == 0 || ca.SerialNumber.Sign() <= 0:
		t.Errorf("serial numbers: %d and %d", ca.SerialNumber, leaf.SerialNumber)
	case ca.PublicKey.(*ecdsa.PublicKey).Curve != elliptic.P256():
		t.Error("the key is not on P-256")
	}
	if other := newAuthority(t, now).Certificate(); other.Subject.String() == ca.Subject.String() {
		t.Errorf("two authorities are named %s", ca.Subject)
	}
}

func TestPEM_HasNoKey(t *testing.T) {
	block, rest := pem.Decode(newAuthority(t, now).PEM())
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		t.Errorf("block %v, rest %q", block, rest)
	}
}

// A handshake of every host at once shows that Issue is safe for concurrent use.
func TestIssue_ServesHandshakesConcurrently(t *testing.T) {
	a := newAuthority(t, now)
	server := httptest.NewUnstartedServer(http.HandlerFunc(
		func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "ok") }))
	server.TLS = &tls.Config{
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			c, err := a.Issue(hello.ServerName)
			return &c, err
		},
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	var all sync.WaitGroup
	for _, host := range []string{"a.example.com", "b.example.com", "c.example.com"} {
		all.Go(func() {
			client := &tls.Dialer{Config: &tls.Config{
				RootCAs: pool(t, a), ServerName: host, Time: func() time.Time { return now },
			}}
			conn, err := client.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
			if err != nil {
				t.Errorf("%s: %v", host, err)
				return
			}
			_ = conn.Close()
		})
	}
	all.Wait()
}
