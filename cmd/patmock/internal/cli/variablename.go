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

// VariableKey returns a name of a variable as it is compared: Windows ignores the case.
func VariableKey(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}

// A variableInfo is an environment variable that belongs to no flag.
type variableInfo struct {
	Name, Text string
	// commands are the paths of those that read it, without patmock. Those below a path are
	// included.
	Commands []string
}

// VariableInfos are the variables of patmock beside those of flags.
var VariableInfos = []variableInfo{
	{
		ControlToken, "token of the control API", []string{
			"serve", "exec", "check", "control", "env", "healthcheck", "contract",
		},
	},
	{"SAIL_BASE_URL", "address of the target env", []string{"contract"}},
	{"SAIL_CLIENT_ID", "client id of its user", []string{"contract"}},
	{"SAIL_CLIENT_SECRET", "client secret of its user", []string{"contract"}},
	{"SAIL_CLIENT_SECRET_FILE", "file with that secret", []string{"contract"}},
	{"PATMOCK_SECOND_CLIENT_ID", "client id of another user", []string{"contract"}},
	{"PATMOCK_SECOND_CLIENT_SECRET", "client secret of another user", []string{"contract"}},
	{"PATMOCK_SECOND_CLIENT_SECRET_FILE", "file with that secret", []string{"contract"}},
	{"PATMOCK_ADMIN_CLIENT_ID", "client id of an administrator", []string{"contract"}},
	{"PATMOCK_ADMIN_CLIENT_SECRET", "client secret of an administrator", []string{"contract"}},
	{"PATMOCK_ADMIN_CLIENT_SECRET_FILE", "file with that secret", []string{"contract"}},
	{"NO_COLOR", "no color if it is not empty", nil},
	{"TERM", "no color if it is dumb", nil},
	{"CI", "no progress in place if it is not empty", []string{"contract run"}},
	{"GITHUB_ACTIONS", "annotations for failures if it is true", []string{"contract run", "check"}},
	{
		"GITHUB_STEP_SUMMARY", "file that a summary is appended to", []string{
			"contract run", "check",
		},
	},
	{"GOMEMLIMIT", "limit of memory instead of that of the container", []string{"serve", "exec"}},
	{
		"XDG_RUNTIME_DIR", "folder that serve leaves its address in", []string{
			"serve", "healthcheck",
		},
	},
}

// repositoryVariables are those of docker-compose.yml, of CI and of the tests of this repository,
// without PATMOCK_. Commands neither read nor report them. exec keeps BASE_URL from its command.
var repositoryVariables = []string{
	"ALLOW_WRITES", "BASE_URL", "BEARER", "BINARY", "DOCUMENT", "EXHAUSTIVE", "FINDINGS",
	"FLIP_ALL", "FULL_DISK", "FUZZTIME", "IMAGE", "KILL_FILE",
	"KILL_ROUND", "KILL_ROUNDS", "LEDGER", "PERSISTENT_PORT", "PORT", "PUBLISHED_DIR", "REPORTS",
	"SOAK", "UNUSED",
}

// serviceVariable matches the names that Kubernetes and the links of Docker make for services whose
// names begin with patmock, without PATMOCK_.
var serviceVariable = regexp.MustCompile(
	`^(.*_)?(SERVICE_(HOST|PORT)(_.*)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?|NAME|ENV_.*)$|^(SERVICE|PORT)_`,
)

// VariablePrefix is how the variables of patmock begin.
const VariablePrefix = "PATMOCK_"

// VariablesOf returns the names of the PATMOCK_ variables that a command reads, without PATMOCK_.
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

// allVariables returns what [variablesOf] returns of a command and of all below it.
func allVariables(cmd *cobra.Command) []string {
	names := VariablesOf(cmd)
	for _, child := range cmd.Commands() {
		names = append(names, allVariables(child)...)
	}
	return names
}

// UnknownVariables returns the names of the PATMOCK_ variables of an environment that no command
// reads. Those without a value have no effect, as other variables.
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

// CheckVariables returns a usage error if an unknown variable looks like one that the command
// reads: its value would silently have no effect.
func CheckVariables(cmd *cobra.Command, environ []string) error {
	for _, name := range UnknownVariables(cmd.Root(), environ) {
		if suggestion := similarVariable(name, VariablesOf(cmd)); suggestion != "" {
			return Usagef(name,
				"the variable %s is unknown (did you mean %s?): rename it or unset it", name,
				suggestion)
		}
	}
	return nil
}

// similarVariable returns the variable that a name was probably meant for, empty if there is none.
func similarVariable(name string, names []string) string {
	const minLength = 6 // letters of a name, from which two slips make no other word
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

// sameLetters reports whether two words differ by the order of their letters only.
func sameLetters(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return string(x) == string(y)
}

// UnknownVariablesText returns a warning about unknown variables, empty if there are none.
func UnknownVariablesText(cmd *cobra.Command, env Env) string {
	unknown := UnknownVariables(cmd.Root(), env.Environ())
	if len(unknown) == 0 {
		return ""
	}
	return "these variables are unknown and have no effect: " + strings.Join(unknown, ", ") +
		" (see patmock help environment)"
}

// CommandPaths returns the paths of the commands that match, without patmock. A group stands for
// the commands below it if all match.
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
