package cli

import (
	"errors"
	"testing"
)

// TestExitCause checks which exit code is used if several apply.
func TestExitCause(t *testing.T) {
	exit := func(code int) error { return Exitf(code, "reason") }
	silent := SilentExit
	for _, test := range []struct {
		name string
		errs []error
		want int
	}{
		{"nothing", []error{nil, nil}, ExitOK},
		{
			"interrupted before usage",
			[]error{Usagef("--x", "wrong"), exit(ExitInterrupted)},
			ExitInterrupted,
		},
		{
			"usage before unreachable",
			[]error{exit(ExitUnreachable), Usagef("--x", "wrong")},
			ExitUsage,
		},
		{
			"unreachable before a failure",
			[]error{silent(ExitFailed), exit(ExitUnreachable)},
			ExitUnreachable,
		},
		{
			"a failure before leftovers",
			[]error{silent(ExitLeftovers), silent(ExitFailed)},
			ExitFailed,
		},
		{"leftovers", []error{nil, silent(ExitLeftovers)}, ExitLeftovers},
		{"another error", []error{silent(ExitLeftovers), errors.New("disk full")}, ExitFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := ExitCause(test.errs...)
			code := ExitOK
			if err != nil {
				code = CodeOf(err)
			}
			if code != test.want {
				t.Errorf("exit code %d of %v, want %d", code, err, test.want)
			}
		})
	}
}
