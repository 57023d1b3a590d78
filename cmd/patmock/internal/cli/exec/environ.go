package exec

import (
	"slices"
	"strings"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/credentials"
	"example.com/patmock/cmd/patmock/internal/cli/serve"
)

// environ returns the environment of the command: the inherited variables that pass inherits, those
// of the mock and of the setup, and NO_PROXY for loopback. Some SDKs send even requests to loopback
// through a proxy.
func (f Flags) environ(
	inherited []string, m *serve.Mock, login credentials.Login, s *setup,
) []string {
	bypass := []string{"127.0.0.1", "localhost"}
	if f.intercept.enabled {
		bypass = bypassHosts(m)
	}
	var environ []string
	for _, entry := range inherited {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case f.intercept.enabled && isProxyVariable(name) && !f.passes(name):
		case strings.EqualFold(name, "NO_PROXY"):
			bypass = append(bypass, strings.Split(value, ",")...)
		case f.inherits(name):
			environ = append(environ, entry)
		}
	}
	bypass = slices.DeleteFunc(bypass, func(host string) bool { return host == "" })
	slices.Sort(bypass)
	hosts := strings.Join(slices.Compact(bypass), ",")
	environ = append(environ, "NO_PROXY="+hosts, "no_proxy="+hosts, "PATMOCK_URL="+m.ControlURL)
	if m.ControlToken != "" {
		environ = append(environ, cli.ControlToken+"="+m.ControlToken)
	}
	for _, pair := range login.Pairs() {
		environ = append(environ, pair[0]+"="+pair[1])
	}
	return append(environ, s.variables...)
}

// inherits reports whether the command inherits a variable. Variables of a tenant or of another
// mock are only inherited if --pass-env names them.
func (f Flags) inherits(name string) bool {
	key := cli.VariableKey(name)
	excluded := []string{
		"PATMOCK_USER", "PATMOCK_BASE_URL", "PATMOCK_CA",
		cli.ControlToken, cli.ControlToken + "_FILE",
	}
	prefixes := []string{"SAIL_", "PATMOCK_SECOND_", "PATMOCK_ADMIN_"}
	if !slices.Contains(excluded, key) &&
		!slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
		return true
	}
	return f.passes(name)
}

// passes reports whether --pass-env names a variable.
func (f Flags) passes(name string) bool {
	key := cli.VariableKey(name)
	return slices.ContainsFunc(f.passEnv, func(allowed string) bool {
		return cli.VariableKey(allowed) == key
	})
}

var reservedVariables = []string{
	"SAIL_BASE_URL", "SAIL_CLIENT_ID", "SAIL_CLIENT_SECRET", "PATMOCK_URL", "PATMOCK_CA",
	cli.ControlToken,
}

// validate returns a usage error if --pass-env has an invalid name or a variable that exec sets.
func (f Flags) validate() error {
	if f.killAfter < 0 {
		return cli.Flagf("kill-after", " must not be negative, got %s", f.killAfter)
	}
	for _, name := range f.passEnv {
		if name == "" || strings.ContainsAny(name, "=, ") {
			return cli.Flagf("pass-env",
				": expected the name of a variable, such as SAIL_NERM_BASE_URL, without a value")
		}
		if slices.Contains(reservedVariables, cli.VariableKey(name)) ||
			f.intercept.enabled && isReservedProxyVariable(name) {
			return cli.Flagf("pass-env", " %s: exec sets this variable itself: omit the flag", name)
		}
	}
	return nil
}
