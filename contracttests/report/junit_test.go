package report_test

import (
	"encoding/xml"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

// The elements that readers of JUnit evaluate.
type (
	junitCounters struct {
		Tests    int     `xml:"tests,attr"`
		Failures int     `xml:"failures,attr"`
		Errors   int     `xml:"errors,attr"`
		Skipped  int     `xml:"skipped,attr"`
		Time     float64 `xml:"time,attr"`
	}
	junitRoot struct {
		XMLName xml.Name `xml:"testsuites"`
		junitCounters
		Suites []struct {
			Name string `xml:"name,attr"`
			junitCounters
			Cases []junitTest `xml:"testcase"`
		} `xml:"testsuite"`
	}
	junitTest struct {
		ClassName string       `xml:"classname,attr"`
		Name      string       `xml:"name,attr"`
		Failure   *junitReason `xml:"failure"`
		Error     *junitReason `xml:"error"`
		Skipped   *junitReason `xml:"skipped"`
		Output    string       `xml:"system-out"`
	}
	junitReason struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

func junitOf(t *testing.T, r *report.Report) junitRoot {
	t.Helper()
	var root junitRoot
	if err := xml.Unmarshal([]byte(write(t, "junit", r)), &root); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestJUnit_CountersMatchCases(t *testing.T) {
	wrong := sample()
	wrong.Counts = map[report.Outcome]int{report.Pass: 1000}
	for name, r := range map[string]*report.Report{
		"every outcome": sample(), "empty": reportOf(), "hostile": hostileReport(),
		"wrong counts": wrong,
	} {
		t.Run(name, func(t *testing.T) {
			root := junitOf(t, r)
			var all junitCounters
			names := map[string]bool{}
			for _, suite := range root.Suites {
				got := junitCounters{Time: suite.Time}
				for _, c := range suite.Cases {
					got.Tests++
					got.Failures += number(c.Failure)
					got.Errors += number(c.Error)
					got.Skipped += number(c.Skipped)
					if number(c.Failure)+number(c.Error)+number(c.Skipped) > 1 {
						t.Errorf("%s has two outcomes", c.Name)
					}
					if names[c.ClassName+"\x00"+c.Name] {
						t.Errorf("duplicate case %s %s", c.ClassName, c.Name)
					}
					names[c.ClassName+"\x00"+c.Name] = true
				}
				if diff := cmp.Diff(suite.junitCounters, got); diff != "" {
					t.Errorf("%s (-attributes +children):\n%s", suite.Name, diff)
				}
				all.Tests += got.Tests
				all.Failures += got.Failures
				all.Errors += got.Errors
				all.Skipped += got.Skipped
			}
			all.Time = root.Time
			if diff := cmp.Diff(root.junitCounters, all); diff != "" {
				t.Errorf("all (-attributes +children):\n%s", diff)
			}
			if all.Tests != len(r.Results) {
				t.Errorf("%d tests, expected %d", all.Tests, len(r.Results))
			}
		})
	}
}

func number(r *junitReason) int {
	if r == nil {
		return 0
	}
	return 1
}

func TestJUnit_Cases(t *testing.T) {
	root := junitOf(t, sample())
	var suites, cases, messages []string
	for _, suite := range root.Suites {
		suites = append(suites, suite.Name)
		for _, c := range suite.Cases {
			line := c.ClassName + " " + c.Name
			for kind, reason := range map[string]*junitReason{
				"failure": c.Failure, "error": c.Error, "skipped": c.Skipped,
			} {
				if reason != nil {
					line += " | " + kind + " | " + reason.Type
					messages = append(messages, c.Name+": "+reason.Message)
				}
			}
			cases = append(cases, line)
		}
	}
	if diff := cmp.Diff([]string{
		"contract/beta", "contract/v3", "contract/v2024", "contract/v1", "contract/oauth",
	}, suites); diff != "" {
		t.Errorf("suites (-want +got):\n%s", diff)
	}
	want := []string{
		"contract.create.beta create/name-is-unique",
		"contract.list.beta list/of-another | skipped | ",
		"contract.create.v3 create/name-is-unique | failure | published",
		"contract.create.v3 create/secret-is-shown-once | error | error",
		"contract.delete.v2024 delete/twice | skipped | ",
		"contract.list.v2024 list/last-used-is-daily | skipped | ",
		"contract.create.v1 create/name-is-unique",
		"contract.expiry.v1 expiry/month-end | skipped | ",
		"contract.expiry.v1 expiry/leap-day | skipped | ",
		"contract.token.oauth token/issues-a-jwt",
	}
	if diff := cmp.Diff(want, cases); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
	checkMessage(t, strings.Join(messages, "\n"))
	text := root.Suites[1].Cases[0].Failure.Text
	for _, part := range []string{
		"status is 201", "201 Created", "curl -i", "another name", "- \t\"a\"",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the failure lacks %q: %s", part, text)
		}
	}
}

func TestJUnit_NumbersDuplicates(t *testing.T) {
	root := junitOf(t,
		reportOf(pass("create/a", version.V3), pass("create/a", version.V3),
			pass("create/a", version.V1)))
	var got []string
	for _, suite := range root.Suites {
		for i, c := range suite.Cases {
			got = append(got, strconv.Itoa(i)+" "+c.ClassName+" "+c.Name)
		}
	}
	if diff := cmp.Diff([]string{
		"0 contract.create.v3 create/a", "1 contract.create.v3 create/a (2)",
		"0 contract.create.v1 create/a",
	}, got); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
}
