package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/job"
	"example.com/patmock/mockserver/control"
)

// The exit codes that a shell gives to a command that it cannot run.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
	exitSignal        = 128 // and the signal's number
)

func newExec(env environment, out *reports) *cobra.Command {
	var f mockFlags
	own := execFlags{out: out}
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARGUMENT...]",
		Short: "Run a command against a mock of its own",
		Long: "Starts a fresh mock on a free port, runs the command with SAIL_BASE_URL, SAIL_CLIENT_ID, SAIL_CLIENT_SECRET,\n" +
			"PATMOCK_URL and NO_PROXY set for it, passes signals on, and returns its exit code. Nothing that the command started\n" +
			"in its process group is left running. A forgotten export cannot send it to a real tenant: it inherits no other SAIL_ variable, and neither\n" +
			"PATMOCK_SECOND_ nor PATMOCK_ADMIN_ ones, unless --pass-env names them. PATMOCK_CONTROL_TOKEN is set if the mock\n" +
			"requires a token. PATMOCK_ADDR and PATMOCK_PUBLIC_URL do not count here.",
		Example: `  patmock exec --user jane.doe -- sh -c 'curl -s "$SAIL_BASE_URL/oauth/info"'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("COMMAND", "expected a command to run, such as: patmock exec -- npm test")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := own.validate(); err != nil {
				return err
			}
			if err := own.validateCheck(cmd.Flags()); err != nil {
				return err
			}
			f.warning = unknownVariablesText(cmd, env)
			return execute(cmd.Context(), f, own, args, env)
		},
	}
	f.register(cmd.Flags(), "127.0.0.1:0")
	own.register(cmd.Flags())
	cmd.Flags().SetInterspersed(false) // what stands behind the command is its own
	cmd.Annotations = map[string]string{runsCommand: "true"}
	complete(cmd, "allow", control.FindingKinds())
	for _, own := range []string{"addr", "public-url"} {
		ignoreVariable(cmd.Flags().Lookup(own))
	}
	return cmd
}

// execFlags are the flags of exec itself.
type execFlags struct {
	user    string
	check   bool
	passEnv []string
	// namespace and checkFlags are what --check judges, out are its reports.
	namespace string
	checkFlags
	out *reports

	killAfter time.Duration
}

func (f *execFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.user, "user", "", "whose credentials the command gets (default the first administrator)")
	flags.BoolVar(&f.check, "check", false, "tell what the command did wrong as a client, and exit with 1 if anything; its own failure comes first")
	f.checkFlags.register(flags)
	flags.Lookup("report").Usage = "with --check: FORMAT=FILE, or - for standard output (repeatable)"
	flags.StringVar(&f.namespace, "namespace", "", "with --check: the namespace to judge (default all)")
	flags.StringArrayVar(&f.passEnv, "pass-env", nil, "variable that the command inherits although it may be a tenant's, such as SAIL_NERM_BASE_URL; can be repeated")
	flags.DurationVar(&f.killAfter, "kill-after", 5*time.Second, "how long the command, and what it started, may go on after a signal or its end; then it is killed")
	for _, name := range []string{"check", "namespace", "pass-env", "kill-after"} {
		ignoreVariable(flags.Lookup(name))
	}
}

// execute runs a command against a mock of its own, and stops both.
func execute(ctx context.Context, f mockFlags, own execFlags, args []string, env environment) (err error) {
	m, err := f.start(ctx, env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.stop()) }()
	remove, err := writeEnvFile(f.envFile, m)
	if err != nil {
		return err
	}
	defer remove()
	login, name, err := m.login(own.user)
	if err == nil && name == "" {
		err = usagef("--fixture", "nobody has a token to log in with")
	}
	if err != nil {
		return err
	}
	command := exec.Command(args[0], args[1:]...) //nolint:gosec,noctx // the person's own; it ends by the signals that are passed on
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, env.stdout, env.stderr
	command.Env = own.environ(os.Environ(), m, login)
	failed := runJob(command, job.Options{KillAfter: own.killAfter, Log: m.log})
	if !own.check || hasText(failed) { // the command did not start
		return failed
	}
	found := own.checkAfter(env, m)
	if failed == nil {
		return found
	}
	if hasText(found) {
		m.log.Error(found.Error())
	}
	return failed
}

// hasText reports whether an error is more than an exit code.
func hasText(err error) bool {
	var exit *exitError
	return err != nil && (!errors.As(err, &exit) || exit.err != nil)
}

// runJob runs a command to its end and returns its exit code as an error.
func runJob(command *exec.Cmd, options job.Options) error {
	outliveBrokenPipe()
	running, err := job.Start(command, options)
	if err != nil {
		code := exitNotExecutable
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			code = exitNotFound
		}
		return exitf(code, "run %s: %w", command.Path, err)
	}
	return exitOf(running.Wait())
}

// outliveBrokenPipe keeps a mock alive when nobody reads its output any more: what is written
// there fails, and clients are still served. The command does not inherit this.
func outliveBrokenPipe() {
	if len(brokenPipe) > 0 {
		signal.Notify(make(chan os.Signal, 1), brokenPipe...)
	}
}

func exitOf(err error) error {
	var failed *exec.ExitError
	if !errors.As(err, &failed) {
		return err
	}
	if status, ok := failed.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return silentExit(exitSignal + int(status.Signal()))
	}
	return silentExit(failed.ExitCode())
}
