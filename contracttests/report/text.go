package report

import (
	"bytes"
	"fmt"
	"strings"
)

// Line tells one result on a plain line, for progress: "pass create/secret-is-shown-once/v3 12ms".
func Line(r Result) string { return resultLine(r.clean()) }

func resultLine(r Result) string {
	out := oneLine(fmt.Sprintf("%s %s %s", r.Outcome, r.Name(), duration(r.Seconds)))
	if r.Message != "" {
		out += ": " + oneLine(r.Message)
	}
	return out
}

// renderText is for people on a terminal: first what makes the run doubtful, at last the verdict.
func renderText(r *Report) ([]byte, error) {
	var b bytes.Buffer
	for _, warning := range r.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", oneLine(warning.Text))
	}
	if len(r.Warnings) > 0 {
		b.WriteByte('\n')
	}
	for _, section := range []struct {
		outcome Outcome
		title   string
	}{
		{Fail, "failed"},
		{Error, "could not be tried"},
		{Provisional, "provisional"},
	} {
		results := only(r.Results, section.outcome)
		if len(results) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s (%d):\n", section.title, len(results))
		for _, result := range results {
			textResult(&b, result)
		}
		b.WriteByte('\n')
	}
	if skipped := reasons(r.Results); len(skipped) > 0 {
		fmt.Fprintf(&b, "skipped (%d):\n", len(only(r.Results, Skip)))
		for _, reason := range skipped {
			fmt.Fprintf(&b, "  skip (%d): %s\n", len(reason.Names), reason.Text)
			for _, name := range reason.Names {
				fmt.Fprintf(&b, "    %s\n", name)
			}
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "target: %s\n", about(r))
	fmt.Fprintf(&b, "counts: %s\n", textCounts(r))
	if r.Proven != nil {
		fmt.Fprintf(&b, "confirmed by a tenant: %s\n", r.Proven)
	}
	fmt.Fprintf(&b, "%s\n", r.Verdict())
	return b.Bytes(), nil
}

func textCounts(r *Report) string {
	counts := tallyText(r.Counts)
	if counts == "" {
		counts = "none"
	}
	return counts + " in " + duration(r.Seconds)
}

// textResult shows all there is about one. What comes from the target stands behind a bar: no line of it can be taken for
// one of ours, nor for a command to GitHub's runner, which begins with two colons.
func textResult(b *bytes.Buffer, r Result) {
	fmt.Fprintf(b, "  %s\n", resultLine(r))
	fmt.Fprintf(b, "      promise: %s\n", oneLine(r.Promise))
	fmt.Fprintf(b, "      sources: %s (%s)\n", oneLine(strings.Join(r.Sources, "; ")), oneLine(string(r.Standing)))
	for _, note := range r.Notes {
		fmt.Fprintf(b, "      note: %s\n", oneLine(note))
	}
	for _, f := range r.Failures {
		if len(r.Failures) > 1 || f.Message != r.Message {
			fmt.Fprintf(b, "    - %s\n", oneLine(f.Message))
		}
		textBlock(b, "difference (- expected, + came)", f.Diff)
		textBlock(b, "exchange", f.Exchange)
		textCurl(b, f.Curl)
	}
}

func textBlock(b *bytes.Buffer, title, text string) {
	text = strings.TrimRight(visible(text), "\n\t ")
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
	if curl = visible(curl); curl != "" {
		fmt.Fprintf(b, "      repeat: %s\n", curl)
	}
}
