// Package authority makes certificate authorities for one run of a mock. The keys of an authority
// never leave the memory of the process.
package authority

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"regexp"
	"strings"
	"time"
)

// Validity of an authority and its certificates. They end with the process, because nothing stores
// their keys. Clients reject certificates that are valid for longer than about a year.
const (
	clockSkew = time.Hour
	validity  = 365 * 24 * time.Hour
)

// An Authority is a certificate authority. It is safe for concurrent use.
type Authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	leafKey     *ecdsa.PrivateKey // of every certificate that it issues
}

// New returns an authority that is valid from an hour before now, for clients whose clocks are
// late, until a year after now.
func New(now time.Time) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("authority: make key: %w", err)
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("authority: make key: %w", err)
	}
	serial := serialNumber()
	template := &x509.Certificate{
		SerialNumber: serial,
		// The name is unique, because trust stores find an authority by its name.
		Subject: pkix.Name{
			Organization: []string{organization},
			CommonName:   fmt.Sprintf("patmock CA %x", serial.Bytes()[:4]),
		},
		NotBefore: now.Add(-clockSkew), NotAfter: now.Add(validity),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("authority: make certificate: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("authority: make certificate: %w", err)
	}
	return &Authority{certificate, key, leafKey}, nil
}

const organization = "patmock"

// serialNumber returns a random positive number of 16 bytes.
func serialNumber() *big.Int {
	serial := make([]byte, 16)
	_, _ = rand.Read(serial)        // never fails
	serial[0] = serial[0]&0x7f | 64 // the first byte is neither zero nor a sign
	return new(big.Int).SetBytes(serial)
}

// Certificate returns the certificate of the authority. It must not be modified.
func (a *Authority) Certificate() *x509.Certificate { return a.certificate }

// PEM returns the certificate of the authority in PEM form.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

// hostname is a DNS name, perhaps with a wildcard in front. Container engines have names with
// underscores.
var hostname = regexp.MustCompile(`^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?` +
	`(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

// maxHostname is the maximum length of a DNS name.
const maxHostname = 253

// Issue returns a certificate of a server for hosts, with its key. A host is an IP address, without
// brackets, or a DNS name, perhaps with a wildcard such as *.example.com. It returns an error if
// there is no host, or if one is neither.
func (a *Authority) Issue(hosts ...string) (tls.Certificate, error) {
	if len(hosts) == 0 {
		return tls.Certificate{}, errors.New("authority: issue certificate: no host")
	}
	template := &x509.Certificate{
		SerialNumber: serialNumber(),
		Subject:      pkix.Name{Organization: []string{organization}},
		NotBefore:    a.certificate.NotBefore, NotAfter: a.certificate.NotAfter,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, host := range hosts {
		if ip, err := netip.ParseAddr(host); err == nil {
			template.IPAddresses = append(template.IPAddresses, ip.WithZone("").AsSlice())
			continue
		}
		name := strings.ToLower(strings.TrimSuffix(host, "."))
		if len(name) > maxHostname || !hostname.MatchString(name) {
			return tls.Certificate{},
				fmt.Errorf("authority: issue certificate: expected a DNS name or an IP address, "+
					"got %.80q", host)
		}
		template.DNSNames = append(template.DNSNames, name)
	}
	template.Subject.CommonName = commonName(hosts[0])
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, a.leafKey.Public(),
		a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("authority: issue certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("authority: issue certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.leafKey, Leaf: leaf}, nil
}

// commonName returns host, or a constant if host is longer than a common name may be.
func commonName(host string) string {
	const maxCommonName = 64
	if len(host) > maxCommonName {
		host = ""
	}
	return cmp.Or(host, organization)
}
