package exec

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// trust is a temporary directory with files that make a command trust certificate authorities.
// Programs read their names from environment variables. It has no private keys.
type trust struct {
	dir string
	// caFile has only the authorities, in PEM form.
	caFile string
	// variables has NAME=VALUE entries.
	variables []string
	// javaOptions are options of the Java virtual machine.
	javaOptions []string
}

// bundleVariables name a file with all trusted authorities: OpenSSL (and with it Python's ssl,
// Ruby, PHP, .NET) and Go, Python's requests, curl, httplib2 and Perl's LWP.
var bundleVariables = []string{
	"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPLIB2_CA_CERTS",
	"PERL_LWP_SSL_CA_FILE",
}

// inheritedBundleVariables also name such a file. They are only replaced, because a program that
// has none of them set uses another one.
var inheritedBundleVariables = []string{
	"NIX_SSL_CERT_FILE", "PIP_CERT", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "CARGO_HTTP_CAINFO",
	"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
}

// extraVariables name a file with authorities to trust besides the built-in ones: Node and Deno.
var extraVariables = []string{"NODE_EXTRA_CA_CERTS", "DENO_CERT"}

// newTrust writes files with the authorities cas, the roots of the system, and the certificates in
// files that inherited variables name. The caller must call remove.
func newTrust(
	inherited []string, log *slog.Logger, cas ...*x509.Certificate,
) (*trust, error) {
	dir, err := os.MkdirTemp("", "patmock-exec-")
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("make a directory for certificates: %w", err)
	}
	t := &trust{dir: dir}
	if err := t.fill(inherited, log, cas); err != nil {
		return nil, errors.Join(err, t.remove())
	}
	return t, nil
}

// fill writes the files.
func (t *trust) fill(inherited []string, log *slog.Logger, cas []*x509.Certificate) error {
	variables := variablesOf(inherited)
	roots := systemRoots(variables, log)
	for _, name := range slices.Concat(bundleVariables, inheritedBundleVariables) {
		if name != "SSL_CERT_FILE" { // one of the system's roots
			roots.addPath(variables[name], name)
		}
	}
	extra := &certificates{log: log}
	for _, name := range extraVariables {
		extra.addPath(variables[name], name)
	}
	for _, certificate := range slices.Concat(extra.list, cas) {
		roots.add(certificate)
	}
	for _, certificate := range cas {
		extra.add(certificate)
	}
	own := &certificates{log: log}
	for _, certificate := range cas {
		own.add(certificate)
	}
	var err error
	if t.caFile, err = t.write("ca.pem", own.pem()); err != nil {
		return err
	}
	if err := t.writePEM("ca-bundle.pem", roots, bundleVariables); err != nil {
		return err
	}
	for _, name := range inheritedBundleVariables {
		if variables[name] != "" {
			t.set(name, filepath.Join(t.dir, "ca-bundle.pem"))
		}
	}
	if err := t.writePEM("ca-extra.pem", extra, extraVariables); err != nil {
		return err
	}
	if err := t.writeTrustStore(roots); err != nil {
		return err
	}
	return t.writeWgetrc(variables)
}

// remove removes the files. A nil trust has none.
func (t *trust) remove() error {
	if t == nil {
		return nil
	}
	if err := os.RemoveAll(t.dir); err != nil {
		return fmt.Errorf("remove temporary certificates: %w", err)
	}
	return nil
}

func (t *trust) set(name, value string) { t.variables = append(t.variables, name+"="+value) }

// write writes a file and returns its path.
func (t *trust) write(name string, content []byte) (string, error) {
	path := filepath.Join(t.dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil { //nolint:gosec // our directory
		return "", fmt.Errorf("write temporary certificates: %w", err)
	}
	return path, nil
}

// writePEM writes certificates to a file that the variables name.
func (t *trust) writePEM(name string, c *certificates, variables []string) error {
	path, err := t.write(name, c.pem())
	for _, variable := range variables {
		t.set(variable, path)
	}
	return err
}

// trustStorePassword is Java's default. It protects only the integrity of the file.
const trustStorePassword = "changeit"

// writeTrustStore writes a trust store for Java, whose file formats do not include PEM.
func (t *trust) writeTrustStore(c *certificates) error {
	entries := make([]pkcs12.TrustStoreEntry, len(c.list))
	for i, certificate := range c.list {
		// Java keeps only one of the entries with the same name.
		entries[i] = pkcs12.TrustStoreEntry{
			Cert: certificate, FriendlyName: fmt.Sprintf("%d %s", i, certificate.Subject),
		}
	}
	// Java 8 cannot read newer algorithms before update 301.
	store, err := pkcs12.LegacyDES.EncodeTrustStoreEntries(entries, trustStorePassword)
	if err != nil {
		return fmt.Errorf("make a trust store for Java: %w", err)
	}
	path, err := t.write("truststore.p12", store)
	t.javaOptions = []string{
		"-Djavax.net.ssl.trustStore=" + path, "-Djavax.net.ssl.trustStoreType=PKCS12",
		"-Djavax.net.ssl.trustStorePassword=" + trustStorePassword,
	}
	return err
}

// writeWgetrc writes a configuration of wget, which reads no variable for certificates if it is
// built with GnuTLS. The file includes the user's own configuration.
func (t *trust) writeWgetrc(variables map[string]string) error {
	own := variables["WGETRC"]
	if home := variables["HOME"]; own == "" && home != "" {
		own = filepath.Join(home, ".wgetrc")
	}
	content, err := os.ReadFile(own) //nolint:gosec // the user's own file
	if err != nil {
		content = nil // as wget without a file
	}
	if len(content) > 0 && !bytes.HasSuffix(content, []byte("\n")) {
		content = append(content, '\n')
	}
	content = append(content, "ca_certificate = "+filepath.Join(t.dir, "ca-bundle.pem")+"\n"...)
	path, err := t.write("wgetrc", content)
	t.set("WGETRC", path)
	return err
}

// variablesOf returns variables by their name, as [cli.VariableKey] returns it. The last value of a
// name counts.
func variablesOf(environ []string) map[string]string {
	variables := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		variables[cli.VariableKey(name)] = value
	}
	return variables
}

// certificates is a list of distinct certificates.
type certificates struct {
	list []*x509.Certificate
	seen map[string]bool
	log  *slog.Logger
}

func (c *certificates) add(certificate *x509.Certificate) {
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	if !c.seen[string(certificate.Raw)] {
		c.seen[string(certificate.Raw)] = true
		c.list = append(c.list, certificate)
	}
}

// addPath adds the certificates of a file, or of the files of a directory. It logs a file that
// cannot be read, with the variable that names it. An empty path has none.
func (c *certificates) addPath(path, variable string) {
	if path == "" {
		return
	}
	err := c.addFile(path)
	if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
		err = c.addDir(path)
	}
	if err != nil {
		c.log.Warn("the command does not get the certificates of "+variable, "error", err)
	}
}

// maxBundle is the maximum size, in bytes, of a file with certificates.
const maxBundle = 16 << 20

func (c *certificates) addFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > maxBundle {
		return fmt.Errorf("%s has %d bytes, expected at most %d", path, info.Size(), maxBundle)
	}
	content, err := os.ReadFile(path) //nolint:gosec // a file of trusted certificates
	if err != nil {
		return err
	}
	c.addPEM(content)
	return nil
}

// addDir adds the certificates of the files in a directory. It skips other directories in it.
func (c *certificates) addDir(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		_ = c.addFile(filepath.Join(dir, entry.Name())) // links may be dangling
	}
	return err
}

// addPEM adds the certificates of a file in PEM form. It skips malformed ones.
func (c *certificates) addPEM(content []byte) {
	for {
		var block *pem.Block
		if block, content = pem.Decode(content); block == nil {
			return
		}
		if block.Type != "CERTIFICATE" && block.Type != "TRUSTED CERTIFICATE" {
			continue
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			c.add(certificate)
		}
	}
}

// pem returns the certificates in PEM form.
func (c *certificates) pem() []byte {
	var b bytes.Buffer
	for _, certificate := range c.list {
		// a buffer returns no error
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	}
	return b.Bytes()
}
