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

// flagError explains an unknown flag. It names the commands that have the flag, or a similar flag.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	if usage, ok := errors.AsType[*cli.UsageError](err); ok { // of an invalid value
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
		return cli.Usagef(flag, "-%s is parsed as one-letter flags: write %s", name, flag)
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

// flagHint returns a suggestion of a flag with the same meaning or a similar name, as the end of a
// sentence.
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

// valueFormText returns the form of a flag's value, as the end of a sentence. It returns "" for
// flags whose synonyms take the same form.
func valueFormText(flag string) string {
	switch flag {
	case "addr", "control-addr":
		return ": it takes HOST:PORT, such as " + cli.DefaultAddr
	case "url":
		return ": it takes an address such as " + cli.DefaultURL
	}
	return ""
}

// negativeError returns the error of an argument such as -3d, which is parsed as short flags.
func negativeError(cmd *cobra.Command, number string) error {
	argument, _, _ := strings.Cut(strings.TrimPrefix(cmd.Use, cmd.Name()+" "), " ")
	argument = strings.Trim(argument, "[]")
	switch argument {
	case "DURATION":
		_, err := cli.ParseDuration(number)
		return cli.AdvanceError(number, err)
	case "TIME":
		return cli.Usagef(argument, "%s, got %q", cli.TimeForm, number)
	case strings.ToUpper(argument): // the command has an argument of another kind
		return cli.Usagef(argument, "%q is parsed as flags: write it after --, as in: %s -- %s",
			number, cmd.CommandPath(), number)
	}
	return cli.Usagef("ARGUMENT", "%q is not a flag, and %s takes no number", number,
		cmd.CommandPath())
}

// negativePattern matches the start of a negative number.
var negativePattern = regexp.MustCompile(`^-\.?[0-9]`)

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// ownersOf returns the commands that have a flag: those below cmd, else all. serve comes first,
// because it is the default command of the image.
func ownersOf(cmd *cobra.Command, flag string) []string {
	owners := commandsWith(cmd, flag)
	if len(owners) == 0 {
		owners = commandsWith(cmd.Root(), flag)
	}
	// highest priority last
	order := []string{"patmock contract run", "patmock exec", "patmock serve"}
	slices.SortStableFunc(owners, func(a, b string) int {
		return cmp.Compare(slices.Index(order, b), slices.Index(order, a))
	})
	return owners
}

// otherCommandsText lists further commands with a flag in parentheses, except the one at path. A
// group replaces its commands if all of them have the flag.
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
