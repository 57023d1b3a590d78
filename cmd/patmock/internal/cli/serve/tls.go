package serve

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/atomicfile"
	"example.com/patmock/mockserver"
)

// tlsFlags are the flags of https.
type tlsFlags struct {
	enabled          bool
	cert, key, caOut string
}

func (f *tlsFlags) register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.enabled, "tls", false,
		"serve https and HTTP/2, with a certificate made for this run")
	flags.StringVar(&f.cert, "tls-cert", "",
		"PEM file with your own certificate and its chain; needs --tls-key")
	flags.StringVar(&f.key, "tls-key", "", "PEM file with the private key of --tls-cert")
	flags.StringVar(&f.caOut, "tls-ca-out", "",
		"file for the CA that clients have to trust, removed at the end (default a new file in "+
			"$XDG_RUNTIME_DIR or the temporary directory)")
}

// on reports whether the mock serves https.
func (f tlsFlags) on() bool { return f.enabled || f.cert != "" }

// config returns the configuration of https, or nil for plain http. The certificate is also valid
// for the host of the listen address.
func (f tlsFlags) config(
	addr string, changed func(flag string) bool,
) (*mockserver.TLS, error) {
	switch {
	case f.cert != "" && !f.enabled && changed("tls"):
		return nil, cli.Flagf("tls", " is false, but --tls-cert needs https: omit one of them")
	case f.cert != "" && f.key == "":
		return nil, cli.Flagf("tls-cert", " needs --tls-key, the file with its private key")
	case f.cert == "" && f.key != "":
		return nil, cli.Flagf("tls-key", " needs --tls-cert, the file with its certificate")
	case f.caOut != "" && f.cert != "":
		return nil, cli.Flagf("tls-ca-out",
			" is for a certificate made for the run: omit it with --tls-cert, since clients trust "+
				"your own CA")
	case f.caOut != "" && !f.enabled:
		return nil, cli.Flagf("tls-ca-out", " needs --tls")
	case !f.on():
		return nil, nil
	case f.cert != "":
		certificate, err := f.readCertificate()
		return &mockserver.TLS{Certificates: []tls.Certificate{certificate}}, err
	}
	if f.caOut != "" {
		if err := checkCAFile(f.caOut); err != nil {
			return nil, err
		}
	}
	config := &mockserver.TLS{}
	host, _, _ := net.SplitHostPort(addr) // the listener validates it
	if ip := net.ParseIP(host); host != "" && (ip == nil || !ip.IsUnspecified()) {
		config.Hosts = []string{host}
	}
	return config, nil
}

// readCertificate reads the files of --tls-cert and --tls-key.
func (f tlsFlags) readCertificate() (c tls.Certificate, err error) {
	cert, err := os.ReadFile(f.cert)
	if err != nil {
		return c, cli.Flagf("tls-cert", ": %w", err)
	}
	key, err := os.ReadFile(f.key)
	if err != nil {
		return c, cli.Flagf("tls-key", ": %w", err)
	}
	hint := ""
	if bytes.Contains(cert, []byte("PRIVATE KEY-----")) {
		hint = " (did you exchange --tls-cert and --tls-key?)"
	}
	if !bytes.Contains(cert, []byte("-----BEGIN CERTIFICATE-----")) {
		return c, cli.Flagf("tls-cert", " %s has no certificate: expected a file in PEM form%s",
			f.cert, hint)
	}
	if !bytes.Contains(key, []byte("PRIVATE KEY-----")) {
		return c, cli.Flagf("tls-key", " %s has no private key: expected a file in PEM form", f.key)
	}
	if bytes.Contains(key, []byte("ENCRYPTED")) {
		return c, cli.Flagf("tls-key",
			" %s is encrypted: write a file without a password, such as with openssl pkey", f.key)
	}
	c, err = tls.X509KeyPair(cert, key)
	switch {
	case err != nil && strings.Contains(err.Error(), "does not match"):
		return c, cli.Flagf("tls-key", " %s is not the private key of --tls-cert %s", f.key, f.cert)
	case err != nil:
		return c, cli.Flagf("tls-cert", " %s and --tls-key %s: %w", f.cert, f.key, err)
	}
	return c, nil
}

// checkCAFile returns a usage error if the file must not be overwritten. Others than those of
// patmock may be the authorities of a whole system.
func checkCAFile(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		var target string
		if target, err = atomicfile.LinkTarget(path); err == nil {
			_, err = os.Stat(filepath.Dir(target))
		}
		if err == nil {
			return nil
		}
	}
	if err != nil {
		return cli.Flagf("tls-ca-out", ": %w", err)
	}
	if !info.Mode().IsRegular() {
		return cli.Flagf("tls-ca-out", " %s: expected a regular file or a new one, got %s", path,
			info.Mode().Type())
	}
	old, err := os.ReadFile(path) //nolint:gosec // named by the user
	if err != nil {
		return cli.Flagf("tls-ca-out", ": %w", err)
	}
	if len(old) > 0 && !isCAOfPatmock(old) {
		return cli.Flagf("tls-ca-out",
			" %s exists and was not written by patmock: remove it, or use another file", path)
	}
	return nil
}

// isCAOfPatmock reports whether text is a CA that patmock wrote.
func isCAOfPatmock(text []byte) bool {
	block, rest := pem.Decode(text)
	if block == nil || len(rest) > 0 {
		return false
	}
	c, err := x509.ParseCertificate(block.Bytes)
	return err == nil && c.IsCA && slices.Contains(c.Subject.Organization, "patmock")
}

// caFilePattern is the name of a CA file without --tls-ca-out.
const caFilePattern = "patmock-ca-*.pem"

// WriteCAFile writes the CA of the mock to the file of --tls-ca-out, and prints its path on
// standard error. Without the flag it writes a new file to the first writable directory of dirs, if
// there is any in dirs. It returns a function that removes the file. It does nothing for plain http
// and for a certificate of the user.
func (f Flags) WriteCAFile(m *Mock, dirs []string) (remove func(), err error) {
	ca, path := m.Handler.CA(), f.tls.caOut
	if ca == nil || path == "" && len(dirs) == 0 {
		return func() {}, nil
	}
	if path == "" {
		if path, err = newCAFile(dirs, ca); err != nil {
			return nil, cli.Flagf("tls-ca-out",
				" is required, since none of %s is writable: %w", strings.Join(dirs, ", "), err)
		}
	} else if err = writeCAFile(path, ca); err != nil {
		return nil, err
	}
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	m.CAFile = path
	return func() { removeCAFile(path, ca) }, m.printCAFile()
}

// printCAFile logs the path of the CA at every level, because clients need it.
func (m *Mock) printCAFile() error {
	r := slog.NewRecord(time.Now(), slog.LevelInfo, "clients have to trust the CA in "+m.CAFile, 0)
	return m.Log.Handler().Handle(context.Background(), r)
}

// newCAFile writes a new file in the first writable directory. Other users may read it.
func newCAFile(dirs []string, ca []byte) (path string, err error) {
	var errs []error
	for _, dir := range dirs {
		file, err := os.CreateTemp(dir, caFilePattern)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		_, err = file.Write(ca)
		if err = errors.Join(err, file.Chmod(caFileMode), file.Close()); err == nil {
			return file.Name(), nil
		}
		errs = append(errs, err, os.Remove(file.Name()))
	}
	return "", errors.Join(errs...)
}

const caFileMode = 0o644

func writeCAFile(path string, ca []byte) error {
	if err := checkCAFile(path); err != nil {
		return err
	}
	if err := atomicfile.Write(path, caFileMode, ca); err != nil {
		return cli.Flagf("tls-ca-out", ": %w", err)
	}
	return nil
}

// removeCAFile removes a CA file that has not been changed. It truncates a file that cannot be
// removed, such as a bind mount.
func removeCAFile(path string, ca []byte) {
	content, err := os.ReadFile(path) //nolint:gosec // written by the mock
	if err != nil || !bytes.Equal(content, ca) {
		return // another mock has written or removed it
	}
	target, err := filepath.EvalSymlinks(path)
	if err == nil {
		err = os.Remove(target)
	}
	if err != nil {
		_ = os.Truncate(path, 0) // its key is gone
	}
}

// setTrust sets how a health check on this machine trusts the mock.
func (r *runFile) setTrust(m *Mock, f tlsFlags) {
	r.CAFile = m.CAFile
	if f.cert == "" {
		return
	}
	r.CAFile = f.cert
	if absolute, err := filepath.Abs(f.cert); err == nil {
		r.CAFile = absolute
	}
	r.ServerName = serverName(m.certificates[0], m.ControlURL)
}

// serverName returns a name of a certificate to verify instead of the host of an address. It is
// empty if the certificate is valid for that host, or has no name.
func serverName(c *x509.Certificate, address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || c.VerifyHostname(u.Hostname()) == nil:
	case len(c.DNSNames) > 0:
		return strings.Replace(c.DNSNames[0], "*", "any", 1)
	case len(c.IPAddresses) > 0:
		return c.IPAddresses[0].String()
	}
	return ""
}

// setCertificates sets what clients of the mock trust.
func (m *Mock) setCertificates(c *mockserver.TLS) error {
	if c == nil {
		return nil
	}
	var all [][]byte
	if block, _ := pem.Decode(m.Handler.CA()); block != nil {
		all = append(all, block.Bytes)
	}
	for _, own := range c.Certificates {
		all = append(all, own.Certificate...)
	}
	for _, der := range all {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("read the certificate: %w", err)
		}
		m.certificates = append(m.certificates, certificate)
	}
	return nil
}

// Certificates returns the CA that the clients of the mock have to trust, or the certificate and
// its chain of --tls-cert. It is nil for plain http.
func (m *Mock) Certificates() []*x509.Certificate { return m.certificates }

// httpsVariables reports whether the variables of serve select https, for a mock without a run
// file. It returns the file of its CA.
func httpsVariables(env cli.Env) (caFile string, on bool) {
	value := func(flag string) string {
		text, _ := env.Lookup(cli.Variable(flag))
		return strings.TrimSpace(text)
	}
	enabled, _ := strconv.ParseBool(value("tls")) // serve rejects other values
	caFile = cmp.Or(value("tls-cert"), value("tls-ca-out"))
	return caFile, enabled || value("tls-cert") != ""
}
