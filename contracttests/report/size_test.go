package report_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

// failures returns a report of failed results with size bytes of details each.
func failures(results, size int) *report.Report {
	r := &report.Report{Tool: "patmock test", Target: report.Target{Name: "mock"}}
	exchange := strings.Repeat("< \"a line\" & another one's\t>\n", size/28)
	for i := range results {
		r.Results = append(r.Results, report.Result{
			ID: fmt.Sprintf("create/scenario-%d", i), Version: version.All()[i%6],
			Promise: "A promise.", Sources: []string{"a source"},
			Evidence: evidence.Published, Outcome: report.Fail, Kind: report.KindPromise,
			Message: "failed " + strings.Repeat("&", 200),
			Failures: []report.Failure{
				{Kind: report.KindPromise, Message: "failed", Exchange: exchange, Curl: "curl"},
			},
		})
	}
	return r
}

// TestWrite_ReportSizes checks that reports do not exceed the limits of their readers, and have a
// note about truncated details.
func TestWrite_ReportSizes(t *testing.T) {
	limits := map[string]int{"text": 4 << 20, "junit": 10_000_000, "markdown": 900_000}
	for _, tt := range []struct{ results, size int }{
		{2376, 5_000}, {2376, 200}, {1, 11_000_000}, {8_000, 50},
	} {
		r := failures(tt.results, tt.size)
		for format, limit := range limits {
			t.Run(fmt.Sprintf("%s %d %d", format, tt.results, tt.size), func(t *testing.T) {
				var b bytes.Buffer
				if err := report.Write(format, &b, r); err != nil {
					t.Fatal(err)
				}
				if b.Len() > limit {
					t.Errorf("%d bytes, want at most %d", b.Len(), limit)
				}
				text := b.String()
				large := tt.size > 1000
				switch format {
				case "text":
					lines := strings.Split(strings.TrimSpace(text), "\n")
					if last := lines[len(lines)-1]; !strings.HasPrefix(lines[0], r.Verdict()) ||
						last != r.Summary() {
						t.Errorf("it begins with %q and ends with %q", lines[0], last)
					}
					if isMentioned := strings.Contains(lines[1],
						"are truncated"); isMentioned != large {
						t.Errorf("the note is present: %t, want %t", isMentioned, large)
					}
				case "junit":
					checkJUnit(t, b.Bytes(), tt.results)
					if isMentioned := strings.Contains(text,
						`name="truncated"`); tt.results < 8_000 &&
						isMentioned != large {
						t.Errorf("the note is present: %t, want %t", isMentioned, large)
					}
					if large && b.Len() < limit*9/10 {
						t.Errorf("%d bytes are truncated to %d", tt.results*tt.size, b.Len())
					}
				}
			})
		}
	}
}

func checkJUnit(t *testing.T, text []byte, results int) {
	t.Helper()
	var parsed struct {
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Cases []struct {
				Failure struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, suite := range parsed.Suites {
		for _, c := range suite.Cases {
			if c.Failure.Message != "" {
				failed++
			}
		}
	}
	if failed != results || parsed.Failures != results {
		t.Errorf("%d of %d failures have a message, and %d are counted", failed, results,
			parsed.Failures)
	}
}
