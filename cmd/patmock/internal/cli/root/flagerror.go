package root

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/spec/schema"
)

// flagError explains an unknown flag: it names the commands that it belongs to, or proposes the
// flag that looks like it.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	if usage, ok := errors.AsType[*cli.UsageError](err); ok { // of the value
		return usage
	}
	if errors.As(err, &invalid) {
		return cli.Usagef(flagFromError(err), "%w%s", err,
			cli.ValueHint(invalid.GetFlag(), invalid.GetValue()))
	}
	if !errors.As(err, &unknown) {
		return cli.Usagef(flagFromError(err), "%w", err)
	}
	if number := "-" + unknown.GetSpecifiedShortnames(); negativePattern.MatchString(number) {
		return negativeError(cmd, number)
	}
	name := unknownFlagName(unknown)
	flag := "--" + name
	if cmd.Flag(name) != nil {
		return cli.Usagef(flag, "-%s is read as flags of one letter: write %s", name, flag)
	}
	if suggestion := synonymOf(cmd, name); suggestion != "" {
		return cli.Usagef(flag, "%w (did you mean --%s?)%s", err, suggestion,
			valueFormText(suggestion))
	}
	if owners := ownersOf(cmd, name); len(owners) > 0 {
		short := strings.TrimPrefix(owners[0], cmd.Root().Name()+" ")
		return cli.Usagef(flag, "%w: it belongs to %s: write %s %s%s", err, short, owners[0], flag,
			otherCommandsText(cmd, name, short))
	}
	hint := flagHint(cmd, name)
	if serve, _, _ := cmd.Root().Find([]string{"serve"}); hint == "" && cmd == cmd.Root() {
		if hint = flagHint(serve, name); hint != "" {
			hint += ": flags of serve follow that word"
		}
	}
	return cli.Usagef(flag, "%w%s", err, hint)
}

// flagHint proposes the flag of a command that has the meaning or nearly the name of another, as
// the end of a sentence.
func flagHint(cmd *cobra.Command, name string) string {
	suggestion := synonymOf(cmd, name)
	if suggestion == "" {
		suggestion = schema.Closest(name, flagNames(cmd))
	}
	if suggestion == "" {
		suggestion = nearSynonymOf(cmd, name)
	}
	if suggestion == "" || len(name) < 2 && synonymOf(cmd, name) == "" {
		return ""
	}
	return " (did you mean --" + suggestion + "?)" + valueFormText(suggestion)
}

// valueFormText returns the form of the value of a flag whose synonyms take another, as the end of
// a sentence.
func valueFormText(flag string) string {
	switch flag {
	case "addr", "control-addr":
		return ": it takes HOST:PORT, such as " + cli.DefaultAddr
	case "url":
		return ": it takes an address such as " + cli.DefaultURL
	}
	return ""
}

// negativeError returns the error of an argument that begins like a negative number, which is read
// as flags of one letter.
func negativeError(cmd *cobra.Command, number string) error {
	argument, _, _ := strings.Cut(strings.TrimPrefix(cmd.Use, cmd.Name()+" "), " ")
	argument = strings.Trim(argument, "[]")
	switch argument {
	case "DURATION":
		_, err := cli.ParseDuration(number)
		return cli.AdvanceError(number, err)
	case "TIME":
		return cli.Usagef(argument, "%s, got %q", cli.TimeForm, number)
	case strings.ToUpper(argument): // takes an argument of another kind
		return cli.Usagef(argument, "%q is read as flags: write it behind --, as in: %s -- %s",
			number, cmd.CommandPath(), number)
	}
	return cli.Usagef("ARGUMENT", "%q is no flag, and %s takes no number", number,
		cmd.CommandPath())
}

// negativePattern matches what begins like a negative number.
var negativePattern = regexp.MustCompile(`^-\.?[0-9]`)

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// ownersOf returns the commands that have a flag: those below cmd, else any. Serve comes first,
// because an image without a command runs it.
func ownersOf(cmd *cobra.Command, flag string) []string {
	owners := commandsWith(cmd, flag)
	if len(owners) == 0 {
		owners = commandsWith(cmd.Root(), flag)
	}
	order := []string{"patmock contract run", "patmock exec", "patmock serve"} // the last one first
	slices.SortStableFunc(owners, func(a, b string) int {
		return cmp.Compare(slices.Index(order, b), slices.Index(order, a))
	})
	return owners
}

// otherCommandsText names further commands that have a flag besides the one at a path, in
// parentheses. A group is named in place of the commands below it if all have the flag.
func otherCommandsText(cmd *cobra.Command, flag, path string) string {
	const maxCommands = 8
	matches := func(c *cobra.Command) bool { return c.RunE != nil && c.Flag(flag) != nil }
	commands := cli.CommandPaths(cmd, matches)
	if len(commands) == 0 {
		commands = cli.CommandPaths(cmd.Root(), matches)
	}
	commands = slices.DeleteFunc(commands, func(c string) bool { return c == path })
	if len(commands) == 0 {
		return ""
	}
	suffix := ""
	if len(commands) > maxCommands {
		suffix, commands = fmt.Sprintf(" and %d more", len(commands)-maxCommands),
			commands[:maxCommands]
	}
	return " (also " + strings.Join(commands, ", ") + suffix + ")"
}

func commandsWith(cmd *cobra.Command, flag string) []string {
	var paths []string
	for _, child := range cmd.Commands() {
		if child.RunE != nil && !child.HasSubCommands() && child.Flag(flag) != nil {
			paths = append(paths, child.CommandPath())
		}
		paths = append(paths, commandsWith(child, flag)...)
	}
	return paths
}
