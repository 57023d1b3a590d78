package report

import (
	"bytes"
	"fmt"
	"strings"
)

// Line returns a result as one line: "pass create/secret-is-shown-once/v3 12ms".
func Line(r Result) string { return resultLine(redactedCopy(r)) }

func resultLine(r Result) string {
	out := oneLine(fmt.Sprintf("%s %s %s", r.Outcome, r.Name(), formatDuration(r.Seconds)))
	if r.Message != "" {
		out += ": " + oneLine(r.Message)
	}
	return out
}

// maxList is how much of a text may list warnings, and how much skips.
const maxList = 256 << 10

// renderText begins with the verdict and the warnings, and ends with the counts. The details of
// results are cut if it would be too long.
func renderText(r *Report) ([]byte, error) {
	var warnings, skips, end bytes.Buffer
	for _, warning := range r.Warnings {
		fmt.Fprintf(&warnings, "warning: %s\n", oneLine(warning.Text))
	}
	if skipped := skipReasons(r.Results); len(skipped) > 0 {
		fmt.Fprintf(&skips, "skipped (%d):\n", len(withOutcome(r.Results, Skip)))
		for _, reason := range skipped {
			fmt.Fprintf(&skips, "  skip (%d): %s\n", reason.Cases, reason.Text)
			for _, name := range reason.Names {
				fmt.Fprintf(&skips, "    %s\n", name)
			}
		}
	}
	verdict := fmt.Sprintf("%s in %s\n", r.Verdict(), formatDuration(r.Seconds))
	title := "target"
	if r.isClientReport() {
		title = "mock"
	}
	fmt.Fprintf(&end, "%s: %s\n", title, header(r))
	for _, line := range r.Judged.lines() {
		fmt.Fprintf(&end, "%s: %s\n", line.title, clip(line.text, 2*maxLine))
	}
	if r.Observed != nil {
		fmt.Fprintf(&end, "observed: %d exchanges, %d of them lists that no scenario requested\n",
			r.Observed.Exchanges, r.Observed.Lists)
	}
	if r.Confirmed != nil {
		fmt.Fprintf(&end, "confirmed by a tenant: %s\n", r.Confirmed)
	}
	fmt.Fprintf(&end, "%s\n", r.Summary())
	warningsText, _ := fitLines(warnings.String(), maxList, length)
	skipped, _ := fitLines(skips.String(), maxList, length)
	const frame = 1 << 10 // empty lines, and what says that something is cut
	left := maxText - len(verdict) - len(warningsText) - len(skipped) - end.Len() - frame
	results, cut := textResults(r, left)
	note := ""
	if cut > 0 {
		note = omittedText(cut, maxText) + "\n"
	}
	var b bytes.Buffer
	for _, part := range []string{
		verdict + note + warningsText, results, skipped, note + end.String(),
	} {
		if part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(part)
	}
	return b.Bytes(), nil
}

// textResults returns the results that are no pass or skip, and the number of those that are cut.
func textResults(r *Report, limit int) (text string, cut int) {
	var b strings.Builder
	failed := withOutcome(r.Results, Fail, Error, Provisional)
	remaining := &budget{remaining: limit - 200, results: len(failed), cost: length}
	lines := map[string]string{}
	for _, result := range failed {
		line := "  " + clip(resultLine(result), 2*maxLine) + "\n"
		lines[result.Name()] = line
		remaining.remaining -= len(line)
	}
	for _, section := range []struct {
		outcome Outcome
		title   string
	}{
		{Fail, "failed"},
		{Error, "could not be tried"},
		{Provisional, "provisional"},
	} {
		results := withOutcome(r.Results, section.outcome)
		if len(results) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s (%d):\n", section.title, len(results))
		for _, result := range results {
			b.WriteString(lines[result.Name()])
			b.WriteString(remaining.fit(textDetails(result)))
		}
	}
	text, _ = fitLines(b.String(), limit, length) // thousands of results more than there are cases
	return text, remaining.truncated
}

// textDetails returns the details of a result. Texts of the target are behind a bar, so that none
// of their lines looks like one of ours, or like a command to GitHub's runner.
func textDetails(r Result) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "      promise: %s\n", oneLine(r.Promise))
	if len(r.Sources) > 0 {
		fmt.Fprintf(&b, "      sources: %s (%s)\n", oneLine(strings.Join(r.Sources, "; ")),
			oneLine(string(r.Evidence)))
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "      note: %s\n", oneLine(note))
	}
	for _, f := range r.Failures {
		if len(r.Failures) > 1 || f.Message != r.Message {
			fmt.Fprintf(&b, "    - %s\n", oneLine(f.Message))
		}
		textBlock(&b, "difference (- expected, + came)", f.Diff)
		textBlock(&b, "exchange", f.Exchange)
		textCurl(&b, f.Curl)
	}
	return b.String()
}

func textBlock(b *bytes.Buffer, title, text string) {
	text = strings.TrimRight(sanitize(text), "\n\t ")
	if text == "" {
		return
	}
	fmt.Fprintf(b, "      %s:\n", title)
	for line := range strings.Lines(text) {
		fmt.Fprintln(b, strings.TrimRight("      | "+line, " \n"))
	}
}

// textCurl leaves the bar out where it can, so that the line can be copied.
func textCurl(b *bytes.Buffer, curl string) {
	if strings.ContainsAny(curl, "\n\r") {
		textBlock(b, "repeat", curl)
		return
	}
	if curl = sanitize(curl); curl != "" {
		fmt.Fprintf(b, "      repeat: %s\n", curl)
	}
}
