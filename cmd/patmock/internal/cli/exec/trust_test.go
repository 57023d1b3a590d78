package exec

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"software.sslmate.com/src/go-pkcs12"

	"example.com/patmock/internal/authority"
)

// newAuthority returns an authority, and the path of a file with its certificate.
func newAuthority(t *testing.T) (*x509.Certificate, string) {
	t.Helper()
	a, err := authority.New(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, a.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return a.Certificate(), path
}

// certificatesIn returns the serial numbers of the certificates in a file, sorted.
func certificatesIn(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []*x509.Certificate
	if filepath.Ext(path) == ".p12" {
		if list, err = pkcs12.DecodeTrustStore(content, trustStorePassword); err != nil {
			t.Fatal(err)
		}
	} else {
		c := &certificates{}
		c.addPEM(content)
		list = c.list
	}
	return serials(list...)
}

func serials(list ...*x509.Certificate) []string {
	var all []string
	for _, c := range list {
		all = append(all, c.SerialNumber.String())
	}
	slices.Sort(all)
	return all
}

func TestTrust_MergesInheritedCertificates(t *testing.T) {
	ours, _ := newAuthority(t)
	system, systemFile := newAuthority(t)
	directory, directoryFile := newAuthority(t)
	requests, requestsFile := newAuthority(t)
	node, nodeFile := newAuthority(t)
	var log bytes.Buffer
	inherited := []string{
		"SSL_CERT_FILE=" + systemFile, "SSL_CERT_DIR=" + filepath.Dir(directoryFile),
		"REQUESTS_CA_BUNDLE=" + requestsFile, "CURL_CA_BUNDLE=" + systemFile,
		"NODE_EXTRA_CA_CERTS=" + nodeFile, "AWS_CA_BUNDLE=/no/such/file",
	}
	trust, err := newTrust(inherited, slog.New(slog.NewTextHandler(&log, nil)), ours)
	if err != nil {
		t.Fatal(err)
	}
	all := serials(ours, system, directory, requests, node)
	extra := serials(ours, node)
	variables := variablesOf(trust.variables)
	for name, want := range map[string][]string{
		"SSL_CERT_FILE": all, "REQUESTS_CA_BUNDLE": all, "CURL_CA_BUNDLE": all,
		"AWS_CA_BUNDLE": all, "NODE_EXTRA_CA_CERTS": extra, "DENO_CERT": extra,
	} {
		if diff := cmp.Diff(want, certificatesIn(t, variables[name])); diff != "" {
			t.Errorf("%s -want +got:\n%s", name, diff)
		}
	}
	store, _ := strings.CutPrefix(trust.javaOptions[0], "-Djavax.net.ssl.trustStore=")
	if diff := cmp.Diff(all, certificatesIn(t, store)); diff != "" {
		t.Errorf("trust store -want +got:\n%s", diff)
	}
	if variables["GIT_SSL_CAINFO"] != "" {
		t.Error("a variable is set that was not inherited")
	}
	if !strings.Contains(log.String(), "AWS_CA_BUNDLE") {
		t.Errorf("the log does not name the unreadable file: %s", &log)
	}
	assertNoKeys(t, trust.dir)
	if err := trust.remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(trust.dir); err == nil {
		t.Error("the files are left behind")
	}
}

// assertNoKeys fails unless the files of a directory are private and have no private key.
func assertNoKeys(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte("PRIVATE KEY")) {
			t.Errorf("%s has a key", path)
		}
		if filepath.Ext(path) == ".p12" {
			// an error unless there is exactly one key
			if _, _, _, err := pkcs12.DecodeChain(content, trustStorePassword); err == nil {
				t.Errorf("%s has a key", path)
			}
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %s", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Without variables, the bundle has the roots of the system, and Node's has only ours.
func TestTrust_HasSystemRoots(t *testing.T) {
	ours, _ := newAuthority(t)
	trust, err := newTrust(nil, slog.New(slog.DiscardHandler), ours)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = trust.remove() })
	variables := variablesOf(trust.variables)
	system := &certificates{log: slog.New(slog.DiscardHandler)}
	addSystemStore(system)
	for _, path := range rootFiles {
		if content, err := os.ReadFile(path); err == nil {
			system.addPEM(content)
			break
		}
	}
	if len(system.list) == 0 {
		t.Skip("this machine has no file with roots")
	}
	want := serials(append(system.list, ours)...)
	if diff := cmp.Diff(want, certificatesIn(t, variables["SSL_CERT_FILE"])); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(serials(ours), certificatesIn(t, variables["DENO_CERT"])); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTrust_KeepsWgetrc(t *testing.T) {
	ours, _ := newAuthority(t)
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".wgetrc"), []byte("tries = 2"), 0o600); err != nil {
		t.Fatal(err)
	}
	trust, err := newTrust([]string{"HOME=" + home}, slog.New(slog.DiscardHandler), ours)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = trust.remove() })
	variables := variablesOf(trust.variables)
	content, err := os.ReadFile(variables["WGETRC"])
	want := "tries = 2\nca_certificate = " + variables["SSL_CERT_FILE"] + "\n"
	if diff := cmp.Diff(want, string(content)); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
}

func TestCertificates_SkipOtherBlocks(t *testing.T) {
	ours, _ := newAuthority(t)
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ours.Raw})
	broken := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})
	other := pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: []byte("x")})
	c := &certificates{}
	c.addPEM(slices.Concat([]byte("# a comment\n"), other, broken, block, block))
	if diff := cmp.Diff(serials(ours), serials(c.list...)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
