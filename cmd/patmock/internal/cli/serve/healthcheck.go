package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/redact"
)

const (
	// healthTimeout is the timeout of a health request.
	healthTimeout = 2 * time.Second
	// healthInterval is the pause between two health requests.
	healthInterval = 50 * time.Millisecond
)

type healthFlags struct {
	url, addr, controlAddr, controlToken string
	wait                                 time.Duration
	format                               string
	allowPlaintext                       bool
	// explicit reports whether a flag or PATMOCK_URL selects the mock.
	explicit bool
}

// NewHealthcheck returns the command healthcheck.
func NewHealthcheck(env cli.Env) *cobra.Command {
	var f healthFlags
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Tell by the exit code whether the mock is ready",
		Long: "Asks the mock of this machine or container. Without --url, --addr and " +
			"--control-addr it finds the one that\n" +
			"this user runs, by the file that serve leaves in $XDG_RUNTIME_DIR, /tmp, /run or " +
			"/dev/shm, else by the variables\n" +
			"of serve: PATMOCK_ADDR, PATMOCK_CONTROL_ADDR, " + cli.ControlToken +
			". Exit codes: 0 it is ready, 1 it is\n" +
			"not, as the health check of a container expects, 2 usage.",
		Example: "  patmock exec -- patmock healthcheck --wait 10s",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			f.format = cli.Format(cmd)
			f.explicit = f.url != "" || cli.OnCommandLine(cmd.Flags(), "addr", "control-addr")
			return f.execute(cmd.Context(), env)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.url, "url", "",
		"the running mock, or its control listener (default where --control-addr or --addr leads "+
			"to)")
	flags.StringVar(&f.addr, "addr", cli.DefaultAddr,
		"address that the mock listens on; where that is every interface, loopback is asked")
	flags.StringVar(&f.controlAddr, "control-addr", "",
		"address of the control surface, where it has a listener of its own")
	flags.StringVar(&f.controlToken, "control-token", "",
		"file that holds the control token, written @FILE; "+cli.ControlToken+
			" holds the token itself")
	remote.AllowPlaintextFlag(flags, &f.allowPlaintext)
	cli.SetGroup(flags, cli.GroupRunning)
	cli.SetVariables(flags, "url", "addr", "control-addr")
	flags.DurationVar(&f.wait, "wait", 0, "for how long to ask again until it is ready")
	cli.FormatFlag(cmd)
	return cmd
}

func (f healthFlags) execute(ctx context.Context, env cli.Env) error {
	deadline := time.After(f.wait)
	for {
		address, token, err := f.findMock(env) // each time, because serve may not have started yet
		if err != nil {
			return err
		}
		mock, err := remote.NewClient(control.Config{
			URL: address, Token: token, AllowPlaintext: f.allowPlaintext,
		})
		if err != nil {
			return err
		}
		status, err := health(ctx, mock)
		if err == nil && f.format == "json" {
			return cli.PrintJSON(env.Stdout, healthResult{address, status})
		}
		if err == nil {
			_, err = fmt.Fprintf(env.Stdout, "patmock %s at %s is ready%s\n",
				cli.Sanitize(status.Version), address, remote.DegradedText(status))
			return err
		}
		if errors.Is(err, control.ErrPlaintext) {
			return remote.PlaintextError(err)
		}
		var problem *control.Problem
		if f.wait <= 0 || errors.As(err, &problem) { // a retry would fail the same way
			return fmt.Errorf("not ready: %w", err)
		}
		select {
		case <-deadline:
			return fmt.Errorf("not ready after %s: %w", f.wait, err)
		case <-time.After(healthInterval):
		}
	}
}

type healthResult struct {
	URL string `json:"url"`
	control.Health
}

func health(ctx context.Context, mock *control.Client) (control.Health, error) {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	return mock.Health(ctx)
}

func (f healthFlags) findMock(env cli.Env) (address, token string, err error) {
	tokenFlag := f.controlToken
	if !f.explicit {
		running, ok, err := f.findRunFile(env)
		if err != nil {
			return "", "", err
		}
		if ok {
			address = running.Control
			if tokenFlag == "" && running.TokenFile != "" {
				tokenFlag = "@" + running.TokenFile
			}
		}
	}
	if address == "" {
		if address, err = f.address(); err != nil {
			return "", "", err
		}
	}
	token, err = remote.ReadControlToken(tokenFlag, env)
	return address, token, err
}

// findRunFile returns the run file of the container's mock, else of the mock at the address from
// the environment, else of the only running mock.
func (f healthFlags) findRunFile(env cli.Env) (r runFile, ok bool, err error) {
	all := runningMocks(env)
	defaultURL, _ := f.address() // invalid flags match no mock
	for _, matches := range []func(runFile) bool{
		func(r runFile) bool { return r.Container },
		func(r runFile) bool { return r.Control == defaultURL },
		func(runFile) bool { return true },
	} {
		candidates := slices.DeleteFunc(slices.Clone(all), func(r runFile) bool {
			return !matches(r)
		})
		if len(candidates) == 1 {
			return candidates[0], true, nil
		}
	}
	if len(all) == 0 {
		return r, false, nil
	}
	var addresses []string
	for _, r := range all {
		addresses = append(addresses, fmt.Sprintf("%s (process %d)", r.Control, r.PID))
	}
	return r, false,
		cli.Usagef("--url",
			"several mocks of this user run here: say with --url which is meant: %s",
			strings.Join(addresses, ", "))
}

func (f healthFlags) address() (string, error) {
	if f.url != "" {
		address, err := mockserver.CheckBaseURL(f.url)
		if err != nil {
			err = cli.Flagf("url", " %w", err)
		}
		return address, err
	}
	flag, addr := "--addr", f.addr
	if f.controlAddr != "" {
		flag, addr = "--control-addr", f.controlAddr
	}
	if err := checkAddress(addr); err != nil {
		return "", cli.Usagef(flag, "%s %s: %w", flag, redact.Address(addr), err)
	}
	_, port, _ := net.SplitHostPort(addr) // validated above
	if port == "0" || port == "" {
		return "",
			cli.Usagef(flag,
				"%q: a mock on a free port can be anywhere: give its address with --url", addr)
	}
	return localURL(addr), nil
}
