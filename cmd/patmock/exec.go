package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit codes that a shell gives to a command that it cannot run.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
	exitSignal        = 128 // and the signal's number
)

func newExec(env environment) *cobra.Command {
	var f mockFlags
	var user string
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARGUMENT...]",
		Short: "Run a command against a mock of its own",
		Long: "Starts a fresh mock on a free port, runs the command with SAIL_BASE_URL, SAIL_CLIENT_ID, SAIL_CLIENT_SECRET,\n" +
			"PATMOCK_URL and NO_PROXY set for it, passes signals on, and returns its exit code. Nothing is left running, and\n" +
			"a forgotten export cannot send the command to a real tenant. PATMOCK_ADDR and PATMOCK_PUBLIC_URL do not count here.",
		Example: `  patmock exec --user jane.doe -- sh -c 'curl -s "$SAIL_BASE_URL/oauth/info"'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{errors.New("expected a command to run, such as: patmock exec -- npm test")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return execute(cmd.Context(), f, user, args, env)
		},
	}
	f.register(cmd.Flags(), "127.0.0.1:0")
	cmd.Flags().StringVar(&user, "user", "", "whose credentials the command gets (default the first administrator)")
	cmd.Flags().SetInterspersed(false) // what stands behind the command is its own
	for _, own := range []string{"addr", "public-url"} {
		ignoreVariable(cmd.Flags().Lookup(own))
	}
	return cmd
}

// execute runs a command against a mock of its own, and stops both.
func execute(ctx context.Context, f mockFlags, user string, args []string, env environment) (err error) {
	m, err := f.start(ctx, env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.stop()) }()
	if user == "" {
		user = m.tenant.Admin()
	}
	token, err := m.tenant.Login(user)
	if err != nil {
		return &usageError{err}
	}
	command := exec.Command(args[0], args[1:]...) //nolint:gosec,noctx // the person's own; it ends by the signals that are passed on
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, env.stdout, env.stderr
	command.Env = append(withoutProxy(os.Environ()), "PATMOCK_URL="+m.local)
	for _, pair := range (variables{m.base, token.ID, token.Secret}).pairs() {
		command.Env = append(command.Env, pair[0]+"="+pair[1])
	}
	return runPassingSignals(command)
}

// withoutProxy keeps proxies out of the way to loopback: some SDKs send that to a proxy too.
func withoutProxy(environ []string) []string {
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		value := "127.0.0.1,localhost"
		for _, entry := range environ {
			if old, found := strings.CutPrefix(entry, name+"="); found && old != "" {
				value = old + "," + value
			}
		}
		environ = append(environ, name+"="+value)
	}
	return environ
}

// runPassingSignals runs a command to its end and returns its exit code as an error.
func runPassingSignals(command *exec.Cmd) error {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, passed...)
	defer signal.Stop(signals)
	if err := command.Start(); err != nil {
		code := exitNotExecutable
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			code = exitNotFound
		}
		return &exitError{code, fmt.Errorf("run %s: %w", command.Path, err)}
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	for {
		select {
		case s := <-signals:
			if s == os.Interrupt && onTerminal() {
				continue // the terminal tells the command itself
			}
			_ = command.Process.Signal(s) // it may have ended meanwhile
		case err := <-ended:
			return exitOf(err)
		}
	}
}

func exitOf(err error) error {
	var failed *exec.ExitError
	if !errors.As(err, &failed) {
		return err
	}
	if status, ok := failed.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return &exitError{code: exitSignal + int(status.Signal())}
	}
	return &exitError{code: failed.ExitCode()}
}

// onTerminal tells whether somebody types the signals: the terminal sends them to every process
// in front of it.
func onTerminal() bool {
	stdin, err := os.Stdin.Stat()
	return err == nil && stdin.Mode()&os.ModeCharDevice != 0
}
