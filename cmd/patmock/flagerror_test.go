package main

import (
	"strings"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// A configuration error begins with the flag, or with the variable that set it.
func TestConfigErrors_NameTheFlag(t *testing.T) {
	for flag, value := range map[string]string{
		"rate-limit": "100", "token-limit": "-1", "scope-delay": "-1s", "never-expires-as": "x",
		"hostile": "x", "fallback": "x", "state": "/no/such/folder/state.json",
	} {
		t.Run(flag, func(t *testing.T) {
			got := command(t.Context(), nil, "serve", "--addr", "127.0.0.1:0", "--"+flag+"="+value)
			got.check(t, cli.ExitUsage, "--"+flag)
			if !strings.HasPrefix(got.stderr, "patmock: --"+flag+": ") ||
				strings.Contains(got.stderr, ": "+strings.ReplaceAll(flag, "-", " ")+": ") {
				t.Errorf("standard error is %q", got.stderr)
			}
			name := cli.Variable(flag)
			got = command(t.Context(), map[string]string{name: value}, "serve", "--addr",
				"127.0.0.1:0")
			got.check(t, cli.ExitUsage, name)
			if !strings.HasPrefix(got.stderr, "patmock: "+name+": ") {
				t.Errorf("standard error is %q", got.stderr)
			}
		})
	}
}

// The error of an unknown flag names every command that has it. A group replaces its commands.
func TestUnknownFlag_NamesCommandsThatHaveIt(t *testing.T) {
	got := command(t.Context(), nil, "serve", "--namespace", "x")
	got.check(t, cli.ExitUsage, "--namespace")
	for _, name := range []string{"exec", "check", "control", "env"} {
		if !strings.Contains(got.stderr, name) {
			t.Errorf("%q does not name %s", got.stderr, name)
		}
	}
	if strings.Contains(got.stderr, "control requests") {
		t.Errorf("%q names the commands of a group", got.stderr)
	}
}

// The error of a missing argument does not contain a count of zero.
func TestMissingName_HasNoCount(t *testing.T) {
	for _, args := range []string{"completion", "fixtures show", "spec show"} {
		got := command(t.Context(), nil, strings.Fields(args)...)
		if got.code != cli.ExitUsage || strings.Contains(got.stderr, "got 0") {
			t.Errorf("%s: exit code %d: %s", args, got.code, got.stderr)
		}
		got = command(t.Context(), nil, append(strings.Fields(args), "a", "b")...)
		if got.code != cli.ExitUsage || !strings.Contains(got.stderr, "got 2") {
			t.Errorf("%s a b: exit code %d: %s", args, got.code, got.stderr)
		}
	}
}

// The help describes the default of --namespace.
func TestCheckHelp_Namespace(t *testing.T) {
	got := command(t.Context(), nil, "check", "--help")
	if strings.Contains(got.stdout, "default the default") ||
		!strings.Contains(got.stdout, "default all") {
		t.Errorf("the help is\n%s", got.stdout)
	}
}

// The help lists only variables that a command reads, and none for --format.
func TestEnvironmentTopic_NamesCommands(t *testing.T) {
	got := command(t.Context(), nil, "help", "environment")
	got.check(t, cli.ExitOK, "")
	for line := range strings.Lines(got.stdout) {
		if strings.HasSuffix(strings.TrimSpace(line), " of") {
			t.Errorf("no command reads the variable of %q", line)
		}
	}
	if strings.Contains(got.stdout, "PATMOCK_FORMAT ") {
		t.Error("PATMOCK_FORMAT is listed")
	}
	for _, args := range []string{
		"users --fixture default", "tokens --fixture default", "fixtures list", "check --list",
		"version",
	} {
		got := command(t.Context(), map[string]string{"PATMOCK_FORMAT": "json"},
			strings.Fields(args)...)
		if strings.HasPrefix(got.stdout, "{") || strings.HasPrefix(got.stdout, "[") {
			t.Errorf("%s reads PATMOCK_FORMAT: %s", args, got.stderr)
		}
	}
}
