package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver"
)

// All report formats agree.
func TestReports_AgreeWithRun(t *testing.T) {
	dir := t.TempDir()
	summary := filepath.Join(dir, "summary.md")
	variables := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary}
	args := []string{
		"contract", "run", "--versions", "v3,v2026", "--run", "^(create|filter|token)/",
	}
	for _, format := range report.Formats() {
		args = append(args, "--report", format+"="+filepath.Join(dir, format))
	}
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args,
		cli.Env{Stdout: &stdout, Stderr: &stderr, Lookup: func(name string) (string, bool) {
			value, set := variables[name]
			return value, set
		}})
	if code != cli.ExitOK {
		t.Fatalf("exit code %d: %s%s", code, stdout.String(), stderr.String())
	}
	file, err := os.Open(filepath.Join(dir, "json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // it is read only
	r, err := report.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, result := range r.Results {
		names[result.Name()] = true
	}
	if len(names) != len(r.Results) || len(names) < 100 {
		t.Errorf("%d results with %d names", len(r.Results), len(names))
	}
	counted := fmt.Sprintf("%d/%d/%d", r.Counts[report.Pass],
		r.Counts[report.Fail]+r.Counts[report.Error],
		r.Counts[report.Skip]+r.Counts[report.Provisional])
	if diff := cmp.Diff(counted, junitCounts(t, filepath.Join(dir, "junit"))); diff != "" {
		t.Errorf("JUnit XML and JSON (-json +junit):\n%s", diff)
	}
	verdict := r.Verdict()
	for _, format := range []string{"text", "markdown", "html"} {
		if text := read(t, filepath.Join(dir, format)); !strings.Contains(text, verdict) {
			t.Errorf("%s does not have the verdict %q", format, verdict)
		}
	}
	if text := read(t, summary); !strings.Contains(text, verdict) {
		t.Errorf("the summary does not have the verdict %q", verdict)
	}
	// No report contains a secret or an access token of the run.
	secret := regexp.MustCompile(`[0-9a-f]{64}|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.`)
	for _, format := range report.Formats() {
		if found := secret.FindString(read(t, filepath.Join(dir, format))); found != "" {
			t.Errorf("%s shows %s", format, found)
		}
	}
}

// junitCounts counts test cases: passed, failed or in error, skipped.
func junitCounts(t *testing.T, path string) string {
	t.Helper()
	type child struct {
		Failure *struct{} `xml:"failure"`
		Error   *struct{} `xml:"error"`
		Skipped *struct{} `xml:"skipped"`
	}
	var parsed struct {
		Suites []struct {
			Cases []child `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(read(t, path)), &parsed); err != nil {
		t.Fatal(err)
	}
	pass, fail, skip := 0, 0, 0
	for _, suite := range parsed.Suites {
		for _, c := range suite.Cases {
			switch {
			case c.Failure != nil || c.Error != nil:
				fail++
			case c.Skipped != nil:
				skip++
			default:
				pass++
			}
		}
	}
	return fmt.Sprintf("%d/%d/%d", pass, fail, skip)
}

// The text report of a run that cannot start is short, however many cases it has.
func TestContractRun_CannotStart(t *testing.T) {
	mock := mockserver.Start(t)
	id, _ := mock.Credentials("jane.doe")
	rejected := map[string]string{
		"SAIL_BASE_URL": mock.URL, "SAIL_CLIENT_ID": id, "SAIL_CLIENT_SECRET": "wrong",
	}
	for _, tt := range []struct {
		name      string
		variables map[string]string
		args      []string
	}{
		{"nothing listens", nil, []string{"--target", "http://" + closedPort(t), "--mock"}},
		{
			"nothing listens at a tenant", asTenant("http://" + closedPort(t)), []string{
				"--target", "env",
			},
		},
		{"rejected login", rejected, []string{"--target", "env"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := command(t.Context(), tt.variables,
				append([]string{"contract", "run", "--report", "text=-"}, tt.args...)...)
			lines := strings.Count(got.stdout, "\n")
			if got.code != cli.ExitUnreachable || lines == 0 || lines > 15 {
				t.Errorf("exit code %d, %d lines:\n%.2000s%s", got.code, lines, got.stdout,
					got.stderr)
			}
		})
	}
}
