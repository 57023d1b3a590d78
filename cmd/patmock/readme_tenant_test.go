//go:build !windows

package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests/parity"
)

// The commands of the README run against a tenant-like target. Only the name of the tenant and the
// selection of scenarios differ, since all scenarios take minutes.
func TestReadme_TenantCommands(t *testing.T) {
	t.Parallel()
	x := newTenantLike(t)
	before := x.state()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(readme), "The same scenarios run on a tenant.")
	section, _, ended := strings.Cut(section, "\n## ")
	if !ok || !ended {
		t.Fatal("the README has no such section")
	}
	choice := " --versions v3 --run '^(create/(secret|name-taken)|list/)'"
	run := map[string]int{}
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(section,
		-1) {
		for line := range strings.Lines(block[1]) {
			line, _, _ = strings.Cut(line, " # ")
			line = strings.TrimSpace(strings.ReplaceAll(line, "acme.api.identitynow.com", x.host()))
			command := strings.Fields(strings.TrimPrefix(line, "patmock contract "))[0]
			switch {
			case strings.HasPrefix(line, "export "), strings.HasPrefix(line, "patmock serve "):
				continue
			case strings.Contains(line, "acme-july"):
				x.shell("cp -r acme acme-july && printf '[]\\n' >known.yaml", cli.ExitOK)
			}
			if command == "run" || command == "doctor" ||
				command == "diff" && !strings.Contains(line, "july") {
				line += choice
			}
			run[command]++
			x.shell(line, cli.ExitOK)
		}
	}
	for command, want := range map[string]int{
		"doctor": 1, "run": 4, "sweep": 1, "parity": 1, "diff": 2, "propose": 1,
	} {
		if run[command] != want {
			t.Errorf("%s was run %d times, want %d", command, run[command], want)
		}
	}
	x.checkUnchanged(before)
	for _, path := range []string{
		".patmock/ledger.jsonl", ".patmock/parity.yaml", "acme/recording.json", "acme.html",
		"dialect.yaml",
	} {
		if _, err := os.Stat(filepath.Join(x.dir, path)); err != nil {
			t.Error(err)
		}
	}
	x.checkNoSecret(x.dir)
	dialect, err := os.ReadFile(filepath.Join(x.dir, "dialect.yaml"))
	if err != nil || !strings.Contains(string(dialect), x.host()) {
		t.Errorf("the dialect: %v, %s", err, dialect)
	}
	x.shell("patmock exec --dialect dialect.yaml --addr 127.0.0.1:0 -- true", cli.ExitOK)
	x.shell("patmock serve --dialect dialect.yaml --addr 127.0.0.1:0 --log-level error >out.txt & "+
		"for i in $(seq 600); do grep -q http: out.txt && break; sleep 0.1; done; kill $! && grep "+
		"-q http: out.txt", cli.ExitOK)
}

// shell runs a line with patmock in the PATH.
func (x *tenantLike) shell(line string, want int) {
	x.t.Helper()
	c := exec.Command("sh", "-c", line)
	c.Dir, c.Env = x.dir,
		append([]string{"PATH=" + filepath.Dir(x.program) + ":" + os.Getenv("PATH")}, x.env...)
	out, err := c.CombinedOutput()
	x.checkSecrets(line, out)
	if got := c.ProcessState.ExitCode(); got != want {
		x.t.Errorf("%s\nended with %d, want %d (%v): %s", line, got, want, err, out)
	}
}

// secrets matches secrets of tokens and access tokens.
var secrets = regexp.MustCompile(`(?i)[0-9a-f]{64}|eyJ[0-9a-z_-]+\.[0-9a-z_-]+\.`)

// checkNoSecret checks all files of a directory.
func (x *tenantLike) checkNoSecret(dir string) {
	x.t.Helper()
	documents, err := parity.Documents()
	if err != nil {
		x.t.Fatal(err)
	}
	looked := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		looked++
		text, err := os.ReadFile(path)
		x.checkSecrets(path, text)
		for _, hash := range documents { // it looks like a secret
			text = bytes.ReplaceAll(text, []byte(hash), nil)
		}
		if found := secrets.Find(text); found != nil {
			x.t.Errorf("%s holds %s...", path, found[:10])
		}
		return err
	})
	if err != nil || looked < 10 {
		x.t.Errorf("%d files, %v", looked, err)
	}
}
