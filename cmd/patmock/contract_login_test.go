//go:build !windows

package main

import (
	"slices"
	"strings"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// The error of wrong credentials names their variables and includes the response of the target. It
// includes no secret.
func TestContract_NamesVariablesOfWrongCredentials(t *testing.T) {
	t.Parallel() // it mostly waits
	x := newTenantLike(t)
	good := x.env
	for _, role := range []struct{ prefix, other string }{
		{"SAIL_", "PATMOCK_"},
		{"PATMOCK_SECOND_", "SAIL_"},
		{"PATMOCK_ADMIN_", "SAIL_"},
	} {
		x.env = slices.Concat(good, []string{
			role.prefix + "CLIENT_SECRET=0123456789abcdef-not-this-one",
		})
		for _, command := range [][]string{
			{"run", "--target", "env", "--run", "^list/keys", "--report", "text=report.txt"},
			{"run", "--target", "env", "--run", "^list/keys", "--record", "recording"},
			{"doctor", "--target", "env", "--run", "^list/keys"},
			{"sweep", "--target", "env", "--dry-run"},
			{"diff", "mock", "env", "--run", "^list/keys"},
		} {
			t.Run(role.prefix+command[0], func(t *testing.T) {
				got := x.run(command...)
				if got.code != cli.ExitUnreachable {
					t.Errorf("exit code %d, want %d", got.code, cli.ExitUnreachable)
				}
				for _, want := range []string{
					role.prefix + "CLIENT_ID", role.prefix + "CLIENT_SECRET", "/oauth/token", "401",
					"Bad client credentials",
				} {
					if !strings.Contains(got.stderr, want) {
						t.Errorf("%s lacks %s", got.stderr, want)
					}
				}
				if strings.Contains(got.stderr, role.other) {
					t.Errorf("%s names variables of another identity", got.stderr)
				}
			})
		}
	}
}
