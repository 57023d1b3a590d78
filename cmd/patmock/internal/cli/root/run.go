// Package root assembles the commands of patmock, their help and their completion.
package root

import (
	"cmp"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/atomicfile"
	"example.com/patmock/cmd/patmock/internal/cli/check"
	"example.com/patmock/cmd/patmock/internal/cli/contract"
	controlcmd "example.com/patmock/cmd/patmock/internal/cli/control"
	execcmd "example.com/patmock/cmd/patmock/internal/cli/exec"
	fixturescmd "example.com/patmock/cmd/patmock/internal/cli/fixtures"
	"example.com/patmock/cmd/patmock/internal/cli/logins"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/cmd/patmock/internal/cli/reports"
	"example.com/patmock/cmd/patmock/internal/cli/serve"
	speccmd "example.com/patmock/cmd/patmock/internal/cli/spec"
	"example.com/patmock/cmd/patmock/internal/job"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// Run runs one command line. It prints the error and returns it with the exit code.
func Run(ctx context.Context, args []string, env cli.Env) (int, error) {
	if code, ok := job.Helper(args); ok {
		return code, nil
	}
	out := &reports.Writer{}
	root := New(env, out)
	root.SetArgs(args)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	out.Begin(env, root, args)
	command, err := root.ExecuteContextC(ctx)
	err = cli.NameVariable(command.Flags(), err)
	if writeErr := out.End(env, command, err); writeErr != nil {
		err = cli.ExitCause(err, writeErr)
	}
	if err == nil {
		return cli.ExitOK, nil
	}
	text, code := WrapError("patmock: "+err.Error(), env.ErrorColumns)+"\n", cli.ExitFailed
	if explanation := atomicfile.ExplainDenied(err); explanation != "" {
		text += explanation + "\n"
	}
	if errors.Is(err, control.ErrNoMock) {
		text += noMockAdvice(command, err) + "\n"
	}
	var usage *cli.UsageError
	var exit *cli.ExitError
	switch {
	case errors.As(err, &usage):
		text += "See " + cmp.Or(usage.Help, command.CommandPath()+" --help") + ".\n"
		code = cli.ExitUsage
	case errors.As(err, &exit):
		code = exit.Code
		if exit.Err == nil {
			text = ""
		}
	}
	// there is no other output for this error
	_, _ = io.WriteString(env.Stderr, text)
	return code, err
}

// noMockAdvice returns advice for a mock that does not respond, depending on the flags of cmd.
func noMockAdvice(cmd *cobra.Command, err error) string {
	if advice := remote.TLSAdvice(err); advice != "" {
		return advice
	}
	advice := "Start one with patmock serve"
	switch {
	case cmd.Flag("url") != nil:
		advice += ", or name another with --url (" + cli.Variable("url") + ")"
	case cmd.Flag("target") != nil:
		advice += ", or name another with --target"
	}
	// control namespace create sends the fixture to the mock
	if cmd.Flag("fixture") != nil && cmd.Parent() == cmd.Root() {
		advice += "; --fixture needs no mock"
	}
	return advice + "."
}

// New returns the root command with all subcommands.
func New(env cli.Env, out *reports.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "patmock",
		Short: "A stand-in for the personal access token API of a SailPoint tenant",
		Long: "patmock is a stand-in for the personal access token (PAT) API of a SailPoint " +
			"Identity Security Cloud tenant. It is stateful, in memory, and validates requests " +
			"and responses with OpenAPI. It is not affiliated with SailPoint.",
		Example:       "  patmock serve",
		Version:       mockserver.Version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := cli.CheckVariables(cmd, env.Environ()); err != nil {
				return err
			}
			return cli.SetFromEnvironment(cmd.Flags(), env.Lookup)
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(serve.New(env), execcmd.New(env, out), logins.NewEnv(env), logins.NewUsers(env),
		logins.NewTokens(env), fixturescmd.New(env), controlcmd.New(env), check.New(env, out),
		serve.NewHealthcheck(env), contract.New(env, out), speccmd.New(env), newVersion(env),
		newCompletion(env), newMan())
	help := newHelp(root, env)
	root.SetHelpCommand(help)
	setDefaults(root)
	setDefaults(help)
	setHelp(root, env)
	completeFlags(root, env)
	return root
}

// setDefaults makes cmd and its subcommands reject arguments and print their help by default. It
// also sets their synonyms.
func setDefaults(cmd *cobra.Command) {
	if cmd.Args == nil {
		cmd.Args = cli.NoArgs
	}
	if cmd.RunE == nil {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	cmd.SuggestFor = strings.Fields(commandSynonyms[cmd.Name()])
	for _, child := range cmd.Commands() {
		setDefaults(child)
	}
}

func flagFromError(err error) string {
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	var malformed *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &missing):
		return "--" + missing.GetSpecifiedName()
	case errors.As(err, &invalid):
		return "--" + invalid.GetFlag().Name
	case errors.As(err, &malformed):
		return malformed.GetSpecifiedFlag()
	}
	return ""
}
