package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/fixtures"
)

func newServe(env environment) *cobra.Command {
	var f mockFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the mock",
		Long: "Runs the mock until it is told to stop. Prints its address and, ready to paste, the variables that SDKs read.\n" +
			"Every flag can also be set by a variable: PATMOCK_ADDR, PATMOCK_FIXTURE and so on.",
		Example: "  patmock serve --addr 127.0.0.1:0 --fixture crowded",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.warning = unknownVariablesText(cmd, env)
			return serve(cmd.Context(), f, env)
		},
	}
	f.register(cmd.Flags(), defaultAddr)
	return cmd
}

func serve(ctx context.Context, f mockFlags, env environment) (err error) {
	ctx, stop := interruptible(ctx)
	defer stop()
	m, err := f.start(ctx, env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.stop()) }()
	outliveBrokenPipe()
	remove, err := writeEnvFile(f.envFile, m)
	if err != nil {
		return err
	}
	defer remove()
	defer leaveRunFile(m, f, env)()
	if env.container && onLoopback(m.addr) {
		m.log.Warn("listens on loopback of a container, where nothing outside reaches it: set PATMOCK_ADDR=0.0.0.0:17280 (--addr)")
	}
	if !env.container && m.controlToken == "" && !onLoopback(m.controlAddr) {
		m.log.Warn("the control API is open to the network: it shows all secrets and resets the state without a token; "+
			"set "+controlToken+", or listen on loopback", "address", m.controlAddr.String())
	}
	if err := announce(env.stdout, m); err != nil {
		return err
	}
	debug.FreeOSMemory() // of reading the documents, which is most of what a start takes
	if err := m.wait(ctx); err != nil {
		return err
	}
	m.log.Info("stopping")
	return nil
}

// leaveRunFile writes the run file of a mock, and returns a function that removes it. A mock runs
// without one as well, and healthcheck finds it by the variables alone.
func leaveRunFile(m *mock, f mockFlags, env environment) (remove func()) {
	dirs := runFileDirs(env)
	remove, err := newRunFile(m, f.controlToken, env).write(dirs)
	if err != nil {
		m.log.Warn("the health check knows the address of this mock by "+variable("addr")+" and "+variable("control-addr")+" only, "+
			"not by flags: none of "+strings.Join(dirs, ", ")+" can be written; mount a tmpfs at one of them", "error", err)
		return func() {}
	}
	return remove
}

// announce prints where the mock is and how to reach it.
func announce(w io.Writer, m *mock) error {
	lines := []string{"patmock listens on " + m.local}
	if m.control != m.local {
		lines = append(lines, "its control surface listens on "+m.control)
	}
	if seed := m.handler.RandomSeed(); seed != nil {
		lines = append(lines, fmt.Sprintf("random seed %d: --random-seed %d repeats this run", *seed, *seed))
	}
	admin, name, err := m.login("")
	if err != nil {
		return err
	}
	seeded := slices.IndexFunc(m.tenant.Tokens, func(t fixtures.Token) bool { return t.ID == admin.clientID && t.Secret == admin.clientSecret })
	id := fmt.Sprintf("export SAIL_BASE_URL=%s SAIL_CLIENT_ID=%s", m.base, admin.clientID)
	switch {
	case name == "":
		lines = append(lines, "# nobody has a token to log in with")
	case seeded < 0: // of a state file
		lines = append(lines, "", "# "+name+" logs in with:", id, "# patmock env --url "+m.control+" tells the secret for SAIL_CLIENT_SECRET")
	case m.tenant.BuiltIn:
		lines = append(lines, "", "# "+name+" logs in with:", admin.line())
	default:
		lines = append(lines, "", "# "+name+" logs in with:", id,
			fmt.Sprintf("# the secret for SAIL_CLIENT_SECRET stands in %s, line %d", m.tenant.Source, m.tenant.Tokens[seeded].Line))
	}
	_, err = fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}
