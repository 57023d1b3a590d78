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

// disableFlagSorting makes a command and those below it keep the order of their flags.
func disableFlagSorting(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.PersistentFlags().SortFlags = false
	for _, child := range cmd.Commands() {
		disableFlagSorting(child)
	}
}

// flagsOf returns the flags of a command and those that it inherits, but for --help.
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

// setHelp makes the help of a command and of those below it. It needs no templates: these keep the
// linker from dropping methods that nothing calls.
func setHelp(root *cobra.Command, env cli.Env) {
	disableFlagSorting(root)
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := io.WriteString(cmd.OutOrStderr(), usageText(cmd, plainText))
		return err
	})
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		style := styleOf(cmd.OutOrStdout(), env.Lookup)
		_, _ = io.WriteString(cmd.OutOrStdout(), helpText(cmd, style)) // cobra expects no error
	})
}

// A style writes a heading.
type style func(heading string) string

func plainText(heading string) string { return heading }

func boldText(heading string) string { return "\x1b[1m" + heading + "\x1b[0m" }

// styleOf returns the style of an output: bold on a terminal, unless NO_COLOR is set (no-color.org)
// or the terminal is a dumb one. The console of Windows has to be prepared for it, so it gets none.
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

// usageText returns how a command is used. It ends with an example that can be pasted.
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
	if cmd.LocalNonPersistentFlags().Lookup("format") != nil { // it prints data itself
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

// defaultText returns the default of a flag, empty if it is none.
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
