package report

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.com/patmock/spec/schema"
)

// The elements that GitLab, GitHub and Jenkins support. The encoder replaces invalid characters.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		junitCounts
		Suites []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string `xml:"name,attr"`
		Timestamp string `xml:"timestamp,attr"`
		junitCounts
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitCounts struct {
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Time     string `xml:"time,attr"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		ClassName string       `xml:"classname,attr"`
		Name      string       `xml:"name,attr"`
		Time      string       `xml:"time,attr"`
		Failure   *junitDetail `xml:"failure"`
		Error     *junitDetail `xml:"error"`
		Skipped   *junitDetail `xml:"skipped"`
		Output    string       `xml:"system-out,omitempty"`
	}
	junitDetail struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// renderJUnit writes a suite for each version, or one for clients. Provisional results count as
// skipped because JUnit has no such outcome. Details are truncated if the report is too long.
func renderJUnit(r *Report) ([]byte, error) {
	suites := junitSuites{Name: r.subject(), junitCounts: junitCount(r.Results)}
	suites.Time = junitTime(r.Seconds)
	for _, v := range versionsOf(r.Results) {
		results := withVersion(r.Results, v)
		suites.Suites = append(suites.Suites, junitSuite{
			Name: r.suiteName(v), Timestamp: r.Started.UTC().Format(time.RFC3339),
			junitCounts: junitCount(results),
			Properties:  junitProperties(r), Cases: r.junitCases(results),
		})
	}
	out, err := xml.MarshalIndent(suites, "", "  ")
	if err != nil {
		return nil, err
	}
	if len(xml.Header)+len(out) >= maxJUnit {
		truncated, err := suites.truncateDetails()
		if err != nil {
			return nil, err
		}
		if truncated > 0 {
			for i := range suites.Suites {
				suites.Suites[i].Properties = append(suites.Suites[i].Properties, junitProperty{
					"truncated", omittedText(truncated, maxJUnit),
				})
			}
		}
		if out, err = xml.MarshalIndent(suites, "", "  "); err != nil {
			return nil, err
		}
	}
	return []byte(xml.Header + string(out) + "\n"), nil
}

// truncateDetails truncates the details to the maximum size, and returns the number of affected
// results.
func (s junitSuites) truncateDetails() (int, error) {
	var texts []string
	var details []*string
	add := func(text *string) {
		if *text != "" {
			texts, details = append(texts, *text), append(details, text)
			*text = ""
		}
	}
	for i := range s.Suites {
		for j := range s.Suites[i].Cases {
			c := &s.Suites[i].Cases[j]
			for _, d := range []*junitDetail{c.Failure, c.Error, c.Skipped} {
				if d != nil {
					add(&d.Text)
					d.Message = clip(d.Message, min(maxLine, maxJUnit/(10*s.Tests)))
				}
			}
			add(&c.Output)
		}
	}
	withoutDetails, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return 0, err
	}
	const (
		reserved = 10_000 // for the notes about truncation
		tags     = 50     // for the elements of a case
	)
	detailBudget := budget{
		remaining: maxJUnit - reserved - len(withoutDetails) - tags*len(details),
		results:   len(details),
		cost:      xmlLength,
	}
	for i, text := range details {
		*text = detailBudget.fit(texts[i])
	}
	return detailBudget.truncated, nil
}

// xmlLength returns the maximum length of a text in XML.
func xmlLength(text string) int {
	n := len(text)
	for _, c := range []string{`"`, "'", "&", "<", ">", "\t", "\r", "\n"} {
		n += strings.Count(text, c) * (len("&#34;") - 1)
	}
	return n
}

func junitCount(results []Result) junitCounts {
	n, seconds := tally(results), 0.0
	for _, r := range results {
		seconds += r.Seconds
	}
	return junitCounts{
		len(results), n[Fail], n[Error], n[Skip] + n[Provisional], junitTime(seconds),
	}
}

func junitTime(seconds float64) string { return strconv.FormatFloat(seconds, 'f', 3, 64) }

func junitProperties(r *Report) []junitProperty {
	properties := []junitProperty{
		{schema.Field, strconv.Itoa(SchemaVersion)},
		{"tool", r.Tool},
		{"target", r.Target.Name},
		{"realTenant", strconv.FormatBool(r.Target.RealTenant)},
		{"interrupted", strconv.FormatBool(r.Interrupted)},
	}
	if r.Shard != "" {
		properties = append(properties, junitProperty{"shard", r.Shard})
	}
	for _, line := range r.Judged.lines() {
		properties = append(properties, junitProperty{line.title, clip(line.text, maxLine)})
	}
	for _, warning := range r.Warnings {
		properties = append(properties, junitProperty{"warning", warning.Text})
	}
	return properties
}

// junitCases numbers duplicate names. Readers would merge their cases otherwise.
func (r *Report) junitCases(results []Result) []junitCase {
	seen := map[string]int{}
	cases := make([]junitCase, len(results))
	for i, result := range results {
		c := junitCase{
			ClassName: r.className(result), Name: result.ID, Time: junitTime(result.Seconds),
			Output: sanitize(strings.Join(result.Notes, "\n")),
		}
		if seen[result.ID]++; seen[result.ID] > 1 {
			c.Name = fmt.Sprintf("%s (%d)", result.ID, seen[result.ID])
		}
		message := clip(oneLine(result.Message), maxLine)
		switch result.Outcome {
		case Fail:
			c.Failure = &junitDetail{message, string(result.Evidence), junitText(result)}
		case Error:
			c.Error = &junitDetail{message, "error", junitText(result)}
		case Provisional:
			c.Skipped = &junitDetail{Message: "provisional: " + message, Text: junitText(result)}
		case Skip:
			c.Skipped = &junitDetail{Message: message}
		}
		cases[i] = c
	}
	return cases
}

// className returns the class of a case: its family and version, or the subject for clients.
func (r *Report) className(result Result) string {
	if r.isClientReport() {
		return r.subject()
	}
	return fmt.Sprintf("%s.%s.%s", r.subject(), family(result.ID), versionName(result.Version))
}

func junitText(r Result) string {
	parts := []string{"promise: " + oneLine(r.Promise)}
	if len(r.Sources) > 0 {
		parts = append(parts,
			fmt.Sprintf("sources: %s (%s)", oneLine(strings.Join(r.Sources, "; ")), r.Evidence))
	}
	for _, f := range r.Failures {
		for _, part := range []struct{ title, text string }{
			{"", f.Message},
			{"difference (- expected, + actual):\n", f.Diff},
			{"exchange:\n", f.Exchange},
			{"repeat:\n", f.Curl},
		} {
			if part.text != "" {
				parts = append(parts, "\n"+part.title+strings.TrimRight(sanitize(part.text), "\n"))
			}
		}
	}
	return strings.Join(parts, "\n") + "\n"
}
