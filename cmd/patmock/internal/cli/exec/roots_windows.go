package exec

import (
	"crypto/x509"
	"unsafe"

	"golang.org/x/sys/windows"
)

// addSystemStore adds the roots of the current user, which include those of the machine.
func addSystemStore(c *certificates) {
	store, err := windows.CertOpenSystemStore(0, windows.StringToUTF16Ptr("ROOT"))
	if err != nil {
		c.log.Warn("the command does not get the certificates of Windows", "error", err)
		return
	}
	defer func() { _ = windows.CertCloseStore(store, 0) }()
	var entry *windows.CertContext
	for {
		// It frees the entry that it gets, and returns an error at the end.
		if entry, err = windows.CertEnumCertificatesInStore(store, entry); err != nil {
			return
		}
		der := unsafe.Slice(entry.EncodedCert, entry.Length)
		if certificate, err := x509.ParseCertificate(append([]byte(nil), der...)); err == nil {
			c.add(certificate)
		}
	}
}
