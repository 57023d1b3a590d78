// Package exec implements the command exec, which runs another command against a new mock.
package exec

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/check"
	"example.com/patmock/cmd/patmock/internal/cli/reports"
	"example.com/patmock/cmd/patmock/internal/cli/serve"
	"example.com/patmock/cmd/patmock/internal/job"
	"example.com/patmock/contracttests/report"
)

// New returns the command exec.
func New(env cli.Env, out *reports.Writer) *cobra.Command {
	var f serve.Flags
	execFlags := Flags{out: out}
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARGUMENT...]",
		Short: "Run a command against a new mock",
		Long: "Start a new mock on a free port and run the command with SAIL_BASE_URL, " +
			"SAIL_CLIENT_ID, SAIL_CLIENT_SECRET, PATMOCK_URL and NO_PROXY set. Signals are " +
			"forwarded, and the exit code is that of the command. All processes in its process " +
			"group are ended. The command inherits no other SAIL_, PATMOCK_SECOND_ or " +
			"PATMOCK_ADMIN_ variables, which could point to a real tenant, unless --pass-env " +
			"names them. PATMOCK_CONTROL_TOKEN is set if the mock requires a token. With --tls, " +
			"variables such as SSL_CERT_FILE and NODE_EXTRA_CA_CERTS make the command trust the " +
			"mock. With --intercept, programs reach it also at the hosts of tenants, such as " +
			"acme.api.identitynow.com, if they follow HTTPS_PROXY. PATMOCK_ADDR and " +
			"PATMOCK_PUBLIC_URL are ignored.",
		Example: `  patmock exec --user jane.doe -- sh -c 'curl -s "$SAIL_BASE_URL/oauth/info"'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Usagef("COMMAND",
					"expected a command to run, such as: patmock exec -- npm test")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := execFlags.validate(); err != nil {
				return err
			}
			if err := execFlags.validateCheck(cmd.Flags()); err != nil {
				return err
			}
			if err := execFlags.intercept.validate(cmd.Flags()); err != nil {
				return err
			}
			f.Warning = cli.UnknownVariablesText(cmd, env)
			return execute(cmd.Context(), f, execFlags, args, env)
		},
	}
	f.Register(cmd.Flags(), "127.0.0.1:0", "addr", "public-url")
	execFlags.register(cmd.Flags())
	cmd.Flags().SetInterspersed(false) // later flags belong to the command that exec runs
	cmd.Annotations = map[string]string{reports.RunsCommand: "true"}
	return cmd
}

// Flags are the flags of exec that serve does not have.
type Flags struct {
	user    string
	check   bool
	passEnv []string
	// namespace limits --check to a namespace.
	namespace string
	check.Flags
	out       *reports.Writer
	intercept interceptFlags

	killAfter time.Duration
}

func (f *Flags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.user, "user", "",
		"user whose credentials are set (default the first administrator)")
	flags.BoolVar(&f.check, "check", false,
		"judge the requests of the command, and exit with 1 if there are findings; a failure of "+
			"the command has priority")
	cli.SetVariables(flags, "user")
	f.Flags.Register(flags) //nolint:staticcheck // QF1008: the method has the same name
	flags.Lookup("report").Usage = "with --check: FORMAT=FILE, or - for standard output " +
		"(repeatable)"
	flags.StringVar(&f.namespace, "namespace", "",
		"with --check: the namespace to judge (default all)")
	flags.StringArrayVar(&f.passEnv, "pass-env", nil,
		"inherit this variable of a tenant, such as SAIL_NERM_BASE_URL (repeatable)")
	f.intercept.register(flags)
	flags.DurationVar(&f.killAfter, "kill-after", 5*time.Second,
		"how long the command and its children may run after a signal or its end, before they are "+
			"killed")
}

func execute(
	ctx context.Context, f serve.Flags, own Flags, args []string, env cli.Env,
) (err error) {
	m, err := f.Start(ctx, env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Stop()) }()
	removeCA, err := f.WriteCAFile(m, nil) // the command gets a file of its own
	if err != nil {
		return err
	}
	defer removeCA()
	remove, err := serve.WriteEnvFile(f.EnvFile, m)
	if err != nil {
		return err
	}
	defer remove()
	login, name, err := m.Login(own.user)
	if err == nil && name == "" {
		err = cli.Usagef("--fixture", "no user has a token to log in")
	}
	if err != nil {
		return err
	}
	s, err := own.prepare(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	//nolint:gosec,noctx // the user names the command; forwarded signals end it
	command := exec.Command(args[0], args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, env.Stdout, env.Stderr
	command.Env = own.environ(os.Environ(), m, login, s)
	runErr := runJob(command, job.Options{
		KillAfter: own.killAfter, RemoveDir: s.dir(), Log: m.Log,
	})
	if hasMessage(runErr) { // the command did not start
		return runErr
	}
	unused := s.proxy != nil && reportUnused(env.Stderr, s.proxy.Stats())
	if !own.check {
		return runErr
	}
	checkErr := own.checkRequests(env, m)
	if checkErr == nil && unused && !own.AllowsEmpty() {
		// Requests that came another way say nothing about those to the tenant.
		checkErr = cli.SilentExit(cli.ExitFailed)
	}
	if runErr == nil {
		return checkErr
	}
	if hasMessage(checkErr) {
		m.Log.Error(checkErr.Error())
	}
	return runErr
}

// hasMessage reports whether an error has a message besides its exit code.
func hasMessage(err error) bool {
	var exit *cli.ExitError
	return err != nil && (!errors.As(err, &exit) || exit.Err != nil)
}

func runJob(command *exec.Cmd, options job.Options) error {
	cli.IgnoreSIGPIPE()
	running, err := job.Start(command, options)
	if err != nil {
		code := cli.ExitNotExecutable
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			code = cli.ExitNotFound
		}
		return cli.Exitf(code, "run %s: %w", command.Path, err)
	}
	return exitError(running.Wait())
}

func exitError(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return cli.SilentExit(cli.ExitSignal + int(status.Signal()))
	}
	return cli.SilentExit(exit.ExitCode())
}

// checkRequests judges the requests of the command that just ended. It prints the report on
// standard error and writes those of --report.
func (f Flags) checkRequests(env cli.Env, m *serve.Mock) error {
	result, err := f.Judge(context.Background(), m.Handler.Control(), f.namespace, m.LocalURL)
	if err != nil {
		return err
	}
	noteOtherMock(result)
	if err := report.Write("text", env.Stderr, result); err != nil {
		return fmt.Errorf("--check: %w", err)
	}
	if err := f.out.WriteNamed(env, result); err != nil {
		return err
	}
	return check.Verdict(result)
}

// noteOtherMock adds a note to a report without judged requests: the command may have started a
// mock of its own, as tests often do.
func noteOtherMock(result *report.Report) {
	for i, r := range result.Results {
		if r.Kind == report.KindNoRequests {
			result.Results[i].Notes = append(result.Results[i].Notes,
				"exec judges requests to the mock that it started (SAIL_BASE_URL and "+
					"PATMOCK_URL). Tests that start their own mock must check that one; in Go, "+
					"use contracttests.LintClient")
		}
	}
}

// validateCheck returns a usage error if the flags of --check are wrong, or used without --check.
func (f Flags) validateCheck(flags *pflag.FlagSet) error {
	if !f.check {
		for _, name := range []string{"report", "allow", "allow-empty", "namespace"} {
			if flags.Changed(name) {
				return cli.Usagef("--"+name, "--%s needs --check", name)
			}
		}
	}
	if f.out.Err != nil {
		return f.out.Err
	}
	if f.namespace != "" {
		if err := cli.CheckSegment("--namespace", "the name of a namespace",
			f.namespace); err != nil {
			return err
		}
	}
	return f.Validate()
}
