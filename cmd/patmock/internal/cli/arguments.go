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

// otherShells are shells without a completion script. Their names resemble those of shells that
// have one.
var otherShells = []string{"sh", "csh", "tcsh", "ksh", "mksh", "ash", "dash"}

// countText returns the number of arguments as the end of a sentence, or "" if there are none.
func countText(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; got %d arguments", n)
}

// EnumArg requires one argument from a list of names. Its error suggests a similar name.
func EnumArg(kind string, names []string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return Usagef(strings.ToUpper(kind), "expected one %s: %s%s", kind,
				ListNames(names), countText(len(args)))
		}
		if !slices.Contains(names, args[0]) {
			hint := DidYouMean(args[0], names)
			if slices.Contains(otherShells, args[0]) {
				hint = ""
			}
			return Usagef(strings.ToUpper(kind), "unknown %s %q%s: expected one of %s", kind,
				args[0], hint, ListNames(names))
		}
		return nil
	}
}

// SplitNames splits a comma-separated list of names. It drops empty names.
func SplitNames(list string) []string {
	var all []string
	for _, part := range strings.Split(list, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// CheckName returns a usage error if name is not one of names. The error suggests a similar name.
// An empty name is valid.
func CheckName(subject, kind, name string, names []string) error {
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	return Usagef(subject, "unknown %s %q%s: expected one of %s", kind, name,
		DidYouMean(name, names), ListNames(names))
}

// ListNames returns a comma-separated list of names for an error. It shortens a list that does not
// fit on a line.
func ListNames(names []string) string {
	const maxColumns = 60
	text := ""
	for i, name := range names {
		if len(text)+len(name) > maxColumns {
			return fmt.Sprintf("%s and %d more", strings.TrimSuffix(text, ", "), len(names)-i)
		}
		text += name + ", "
	}
	return strings.TrimSuffix(text, ", ")
}

// RequiredArg requires one argument that is valid as a segment of a path.
func RequiredArg(subject, kind string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return Usagef(subject, "expected %s, got %d arguments", kind, len(args))
		}
		return CheckSegment(subject, kind, args[0])
	}
}

// OptionalArg allows one argument that is valid as a segment of a path.
func OptionalArg(subject, kind string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return RequiredArg(subject, kind)(cmd, args)
	}
}

// CheckSegment rejects a text that would change the path of a request.
func CheckSegment(subject, kind, text string) error {
	if text == "" || text == "." || text == ".." {
		return Usagef(subject, "expected %s, got %q", kind, text)
	}
	return nil
}

// NoArgs rejects arguments. Its error suggests a subcommand with a similar name.
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

// DidYouMean returns a suggestion of the most similar name, as the end of a sentence. It returns ""
// unless the names differ by at most one edit for every three letters.
func DidYouMean(word string, names []string) string {
	name := schema.Closest(word, names)
	if name == "" || len(name) < 2 {
		return ""
	}
	return " (did you mean " + name + "?)"
}

// Tool returns the name and version of this program, as recorded in a ledger.
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
