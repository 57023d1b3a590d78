package report_test

import (
	"fmt"
	"os"
	"path/filepath"
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
	if err := report.AppendSummary(filepath.Join(path, "no-folder"), sample()); err == nil {
		t.Error("a summary that cannot be opened is no error")
	}
}

// GitHub shows nothing of a summary that is too large, so what other commands wrote into it counts.
func TestAppendSummaryLeavesRoom(t *testing.T) {
	var results []report.Result
	for i := range 2000 {
		r := failed(fmt.Sprintf("create/scenario-%d", i), version.V3)
		r.Failures[0].Exchange = strings.Repeat("x", 2000)
		results = append(results, r)
	}
	for _, test := range []struct {
		name   string
		before int
		left   string
		err    bool
	}{
		{"empty", 0, "of 2000 failures are left out here", false},
		{"half full", 450_000, "of 2000 failures are left out here", false},
		{"almost full", 899_500, "fail: 2000 of 2000 scenarios", false},
		{"room for the verdict only", 899_650, "fail: 2000 of 2000 scenarios", false},
		{"full", 899_990, "", true},
		{"more than full", 1_000_000, "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "summary.md")
			if err := os.WriteFile(path, make([]byte, test.before), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := report.AppendSummary(path, reportOf(results...)); (err != nil) != test.err {
				t.Fatalf("error is %v", err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) > max(900_000, test.before) || !strings.Contains(string(got), test.left) {
				t.Errorf("%d bytes, expected at most 900000 with %q", len(got), test.left)
			}
		})
	}
}

// What is left out is counted: those that are shown and those that are not make up all.
func TestMarkdownCountsWhatIsLeftOut(t *testing.T) {
	var results []report.Result
	for i := range 300 {
		r := failed(fmt.Sprintf("create/scenario-%d", i), version.V3)
		r.Failures[0].Exchange = strings.Repeat("y", 15_000)
		results = append(results, r)
	}
	text := write(t, "markdown", reportOf(results...))
	shown, left := strings.Count(text, "<details>"), 0
	at := strings.Index(text, " of 300 failures")
	if at < 0 {
		t.Fatal("nothing is said to be left out")
	}
	if _, err := fmt.Sscanf(text[strings.LastIndex(text[:at], "**")+2:at], "%d", &left); err != nil {
		t.Fatal(err)
	}
	if shown+left != 300 || shown < 50 {
		t.Errorf("%d are shown and %d left out, expected 300 together", shown, left)
	}
}

func TestAnnotations(t *testing.T) {
	provisional := with(report.Provisional, "why", pass("create/a", version.V3))
	skipped := with(report.Skip, "why", pass("create/a", version.V3))
	if got := report.Annotations(reportOf(pass("create/a", version.V3), provisional, skipped)); len(got) != 0 {
		t.Errorf("a run without failures has the annotations %q", got)
	}
	odd := with(report.Error, "100% of\r\nwhat: it, said", pass("create/a,b:c%", version.V3))
	want := []string{
		"::error title=fail create/x/v1::status is 201, expected 200%0APromise: A name is unique among the tokens of an owner.",
		"::error title=error create/a%2Cb%3Ac%25/v3::100%25 of%0Awhat: it, said%0APromise: A name is unique among the tokens of an owner.",
	}
	if diff := cmp.Diff(want, report.Annotations(reportOf(odd, failed("create/x", version.V1)))); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
}

func TestAnnotationsAreTenAtMost(t *testing.T) {
	for _, test := range []struct {
		failures int
		last     string
	}{
		{9, "create/a-8/v3"},
		{10, "create/a-9/v3"},
		{11, "2 more scenarios failed or could not be tried"},
		{100, "91 more scenarios failed or could not be tried"},
	} {
		var results []report.Result
		for i := range test.failures {
			results = append(results, failed(fmt.Sprintf("create/a-%d", i), version.V3))
		}
		got := report.Annotations(reportOf(results...))
		if len(got) != min(10, test.failures) || !strings.Contains(got[len(got)-1], test.last) {
			t.Errorf("%d failures: %d annotations that end with %q, expected %q", test.failures, len(got), got[len(got)-1], test.last)
		}
	}
}
