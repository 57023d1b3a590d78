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

// maxList is the maximum size of the warnings, and of the skips.
const maxList = 256 << 10

// renderText writes the verdict and the warnings first, and the counts last. Details are truncated
// if the text is too long.
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
		fmt.Fprintf(&end, "observed: %s, including %s that the run requested itself\n",
			plural(int(r.Observed.Exchanges), "exchange"), plural(int(r.Observed.Lists), "list"))
	}
	if r.Confirmed != nil {
		fmt.Fprintf(&end, "confirmed by a tenant: %s\n", r.Confirmed)
	}
	fmt.Fprintf(&end, "%s\n", r.Summary())
	warningsText, _ := fitLines(warnings.String(), maxList, length)
	skipped, _ := fitLines(skips.String(), maxList, length)
	const reserved = 1 << 10 // for empty lines and the notes about truncation
	remaining := maxText - len(verdict) - len(warningsText) - len(skipped) - end.Len() - reserved
	results, truncated := textResults(r, remaining)
	note := ""
	if truncated > 0 {
		note = omittedText(truncated, maxText) + "\n"
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

// textResults returns the failures, errors and provisional results, and the number of truncated
// ones.
func textResults(r *Report, limit int) (text string, truncated int) {
	var b strings.Builder
	failed := withOutcome(r.Results, Fail, Error, Provisional)
	detailBudget := &budget{remaining: limit - 200, results: len(failed), cost: length}
	lines := map[string]string{}
	for _, result := range failed {
		line := "  " + clip(resultLine(result), 2*maxLine) + "\n"
		lines[result.Name()] = line
		detailBudget.remaining -= len(line)
	}
	for _, section := range []struct {
		outcome Outcome
		title   string
	}{
		{Fail, "failed"},
		{Error, "errors"},
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
			b.WriteString(detailBudget.fit(textDetails(result)))
		}
	}
	text, _ = fitLines(b.String(), limit, length) // only with far more results than there are cases
	return text, detailBudget.truncated
}

// textDetails returns the details of a result. A bar precedes each line of the target's text, so
// that it cannot look like our own or like a GitHub workflow command.
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
		textBlock(&b, "difference (- expected, + actual)", f.Diff)
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

// textCurl omits the bar if possible, so that the command can be copied.
func textCurl(b *bytes.Buffer, curl string) {
	if strings.ContainsAny(curl, "\n\r") {
		textBlock(b, "repeat", curl)
		return
	}
	if curl = sanitize(curl); curl != "" {
		fmt.Fprintf(b, "      repeat: %s\n", curl)
	}
}
