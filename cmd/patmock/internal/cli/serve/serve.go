// Package serve implements the commands serve and healthcheck.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/credentials"
	"example.com/patmock/fixtures"
)

func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// New returns the command serve.
func New(env cli.Env) *cobra.Command {
	var f Flags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the mock",
		Long: "Run the mock until a termination signal. Print its address and the variables that " +
			"SDKs read. Every flag can also be set by a variable: PATMOCK_ADDR, PATMOCK_FIXTURE " +
			"and so on.",
		Example: "  patmock serve --addr 127.0.0.1:0 --fixture crowded",
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.Warning = cli.UnknownVariablesText(cmd, env)
			return serve(cmd.Context(), f, env)
		},
	}
	f.Register(cmd.Flags(), cli.DefaultAddr)
	return cmd
}

func serve(ctx context.Context, f Flags, env cli.Env) (err error) {
	ctx, stop := cli.InterruptContext(ctx)
	defer stop()
	m, err := f.Start(ctx, env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Stop()) }()
	cli.IgnoreSIGPIPE()
	removeCA, err := f.WriteCAFile(m, runFileDirs(env))
	if err != nil {
		return err
	}
	defer removeCA()
	remove, err := WriteEnvFile(f.EnvFile, m)
	if err != nil {
		return err
	}
	defer remove()
	defer writeRunFile(m, f, env)()
	if env.Container && isLoopback(m.addr) {
		m.Log.Warn("listening on loopback in a container, unreachable from outside: set " +
			"PATMOCK_ADDR=0.0.0.0:17280 (--addr)")
	}
	if !env.Container && m.ControlToken == "" && !isLoopback(m.controlAddr) {
		m.Log.Warn("the control API is open to the network and returns all secrets without a "+
			"token; set "+cli.ControlToken+", or listen on loopback", "address",
			m.controlAddr.String())
	}
	if err := printBanner(env.Stdout, m); err != nil {
		return err
	}
	debug.FreeOSMemory() // reading the documents takes most of the memory of a start
	if err := m.wait(ctx); err != nil {
		return err
	}
	m.Log.Info("stopping")
	return nil
}

// writeRunFile writes the run file of a mock, and returns a function that removes it. Without the
// file, healthcheck uses the environment variables only.
func writeRunFile(m *Mock, f Flags, env cli.Env) (remove func()) {
	dirs := runFileDirs(env)
	remove, err := newRunFile(m, f, env).write(dirs)
	if err != nil {
		m.Log.Warn("healthcheck finds this mock only by "+cli.Variable("addr")+
			" and "+cli.Variable("control-addr")+", not by flags, because none of "+
			strings.Join(dirs, ", ")+
			" is writable; mount a tmpfs at one of them", "error", err)
		return func() {}
	}
	return remove
}

func printBanner(w io.Writer, m *Mock) error {
	lines := []string{"patmock listens on " + m.LocalURL}
	if m.ControlURL != m.LocalURL {
		lines = append(lines, "control API listens on "+m.ControlURL)
	}
	if m.CAFile != "" {
		lines = append(lines, "# clients trust the CA of this run with:",
			fmt.Sprintf("export %s=%s NODE_EXTRA_CA_CERTS=%[2]s", cli.Variable("ca"),
				credentials.PosixQuote(m.CAFile)))
	}
	if seed := m.Handler.RandomSeed(); seed != nil {
		lines = append(lines,
			fmt.Sprintf("random seed %d: --random-seed %d repeats this run", *seed, *seed))
	}
	admin, name, err := m.Login("")
	if err != nil {
		return err
	}
	index := slices.IndexFunc(m.tenant.Tokens, func(t fixtures.Token) bool {
		return t.ID == admin.ClientID && t.Secret == admin.ClientSecret
	})
	id := fmt.Sprintf("export SAIL_BASE_URL=%s SAIL_CLIENT_ID=%s", m.baseURL, admin.ClientID)
	switch {
	case name == "":
		lines = append(lines, "# no user has a token to log in")
	case index < 0: // from a state file
		lines = append(lines, "", "# "+name+" logs in with:", id,
			"# patmock env --url "+m.ControlURL+" prints the secret for SAIL_CLIENT_SECRET")
	case m.tenant.BuiltIn:
		lines = append(lines, "", "# "+name+" logs in with:", admin.ExportLine())
	default:
		lines = append(lines, "", "# "+name+" logs in with:", id,
			fmt.Sprintf("# the secret for SAIL_CLIENT_SECRET is in %s, line %d",
				m.tenant.Source, m.tenant.Tokens[index].Line))
	}
	_, err = fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}
