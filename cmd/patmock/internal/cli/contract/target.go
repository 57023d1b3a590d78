package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/contracttests"
	"example.com/patmock/mockserver"
)

type targetFlags struct {
	target, control, ca, allowWrites string
	mock, allowPlaintext             bool
	// offline reports that no request is sent to the target.
	offline bool
}

func (f *targetFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.target, "target", "mock", "mock, env, or an address")
	flags.BoolVar(&f.mock, "mock", false,
		"the target is a patmock with the control API at the same address")
	flags.StringVar(&f.control, "control", "",
		"address of the target's control API; the target is a patmock")
	remote.CAFlag(flags, &f.ca)
	remote.AllowPlaintextFlag(flags, &f.allowPlaintext)
	cli.SetGroup(flags, cli.GroupTarget)
	flags.StringVar(&f.allowWrites, "allow-writes", "",
		"host of the tenant (and port, if the address has one); required to write")
	cli.SetGroup(flags, cli.GroupTenant)
	cli.SetVariables(flags, "target")
}

// open resolves the target. closeTarget stops what was started for it.
func (f targetFlags) open(
	ctx context.Context, env cli.Env,
) (t contracttests.Target, closeTarget func() error, err error) {
	switch {
	case f.target == "mock" && (f.mock || f.control != "" || f.allowWrites != ""):
		return t, nil,
			cli.Usagef("--target",
				"--mock, --control and --allow-writes need a target with an address, got --target "+
					"mock")
	case f.target == "mock":
		return mockTarget()
	}
	roots, err := remote.ReadCA(f.ca)
	if err != nil {
		return t, nil, err
	}
	options := contracttests.TargetOptions{
		Address: f.target, Mock: f.mock, Control: f.control, AllowWrites: f.allowWrites,
		AllowPlaintext: f.allowPlaintext, Offline: f.offline, RootCAs: roots,
		Lookup: env.Lookup,
	}
	t, err = options.Resolve(ctx)
	if err != nil {
		if strings.Contains(f.target, "@") { // it may contain a password
			return t, nil, cli.Usagef(flagOrVariable(err), "--target: %w", err)
		}
		return t, nil, cli.Usagef(flagOrVariable(err), "--target %s: %w", f.target, err)
	}
	return t, func() error { return nil }, nil
}

// printUse prints how a run uses the credentials of the environment if the target is a patmock.
func (f targetFlags) printUse(stderr io.Writer, t contracttests.Target) {
	if f.target != "env" || t.RealTenant() {
		return
	}
	use := "the SAIL_ credentials are not set and not needed"
	if t.HasCredentials() {
		use = "the SAIL_ credentials are only used to log in"
	}
	// the message is optional
	_, _ = fmt.Fprintf(stderr, "patmock: the run creates its own namespaces on a patmock: %s\n",
		use)
}

// flagOrVariable returns the flag or variable of a contracttests.TargetError.
func flagOrVariable(err error) string {
	var targetErr *contracttests.TargetError
	if !errors.As(err, &targetErr) {
		return ""
	}
	flags := map[string]string{
		"Address": "--target", "Mock": "--mock", "Control": "--control",
		"AllowWrites": "--allow-writes",
	}
	return cmp.Or(flags[targetErr.Setting], targetErr.Setting)
}

func mockTarget() (contracttests.Target, func() error, error) {
	profile, err := mockserver.ProfileByName(mockserver.ProfileFaithful)
	if err != nil {
		return contracttests.Target{}, nil, err
	}
	mock, err := newMock(profile)
	if err != nil {
		return contracttests.Target{}, nil, err
	}
	reduceGC()
	return contracttests.Target{
		Name: "mock", BaseURL: inProcess, Control: mock.Control(), HTTP: &http.Client{
			Transport: mock.Transport(),
		},
	}, mock.Close, nil
}

// inProcess is the base URL of a mock without a socket.
const inProcess = "http://127.0.0.1"

func newMock(p mockserver.Profile) (*mockserver.Server, error) {
	return mockserver.New(mockserver.Config{Profile: p, Log: slog.New(slog.DiscardHandler)})
}

// reduceGC lets the heap grow to five times its live size, unless GOGC is set. A run in process
// keeps little memory and allocates much. It would otherwise spend a quarter of its time on
// collections.
func reduceGC() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}
