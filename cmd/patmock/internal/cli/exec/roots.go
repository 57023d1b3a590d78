package exec

import (
	"log/slog"
	"os"
	"path/filepath"
)

// rootFiles are the files with the system's roots, in the order of crypto/x509.
var rootFiles = []string{
	"/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Gentoo, Arch
	"/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, RHEL
	"/etc/ssl/ca-bundle.pem",                            // OpenSUSE
	"/etc/pki/tls/cacert.pem",                           // OpenELEC
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // CentOS, RHEL 7
	"/etc/ssl/cert.pem",                                 // Alpine, macOS, OpenBSD
	"/usr/local/etc/ssl/cert.pem",                       // FreeBSD
	"/usr/local/share/certs/ca-root-nss.crt",            // DragonFly
	"/etc/openssl/certs/ca-certificates.crt",            // NetBSD
}

// rootDirs are the directories with the system's roots, for systems without a file.
var rootDirs = []string{
	"/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/openssl/certs", "/usr/local/share/certs",
}

// systemRoots returns the roots that programs trust without our variables: those of SSL_CERT_FILE
// and SSL_CERT_DIR if they are set, as OpenSSL and Go read them, or else those of the system.
func systemRoots(variables map[string]string, log *slog.Logger) *certificates {
	c := &certificates{log: log}
	file, dirs := variables["SSL_CERT_FILE"], filepath.SplitList(variables["SSL_CERT_DIR"])
	c.addPath(file, "SSL_CERT_FILE")
	for _, dir := range dirs {
		c.addPath(dir, "SSL_CERT_DIR")
	}
	if file != "" && len(c.list) > 0 {
		return c
	}
	addSystemStore(c)
	for _, path := range rootFiles {
		if _, err := os.Stat(path); err == nil {
			c.addPath(path, "the system")
			return c
		}
	}
	if len(c.list) > 0 {
		return c
	}
	for _, path := range rootDirs {
		if _, err := os.Stat(path); err == nil {
			c.addPath(path, "the system")
		}
	}
	if len(c.list) == 0 {
		log.Warn("found no roots of the system: the command trusts only the authority of exec")
	}
	return c
}
