package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

func TestAppendSummary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "summary.md")
	if err := os.WriteFile(path, []byte("# before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := report.AppendSummary(path, sample()); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := write(t, "markdown", sample())
	if diff := cmp.Diff("# before\n\n"+text+"\n"+text, string(got)); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if err := report.AppendSummary(filepath.Join(path, "no-directory"), sample()); err == nil {
		t.Error("no error for a summary that cannot be opened")
	}
}

// TestAppendSummary_LimitsSize checks that the existing content counts, since GitHub discards a
// large summary.
func TestAppendSummary_LimitsSize(t *testing.T) {
	var results []report.Result
	for i := range 2000 {
		r := failed(fmt.Sprintf("create/scenario-%d", i), version.V3)
		r.Failures[0].Exchange = strings.Repeat("x", 2000)
		results = append(results, r)
	}
	for _, test := range []struct {
		name    string
		before  int
		visible bool // whether failures fit
		err     bool
	}{
		{"empty", 0, true, false},
		{"half full", 450_000, true, false},
		{"almost full", 899_500, false, false},
		{"room for the verdict only", 899_650, false, false},
		{"full", 899_990, false, true},
		{"more than full", 1_000_000, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "summary.md")
			if err := os.WriteFile(path, make([]byte, test.before), 0o600); err != nil {
				t.Fatal(err)
			}
			all := reportOf(results...)
			if err := report.AppendSummary(path, all); (err != nil) != test.err {
				t.Fatalf("error is %v", err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text := string(got)
			if len(got) > max(900_000, test.before) ||
				strings.Contains(text, all.Verdict()) == test.err {
				t.Errorf("%d bytes, expected at most 900000 with the verdict", len(got))
			}
			if visible := strings.Count(text, "<details>"); (visible > 0) != test.visible ||
				visible > 0 && visible+omittedCount(t, text, 2000) != 2000 {
				t.Errorf("%d failures are shown, expected some: %t, and the number of the others",
					visible, test.visible)
			}
		})
	}
}

// TestMarkdown_CountsOmitted checks that the shown and the omitted failures add up.
func TestMarkdown_CountsOmitted(t *testing.T) {
	var results []report.Result
	for i := range 300 {
		r := failed(fmt.Sprintf("create/scenario-%d", i), version.V3)
		r.Failures[0].Exchange = strings.Repeat("y", 15_000)
		results = append(results, r)
	}
	text := write(t, "markdown", reportOf(results...))
	visible, omitted := strings.Count(text, "<details>"), omittedCount(t, text, 300)
	if visible+omitted != 300 || visible < 50 {
		t.Errorf("%d are shown and %d omitted, expected 300 together", visible, omitted)
	}
	checkMessage(t, omittedText["markdown"].FindString(text))
}

// omittedCount returns the number in the note about omitted results.
func omittedCount(t *testing.T, text string, all int) int {
	t.Helper()
	match := omittedText["markdown"].FindStringSubmatch(text)
	if match == nil || match[2] != strconv.Itoa(all) {
		t.Fatalf("no note about omitted results of %d: %q", all, match)
	}
	n, err := strconv.Atoi(match[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnnotations(t *testing.T) {
	provisional := withResult(report.Provisional, "why", pass("create/a", version.V3))
	skipped := withResult(report.Skip, "why", pass("create/a", version.V3))
	if got := report.Annotations(reportOf(pass("create/a", version.V3), provisional,
		skipped)); len(got) != 0 {
		t.Errorf("a run without failures has the annotations %q", got)
	}
	odd := withResult(report.Error, "100% of\r\nwhat: it, said", pass("create/a,b:c%", version.V3))
	got := report.Annotations(reportOf(odd, failed("create/x", version.V1)))
	for i, prefix := range []string{
		"::error title=fail create/x/v1::status is 201, expected 200%0A",
		"::error title=error create/a%2Cb%3Ac%25/v3::100%25 of%0Awhat: it, said%0A",
	} {
		if len(got) != 2 || !strings.HasPrefix(got[i], prefix) || strings.Contains(got[i], "\n") {
			t.Fatalf("annotations are %q, expected one with %q", got, prefix)
		}
	}
	checkMessage(t, strings.Join(got, "\n"))
}

func TestAnnotations_AtMostTen(t *testing.T) {
	for _, test := range []struct {
		failures int
		last     string // its prefix
	}{
		{9, "::error title=fail create/a-8/v3::"},
		{10, "::error title=fail create/a-9/v3::"},
		{11, "::error title=contract::2 "},
		{100, "::error title=contract::91 "},
	} {
		var results []report.Result
		for i := range test.failures {
			results = append(results, failed(fmt.Sprintf("create/a-%d", i), version.V3))
		}
		got := report.Annotations(reportOf(results...))
		if len(got) != min(10, test.failures) || !strings.HasPrefix(got[len(got)-1], test.last) {
			t.Errorf("%d failures: %d annotations that end with %q, expected %q", test.failures,
				len(got), got[len(got)-1], test.last)
		}
		if test.failures == 100 {
			checkMessage(t, got[len(got)-1])
		}
	}
}
