package report_test

import (
	"strings"
	"testing"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

// clientReport returns a report of client lint with two findings of a rule.
func clientReport() *report.Report {
	broken := withResult(report.Fail, "2 findings, the first: POST /v3/a: /colour; remove it",
		pass("client/unknown-property", ""))
	for _, property := range []string{"/colour", "/size"} {
		broken.Failures = append(broken.Failures, report.Failure{
			Kind: report.KindFinding, Message: property + " is an unknown property",
			Exchange: "POST /v3/a by jane.doe in namespace default: 200\nrequest 1: remove it",
		})
	}
	return reportOf(broken, pass("client/no-wait", ""))
}

// TestClients_EveryFormat checks that a report about clients mentions no contract and no versions.
func TestClients_EveryFormat(t *testing.T) {
	all := renderAll(t, clientReport())
	for format, text := range all {
		for _, word := range []string{
			"oauth<", "oauth |", "/oauth", ".oauth", "contract", "version of the API", "| version",
			"cenario",
		} {
			text := strings.ReplaceAll(text, "docs/api/authentication", "")
			if format == "json" || format == "line" {
				continue
			}
			if strings.Contains(text, word) {
				t.Errorf("%s has %q:\n%s", format, word, text)
			}
		}
	}
	for _, format := range []string{"markdown", "html", "summary"} {
		if !strings.Contains(all[format], "The clients of mock") {
			t.Errorf("%s lacks the subject:\n%s", format, all[format])
		}
	}
	if !strings.Contains(all["junit"], `<testsuite name="client" `) ||
		!strings.Contains(all["junit"], `classname="client"`) {
		t.Errorf("junit has another suite or class:\n%s", all["junit"])
	}
	if contract := write(t, "junit",
		reportOf(pass("create/a", version.V3))); !strings.Contains(contract, `name="contract/v3"`) {
		t.Errorf("the suite of a run of the contract is\n%s", contract)
	}
}

// TestClients_AnnotationNamesEachFinding checks the annotation of several findings.
func TestClients_AnnotationNamesEachFinding(t *testing.T) {
	got := report.Annotations(clientReport())
	if len(got) != 1 {
		t.Fatalf("annotations %q", got)
	}
	for _, part := range []string{
		"/colour is an unknown property%3A POST /v3/a",
		"/size is an unknown property%3A POST /v3/a",
	} {
		if !strings.Contains(strings.ReplaceAll(got[0], ": POST", "%3A POST"), part) {
			t.Errorf("%q lacks %q", got[0], part)
		}
	}
}
