package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/schema"
	"example.com/patmock/spec/version"
)

// otherShells have names that look like those of shells with a completion, and are no slips.
var otherShells = []string{"sh", "csh", "tcsh", "ksh", "mksh", "ash", "dash"}

// countText returns how many arguments came, as the end of a sentence. It is empty for none.
func countText(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; got %d arguments", n)
}

// EnumArg demands one argument of a list, and proposes the one that looks like another.
func EnumArg(kind string, names []string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return Usagef(strings.ToUpper(kind), "expected one %s: %s%s", kind,
				strings.Join(names, ", "), countText(len(args)))
		}
		if !slices.Contains(names, args[0]) {
			hint := DidYouMean(args[0], names)
			if slices.Contains(otherShells, args[0]) {
				hint = ""
			}
			return Usagef(strings.ToUpper(kind), "unknown %s %q%s: expected one of %s", kind,
				args[0], hint, strings.Join(names, ", "))
		}
		return nil
	}
}

// SplitNames reads names with commas between; nothing is none.
func SplitNames(list string) []string {
	var all []string
	for _, part := range strings.Split(list, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// CheckName returns a usage error if a name is none of the known ones, with one that looks like it.
// An empty name is no error.
func CheckName(subject, kind, name string, names []string) error {
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	return Usagef(subject, "unknown %s %q%s: expected one of %s", kind, name,
		DidYouMean(name, names), strings.Join(names, ", "))
}

// RequiredArg demands one argument, which names something in a path of the mock.
func RequiredArg(subject, kind string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return Usagef(subject, "expected %s, got %d arguments", kind, len(args))
		}
		return CheckSegment(subject, kind, args[0])
	}
}

// OptionalArg allows an argument.
func OptionalArg(subject, kind string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return RequiredArg(subject, kind)(cmd, args)
	}
}

// CheckSegment refuses what would lead to another path.
func CheckSegment(subject, kind, text string) error {
	if text == "" || text == "." || text == ".." {
		return Usagef(subject, "expected %s, got %q", kind, text)
	}
	return nil
}

// NoArgs refuses arguments, and proposes the command that looks like one.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	suggestion := ""
	for _, child := range cmd.Commands() {
		names = append(names, child.Name())
		if slices.Contains(child.SuggestFor, args[0]) {
			suggestion = child.Name()
		}
	}
	subject := "ARGUMENT"
	if cmd.HasSubCommands() {
		subject = "COMMAND"
	}
	hint := DidYouMean(args[0], names)
	if suggestion != "" {
		hint = " (did you mean " + suggestion + "?)"
	}
	return Usagef(subject, "unknown command or argument %q for %q%s", args[0], cmd.CommandPath(),
		hint)
}

// DidYouMean proposes the known name that is closest to what was written, as the end of a
// sentence. It is empty if none is close: a slip for every three letters.
func DidYouMean(word string, names []string) string {
	name := schema.Closest(word, names)
	if name == "" || len(name) < 2 {
		return ""
	}
	return " (did you mean " + name + "?)"
}

// Tool returns the name and version of this program, as a ledger records them.
func Tool() string { return "patmock " + mockserver.Version() }

// ParseVersions parses the value of --versions.
func ParseVersions(list string) ([]version.Version, error) {
	var versions []version.Version
	for _, name := range strings.Split(list, ",") {
		v, err := version.Parse(strings.TrimSpace(name))
		if err != nil {
			return nil, Flagf("versions", ": %w%s", err, DidYouMean(name, VersionNames()))
		}
		if !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	return versions, nil
}

// VersionNames returns the names of all versions.
func VersionNames() []string {
	var names []string
	for _, v := range version.All() {
		names = append(names, string(v))
	}
	return names
}
