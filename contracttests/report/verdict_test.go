package report_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

func TestVerdict(t *testing.T) {
	one := func(outcomes ...report.Outcome) *report.Report {
		r := reportOf()
		for _, o := range outcomes {
			r.Results = append(r.Results, withResult(o, "why", pass("create/a", version.V3)))
		}
		return r // the verdict does not use the counts
	}
	withWarnings := one(report.Pass)
	withWarnings.Warnings = []report.Warning{{Text: "a"}, {Text: "b"}}
	interrupted, interruptedEmpty := one(report.Fail, report.Error, report.Pass), one()
	interrupted.Interrupted, interruptedEmpty.Interrupted = true, true
	sharded := one(report.Pass)
	sharded.Shard = "2/4"
	twoVersions := reportOf(pass("create/a", version.V3), pass("create/a", version.V1),
		pass("create/b", version.V3))
	unfinished := one(report.Pass, report.Skip, report.Error)
	unfinished.Results[1].Kind, unfinished.Results[2].Kind = report.KindUnfinished,
		report.KindUnfinished
	clientReport := reportOf(pass("client/unknown-property", ""),
		withResult(report.Fail, "why", pass("client/no-wait", "")))
	for _, test := range []struct {
		name   string
		report *report.Report
		first  string // word
		counts []int  // of outcomes, cases, scenarios and warnings
	}{
		{"pass", one(report.Pass, report.Pass), "pass", []int{2, 2, 1}},
		{"one", one(report.Pass), "pass", []int{1, 1, 1}},
		{"versions of a scenario", twoVersions, "pass", []int{3, 3, 2}},
		{"shard", sharded, "pass", []int{1, 1, 1, 2, 4}},
		{"pass with a skip", one(report.Pass, report.Skip), "pass", []int{1, 1, 2, 1}},
		{"fail", one(report.Fail, report.Pass, report.Skip), "fail", []int{1, 1, 1, 3, 1}},
		{"fail before error", one(report.Error, report.Fail), "fail", []int{0, 1, 1, 2, 1}},
		{"error", one(report.Error, report.Pass), "error", []int{1, 1, 2, 1}},
		{
			"provisional does not fail", one(report.Pass, report.Provisional), "pass", []int{
				1, 1, 2, 1,
			},
		},
		{
			"provisional only", one(report.Provisional, report.Skip), "provisional", []int{
				0, 1, 1, 2, 1,
			},
		},
		{"a skip is never a pass", one(report.Skip, report.Skip), "skip", []int{0, 2, 2, 1}},
		{"unfinished", unfinished, "error", []int{1, 1, 2, 1}},
		{"rules of clients", clientReport, "fail", []int{1, 1, 2}},
		{"nothing", one(), "empty", []int{0, 0, 0}},
		{"warnings", withWarnings, "pass", []int{1, 1, 1, 2}},
		{"interrupted", interrupted, "interrupted", []int{1, 1, 1, 3, 1}},
		{"interrupted before the first case", interruptedEmpty, "interrupted", []int{0, 0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := test.report.Verdict()
			if first, _, _ := strings.Cut(got, ":"); first != test.first {
				t.Errorf("verdict is %q, expected one of %s", got, test.first)
			}
			var counts []int
			for _, digits := range regexp.MustCompile(`\d+`).FindAllString(got, -1) {
				n, err := strconv.Atoi(digits)
				if err != nil {
					t.Fatal(err)
				}
				counts = append(counts, n)
			}
			if !strings.Contains(got, ": "+test.report.Summary()) {
				t.Errorf("verdict %q lacks the summary %q", got, test.report.Summary())
			}
			if diff := cmp.Diff(test.counts, counts); diff != "" {
				t.Errorf("numbers of %q (-want +got):\n%s", got, diff)
			}
			checkMessage(t, got)
		})
	}
}

func TestLine(t *testing.T) {
	slow := pass("create/secret-is-shown-once", version.V3)
	slow.Seconds = 1.2344
	for _, test := range []struct {
		name   string
		result report.Result
		prefix string
	}{
		{
			"pass", pass("create/secret-is-shown-once", version.V3),
			"pass create/secret-is-shown-once/v3 ",
		},
		{"slow", slow, "pass create/secret-is-shown-once/v3 "},
		{"without version", pass("token/issues-a-jwt", ""), "pass token/issues-a-jwt "},
		{
			"skip", withResult(report.Skip, "without clock", pass("expiry/month-end", version.V1)),
			"skip expiry/month-end/v1 ",
		},
		{
			"two lines and an escape",
			withResult(report.Fail, "it said\r\n::error:: and \x1b[31m hello",
				pass("create/a", version.V3)), "fail create/a/v3 ",
		},
		{
			"a secret",
			withResult(report.Error, "rejected: client_secret=hunter2 here",
				pass("create/a", version.V3)),
			"error create/a/v3 ",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := report.Line(test.result)
			if !strings.HasPrefix(got, test.prefix) || strings.ContainsAny(got, "\r\n\x1b") ||
				strings.Contains(got, "hunter2") {
				t.Errorf("line is %q, expected one that begins with %q", got, test.prefix)
			}
			checkMessage(t, got)
		})
	}
}
