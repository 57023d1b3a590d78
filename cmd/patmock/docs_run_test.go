//go:build !windows

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
)

// runPages are the pages whose commands run as they are, in one directory for each page. The others
// run at the top of the repository.
var runPages = map[string]bool{
	"architecture.md": true, "configuration.md": false, "control-api.md": false, "faq.md": false,
	"glossary.md": false, "troubleshooting.md": false,
}

// runBlock matches commands, and the output below them if there is any.
var runBlock = regexp.MustCompile("(?s)\n```sh\n(.*?)\n```\n(\n```\n(.*?)\n```\n)?")

// The commands of these pages print what the pages say. With -update the output is written to the
// pages. The commands of one page follow each other in one directory.
func TestDocs_CommandsPrintTheirOutput(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "sed", "grep", "cut", "fold", "head"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skipf("the commands need %s: %v", tool, err)
		}
	}
	bin := filepath.Dir(program(t))
	for page, atTop := range runPages {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if atTop {
				dir = filepath.Join("..", "..")
			}
			path := filepath.Join("..", "..", "docs", page)
			text, ran := read(t, path), 0
			got := runBlock.ReplaceAllStringFunc(text, func(block string) string {
				parts := runBlock.FindStringSubmatch(block)
				output := runCommands(t, bin, dir, parts[1])
				ran++
				if parts[2] == "" {
					return block
				}
				return strings.TrimSuffix(block, parts[2]) + "\n```\n" + output + "\n```\n"
			})
			if golden.Update() && got != text {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(read(t, path), got); diff != "" {
				t.Errorf("the commands of docs/%s print something else (-page +now); if that is "+
					"meant, run this test with -update:\n%s", page, diff)
			}
			if ran == 0 {
				t.Errorf("docs/%s has no commands", page)
			}
		})
	}
}

// runCommands runs a block of commands and returns its output, with standard error. The commands
// may not fail, and the variables of a mock are not set.
func runCommands(t *testing.T, bin, dir, commands string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-c", commands)
	shell.Dir, shell.WaitDelay = dir, time.Second
	shell.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "PATMOCK_") || strings.HasPrefix(variable, "SAIL_")
	})
	shell.Env = append(shell.Env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	output, err := shell.CombinedOutput()
	if err != nil {
		t.Errorf("%s\n%v: %s", commands, err, output)
	}
	lines := strings.Split(strings.TrimRight(string(output), "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}
