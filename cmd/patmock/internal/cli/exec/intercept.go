package exec

import (
	"context"
	"crypto/x509"
	_ "embed" // the preload for Node
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/serve"
	"example.com/patmock/cmd/patmock/internal/intercept"
	"example.com/patmock/internal/authority"
)

// interceptFlags are the flags of the proxy.
type interceptFlags struct {
	enabled            bool
	hosts, allow       string
	namespacePerTenant bool
}

func (f *interceptFlags) register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.enabled, "intercept", false,
		"also serve the hosts of tenants, through an HTTPS proxy that the command's variables name")
	flags.StringVar(&f.hosts, "intercept-hosts", "",
		"with --intercept: comma-separated hosts of tenants (default "+
			strings.Join(intercept.DefaultHosts()[:2], ",")+" and the other hosts of Identity "+
			"Security Cloud)")
	flags.StringVar(&f.allow, "intercept-allow", "",
		"with --intercept: comma-separated other hosts that the command may reach, or * for all "+
			"(default none)")
	flags.BoolVar(&f.namespacePerTenant, "namespace-per-tenant", false,
		"with --intercept: the name of a tenant is its namespace (default one for all tenants)")
	cli.SetVariables(flags, "intercept", "intercept-hosts", "intercept-allow",
		"namespace-per-tenant")
}

// validate returns a usage error if a flag is wrong, or used without --intercept.
func (f interceptFlags) validate(flags *pflag.FlagSet) error {
	if !f.enabled {
		for _, name := range []string{
			"intercept-hosts", "intercept-allow", "namespace-per-tenant",
		} {
			if flags.Changed(name) {
				return cli.Usagef("--"+name, "--%s needs --intercept", name)
			}
		}
		return nil
	}
	hosts, allowed, err := f.lists(flags)
	if err != nil {
		return err
	}
	if pattern := hosts.Overlap(allowed); pattern != "" {
		return cli.Flagf("intercept-allow", " %s: this is the host of a tenant, which only the "+
			"mock serves: omit it, or set --intercept-hosts", pattern)
	}
	return nil
}

// lists returns the hosts of tenants and the allowed hosts.
func (f interceptFlags) lists(flags *pflag.FlagSet) (hosts, allowed intercept.Hosts, err error) {
	hosts = intercept.DefaultHosts()
	if f.hosts != "" || flags != nil && flags.Changed("intercept-hosts") {
		if hosts, err = intercept.ParseHosts(f.hosts, false); err != nil {
			return nil, nil, cli.Flagf("intercept-hosts", ": %w", err)
		}
	}
	if f.allow != "" || flags != nil && flags.Changed("intercept-allow") {
		if allowed, err = intercept.ParseHosts(f.allow, true); err != nil {
			return nil, nil, cli.Flagf("intercept-allow", ": %w", err)
		}
	}
	return hosts, allowed, nil
}

// start starts the proxy, and returns the certificate of its authority.
func (f interceptFlags) start(
	ctx context.Context, m *serve.Mock,
) (*intercept.Proxy, *x509.Certificate, error) {
	hosts, allowed, err := f.lists(nil)
	if err != nil {
		return nil, nil, err
	}
	// Programs compare the validity with the time of this machine.
	ca, err := authority.New(time.Now())
	if err != nil {
		return nil, nil, err
	}
	proxy, err := intercept.Start(ctx, intercept.Config{
		Mock: m.Handler, Issue: ca.Issue, Hosts: hosts, Allowed: allowed,
		NamespacePerTenant: f.namespacePerTenant, Local: localAddrs(m),
		Upstream: http.ProxyFromEnvironment, Log: m.Log,
	})
	return proxy, ca.Certificate(), err
}

// localAddrs returns the addresses of the mock for clients on this machine.
func localAddrs(m *serve.Mock) []string {
	var addrs []string
	for _, text := range []string{m.LocalURL, m.ControlURL} {
		if u, err := url.Parse(text); err == nil {
			addrs = append(addrs, u.Host)
		}
	}
	return addrs
}

// bypassHosts returns the hosts of NO_PROXY: loopback and the addresses of the mock.
func bypassHosts(m *serve.Mock) []string {
	hosts := []string{"127.0.0.1", "::1", "localhost"}
	for _, addr := range localAddrs(m) {
		if host, _, err := net.SplitHostPort(addr); err == nil {
			hosts = append(hosts, host)
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// proxyVariables are variables that name a proxy, in upper case. Programs also read them in lower
// case.
var proxyVariables = []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}

// otherProxyVariables also name a proxy, or hosts without one. With --intercept, the command
// does not inherit them.
var otherProxyVariables = []string{
	"FTP_PROXY", "WS_PROXY", "WSS_PROXY", "SOCKS_PROXY", "SOCKS5_PROXY",
	"NPM_CONFIG_PROXY", "NPM_CONFIG_HTTP_PROXY", "NPM_CONFIG_HTTPS_PROXY", "NPM_CONFIG_NOPROXY",
	"GLOBAL_AGENT_HTTP_PROXY", "GLOBAL_AGENT_HTTPS_PROXY", "GLOBAL_AGENT_NO_PROXY",
}

// isReservedProxyVariable reports whether --intercept sets a variable.
func isReservedProxyVariable(name string) bool {
	name = strings.ToUpper(name)
	return name == "NO_PROXY" || slices.Contains(proxyVariables, name)
}

// isProxyVariable reports whether a variable names a proxy, or hosts without one.
func isProxyVariable(name string) bool {
	return isReservedProxyVariable(name) ||
		slices.Contains(otherProxyVariables, strings.ToUpper(name))
}

//go:embed preload.cjs
var preload []byte

// useProxy adds the variables for clients of the proxy. It writes the preload for Node.
func (s *setup) useProxy(inherited map[string]string, m *serve.Mock) error {
	addr := s.proxy.Addr()
	for _, name := range proxyVariables {
		for _, spelling := range []string{name, strings.ToLower(name)} {
			s.set(spelling, "http://"+addr.String())
		}
	}
	path, err := s.trust.write("preload.cjs", preload)
	if err != nil {
		return err
	}
	s.set("NODE_USE_ENV_PROXY", "1")
	s.set("NODE_OPTIONS", joinOptions(inherited["NODE_OPTIONS"], "--require", strconv.Quote(path)))
	host, port := addr.IP.String(), strconv.Itoa(addr.Port)
	var direct []string
	for _, name := range bypassHosts(m) {
		if strings.Contains(name, ":") {
			name = "[" + name + "]"
		}
		direct = append(direct, name)
	}
	s.javaOptions = append(s.javaOptions, "-Dhttp.proxyHost="+host, "-Dhttp.proxyPort="+port,
		"-Dhttps.proxyHost="+host, "-Dhttps.proxyPort="+port,
		"-Dhttp.nonProxyHosts="+strings.Join(direct, "|"))
	return nil
}

// joinOptions appends options to those of an inherited variable.
func joinOptions(inherited string, options ...string) string {
	return strings.TrimSpace(inherited + " " + strings.Join(options, " "))
}

// reportUnused writes a note if no request of the command reached the mock through the proxy. It
// reports whether it did. No log level filters the note out.
func reportUnused(w io.Writer, stats intercept.Stats) bool {
	if stats.Requests > 0 {
		return false
	}
	reason := "the command did not use it; it may have spoken to the tenant"
	switch {
	case stats.FailedHandshakes > 0:
		reason = fmt.Sprintf("%d TLS handshakes failed, because the command does not trust the "+
			"certificate", stats.FailedHandshakes)
	case stats.Others > 0:
		reason = "the command did not use it for a tenant; it may have spoken to the tenant"
	}
	_, _ = fmt.Fprintf(w, "patmock: no request to a tenant came through the proxy of "+
		"--intercept:\n%s (see docs/intercept.md)\n", reason)
	return true
}
