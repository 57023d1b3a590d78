package remote

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"os"

	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// CAFlag adds --ca to a command that connects to a mock or a tenant.
func CAFlag(flags *pflag.FlagSet, ca *string) {
	flags.StringVar(ca, "ca", "",
		"PEM file of a CA to trust, such as that of serve --tls")
	cli.SetVariables(flags, "ca")
}

// ReadCA returns the authorities of the system and of the file of --ca. It returns nil, which means
// those of the system, without a file.
func ReadCA(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	content, err := os.ReadFile(file) //nolint:gosec // named by the user
	if err != nil {
		return nil, cli.Flagf("ca", ": %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil { // a container without any
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(content) {
		return nil,
			cli.Flagf("ca", " %s has no certificate: expected a file in PEM form, such as that of "+
				"serve --tls-ca-out", file)
	}
	return roots, nil
}

// TLSAdvice returns advice for an error of https, or "" for other errors.
func TLSAdvice(err error) string {
	_, otherHost := errors.AsType[x509.HostnameError](err)
	_, unverified := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case errors.Is(err, http.ErrSchemeMismatch):
		return "The port does not use TLS: use http:// in the address, or start the mock with " +
			"--tls."
	case otherHost:
		return "Use a host of the certificate, or start the mock with this host in --public-url."
	case unverified:
		return "Trust the CA of the mock with --ca FILE (" + cli.Variable("ca") +
			"): serve --tls prints its path."
	}
	return ""
}
