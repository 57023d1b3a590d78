package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
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
	ca                                   string
	// explicit reports whether a flag or PATMOCK_URL selects the mock.
	explicit bool
}

// NewHealthcheck returns the command healthcheck.
func NewHealthcheck(env cli.Env) *cobra.Command {
	var f healthFlags
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Report by the exit code whether the mock is ready",
		Long: "Check the mock of this machine or container. Without --url, --addr and " +
			"--control-addr it finds the running mock of this user. serve writes its address to " +
			"a " +
			"file in $XDG_RUNTIME_DIR, /tmp, /run or /dev/shm. Else the variables of serve are " +
			"used: PATMOCK_ADDR, PATMOCK_CONTROL_ADDR, " + cli.ControlToken +
			". Exit codes: 0 ready, 1 not ready, as container engines expect, 2 usage.",
		Example: "  patmock exec -- patmock healthcheck --wait 10s",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			f.format = cli.Format(cmd)
			f.explicit = f.url != "" || cli.OnCommandLine(cmd.Flags(), "addr", "control-addr")
			return f.execute(cmd.Context(), env)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.url, "url", "",
		"the running mock, or its control listener (default from --control-addr or --addr)")
	flags.StringVar(&f.addr, "addr", cli.DefaultAddr,
		"listen address of the mock; loopback if it is a wildcard")
	flags.StringVar(&f.controlAddr, "control-addr", "",
		"address of the control API, if it has its own listener")
	flags.StringVar(&f.controlToken, "control-token", "",
		"file with the control token, written @FILE; or set "+cli.ControlToken+
			" to the token")
	remote.CAFlag(flags, &f.ca)
	remote.AllowPlaintextFlag(flags, &f.allowPlaintext)
	cli.SetGroup(flags, cli.GroupRunning)
	cli.SetVariables(flags, "url", "addr", "control-addr")
	flags.DurationVar(&f.wait, "wait", 0, "how long to retry until it is ready")
	cli.FormatFlag(cmd)
	return cmd
}

func (f healthFlags) execute(ctx context.Context, env cli.Env) error {
	deadline := time.After(f.wait)
	for {
		config, err := f.findMock(env) // each time, because serve may not have started yet
		if err != nil {
			return err
		}
		mock, err := remote.NewClient(config)
		if err != nil {
			return err
		}
		status, err := health(ctx, mock)
		if err == nil && f.format == "json" {
			return cli.PrintJSON(env.Stdout, healthResult{config.URL, status})
		}
		if err == nil {
			_, err = fmt.Fprintf(env.Stdout, "patmock %s at %s is ready%s\n",
				cli.Sanitize(status.Version), config.URL, remote.DegradedText(status))
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

func (f healthFlags) findMock(env cli.Env) (c control.Config, err error) {
	c.AllowPlaintext = f.allowPlaintext
	tokenFlag, caFile, serverName := f.controlToken, f.ca, ""
	if !f.explicit {
		running, ok, err := f.findRunFile(env)
		if err != nil {
			return c, err
		}
		if ok {
			c.URL, serverName = running.Control, running.ServerName
			if tokenFlag == "" && running.TokenFile != "" {
				tokenFlag = "@" + running.TokenFile
			}
			caFile = cmp.Or(caFile, running.CAFile)
		}
	}
	if c.URL == "" {
		serveCA, https := httpsVariables(env)
		if c.URL, err = f.address(https); err != nil {
			return c, err
		}
		if https && f.url == "" {
			caFile = cmp.Or(caFile, serveCA)
		}
	}
	if c.RootCAs, err = remote.ReadCA(caFile); err != nil {
		return c, err
	}
	if serverName != "" {
		c.HTTP = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
			MinVersion: tls.VersionTLS12, RootCAs: c.RootCAs, ServerName: serverName,
		}}}
	}
	c.Token, err = remote.ReadControlToken(tokenFlag, env)
	return c, err
}

// findRunFile returns the run file of the container's mock, else of the mock at the address from
// the environment, else of the only running mock.
func (f healthFlags) findRunFile(env cli.Env) (r runFile, ok bool, err error) {
	all := runningMocks(env)
	_, https := httpsVariables(env)
	defaultURL, _ := f.address(https) // invalid flags match no mock
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
		cli.Usagef("--url", "several mocks are running: select one with --url: %s",
			strings.Join(addresses, ", "))
}

func (f healthFlags) address(https bool) (string, error) {
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
			cli.Usagef(flag, "%q: the port is unknown: set --url to the address of the mock", addr)
	}
	return localURL(addr, https), nil
}
