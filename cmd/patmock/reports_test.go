package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests/report"
)

// TestReport_FailedStart checks that a command that cannot start replaces an earlier report, in
// every format.
func TestReport_FailedStart(t *testing.T) {
	contract := []string{"contract", "run", "--run=^create/"}
	for _, tt := range []struct {
		name string
		args []string
		want int // exit code
	}{
		{
			"unreachable", append(contract, "--target=http://127.0.0.1:1", "--mock"),
			cli.ExitUnreachable,
		},
		{"unknown flag", append(contract, "--unknown"), cli.ExitUsage},
		{"malformed value", append(contract, "--parallel=many"), cli.ExitUsage},
		{"wrong value", append(contract, "--parallel=0"), cli.ExitUsage},
		{"argument", append(contract, "argument"), cli.ExitUsage},
		{"empty selection", []string{"contract", "run", "--run=^nothing$"}, cli.ExitUsage},
		{"another report", append(contract, "--report=unknown=file"), cli.ExitUsage},
		{"report without a value", append(contract, "--report"), cli.ExitUsage},
		{"dry run", append(contract, "--dry-run"), cli.ExitUsage},
		{
			"parity", append(contract, "--target=http://127.0.0.1:1", "--parity="+t.TempDir()),
			cli.ExitUsage,
		},
		{"no mock", []string{"check", "--url=http://127.0.0.1:1"}, cli.ExitUnreachable},
		{"no kind of finding", []string{"check", "--allow=unknown"}, cli.ExitUsage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			var args []string
			for _, format := range report.Formats() {
				path := filepath.Join(dir, format)
				if err := os.WriteFile(path, []byte("yesterday"), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "--report", format+"="+path)
			}
			at := len(tt.args) - 1 // --report without a value comes last
			got := command(t.Context(), nil, slices.Insert(slices.Clone(tt.args), at, args...)...)
			if got.code != tt.want || got.stdout != "" {
				t.Errorf("exit code %d, want %d: %s%s", got.code, tt.want, got.stdout, got.stderr)
			}
			id := "run/complete"
			if tt.args[0] == "check" {
				id = "client/complete"
			}
			checkFailureReports(t, dir, id, false)
		})
	}
}

// TestReport_RunningRun checks the files during a run.
func TestReport_RunningRun(t *testing.T) {
	dir := t.TempDir()
	args := []string{"contract", "run", "--run=^create/", "--mock"}
	for _, format := range report.Formats() {
		args = append(args, "--report", format+"="+filepath.Join(dir, format))
	}
	var once sync.Once
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		once.Do(func() { checkFailureReports(t, dir, "run/complete", true) })
		http.Error(w, "no mock", http.StatusTeapot)
	}))
	defer target.Close()
	if got := command(t.Context(), nil,
		append(args, "--target="+target.URL)...); got.code != cli.ExitUnreachable {
		t.Errorf("exit code %d: %s%s", got.code, got.stdout, got.stderr)
	}
	once.Do(func() { t.Error("the target is sent nothing") })
}

// TestReport_StandardOutput checks that a usage error is reported once if no output can be
// replaced.
func TestReport_StandardOutput(t *testing.T) {
	got := command(t.Context(), nil, "contract", "run", "--report=json=-", "--unknown")
	if r, err := report.Read(strings.NewReader(got.stdout)); err != nil ||
		r.Counts[report.Error] != 1 {
		t.Errorf("%v: %s", err, got.stdout)
	}
	if got = command(t.Context(), nil, "contract", "run", "--report=json=-",
		"--help"); strings.Contains(got.stdout, "{") {
		t.Errorf("help is %s", got.stdout)
	}
}

// checkFailureReports checks the reports in a directory of a run that tested nothing, by format.
func checkFailureReports(t *testing.T, dir, id string, underway bool) {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, "json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // it is read only
	r, err := report.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := r.Counts; n[report.Error] != 1 || n[report.Skip] != len(r.Results)-1 {
		t.Errorf("counts are %v", n)
	}
	if r.Interrupted != underway {
		t.Errorf("interrupted is %t", r.Interrupted)
	}
	for _, format := range []string{"text", "markdown", "html"} {
		if text := read(t, filepath.Join(dir, format)); !strings.Contains(text, r.Verdict()) ||
			!strings.Contains(text, id) {
			t.Errorf("%s is %s", format, text)
		}
	}
	if xml := read(t, filepath.Join(dir, "junit")); !strings.Contains(xml, ` errors="1"`) {
		t.Errorf("junit is %s", xml)
	}
}
