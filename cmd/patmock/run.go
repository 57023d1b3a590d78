package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/job"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// environment is what a command has from outside.
type environment struct {
	stdin          io.Reader // nil for none
	stdout, stderr io.Writer
	lookup         func(name string) (value string, set bool) // environment variables
	variables      func() []string                            // all of them, NAME=VALUE; nil for none
	container      bool                                       // the process is what a container runs
}

// environ returns all variables, NAME=VALUE.
func (env environment) environ() []string {
	if env.variables == nil {
		return nil
	}
	return env.variables()
}

// The exit codes that every command keeps. A command that exec ran keeps its own.
const (
	exitGood        = 0
	exitFound       = 1 // something failed
	exitUsage       = 2 // the command line or the configuration is wrong
	exitUnreachable = 3 // no mock answers
	exitLeftovers   = 4 // a tenant has tokens that a run made
	exitInterrupted = 130
)

// usageError is a mistake in the command line or in the environment.
type usageError struct {
	// subject is the wrong flag (--run), argument (TIME) or variable (SAIL_BASE_URL).
	subject string
	// help is the command that says more, if that is another than the help of the command.
	help string
	err  error
}

func usagef(subject, format string, args ...any) error {
	return &usageError{subject: subject, err: fmt.Errorf(format, args...)}
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// exitError ends the process with a code. Nothing is printed where err is nil.
type exitError struct {
	code int
	err  error
}

// exitf returns an error that ends the process with a code.
func exitf(code int, format string, args ...any) error {
	return &exitError{code, fmt.Errorf(format, args...)}
}

// silentExit returns an error that ends the process with a code, and prints nothing.
func silentExit(code int) error { return &exitError{code: code} }

func (e *exitError) Error() string {
	if e.err == nil {
		return "exit code " + strconv.Itoa(e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// runCommand carries out one command line. It prints the error, and returns it beside the exit code.
func runCommand(ctx context.Context, args []string, env environment) (int, error) {
	if code, ok := job.Helper(args); ok {
		return code, nil
	}
	out := &reports{}
	root := newRoot(env, out)
	root.SetArgs(args)
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	out.begin(env, root, args)
	command, err := root.ExecuteContextC(ctx)
	err = nameVariable(command.Flags(), err)
	if unwritten := out.end(env, command, err); unwritten != nil {
		err = exitCause(err, unwritten)
	}
	if err == nil {
		return exitGood, nil
	}
	text, code := "patmock: "+err.Error()+"\n", exitFound
	if why := explainDenied(err); why != "" {
		text += why + "\n"
	}
	if errors.Is(err, control.ErrNoMock) {
		text += noMockAdvice(command) + "\n"
	}
	var usage *usageError
	var exit *exitError
	switch {
	case errors.As(err, &usage):
		text += "See " + cmp.Or(usage.help, command.CommandPath()+" --help") + ".\n"
		code = exitUsage
	case errors.As(err, &exit):
		code = exit.code
		if exit.err == nil {
			text = ""
		}
	}
	_, _ = io.WriteString(env.stderr, text) // there is nowhere left to tell that this failed
	return code, err
}

// noMockAdvice returns what to do about a mock that does not respond, by the flags of the command.
func noMockAdvice(cmd *cobra.Command) string {
	advice := "Start one with patmock serve"
	switch {
	case cmd.Flag("url") != nil:
		advice += ", or name another with --url (" + variable("url") + ")"
	case cmd.Flag("target") != nil:
		advice += ", or name another with --target"
	}
	if cmd.Flag("fixture") != nil && cmd.Parent() == cmd.Root() { // below control, it is sent to the mock
		advice += "; --fixture needs no mock"
	}
	return advice + "."
}

func newRoot(env environment, out *reports) *cobra.Command {
	root := &cobra.Command{
		Use:   "patmock",
		Short: "A stand-in for the personal access token API of a SailPoint tenant",
		Long: "patmock is a stand-in for the personal access token (PAT) part of a SailPoint Identity Security Cloud\n" +
			"tenant: stateful, in memory, and validated on both sides by OpenAPI. It is not affiliated with SailPoint.",
		Example:       "  patmock serve",
		Version:       mockserver.Version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkVariables(cmd, env.environ()); err != nil {
				return err
			}
			return fromEnvironment(cmd.Flags(), env.lookup)
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newServe(env), newExec(env, out), newEnv(env), newUsers(env), newTokens(env), newFixtures(env), newControl(env), newCheck(env, out), newHealthcheck(env), newContract(env, out), newSpec(env), newVersion(env), newCompletion(env), newMan())
	root.SetHelpCommand(newHelp(root, env))
	setHelp(root, env)
	completeFlags(root, env)
	return root
}

// flagOf returns the flag that an error of pflag is about.
func flagOf(err error) string {
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

// noArgs refuses arguments, and proposes the command that looks like one.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, child := range cmd.Commands() {
		names = append(names, child.Name())
	}
	subject := "ARGUMENT"
	if cmd.HasSubCommands() {
		subject = "COMMAND"
	}
	hint := didYouMean(args[0], names)
	if meant := commandSynonym(args[0], names); meant != "" {
		hint = " (did you mean " + meant + "?)"
	}
	return usagef(subject, "unknown command or argument %q for %q%s", args[0], cmd.CommandPath(), hint)
}
