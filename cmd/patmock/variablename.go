package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A variableInfo is an environment variable that belongs to no flag.
type variableInfo struct {
	name, text string
	// commands are the paths of those that read it, without patmock. Those below a path are included.
	commands []string
}

// variableInfos are the variables of patmock beside those of flags.
var variableInfos = []variableInfo{
	{controlToken, "token of the control API", []string{"serve", "exec", "check", "control", "env", "healthcheck", "contract"}},
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
	{"GITHUB_STEP_SUMMARY", "file that a summary is appended to", []string{"contract run", "check"}},
	{"GOMEMLIMIT", "limit of memory instead of that of the container", []string{"serve", "exec"}},
	{"XDG_RUNTIME_DIR", "folder that serve leaves its address in", []string{"serve", "healthcheck"}},
}

// otherVariables are those of docker-compose.yml, of CI and of the tests of this repository, without
// PATMOCK_. Commands neither read nor report them. exec keeps BASE_URL from its command.
var otherVariables = []string{
	"ALLOW_WRITES", "BASE_URL", "BEARER", "BINARY", "DOCUMENT", "EXHAUSTIVE", "FINDINGS", "FLIP_ALL", "FULL_DISK", "FUZZTIME", "IMAGE", "KILL_FILE",
	"KILL_ROUND", "KILL_ROUNDS", "LEDGER", "PERSISTENT_PORT", "PORT", "PUBLISHED_DIR", "REPORTS", "SOAK", "UNUSED",
}

// foreignVariable matches the names that Kubernetes and the links of Docker make for services whose
// names begin with patmock, without PATMOCK_.
var foreignVariable = regexp.MustCompile(
	`^(.*_)?(SERVICE_(HOST|PORT)(_.*)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?|NAME|ENV_.*)$|^(SERVICE|PORT)_`,
)

const variablePrefix = "PATMOCK_"

// hasVariable reports whether the value of a flag can come from its variable.
func hasVariable(f *pflag.Flag) bool {
	return f.Name != "help" && f.Name != "version" && f.Annotations[noVariable] == nil
}

// variablesOf returns the names of the PATMOCK_ variables that a command reads, without PATMOCK_.
func variablesOf(cmd *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) {
		if hasVariable(f) {
			names = append(names, strings.TrimPrefix(variable(f.Name), variablePrefix))
		}
	}
	cmd.LocalFlags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	for _, v := range variableInfos {
		if short, ok := strings.CutPrefix(v.name, variablePrefix); ok && v.readBy(cmd) {
			names = append(names, short)
		}
	}
	return names
}

// readBy reports whether a command reads the variable.
func (v variableInfo) readBy(cmd *cobra.Command) bool {
	path := shortPath(cmd)
	return slices.ContainsFunc(v.commands, func(c string) bool { return path == c || strings.HasPrefix(path, c+" ") })
}

// allVariables returns what [variablesOf] returns of a command and of all below it.
func allVariables(cmd *cobra.Command) []string {
	names := variablesOf(cmd)
	for _, child := range cmd.Commands() {
		names = append(names, allVariables(child)...)
	}
	return names
}

// unknownVariables returns the names of the PATMOCK_ variables of an environment that no command
// reads. Those without a value have no effect, as other variables.
func unknownVariables(root *cobra.Command, environ []string) []string {
	known := append(allVariables(root), otherVariables...)
	var unknown []string
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		short, ok := strings.CutPrefix(strings.ToUpper(name), variablePrefix)
		if !ok || strings.TrimSpace(value) == "" || foreignVariable.MatchString(short) {
			continue
		}
		if !slices.Contains(known, short) || environName(name) != variablePrefix+short {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// checkVariables returns a usage error if an unknown variable looks like one that the command reads:
// its value would silently have no effect.
func checkVariables(cmd *cobra.Command, environ []string) error {
	for _, name := range unknownVariables(cmd.Root(), environ) {
		if meant := similarVariable(name, variablesOf(cmd)); meant != "" {
			return usagef(name, "the variable %s is unknown (did you mean %s?): rename it or unset it", name, meant)
		}
	}
	return nil
}

// similarVariable returns the variable that a name was probably meant for, empty if there is none.
func similarVariable(name string, known []string) string {
	const long = 6 // letters of a name, from which two slips make no other word
	short := strings.ToUpper(name)[len(variablePrefix):]
	best, least := "", long
	for _, k := range known {
		d := levenshtein.ComputeDistance(short, k)
		if near := d <= 1 || d == 2 && (len(k) >= long || sameLetters(short, k)); near && d < least {
			best, least = variablePrefix+k, d
		}
	}
	return best
}

// sameLetters reports whether two words differ by the order of their letters only.
func sameLetters(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return string(x) == string(y)
}

// unknownVariablesText returns a warning about unknown variables, empty if there are none.
func unknownVariablesText(cmd *cobra.Command, env environment) string {
	unknown := unknownVariables(cmd.Root(), env.environ())
	if len(unknown) == 0 {
		return ""
	}
	return "these variables are unknown and have no effect: " + strings.Join(unknown, ", ") + " (see patmock help environment)"
}
