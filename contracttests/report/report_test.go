package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

// With -update, TestGolden writes its files as well.
func TestMain(m *testing.M) { golden.Main(m) }

// checkMessage compares a message with the golden file, under the name of the test.
func checkMessage(t *testing.T, message string) {
	t.Helper()
	golden.Check(t, "testdata/messages.golden", golden.Key(t), message)
}

// pass returns a passed result.
func pass(id string, v version.Version) report.Result {
	return report.Result{
		ID: id, Version: v, Promise: "No two tokens of one owner share a name.",
		Evidence: evidence.Published, Outcome: report.Pass,
		Sources: []string{
			"v3 #/paths/~1personal-access-tokens/post",
			"https://developer.sailpoint.com/docs/api/authentication",
			"docs/behaviour.md#create-is-200",
		},
		Failures: []report.Failure{}, Notes: []string{}, Requests: 3, Seconds: 0.012,
	}
}

func withResult(outcome report.Outcome, message string, r report.Result) report.Result {
	r.Outcome, r.Kind, r.Message = outcome, kinds[outcome], message
	return r
}

// kinds has a kind for each outcome.
var kinds = map[report.Outcome]report.Kind{
	report.Skip: report.KindUnsupported, report.Provisional: report.KindAssumed,
	report.Fail: report.KindPromise, report.Error: report.KindUntested,
}

func reportOf(results ...report.Result) *report.Report {
	r := &report.Report{
		Schema: report.SchemaVersion, Tool: "patmock 1.2.3", Target: report.Target{
			Name: "mock", Version: "1.2.3",
		},
		Started: time.Date(2026, 8, 22, 10, 11, 12, 0, time.UTC), Seconds: 4.2,
		Warnings: []report.Warning{}, Results: results,
	}
	r.Count()
	return r
}

func failed(id string, v version.Version) report.Result {
	r := withResult(report.Fail, "status is 201, expected 200", pass(id, v))
	r.Failures = []report.Failure{
		{
			Kind:    report.KindPromise,
			Message: "status is 201, expected 200",
			Exchange: "POST https://tenant.example/v3/personal-access-tokens\nContent-Type: " +
				"application/json\n\n{\"name\":\"a|b\"}\n\n201 Created\n\n{\"id\":\"1\"}\n",
			Curl: `curl -i -X POST -H "Authorization: Bearer $TOKEN" --data-binary ` +
				`'{"name":"a|b"}' 'https://tenant.example/v3/personal-access-tokens'`,
		},
		{
			Kind: report.KindResponse, Message: "another name",
			Diff: "  string(\n- \t\"a\",\n+ \t\"b\",\n  )\n",
		},
	}
	return r
}

// sample returns a report with every outcome, a warning, an interruption and a scenario without a
// version.
func sample() *report.Report {
	question := withResult(report.Provisional, "open question: 404",
		pass("delete/twice", version.V2024))
	question.Kind = report.KindOpenQuestion
	question.Evidence, question.Notes = evidence.Assumed, []string{
		"status 404", `{"detailCode":"404 Not found"}`,
	}
	assumed := withResult(report.Provisional, "assumed: another day",
		pass("list/last-used-is-daily", version.V2024))
	assumed.Failures = []report.Failure{
		{Kind: report.KindPromise, Message: "another day", Diff: "- a\n+ b\n"},
	}
	skipped := withResult(report.Skip, "without admin", pass("list/of-another", version.Beta))
	skipped.Missing = []string{"admin"}
	r := reportOf(
		pass("create/name-is-unique", version.Beta), failed("create/name-is-unique", version.V3),
		pass("create/name-is-unique", version.V1),
		withResult(report.Error, "dial tcp: connection refused",
			pass("create/secret-is-shown-once", version.V3)),
		question, assumed,
		withResult(report.Skip, "without clock", pass("expiry/month-end", version.V1)),
		withResult(report.Skip, "without clock", pass("expiry/leap-day", version.V1)),
		skipped,
		pass("token/issues-a-jwt", ""),
	)
	r.Target = report.Target{Name: "https://tenant.example", RealTenant: true}
	r.Warnings = []report.Warning{{Kind: report.WarnClockSkew, Text: "the clock is wrong"}}
	r.Interrupted = true
	r.Confirmed = &report.Confirmed{Confirmed: 3, Unconfirmed: 7}
	return r
}

func write(t testing.TB, format string, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(format, &b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// renderAll returns a report in every format.
func renderAll(t testing.TB, r *report.Report) map[string]string {
	t.Helper()
	out := map[string]string{"annotations": strings.Join(report.Annotations(r), "\n")}
	for _, format := range report.Formats() {
		out[format] = write(t, format, r)
	}
	for _, result := range r.Results {
		out["line"] += report.Line(result) + "\n"
	}
	summary := filepath.Join(t.TempDir(), "summary.md")
	if err := report.AppendSummary(summary, r); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	out["summary"] = string(text)
	return out
}

func TestGolden(t *testing.T) {
	for name, r := range map[string]*report.Report{
		"every-outcome": sample(), "empty": reportOf(),
		"pass": reportOf(pass("create/a", version.V3)),
	} {
		for format, extension := range map[string]string{
			"text": "txt", "json": "json", "junit": "xml", "markdown": "md", "html": "html",
		} {
			t.Run(name+"/"+format, func(t *testing.T) {
				path := filepath.Join("testdata", name+"."+extension)
				got := write(t, format, r)
				if golden.Update() {
					if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("%s (-want +got), go test -update writes it:\n%s", path, diff)
				}
			})
		}
	}
}

func TestFormats(t *testing.T) {
	if diff := cmp.Diff([]string{"text", "json", "junit", "markdown", "html"},
		report.Formats()); diff != "" {
		t.Errorf("formats (-want +got):\n%s", diff)
	}
	err := report.Write("yaml", &bytes.Buffer{}, reportOf())
	if unknown, ok := errors.AsType[*report.FormatError](err); !ok || unknown.Format != "yaml" {
		t.Fatalf("error is %v, expected one about the format", err)
	}
	checkMessage(t, err.Error())
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWrite_ReturnsWriterError(t *testing.T) {
	for _, format := range report.Formats() {
		if err := report.Write(format, brokenPipe{}, sample()); !errors.Is(err, os.ErrClosed) ||
			!strings.Contains(err.Error(), format) {
			t.Errorf("%s: error is %v, expected that of the writer, with the format", format, err)
		}
	}
}

// omittedText matches the note about omitted results, with their number.
var omittedText = map[string]*regexp.Regexp{
	"markdown": regexp.MustCompile(`(?m)^\*\*(\d+)\D+(\d+)\D.*$`),
	"html":     regexp.MustCompile(`<p class="warning"><strong>\D*(\d+)\D`),
}

// TestWrite_LimitsSize checks that a huge report is truncated and has a note.
func TestWrite_LimitsSize(t *testing.T) {
	var results []report.Result
	for i := range 700 {
		r := failed(fmt.Sprintf("create/scenario-%d", i), version.All()[i%6])
		long := strings.Repeat("+ <\"&'> ```\n", 300)
		r.Failures = append(r.Failures, report.Failure{
			Message: long, Diff: long, Exchange: long, Curl: long,
		})
		results = append(results, r)
	}
	r := reportOf(results...)
	for format, limit := range map[string]int{"markdown": 900_000, "html": 2_000_000} {
		got := write(t, format, r)
		if len(got) > limit || len(got) < limit/2 {
			t.Errorf("%s has %d bytes, expected at most %d, and most of them used", format,
				len(got), limit)
		}
		if !omittedText[format].MatchString(got) {
			t.Errorf("%s has no note about omitted results", format)
		}
	}
	if n := len(report.Annotations(r)); n != 10 {
		t.Errorf("%d annotations, expected 10", n)
	}
	if html := write(t, "html", r); strings.Count(html, "<article") != 700 {
		t.Errorf("the page shows %d failures, expected all 700 with their message",
			strings.Count(html, "<article"))
	}
	if n := junitOf(t, r).Failures; n != 700 {
		t.Errorf("JUnit has %d failures, expected 700", n)
	}
}

func TestWrite_KeepsReport(t *testing.T) {
	r := sample()
	r.Results[1].Failures[0].Message = "client_secret=hunter2"
	r.Counts = nil
	want := *r
	want.Results = append([]report.Result{}, r.Results...)
	want.Results[1].Failures = append([]report.Failure{}, r.Results[1].Failures...)
	renderAll(t, r)
	if diff := cmp.Diff(&want, r); diff != "" {
		t.Errorf("the report changed (-before +after):\n%s", diff)
	}
}
