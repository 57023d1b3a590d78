package report

import (
	"fmt"
	"os"
	"strings"
)

// Maximum sizes, in bytes. GitHub discards the summary of a step that exceeds 1 MiB.
const (
	maxSummary = 900_000
	maxSection = 150_000 // of warnings, provisional results, or skips
	maxBlock   = 20_000  // of a difference, an exchange, or a curl command
	maxLine    = 1_000   // of a sentence
)

func renderMarkdown(r *Report) ([]byte, error) { return []byte(markdown(r, maxSummary)), nil }

// AppendSummary appends the Markdown format to a file such as $GITHUB_STEP_SUMMARY. It keeps the
// file under 900 kB.
func AppendSummary(path string, r *Report) (err error) {
	const flags = os.O_APPEND | os.O_CREATE | os.O_WRONLY
	f, err := os.OpenFile(path, flags, 0o600) //nolint:gosec // the user chooses the path
	if err != nil {
		return fmt.Errorf("append the summary: %w", err)
	}
	defer func() {
		if closeErr := f.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("append the summary: %w", closeErr)
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("append the summary: %w", err)
	}
	limit := maxSummary - int(min(info.Size(), maxSummary))
	text := "\n" + markdown(r.redacted(), limit-1)
	if len(text) > limit {
		return fmt.Errorf("append the summary: %s has no room for the verdict: %d bytes", path,
			info.Size())
	}
	if _, err := f.WriteString(text); err != nil {
		return fmt.Errorf("append the summary: %w", err)
	}
	return nil
}

// markdown returns at most limit bytes if the heading and the counts fit. Failures are omitted
// first.
func markdown(r *Report, limit int) string {
	head := fmt.Sprintf("## %s\n\n%s %s, in %s.\n\n", markdownText(r.Verdict()), r.intro(),
		markdownText(header(r)), formatDuration(r.Seconds))
	if r.Interrupted {
		head += "The run was **interrupted**: cases are missing.\n\n"
	}
	head += markdownCounts(r)
	for _, line := range r.Judged.lines() {
		head += "Requests " + line.title + ": " + markdownText(line.text) + ".\n\n"
	}
	if r.Confirmed != nil {
		head += "Confirmed by a tenant: " + markdownText(r.Confirmed.String()) + ".\n\n"
	}
	var warnings, failures, provisional, skipped []string
	for _, warning := range r.Warnings {
		warnings = append(warnings, "> **Warning**: "+markdownText(warning.Text)+"\n\n")
	}
	for _, result := range withOutcome(r.Results, Fail, Error) {
		failures = append(failures, markdownResult(result))
	}
	for _, result := range withOutcome(r.Results, Provisional) {
		provisional = append(provisional, markdownResult(result))
	}
	for _, reason := range skipReasons(r.Results) {
		text := fmt.Sprintf("%d skipped: %s", reason.Cases, markdownText(reason.Text))
		if len(reason.Names) > 0 {
			text = fmt.Sprintf("<details><summary>%s</summary>\n\nCases: %s\n\n</details>", text,
				markdownNames(reason.Names))
		}
		skipped = append(skipped, text+"\n\n")
	}
	limit -= len(head)
	warningsText := fit(min(maxSection, limit), "", "warnings", warnings)
	limit -= len(warningsText)
	rest := fit(min(maxSection, limit/3), "### Provisional\n\n", "provisional cases", provisional)
	rest += fit(min(maxSection, limit/3), "### Skipped\n\n", "reasons", skipped)
	return head + warningsText + fit(limit-len(rest), "### Failures\n\n", "failures", failures) +
		rest
}

// fit joins a heading and as many blocks as fit, followed by the number of omitted blocks.
func fit(limit int, heading, what string, blocks []string) string {
	if len(blocks) == 0 {
		return ""
	}
	all := heading + strings.Join(blocks, "")
	if len(all) <= limit {
		return all
	}
	line := func(n int) string {
		return fmt.Sprintf("**%d of %d %s are omitted because of their size.** The other reports "+
			"have them.\n\n", n, len(blocks), what)
	}
	out, written := heading, 0
	for _, block := range blocks {
		if len(out)+len(block)+len(line(len(blocks))) > limit {
			break
		}
		out += block
		written++
	}
	if out += line(len(blocks) - written); len(out) > limit {
		return ""
	}
	return out
}

// markdownCounts returns the table of counts by version and outcome.
func markdownCounts(r *Report) string {
	if len(r.Results) == 0 {
		return ""
	}
	var b strings.Builder
	column := "version"
	if r.isClientReport() {
		column = "rules"
	}
	b.WriteString("| " + column + " |")
	for _, o := range Outcomes() {
		fmt.Fprintf(&b, " %s |", o)
	}
	b.WriteString("\n|:--|" + strings.Repeat("--:|", len(Outcomes())) + "\n")
	writeRow := func(name string, n map[Outcome]int) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, o := range Outcomes() {
			fmt.Fprintf(&b, " %d |", n[o])
		}
		b.WriteByte('\n')
	}
	for _, v := range r.versions() {
		writeRow(markdownText(versionName(v)), tally(withVersion(r.Results, v)))
	}
	writeRow("**all**", tally(r.Results))
	b.WriteByte('\n')
	return b.String()
}

// markdownResult returns a result with collapsed details.
func markdownResult(r Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<details><summary><b>%s</b> %s: %s</summary>\n\n",
		markdownText(string(r.Outcome)), markdownText(r.Name()), markdownText(r.Message))
	fmt.Fprintf(&b, "Promise: %s\n\n", markdownText(r.Promise))
	if len(r.Sources) > 0 {
		fmt.Fprintf(&b, "Sources: %s (%s)\n\n", markdownSources(r.Sources),
			markdownText(string(r.Evidence)))
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "Note: %s\n\n", markdownText(note))
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "**Found**: %s\n\n", markdownText(f.Message))
		b.WriteString(fence("diff", f.Diff) + fence("http", f.Exchange) + fence("sh", f.Curl))
	}
	b.WriteString("</details>\n\n")
	return b.String()
}

// markdownSources joins the sources and links the URLs.
func markdownSources(sources []string) string {
	texts := make([]string, len(sources))
	for i, source := range sources {
		texts[i] = markdownText(source)
		if len(source) <= maxLine && plainLink.MatchString(source) {
			texts[i] = "[" + texts[i] + "](" + source + ")"
		}
	}
	return strings.Join(texts, "; ")
}

// fence returns a code block that the text cannot end.
func fence(language, text string) string {
	text = strings.TrimRight(clip(sanitize(text), maxBlock), "\n")
	if text == "" {
		return ""
	}
	ticks := "```"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	return ticks + language + "\n" + text + "\n" + ticks + "\n\n"
}

// markdownText returns a text on one line without markup. Character references are plain text in
// Markdown, HTML and tables.
func markdownText(text string) string {
	return markdownEscapes.Replace(clip(oneLine(text), maxLine))
}

func markdownNames(names []string) string {
	return markdownEscapes.Replace(clip(strings.Join(names, ", "), maxBlock))
}

var markdownEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "|", "&#124;", "`", "&#96;", "*",
	"&#42;", "_", "&#95;", "~", "&#126;",
	"[", "&#91;", "]", "&#93;", "#", "&#35;", `\`, "&#92;", "$", "&#36;", "@", "&#64;",
)
