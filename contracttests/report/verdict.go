package report

import (
	"fmt"
	"strings"
)

// Verdict returns the run in one line: a word, the summary and the number of warnings. The word is
// interrupted, fail, error, pass, provisional or skip, or empty for a run without results.
func (r *Report) Verdict() string {
	text := r.outcomeWord() + ": " + r.Summary()
	if len(r.Warnings) > 0 {
		text += ", " + plural(len(r.Warnings), "warning")
	}
	return text
}

// outcomeWord returns the first word of the verdict.
func (r *Report) outcomeWord() string {
	if r.Interrupted {
		return "interrupted"
	}
	n := tally(r.Results)
	for _, o := range []Outcome{Fail, Error, Pass, Provisional, Skip} {
		if n[o] > 0 {
			return string(o)
		}
	}
	return "empty"
}

// Summary returns the counts of a run in one line, such as "376 passed, 41 provisional, 1831
// skipped of 2248 cases (458 scenarios)". A case is one scenario in one version. The error of an
// unfinished run does not count as a case.
func (r *Report) Summary() string {
	n, scenarios, cases, untested := map[Outcome]int{}, map[string]bool{}, 0, 0
	for _, result := range r.Results {
		unfinished := result.Kind == KindUnfinished
		if unfinished && result.Outcome == Error {
			continue
		}
		cases++
		scenarios[result.ID] = true
		if unfinished {
			untested++
		} else {
			n[result.Outcome]++
		}
	}
	text := FormatCounts(n)
	if untested > 0 {
		text += fmt.Sprintf(", %d not tested", untested)
	}
	text += " of "
	if r.isClientReport() {
		return text + plural(cases, "rule")
	}
	text += fmt.Sprintf("%s (%s)", plural(cases, "case"), plural(len(scenarios), "scenario"))
	if r.Shard != "" {
		text += " in shard " + r.Shard
	}
	return text
}

// FormatCounts returns counts by outcome, such as "376 passed, 41 provisional, 1831 skipped".
func FormatCounts(n map[Outcome]int) string {
	parts := []string{fmt.Sprintf("%d passed", n[Pass])}
	for _, rest := range []struct {
		outcome Outcome
		text    string
	}{
		{Fail, fmt.Sprintf("%d failed", n[Fail])},
		{Error, plural(n[Error], "error")},
		{Provisional, fmt.Sprintf("%d provisional", n[Provisional])},
		{Skip, fmt.Sprintf("%d skipped", n[Skip])},
	} {
		if n[rest.outcome] > 0 {
			parts = append(parts, rest.text)
		}
	}
	return strings.Join(parts, ", ")
}

// clientFamily is the family of the results of client lint. Each result is about a rule.
const clientFamily = "client"

// isClientReport reports whether the report is about clients.
func (r *Report) isClientReport() bool {
	return len(r.Results) > 0 && family(r.Results[0].ID) == clientFamily
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
