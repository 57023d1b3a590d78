package root

import (
	"io"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// A helpTopic is a help page that belongs to no command.
type helpTopic struct {
	name, short string
	text        func(root *cobra.Command, s style) (string, error)
}

func helpTopics() []helpTopic {
	return []helpTopic{
		{"environment", "List the variables of flags, and others", environmentTopic},
		{"exit-codes", "List the exit codes and what they mean", exitCodesTopic},
		{"fixtures", "List the built-in fixtures", fixturesTopic},
	}
}

func topicsText() string {
	var rows []cli.HelpRow
	for _, topic := range helpTopics() {
		rows = append(rows, cli.HelpRow{topic.name, topic.short})
	}
	return cli.Columns(rows)
}

// newHelp returns the command help. Its subcommands are the topics.
func newHelp(root *cobra.Command, env cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "help [COMMAND | TOPIC]",
		Short:   "Show the help of a command or topic",
		Example: "  patmock help serve",
		Args:    cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			target, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownHelp(target, append(rest, args[len(args)-1:]...))
			}
			return target.Help()
		},
		ValidArgsFunction: func(
			_ *cobra.Command, args []string, _ string,
		) ([]cobra.Completion, cobra.ShellCompDirective) {
			target, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandCompletions(target), cobra.ShellCompDirectiveNoFileComp
		},
	}
	for _, topic := range helpTopics() {
		cmd.AddCommand(newTopic(root, env, topic))
	}
	return cmd
}

func unknownHelp(cmd *cobra.Command, args []string) error {
	if cmd == cmd.Root() {
		var names []string
		for _, topic := range helpTopics() {
			names = append(names, topic.name)
		}
		if hint := cli.DidYouMean(args[0], names); hint != "" {
			return cli.Usagef("TOPIC", "unknown topic %q%s", args[0], hint)
		}
	}
	return cli.NoArgs(cmd, args)
}

func newTopic(root *cobra.Command, env cli.Env, topic helpTopic) *cobra.Command {
	return &cobra.Command{
		Use:     topic.name,
		Short:   topic.short,
		Example: "  patmock help " + topic.name,
		RunE: func(*cobra.Command, []string) error {
			text, err := topic.text(root, styleOf(env.Stdout, env.Lookup))
			if err != nil {
				return err
			}
			_, err = io.WriteString(env.Stdout, text)
			return err
		},
	}
}

func commandCompletions(cmd *cobra.Command) []cobra.Completion {
	var all []cobra.Completion
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() && child.Name() != "help" {
			all = append(all, cobra.CompletionWithDesc(child.Name(), child.Short))
		}
	}
	return all
}
