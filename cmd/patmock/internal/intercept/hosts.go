// Package intercept implements a proxy that serves the hosts of tenants by a mock. Programs that
// follow the proxy variables reach the mock although they build the address of a tenant themselves.
package intercept

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"example.com/patmock/spec/evidence"
)

// A TenantHost is a pattern of the hosts of tenants. Its wildcard is the name of the tenant.
type TenantHost struct {
	Pattern  string
	Evidence evidence.Level
	// Source is the place where the hosts are published, or the programs that use them.
	Source string
}

// TenantHosts returns the hosts of Identity Security Cloud: APIs, user interfaces and logins.
// Sandboxes have the same hosts, and -sb or -poc at the end of their name.
func TenantHosts() []TenantHost {
	return []TenantHost{
		{"*.api.identitynow.com", evidence.Published, "servers of the published documents"},
		{
			"*.identitynow.com", evidence.Published,
			"https://developer.sailpoint.com/docs/api/getting-started/",
		},
		{"*.api.saas.sailpoint.com", evidence.Assumed, "the form of FedRAMP tenants"},
		{
			"*.login.sailpoint.com", evidence.Published,
			"authorizationUrl of the published documents",
		},
		{"*.api.identitynow-demo.com", evidence.Observed, "programs for demo tenants"},
		{"*.identitynow-demo.com", evidence.Observed, "programs for demo tenants"},
		{
			"*.login.identitynow-demo.com", evidence.Observed,
			"a program that logs users in to demo tenants",
		},
		{
			"*.api.saas.sailpointfedramp.com", evidence.Observed,
			"programs for FedRAMP tenants",
		},
		{"*.saas.sailpointfedramp.com", evidence.Observed, "programs for FedRAMP tenants"},
		{"*.idn.sailpointfedramp.com", evidence.Observed, "a program for FedRAMP tenants"},
	}
}

// Hosts is a list of hosts: names, IP addresses, and patterns such as *.example.com, whose wildcard
// is one label, as in certificates. The pattern * is every host.
type Hosts []string

// DefaultHosts returns the patterns of TenantHosts.
func DefaultHosts() Hosts {
	var hosts Hosts
	for _, h := range TenantHosts() {
		hosts = append(hosts, h.Pattern)
	}
	return hosts
}

// String returns the list separated by commas.
func (h Hosts) String() string { return strings.Join(h, ",") }

// anyHost is the pattern of every host.
const anyHost = "*"

// hostPattern matches names in lower case, perhaps with a wildcard.
var hostPattern = regexp.MustCompile(`^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?` +
	`(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

// maxName is the maximum length of a DNS name.
const maxName = 253

// ParseHosts parses a list separated by commas. It normalizes the hosts. Any reports whether * is
// valid.
func ParseHosts(list string, anyValid bool) (Hosts, error) {
	var hosts Hosts
	for _, text := range strings.Split(list, ",") {
		host := Normalize(strings.TrimSpace(text))
		switch {
		case host == anyHost && anyValid:
		case host == anyHost:
			return nil, fmt.Errorf("* would be every host: expected names such as " +
				"*.api.identitynow.com")
		case isAddress(host):
		case len(host) > maxName || !hostPattern.MatchString(host):
			return nil, fmt.Errorf("expected a host such as *.api.identitynow.com%s, got %.80q",
				hint(host), strings.TrimSpace(text))
		}
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts, nil
}

// hint returns what is wrong about the form of a host, or "".
func hint(host string) string {
	switch {
	case host == "":
		return " between commas"
	case strings.Contains(host, "://"), strings.Contains(host, "/"):
		return " without scheme and path"
	case strings.Contains(host, ":"):
		return " without a port"
	case strings.Contains(host, "*"):
		return ", with * as the first label"
	case strings.ContainsFunc(host, func(r rune) bool { return r > 0x7f }):
		return " in ASCII (xn--...)"
	}
	return ""
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// Normalize returns a host in lower case without a trailing dot or brackets.
func Normalize(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if inner, ok := strings.CutPrefix(host, "["); ok && strings.HasSuffix(inner, "]") {
		host = strings.TrimSuffix(inner, "]")
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Unmap().String()
	}
	return host
}

// Match reports whether a normalized host is in the list.
func (h Hosts) Match(host string) bool {
	_, parent, _ := strings.Cut(host, ".")
	return slices.ContainsFunc(h, func(pattern string) bool {
		return pattern == host || pattern == anyHost ||
			pattern == "*."+parent && parent != "" && !isAddress(host)
	})
}

// Overlap returns a pattern of the list other that has a host in common with this list, or "". It
// ignores *.
func (h Hosts) Overlap(other Hosts) string {
	for _, pattern := range other {
		if pattern != anyHost && h.Match(strings.Replace(pattern, "*", "a", 1)) {
			return pattern
		}
		for _, own := range h {
			if (Hosts{pattern}).Match(own) && pattern != anyHost {
				return pattern
			}
		}
	}
	return ""
}

// tenantName returns the name of the tenant of a host: the first label. It returns "" for an IP
// address.
func tenantName(host string) string {
	if isAddress(host) {
		return ""
	}
	name, _, _ := strings.Cut(host, ".")
	return name
}
