package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/reports"
	"example.com/patmock/cmd/patmock/internal/cli/root"
)

// docs/configuration.md lists every command with its flags and variables.
func TestDocs_Configuration(t *testing.T) {
	checkPage(t, "configuration.md", configurationPage(t))
}

func configurationPage(t *testing.T) string {
	t.Helper()
	program := root.New(cli.Env{Stdout: io.Discard, Stderr: io.Discard}, &reports.Writer{})
	serve, _, err := program.Find([]string{"serve"})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(read(t, "testdata/docs/configuration.md"))
	b.WriteString(commandSection(serve, serve))
	forEachCommand(program, func(cmd *cobra.Command) {
		if cmd != serve {
			b.WriteString(commandSection(cmd, serve))
		}
	})
	b.WriteString("\n## Variables\n\n```sh\npatmock help environment\n```\n\n```\n")
	b.WriteString(helpOutput(t, "environment"))
	b.WriteString("```\n\n## Exit codes\n\n```sh\npatmock help exit-codes\n```\n\n```\n")
	b.WriteString(helpOutput(t, "exit-codes"))
	b.WriteString("```\n")
	return b.String()
}

// forEachCommand calls f with all commands that do something, those of a group after each other.
func forEachCommand(cmd *cobra.Command, f func(*cobra.Command)) {
	for _, child := range cmd.Commands() {
		if !child.IsAvailableCommand() || child.Name() == "help" {
			continue
		}
		if !child.HasAvailableSubCommands() ||
			child.LocalNonPersistentFlags().Lookup("format") != nil {
			f(child)
		}
		forEachCommand(child, f)
	}
}

// commandSection describes a command. Flags that it shares with serve are in the section of serve.
func commandSection(cmd, serve *cobra.Command) string {
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n\n%s", cmd.CommandPath(), mdParagraph(long))
	fmt.Fprintf(&b, "\n```text\n%s\n```\n", cmd.UseLine())
	flags, shared := visibleFlags(cmd), []string{}
	if cmd != serve {
		flags = slices.DeleteFunc(flags, func(f *pflag.Flag) bool {
			of := serve.LocalFlags().Lookup(f.Name)
			same := of != nil && of.Usage == f.Usage && of.DefValue == f.DefValue
			if same {
				shared = append(shared, "`--"+f.Name+"`")
			}
			return same
		})
	}
	for _, group := range cli.FlagGroups() {
		var rows [][]string
		for _, f := range flags {
			if cli.GroupOf(f) == group {
				rows = append(rows, flagRow(f))
			}
		}
		if len(rows) > 0 {
			fmt.Fprintf(&b, "\n%s:\n\n%s", group,
				mdTable([]string{"flag", "variable", "default", "meaning"}, rows))
		}
	}
	if len(shared) > 0 {
		fmt.Fprintf(&b, "\nFlags with the same meaning as for [patmock serve](#patmock-serve):\n%s",
			cli.WrapText(strings.Join(shared, ", ")+".", pageWidth))
	}
	return b.String()
}

// visibleFlags returns the flags of a command and of its parents in the order of its help.
func visibleFlags(cmd *cobra.Command) []*pflag.Flag {
	var flags []*pflag.Flag
	add := func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" && f.Name != "version" && !slices.Contains(flags, f) {
			flags = append(flags, f)
		}
	}
	cmd.LocalFlags().VisitAll(add)
	cmd.VisitParents(func(parent *cobra.Command) { parent.PersistentFlags().VisitAll(add) })
	return flags
}

// flagRow returns the row of a flag: its name and value, variable, default, and meaning.
func flagRow(f *pflag.Flag) []string {
	kind, usage := pflag.UnquoteUsage(f)
	switch kind {
	case "string", "strings", "stringArray":
		kind = "text"
	case "int", "float", "uint":
		kind = "number"
	}
	name := strings.TrimSpace("--" + f.Name + " " + kind)
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	variable := ""
	if cli.HasVariable(f) {
		variable = "`" + cli.Variable(f.Name) + "`"
	}
	value := f.DefValue
	switch value {
	case "", "0", "0s", "false", "[]":
		value = ""
	}
	if f.Value.Type() == "duration" { // 1h0m0s is 1h
		value = strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(value)
	}
	if before, after, found := strings.Cut(usage, " (default "); found {
		usage = before
		text, rest, _ := strings.Cut(after, ")")
		value, usage = text, usage+rest
		return []string{"`" + name + "`", variable, mdText(value), mdText(usage)}
	}
	if value != "" {
		value = "`" + value + "`"
	}
	return []string{"`" + name + "`", variable, value, mdText(usage)}
}

// helpOutput returns the output of patmock help TOPIC.
func helpOutput(t *testing.T, topic string) string {
	t.Helper()
	var out strings.Builder
	if code, err := root.Run(t.Context(), []string{"help", topic},
		cli.Env{
			Stdout: &out, Stderr: io.Discard,
			Lookup: func(string) (string, bool) { return "", false },
		}); code != cli.ExitOK {
		t.Fatal(err)
	}
	return out.String()
}
