package report

import (
	"fmt"
	"strings"
)

// maxAnnotations is how many of a step GitHub shows.
const maxAnnotations = 10

// Annotations are commands to GitHub's runner that show what failed beside the change, at most ten, one a line. A run
// without failures and errors has none. Where there are more than ten the last one tells how many.
func Annotations(r *Report) []string {
	bad := only(r.clean().Results, Fail, Error)
	lines := []string{}
	for i, result := range bad {
		if i == maxAnnotations-1 && len(bad) > maxAnnotations {
			return append(lines, annotation("contract", fmt.Sprintf("%d more cases failed or could not be tried", len(bad)-i)))
		}
		lines = append(lines, annotation(string(result.Outcome)+" "+result.Name(), result.Message+"\nPromise: "+result.Promise))
	}
	return lines
}

// annotation escapes what would end the line, or a property.
func annotation(title, message string) string {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	return "::error title=" + property.Replace(clip(oneLine(title), maxLine)) + "::" + data.Replace(clip(visible(message), maxLine))
}
