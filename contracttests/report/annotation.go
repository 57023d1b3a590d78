package report

import (
	"fmt"
	"slices"
	"strings"
)

// maxAnnotations is the number of annotations that GitHub shows for a step.
const maxAnnotations = 10

// Annotations returns GitHub workflow commands that annotate the failures and errors, at most ten.
// If results are omitted, the last command has their number.
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

// moreText returns the text about results without their own annotation.
func moreText(r *Report, n int) string {
	if r.isClientReport() {
		return fmt.Sprintf("%d more rules were broken", n)
	}
	return fmt.Sprintf("%d more cases failed or had errors", n)
}

// annotationText returns the message and the promise of a result. If a rule has several findings,
// each is listed with its request.
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

// annotation returns a workflow command with escaped line ends and separators.
func annotation(title, message string) string {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	return "::error title=" + property.Replace(clip(oneLine(title), maxLine)) +
		"::" + data.Replace(clip(sanitize(message), maxLine))
}
