package report

import (
	"fmt"
	"slices"
	"strings"
)

// maxAnnotations is how many of a step GitHub shows.
const maxAnnotations = 10

// Annotations returns commands to GitHub's runner that show failures and errors beside the change,
// one a line and at most ten. The last one has the number of those that are left out.
func Annotations(r *Report) []string {
	failed := withOutcome(r.redacted().Results, Fail, Error)
	lines := []string{}
	for i, result := range failed {
		if i == maxAnnotations-1 && len(failed) > maxAnnotations {
			return append(lines, annotation(r.subject(), moreText(r, len(failed)-i)))
		}
		lines = append(lines,
			annotation(string(result.Outcome)+" "+result.Name(), annotationText(result)))
	}
	return lines
}

// moreText returns a text about the results that have no annotation of their own.
func moreText(r *Report, n int) string {
	if r.isClientReport() {
		return fmt.Sprintf("%d more rules were broken", n)
	}
	return fmt.Sprintf("%d more cases failed or could not be tried", n)
}

// annotationText returns the message of a result and its promise. Several findings of a rule are
// listed, each with its request.
func annotationText(r Result) string {
	const maxFindings = 5
	lines := []string{clip(r.Message, maxLine/2)}
	var findings []string
	for _, f := range r.Failures {
		request, _, _ := strings.Cut(f.Exchange, "\n")
		if line := f.Message + ": " + request; f.Kind == KindFinding && request != "" &&
			!slices.Contains(findings, line) {
			findings = append(findings, line)
		}
	}
	if len(findings) > 1 {
		for _, line := range findings[:min(len(findings), maxFindings)] {
			lines = append(lines, clip(line, maxLine/(3*maxFindings)))
		}
	}
	return strings.Join(append(lines, "Promise: "+r.Promise), "\n")
}

// annotation escapes what would end the line, or a property.
func annotation(title, message string) string {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	return "::error title=" + property.Replace(clip(oneLine(title), maxLine)) +
		"::" + data.Replace(clip(sanitize(message), maxLine))
}
