package report

import (
	"fmt"
	"slices"
	"strings"
)

// Verdict is the run in one line, such as "pass: 512 scenarios, 14 skipped" or "fail: 3 of 512 scenarios, 14 skipped". The
// number behind the first word counts every result, the skipped ones too. The first word is interrupted, fail, error, pass,
// provisional or skip, or empty for a run of nothing.
func (r *Report) Verdict() string {
	n := tally(r.Results)
	headline, told := r.headline(n)
	parts := []string{headline}
	for _, rest := range []struct {
		outcome Outcome
		text    string
	}{
		{Fail, "failed"},
		{Error, "could not be tried"},
		{Provisional, "provisional"},
		{Skip, "skipped"},
	} {
		if rest.outcome != told && n[rest.outcome] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[rest.outcome], rest.text))
		}
	}
	if len(r.Warnings) > 0 {
		parts = append(parts, plural(len(r.Warnings), "warning"))
	}
	return strings.Join(parts, ", ")
}

// headline is the first part of the verdict, and the outcome whose number it tells, empty for none.
func (r *Report) headline(n map[Outcome]int) (line string, told Outcome) {
	all := plural(len(r.Results), "scenario")
	if r.Interrupted {
		tried := slices.DeleteFunc(slices.Clone(r.Results), func(r Result) bool { return r.Kind == KindUnfinished })
		return "interrupted: " + plural(len(tried), "scenario") + " tried", ""
	}
	for _, o := range []Outcome{Fail, Error, Pass, Provisional, Skip} {
		switch {
		case n[o] == 0:
		case o == Pass:
			return "pass: " + all, ""
		default:
			return fmt.Sprintf("%s: %d of %s", o, n[o], all), o
		}
	}
	return "empty: nothing was tried", ""
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
