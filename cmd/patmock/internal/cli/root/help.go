package root

import (
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// disableFlagSorting keeps the registration order of the flags of cmd and its subcommands.
func disableFlagSorting(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.PersistentFlags().SortFlags = false
	for _, child := range cmd.Commands() {
		disableFlagSorting(child)
	}
}

// flagsOf returns the flags of a command and its inherited flags, except --help.
func flagsOf(cmd *cobra.Command) []*pflag.Flag {
	var all []*pflag.Flag
	add := func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" && f.Name != "version" && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	cmd.LocalFlags().VisitAll(add)
	cmd.VisitParents(func(parent *cobra.Command) { parent.PersistentFlags().VisitAll(add) })
	return all
}

func allFlags(cmd *cobra.Command) []*pflag.Flag {
	flags := flagsOf(cmd)
	for _, child := range cmd.Commands() {
		flags = append(flags, allFlags(child)...)
	}
	return flags
}

// setHelp sets the help of root and its subcommands. It uses no text templates: they would keep the
// linker from dropping unused methods.
func setHelp(root *cobra.Command, env cli.Env) {
	disableFlagSorting(root)
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := io.WriteString(cmd.OutOrStderr(), usageText(cmd, plainText))
		return err
	})
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		style := styleOf(cmd.OutOrStdout(), env.Lookup)
		// the function returns no error
		_, _ = io.WriteString(cmd.OutOrStdout(), helpText(cmd, style))
	})
}

// A style formats a heading.
type style func(heading string) string

func plainText(heading string) string { return heading }

func boldText(heading string) string { return "\x1b[1m" + heading + "\x1b[0m" }

// styleOf returns bold headings for a terminal, unless NO_COLOR is set (no-color.org) or TERM is
// dumb. Windows consoles would need to be configured first, so they get plain text.
func styleOf(w io.Writer, lookup func(string) (string, bool)) style {
	if lookup == nil || !cli.IsTerminal(w) || runtime.GOOS == "windows" {
		return plainText
	}
	noColor, _ := lookup("NO_COLOR")
	terminal, _ := lookup("TERM")
	if noColor != "" || terminal == "dumb" || terminal == "" {
		return plainText
	}
	return boldText
}

func helpText(cmd *cobra.Command, s style) string {
	long := cmd.Long
	if long == "" {
		long = cmd.Short
	}
	return cli.WrapText(long, cli.HelpWidth) + "\n" + usageText(cmd, s)
}

// usageText returns the usage, flags and example of a command.
func usageText(cmd *cobra.Command, s style) string {
	var b strings.Builder
	section := func(heading, text string) {
		if text == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		b.WriteString(s(heading+":") + "\n" + text)
	}
	section("Usage", usageLineText(cmd))
	if cmd.Name() == "help" {
		section("Topics", topicsText())
	} else {
		section("Commands", commandsText(cmd))
	}
	if cmd == cmd.Root() {
		section("Topics of patmock help", topicsText())
	}
	flags := flagsOf(cmd)
	for _, g := range cli.FlagGroups() {
		section(string(g),
			flagsText(slices.DeleteFunc(slices.Clone(flags), func(f *pflag.Flag) bool {
				return cli.GroupOf(f) != g
			})))
	}
	if cmd.HasExample() {
		section("Example", cmd.Example+"\n")
	}
	return b.String()
}

func usageLineText(cmd *cobra.Command) string {
	if cmd.Name() == "help" || !cmd.HasAvailableSubCommands() {
		return cli.Indent(cli.WrapText(cmd.UseLine(), cli.HelpWidth-cli.HelpIndent), cli.HelpIndent)
	}
	path := strings.Repeat(" ", cli.HelpIndent) + cmd.CommandPath()
	if cmd.LocalNonPersistentFlags().Lookup("format") != nil { // the group itself prints data
		path = cli.Indent(cmd.UseLine()+"\n", cli.HelpIndent) + path
		return path + " COMMAND [flags]\n"
	}
	return path + " COMMAND [flags]\n" + path + " COMMAND --help\n"
}

func commandsText(cmd *cobra.Command) string {
	var rows []cli.HelpRow
	for _, child := range cmd.Commands() {
		if !child.IsAvailableCommand() || child.Name() == "help" {
			continue
		}
		row := cli.HelpRow{child.Name(), child.Short}
		var names []string
		for _, grandchild := range child.Commands() {
			names = append(names, grandchild.Name())
		}
		if len(names) > 0 {
			row[1] += ": " + strings.Join(names, ", ")
		}
		rows = append(rows, row)
	}
	return cli.Columns(rows)
}

func flagsText(flags []*pflag.Flag) string {
	var rows []cli.HelpRow
	for _, f := range flags {
		kind, usage := pflag.UnquoteUsage(f)
		if typeName, ok := flagTypes[kind]; ok {
			kind = typeName
		}
		row := cli.HelpRow{"--" + f.Name, usage}
		if f.Shorthand != "" {
			row[0] = "-" + f.Shorthand + ", " + row[0]
		}
		if kind != "" {
			row[0] += " " + kind
		}
		if defaultValue := defaultText(f); defaultValue != "" &&
			!strings.Contains(usage, "(default ") {
			row[1] += " (default " + defaultValue + ")"
		}
		rows = append(rows, row)
	}
	return cli.Columns(rows)
}

var flagTypes = map[string]string{
	"stringArray": "text", "strings": "text", "string": "text", "float": "number", "int": "number",
}

// defaultText returns the default value of a flag, or "" for a zero value.
func defaultText(f *pflag.Flag) string {
	switch f.DefValue {
	case "", "0", "0s", "false", "[]":
		return ""
	}
	if f.Value.Type() == "duration" { // 1h0m0s is 1h
		return strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(f.DefValue)
	}
	return f.DefValue
}
