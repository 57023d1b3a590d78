package cli

import (
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ControlToken is the variable that holds the control token itself.
const ControlToken = "PATMOCK_CONTROL_TOKEN"

// VariableKey returns the name of a variable for comparisons. Names are case-insensitive on
// Windows.
func VariableKey(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}

// A variableInfo is an environment variable that has no flag.
type variableInfo struct {
	Name, Text string
	// Commands are the paths of the commands that read it, without patmock. They include
	// subcommands.
	Commands []string
}

// VariableInfos are the variables of patmock that have no flag.
var VariableInfos = []variableInfo{
	{
		ControlToken, "token of the control API", []string{
			"serve", "exec", "check", "control", "env", "healthcheck", "contract",
		},
	},
	{"SAIL_BASE_URL", "address of the target env", []string{"contract"}},
	{"SAIL_CLIENT_ID", "client ID of its user", []string{"contract"}},
	{"SAIL_CLIENT_SECRET", "client secret of its user", []string{"contract"}},
	{"SAIL_CLIENT_SECRET_FILE", "file with that secret", []string{"contract"}},
	{"PATMOCK_SECOND_CLIENT_ID", "client ID of another user", []string{"contract"}},
	{"PATMOCK_SECOND_CLIENT_SECRET", "client secret of another user", []string{"contract"}},
	{"PATMOCK_SECOND_CLIENT_SECRET_FILE", "file with that secret", []string{"contract"}},
	{"PATMOCK_ADMIN_CLIENT_ID", "client ID of an administrator", []string{"contract"}},
	{"PATMOCK_ADMIN_CLIENT_SECRET", "client secret of an administrator", []string{"contract"}},
	{"PATMOCK_ADMIN_CLIENT_SECRET_FILE", "file with that secret", []string{"contract"}},
	{"NO_COLOR", "disables color if not empty", nil},
	{"TERM", "disables color if dumb", nil},
	{"CI", "disables progress in place if not empty", []string{"contract run"}},
	{
		"GITHUB_ACTIONS", "enables annotations of failures if true", []string{
			"contract run", "check",
		},
	},
	{
		"GITHUB_STEP_SUMMARY", "file to which a summary is appended", []string{
			"contract run", "check",
		},
	},
	{"GOMEMLIMIT", "memory limit, overrides that of the container", []string{"serve", "exec"}},
	{
		"XDG_RUNTIME_DIR", "directory for the address of serve", []string{
			"serve", "healthcheck",
		},
	},
}

// repositoryVariables are used by docker-compose.yml, CI and the tests of this repository. Their
// prefix PATMOCK_ is omitted. Commands ignore them and do not report them as unknown. exec does not
// pass BASE_URL to its command.
var repositoryVariables = []string{
	"ALLOW_WRITES", "BASE_URL", "BEARER", "BINARY", "DOCUMENT", "EXHAUSTIVE", "FINDINGS",
	"FLIP_ALL", "FULL_DISK", "FUZZTIME", "IMAGE", "KILL_FILE",
	"KILL_ROUND", "KILL_ROUNDS", "LEDGER", "PERSISTENT_PORT", "PORT", "PUBLISHED_DIR", "REPORTS",
	"SOAK", "UNUSED",
}

// serviceVariable matches the variables that Kubernetes and Docker links create for services named
// patmock. The prefix PATMOCK_ is omitted.
var serviceVariable = regexp.MustCompile(
	`^(.*_)?(SERVICE_(HOST|PORT)(_.*)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?|` +
		`NAME|ENV_.*)$|^(SERVICE|PORT)_`,
)

// VariablePrefix is the prefix of patmock's variables.
const VariablePrefix = "PATMOCK_"

// VariablesOf returns the variables that a command reads, without the prefix PATMOCK_.
func VariablesOf(cmd *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) {
		if HasVariable(f) {
			names = append(names, strings.TrimPrefix(Variable(f.Name), VariablePrefix))
		}
	}
	cmd.LocalFlags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	for _, v := range VariableInfos {
		if short, ok := strings.CutPrefix(v.Name, VariablePrefix); ok && v.readBy(cmd) {
			names = append(names, short)
		}
	}
	return names
}

// readBy reports whether a command reads the variable.
func (v variableInfo) readBy(cmd *cobra.Command) bool {
	path := ShortPath(cmd)
	return slices.ContainsFunc(v.Commands, func(c string) bool {
		return path == c || strings.HasPrefix(path, c+" ")
	})
}

// allVariables returns the variables of a command and its subcommands, as VariablesOf does.
func allVariables(cmd *cobra.Command) []string {
	names := VariablesOf(cmd)
	for _, child := range cmd.Commands() {
		names = append(names, allVariables(child)...)
	}
	return names
}

// UnknownVariables returns the PATMOCK_ variables of environ that no command reads. It ignores
// empty ones, which have no effect.
func UnknownVariables(root *cobra.Command, environ []string) []string {
	names := append(allVariables(root), repositoryVariables...)
	var unknown []string
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		short, ok := strings.CutPrefix(strings.ToUpper(name), VariablePrefix)
		if !ok || strings.TrimSpace(value) == "" || serviceVariable.MatchString(short) {
			continue
		}
		if !slices.Contains(names, short) || VariableKey(name) != VariablePrefix+short {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// CheckVariables returns a usage error if an unknown variable resembles one that the command reads.
// Otherwise it would silently have no effect.
func CheckVariables(cmd *cobra.Command, environ []string) error {
	for _, name := range UnknownVariables(cmd.Root(), environ) {
		if suggestion := similarVariable(name, VariablesOf(cmd)); suggestion != "" {
			return Usagef(name, "unknown variable %s (did you mean %s?): rename it or unset it",
				name, suggestion)
		}
	}
	return nil
}

// similarVariable returns the name most similar to name, or "" if none is similar.
func similarVariable(name string, names []string) string {
	const minLength = 6 // letters; shorter names allow one edit only
	short := strings.ToUpper(name)[len(VariablePrefix):]
	match, distance := "", minLength
	for _, k := range names {
		d := levenshtein.ComputeDistance(short, k)
		if near := d <= 1 ||
			d == 2 && (len(k) >= minLength || sameLetters(short, k)); near && d < distance {
			match, distance = VariablePrefix+k, d
		}
	}
	return match
}

// sameLetters reports whether two words are anagrams.
func sameLetters(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return string(x) == string(y)
}

// UnknownVariablesText returns a warning about unknown variables, or "" if there are none.
func UnknownVariablesText(cmd *cobra.Command, env Env) string {
	unknown := UnknownVariables(cmd.Root(), env.Environ())
	if len(unknown) == 0 {
		return ""
	}
	return "unknown variables have no effect: " + strings.Join(unknown, ", ") +
		" (see patmock help environment)"
}

// CommandPaths returns the paths of the matching commands, without patmock. A group replaces its
// commands if all of them match.
func CommandPaths(cmd *cobra.Command, matches func(*cobra.Command) bool) []string {
	if !cmd.HasSubCommands() {
		if !matches(cmd) {
			return nil
		}
		return []string{ShortPath(cmd)}
	}
	var paths []string
	complete := true
	for _, child := range cmd.Commands() {
		if child.Name() == "help" {
			continue
		}
		childPaths := CommandPaths(child, matches)
		complete = complete && slices.Equal(childPaths, []string{ShortPath(child)})
		paths = append(paths, childPaths...)
	}
	if complete {
		return []string{ShortPath(cmd)}
	}
	return paths
}

// ShortPath returns the path of a command without patmock.
func ShortPath(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}
