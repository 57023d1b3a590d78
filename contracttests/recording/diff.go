package recording

import (
	"maps"
	"slices"
	"strings"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/jsondiff"
	"example.com/patmock/spec/version"
)

// A Difference is a difference of a case between two recordings.
type Difference struct {
	Scenario string          `json:"scenario"`
	Version  version.Version `json:"version"`
	// At is a JSON pointer into the first case, or into the second for an added value.
	At string `json:"at"`
	// Request is the method and path of the exchange, empty outside exchanges.
	Request  string   `json:"request"`
	Severity Severity `json:"severity"`
	Kind     Kind     `json:"kind"`
	// Description describes the kind.
	Description string `json:"description"`
	// A and B are the two values as JSON, empty if absent.
	A string `json:"a"`
	B string `json:"b"`
	// SuppressionReason is the reason of the matching [Suppression], empty without one.
	SuppressionReason string `json:"suppressionReason"`
}

// Name returns the scenario's id followed by the version.
func (d Difference) Name() string {
	return report.Result{ID: d.Scenario, Version: d.Version}.Name()
}

// Comparison is the result of comparing two recordings.
type Comparison struct {
	A About `json:"a"`
	B About `json:"b"`
	// Compared is the number of compared cases.
	Compared    int          `json:"compared"`
	Differences []Difference `json:"differences"`
	// OnlyA and OnlyB name the cases of only one recording. Skipped names the cases that one
	// recording skipped.
	OnlyA   []string `json:"onlyA"`
	OnlyB   []string `json:"onlyB"`
	Skipped []string `json:"skipped"`
	// Untested names the cases in which a gateway responded instead of the API.
	Untested []string `json:"untested"`

	scenarios map[string]bool // of the compared cases
}

// Compare returns the differences of two recordings. The numbers of references may differ if each
// reference corresponds to one of the other case.
func Compare(a, b *Recording) *Comparison {
	c := &Comparison{
		A: a.About, B: b.About, Differences: []Difference{}, OnlyA: []string{}, OnlyB: []string{},
		Skipped: []string{}, Untested: []string{}, scenarios: map[string]bool{},
	}
	others := map[string]Case{}
	for _, other := range b.Cases {
		others[other.Name()] = other
	}
	for _, x := range a.Cases {
		other, found := others[x.Name()]
		delete(others, x.Name())
		switch skipped := report.Skip; {
		case !found:
			c.OnlyA = append(c.OnlyA, x.Name())
		case x.Outcome == skipped && other.Outcome == skipped:
		case x.Outcome == skipped, other.Outcome == skipped:
			c.Skipped = append(c.Skipped, x.Name())
		case x.hasGateway(), other.hasGateway():
			c.Untested = append(c.Untested, x.Name())
		default:
			c.Compared++
			c.scenarios[x.Scenario] = true
			c.Differences = append(c.Differences, Diff(x, other)...)
		}
	}
	for _, other := range b.Cases {
		if _, isOnlyInB := others[other.Name()]; isOnlyInB {
			c.OnlyB = append(c.OnlyB, other.Name())
		}
	}
	return c
}

// Diff returns the differences between two recordings of the same case.
func Diff(a, b Case) []Difference {
	c := newComparer()
	if comparableOutcome(a.Outcome) != comparableOutcome(b.Outcome) {
		c.add(jsondiff.Change{
			Path: []string{"outcome"}, Kind: jsondiff.Value, A: string(a.Outcome),
			B: string(b.Outcome),
		})
	}
	c.compareSteps(a.Exchanges, b.Exchanges)
	c.compareAccessTokens(a.AccessTokens, b.AccessTokens)
	for i := range c.differences {
		c.differences[i].Scenario, c.differences[i].Version = a.Scenario, a.Version
	}
	return c.differences
}

// hasGateway reports whether a gateway responded in a case that did not pass. A passed case has
// injected such responses on purpose.
func (c Case) hasGateway() bool {
	return c.Outcome != report.Pass && slices.ContainsFunc(c.Exchanges, func(s Step) bool {
		return report.FromGateway(s.Response.Status, s.Response.Header[report.FaultHeader])
	})
}

// comparableOutcome returns the outcome without the effect of evidence. On a real tenant an open
// question is always provisional.
func comparableOutcome(o report.Outcome) report.Outcome {
	if o == report.Provisional {
		return report.Pass
	}
	return o
}

// Unsuppressed returns the differences of a severity that are not suppressed.
func (c *Comparison) Unsuppressed(severity Severity) []Difference {
	return slices.DeleteFunc(slices.Clone(c.Differences), func(d Difference) bool {
		return d.Severity != severity || d.SuppressionReason != ""
	})
}

// AllSuppressed reports whether every difference is suppressed.
func (c *Comparison) AllSuppressed() bool {
	return !slices.ContainsFunc(c.Differences, func(d Difference) bool {
		return d.SuppressionReason == ""
	})
}

// A Warning is a reason for which a comparison may be incomplete.
type Warning struct {
	Kind WarningKind
	// Subjects are the sides, documents or scenarios of the warning.
	Subjects []string
	Text     string
}

// A WarningKind is the kind of a warning, for programs.
type WarningKind string

// The kinds.
const (
	// WarnInterrupted reports a recording of an interrupted run. Its subject is first or second.
	WarnInterrupted WarningKind = "interrupted"
	// WarnOtherDocuments reports recordings that were validated against different documents.
	WarnOtherDocuments    WarningKind = "other-documents"
	WarnUnusedSuppression WarningKind = "unused-suppression"
)

// Warnings returns the reasons for which the comparison may be incomplete.
func (c *Comparison) Warnings() (warnings []Warning) {
	for i, about := range []About{c.A, c.B} {
		if side := []string{"first", "second"}[i]; about.Interrupted {
			text := "the " + side + " recording is incomplete: its run was interrupted"
			warnings = append(warnings, Warning{WarnInterrupted, []string{side}, text})
		}
	}
	var others []string
	for _, name := range slices.Sorted(maps.Keys(c.A.Documents)) {
		if hash := c.B.Documents[name]; hash != "" && hash != c.A.Documents[name] {
			others = append(others, name)
		}
	}
	if others != nil {
		text := "the recordings were validated against different documents: " +
			strings.Join(others, ", ")
		warnings = append(warnings, Warning{WarnOtherDocuments, others, text})
	}
	return warnings
}
