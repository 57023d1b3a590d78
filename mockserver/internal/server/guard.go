package server

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/rule"
)

// controlGuard rejects requests from web pages to the control API. Browsers mark requests from
// pages of other sites. They do not mark requests from a DNS rebinding page, but the Host header of
// those contains the host name of the page.
type controlGuard struct {
	crossOrigin *http.CrossOriginProtection
	hosts       []string // in lower case; a leading dot marks a suffix
	anyHost     bool
}

// privateSuffixes are the suffixes of hosts that are not in the public DNS: RFC 6761, RFC 6762,
// RFC 8375, ICANN's reserved .internal, and Kubernetes services.
var privateSuffixes = []string{".localhost", ".local", ".internal", ".test", ".home.arpa", ".svc"}

// newControlGuard returns the guard of a mock. With a control token it allows any Host, since a
// page does not know the token.
func newControlGuard(c Config) controlGuard {
	g := controlGuard{
		crossOrigin: http.NewCrossOriginProtection(), anyHost: c.ControlToken != "",
		hosts: append([]string{}, privateSuffixes...),
	}
	for _, host := range c.AllowedHosts {
		g.hosts = append(g.hosts, strings.ToLower(host))
	}
	if u, err := url.Parse(c.PublicURL); err == nil && u.Hostname() != "" {
		g.hosts = append(g.hosts, strings.ToLower(u.Hostname()))
	}
	return g
}

// check returns an error if a web page may have sent a request to the control API.
func (g controlGuard) check(r *http.Request) error {
	if err := g.crossOrigin.Check(r); err != nil {
		return guardError(http.StatusForbidden, rule.CrossOrigin,
			"a page of another site sent this request, and the control API is for tools and "+
				"tests: call it from a test process, for example with node:http, or omit Origin")
	}
	if host := hostname(r.Host); !g.anyHost && !g.allows(host) {
		host = response.Truncate(host)
		return guardError(http.StatusMisdirectedRequest, rule.MisdirectedHost,
			fmt.Sprintf("Host is %q, but a page could have pointed it to this machine: "+
				"start the mock with --allowed-hosts %s, or with a control token", host, host))
	}
	return nil
}

func guardError(status int, violated rule.ID, text string) *response.Error {
	return &response.Error{Status: status, Reasons: []response.Reason{{Rule: violated, Text: text}}}
}

func (g controlGuard) allows(host string) bool {
	if host == "" || !strings.Contains(host, ".") || net.ParseIP(host) != nil {
		return true
	}
	for _, allowed := range g.hosts {
		if host == allowed || strings.HasPrefix(allowed, ".") && strings.HasSuffix(host, allowed) {
			return true
		}
	}
	return false
}

// hostname returns the host of a Host header in lower case, without its port, brackets and trailing
// dot.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}
