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

// controlGuard keeps web pages away from the control API. A page of another site is recognized by
// what browsers send with its requests; a page that rebinds DNS to this machine has no such mark,
// but names its own host.
type controlGuard struct {
	crossOrigin *http.CrossOriginProtection
	hosts       []string // in lower case; one that begins with a dot is a suffix
	anyHost     bool
}

// privateSuffixes end the names of hosts that are in no public DNS: those of RFC 6761, RFC 6762 and
// RFC 8375, of ICANN's reserved .internal, and of Kubernetes services.
var privateSuffixes = []string{".localhost", ".local", ".internal", ".test", ".home.arpa", ".svc"}

// newControlGuard makes the guard of a mock. With a control token any Host is allowed: a page does
// not know the token.
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

// check returns the error of a request to the control API that a web page may have sent, nil for
// none.
func (g controlGuard) check(r *http.Request) error {
	if err := g.crossOrigin.Check(r); err != nil {
		return guardError(http.StatusForbidden, rule.CrossOrigin,
			"a page of another site sent this request, and the control API is for tools and "+
				"tests: "+
				"call it from a test process, such as by node:http, or send no Origin")
	}
	if host := hostname(r.Host); !g.anyHost && !g.allows(host) {
		host = response.Truncate(host)
		return guardError(http.StatusMisdirectedRequest, rule.MisdirectedHost,
			fmt.Sprintf("Host is %q, which a page could have pointed to this machine: "+
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

// hostname returns the host of a Host header in lower case, without port, brackets and trailing
// dot.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}
