package report_test

import (
	"testing"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

func TestVerdict(t *testing.T) {
	one := func(outcomes ...report.Outcome) *report.Report {
		r := reportOf()
		for _, o := range outcomes {
			r.Results = append(r.Results, with(o, "why", pass("create/a", version.V3)))
		}
		return r // without counts: the verdict does not lean on them
	}
	warned := one(report.Pass)
	warned.Warnings = []string{"a", "b"}
	stopped, stoppedEmpty := one(report.Fail, report.Error, report.Pass), one()
	stopped.Interrupted, stoppedEmpty.Interrupted = true, true
	for _, test := range []struct {
		name   string
		report *report.Report
		want   string
	}{
		{"pass", one(report.Pass, report.Pass), "pass: 2 scenarios"},
		{"one", one(report.Pass), "pass: 1 scenario"},
		{"pass with a skip", one(report.Pass, report.Skip), "pass: 2 scenarios, 1 skipped"},
		{"fail", one(report.Fail, report.Pass, report.Skip), "fail: 1 of 3 scenarios, 1 skipped"},
		{"fail before error", one(report.Error, report.Fail), "fail: 1 of 2 scenarios, 1 could not be tried"},
		{"error", one(report.Error, report.Pass), "error: 1 of 2 scenarios"},
		{"provisional does not fail", one(report.Pass, report.Provisional), "pass: 2 scenarios, 1 provisional"},
		{"provisional only", one(report.Provisional, report.Skip), "provisional: 1 of 2 scenarios, 1 skipped"},
		{"a skip is never a pass", one(report.Skip, report.Skip), "skip: 2 of 2 scenarios"},
		{"nothing", one(), "empty: nothing was tried"},
		{"warnings", warned, "pass: 1 scenario, 2 warnings"},
		{"interrupted", stopped, "interrupted: 3 scenarios tried, 1 failed, 1 could not be tried"},
		{"interrupted at once", stoppedEmpty, "interrupted: 0 scenarios tried"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.report.Verdict(); got != test.want {
				t.Errorf("verdict is %q, expected %q", got, test.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	slow := pass("create/secret-is-shown-once", version.V3)
	slow.Seconds = 1.2344
	for want, r := range map[string]report.Result{
		"pass create/secret-is-shown-once/v3 12ms":                       pass("create/secret-is-shown-once", version.V3),
		"pass create/secret-is-shown-once/v3 1.234s":                     slow,
		"pass token/issues-a-jwt 12ms":                                   pass("token/issues-a-jwt", ""),
		"skip expiry/month-end/v1 12ms: the target lacks clock":          with(report.Skip, "the target lacks clock", pass("expiry/month-end", version.V1)),
		"fail create/a/v3 12ms: it said ::error:: and \uFFFD[31m hello":  with(report.Fail, "it said\r\n::error:: and \x1b[31m hello", pass("create/a", version.V3)),
		"error create/a/v3 12ms: refused: client_secret=[redacted] here": with(report.Error, "refused: client_secret=hunter2 here", pass("create/a", version.V3)),
	} {
		if got := report.Line(r); got != want {
			t.Errorf("line is %q, expected %q", got, want)
		}
	}
}
