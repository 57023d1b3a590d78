package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/root"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/internal/sample"
)

// The help of every command ends with an example that can be pasted.
func TestHelp_ExamplesRun(t *testing.T) {
	t.Parallel() // it mostly waits
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skipf("the examples need bash: %v", err)
	}
	bin := filepath.Dir(program(t))
	root := root.New(cli.Env{Stdout: io.Discard, Stderr: io.Discard, Lookup: os.LookupEnv}, nil)
	root.InitDefaultHelpCmd()
	var commands []*cobra.Command
	var collect func(*cobra.Command)
	collect = func(c *cobra.Command) {
		commands = append(commands, c)
		for _, child := range c.Commands() {
			collect(child)
		}
	}
	collect(root)
	if len(commands) < 10 {
		t.Fatalf("%d commands, want all of them", len(commands))
	}
	for _, c := range commands {
		t.Run(c.CommandPath(), func(t *testing.T) {
			if c.Example == "" {
				t.Fatal("the command has no example")
			}
			var help bytes.Buffer
			c.SetOut(&help)
			if err := c.Help(); err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(strings.TrimRight(help.String(), "\n"), c.Example) {
				t.Errorf("the help does not end with the example:\n%s", help.String())
			}
			golden.Check(t, "testdata/help.golden", c.CommandPath(), help.String())
			if slices.Contains(slowExamples, c.CommandPath()) {
				sample.Skip(t, "its example runs the whole contract")
			}
			t.Parallel()
			runExample(t, bin, strings.TrimSpace(c.Example))
		})
	}
}

// slowExamples are the commands whose example runs every scenario.
var slowExamples = []string{"patmock contract coverage", "patmock contract diff"}

// runExample runs a line in a shell. It interrupts a mock once it is ready.
func runExample(t *testing.T, bin, line string) {
	t.Helper()
	if strings.Contains(line, "curl") {
		if _, err := exec.LookPath("curl"); err != nil {
			t.Skipf("the example needs curl: %v", err)
		}
	}
	serves := strings.HasPrefix(line, "patmock serve")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", line)
	if serves {
		if runtime.GOOS == "windows" {
			t.Skip("a process cannot be interrupted there")
		}
		shell = exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", "exec "+line)
	}
	shell.Dir = t.TempDir()
	shell.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"PATMOCK_ADDR=127.0.0.1:0")
	output := &bannerWriter{announced: make(chan struct{})}
	shell.Stdout, shell.Stderr = output, output
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	if serves {
		select {
		case <-output.announced:
		case <-ctx.Done():
		}
		if err := shell.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
	}
	if err := shell.Wait(); err != nil {
		t.Errorf("%s: %v: %s", line, err, output.text.String())
	}
}

// bannerWriter signals when a mock prints its banner.
type bannerWriter struct {
	text      bytes.Buffer
	announced chan struct{}
	signaled  bool
}

// Write implements io.Writer.
func (r *bannerWriter) Write(p []byte) (int, error) {
	n, err := r.text.Write(p)
	if !r.signaled && strings.Contains(r.text.String(), bannerPart) {
		r.signaled = true
		close(r.announced)
	}
	return n, err
}
