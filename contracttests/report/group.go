package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/patmock/spec/version"
)

// family returns the first part of an id. It groups scenarios.
func family(id string) string {
	name, _, _ := strings.Cut(id, "/")
	return name
}

// versionName returns the name of a version. Scenarios without a version are about the token
// endpoint.
func versionName(v version.Version) string {
	if v == "" {
		return "oauth"
	}
	return string(v)
}

// versionsOf returns the versions of the results: published versions from old to new, then others,
// then the empty one.
func versionsOf(results []Result) []version.Version {
	seen := map[version.Version]bool{}
	var others []version.Version
	for _, r := range results {
		if !seen[r.Version] && r.Version != "" && !slices.Contains(version.All(), r.Version) {
			others = append(others, r.Version)
		}
		seen[r.Version] = true
	}
	all := slices.Concat(version.All(), others, []version.Version{""})
	return slices.DeleteFunc(all, func(v version.Version) bool { return !seen[v] })
}

// versions returns the versions of the results, none in a report about clients.
func (r *Report) versions() []version.Version {
	if r.isClientReport() {
		return nil
	}
	return versionsOf(r.Results)
}

// families returns the families in the order of the results.
func families(results []Result) []string {
	var names []string
	for _, r := range results {
		if name := family(r.ID); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// withOutcome returns the results with one of the outcomes, sorted by the order of the outcomes.
func withOutcome(results []Result, outcomes ...Outcome) []Result {
	var out []Result
	for _, o := range outcomes {
		for _, r := range results {
			if r.Outcome == o {
				out = append(out, r)
			}
		}
	}
	return out
}

func withVersion(results []Result, v version.Version) []Result {
	return slices.DeleteFunc(slices.Clone(results), func(r Result) bool { return r.Version != v })
}

// tally counts results by outcome.
func tally(results []Result) map[Outcome]int {
	n := map[Outcome]int{}
	for _, r := range results {
		n[r.Outcome]++
	}
	return n
}

// formatTally returns a text such as "498 pass, 14 skip", the best outcome first.
func formatTally(n map[Outcome]int) string {
	var parts []string
	for _, o := range Outcomes() {
		if n[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[o], o))
		}
	}
	return strings.Join(parts, ", ")
}

// skipReason is a reason for skips.
type skipReason struct {
	Text  string
	Cases int
	Names []string // nil for untested cases, of which there may be thousands
}

// unfinishedText is the reason of untested cases. The error of the run has the cause.
const unfinishedText = "not tested because the run ended early"

// skipReasons groups the skipped results by reason, in their order.
func skipReasons(results []Result) []skipReason {
	var out []skipReason
	for _, r := range withOutcome(results, Skip) {
		text := cmp.Or(oneLine(r.Message), "no reason is given")
		if r.Kind == KindUnfinished {
			text = unfinishedText
		}
		i := slices.IndexFunc(out, func(other skipReason) bool { return other.Text == text })
		if i < 0 {
			i = len(out)
			out = append(out, skipReason{Text: text})
		}
		out[i].Cases++
		if r.Kind != KindUnfinished {
			out[i].Names = append(out[i].Names, oneLine(r.Name()))
		}
	}
	return out
}

// formatDuration formats seconds, rounded to milliseconds.
func formatDuration(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(time.Millisecond).String()
}

// subject returns the subject of a report: the contract, or clients.
func (r *Report) subject() string {
	if r.isClientReport() {
		return clientFamily
	}
	return "contract"
}

// intro returns the start of the sentence that names the target.
func (r *Report) intro() string {
	if r.isClientReport() {
		return "The clients of"
	}
	return "The contract against"
}

// suiteName returns the name of the results of a version. Results about clients have no version.
func (r *Report) suiteName(v version.Version) string {
	if r.isClientReport() {
		return r.subject()
	}
	return r.subject() + "/" + versionName(v)
}

// header returns the target, the tool and the shard.
func header(r *Report) string {
	kind := "real tenant"
	if !r.Target.RealTenant {
		kind = "patmock"
		if r.Target.Version != "" {
			kind += " " + r.Target.Version
		}
	}
	part := ""
	if r.Shard != "" {
		part = ", shard " + r.Shard
	}
	return oneLine(fmt.Sprintf("%s (%s), judged by %s%s", r.Target.Name, kind, r.Tool, part))
}
