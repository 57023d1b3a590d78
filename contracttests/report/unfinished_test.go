package report_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

// TestWrite_UnstartedRun checks that reports for people have the cause once, and the number of
// untested cases instead of their names.
func TestWrite_UnstartedRun(t *testing.T) {
	const cause, cases = "nothing listens there", 300
	var results []report.Result
	for i := range cases {
		r := withResult(report.Skip, "not tested: "+cause,
			pass(fmt.Sprintf("create/scenario-%d", i), version.V3))
		r.Kind = report.KindUnfinished
		results = append(results, r)
	}
	run := withResult(report.Error, cause, pass("run/complete", ""))
	run.Kind, run.Sources = report.KindUnfinished, []string{}
	unsupported := withResult(report.Skip, "the target lacks writes",
		pass("create/lacks", version.V3))
	for _, format := range []string{"text", "markdown", "html"} {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			if err := report.Write(format, &out,
				reportOf(append(results, unsupported, run)...)); err != nil {
				t.Fatal(err)
			}
			text := out.String()
			if n := strings.Count(text, cause); n != 1 {
				t.Errorf("the cause appears %d times", n)
			}
			if !regexp.MustCompile(`\b300\b.*: not tested`).MatchString(text) {
				t.Error("the number of untested cases is missing")
			}
			if strings.Contains(text, "sources:") || strings.Contains(text, "Sources:") {
				t.Error("the report has an empty list of sources")
			}
			if format == "html" { // a table of all cases follows the skips
				_, text, _ = strings.Cut(text, "<h2>Skipped</h2>")
				text, _, _ = strings.Cut(text, "<table")
			}
			if strings.Contains(text, "create/scenario-7") ||
				!strings.Contains(text, "create/lacks") {
				t.Errorf("the report does not have exactly the names of the unsupported cases:\n"+
					"%.2000s", text)
			}
			if t.Failed() {
				t.Logf("%.3000s", text)
			}
		})
	}
}
