// Package host distinguishes private from public hosts.
package host

import (
	"fmt"
	"net/netip"
	"strings"
	"syscall"
)

// IsPrivate reports whether a host is private. Private hosts are private and loopback addresses,
// names without a domain, and names in domains that are never public (RFC 6761, RFC 6762).
func IsPrivate(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return isPrivate(ip)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if !strings.Contains(host, ".") {
		return true
	}
	for _, domain := range []string{".localhost", ".local", ".internal", ".test", ".home.arpa"} {
		if strings.HasSuffix(host, domain) {
			return true
		}
	}
	return false
}

func isPrivate(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsPrivate()
}

// RejectPublic is the Control function of a net.Dialer. It rejects public addresses that a private
// name resolves to.
func RejectPublic(_, address string, _ syscall.RawConn) error {
	addrPort, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !isPrivate(addrPort.Addr()) {
		return fmt.Errorf("%s is a public address", addrPort.Addr())
	}
	return nil
}
