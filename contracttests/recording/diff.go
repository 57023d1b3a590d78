package recording

import (
	"maps"
	"slices"
	"strings"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/jsondiff"
	"example.com/patmock/spec/version"
)

// A Difference between the transcripts of a case in two recordings.
type Difference struct {
	Scenario string          `json:"scenario"`
	Version  version.Version `json:"version"`
	// At is a JSON pointer into the transcript: of the first recording, or of the second for what only that one has.
	At string `json:"at"`
	// Request is the method and path of the exchange it is in. Empty for what belongs to none.
	Request  string   `json:"request"`
	Severity Severity `json:"class"`
	// Kind says what is different, and What says so in a few words.
	Kind Kind   `json:"kind"`
	What string `json:"what"`
	// A and B are the two sides as JSON. Empty for what is not there.
	A string `json:"a"`
	B string `json:"b"`
	// Allowed is the reason for which it is accepted. Empty for what nobody accepted.
	Allowed string `json:"allowed"`
}

// Name is the scenario's id with the version behind it.
func (d Difference) Name() string { return report.Result{ID: d.Scenario, Version: d.Version}.Name() }

// Comparison is what the comparison of two recordings found.
type Comparison struct {
	A About `json:"a"`
	B About `json:"b"`
	// Compared is the number of compared cases.
	Compared int `json:"compared"`
	// Differences in the order of the cases and of what happened in them.
	Differences []Difference `json:"differences"`
	// OnlyA and OnlyB name the cases that one recording has alone, Skipped those that were skipped in one and tried in the
	// other. Nothing can be said of them.
	OnlyA   []string `json:"onlyA"`
	OnlyB   []string `json:"onlyB"`
	Skipped []string `json:"skipped"`
	// Untested names the cases to which a gateway responded in one recording instead of the API.
	// Nothing can be said of them either.
	Untested []string `json:"untested"`

	scenarios map[string]bool // of the compared cases
}

// Compare finds what is different in the second of two recordings. References are the same where one stands for the other
// throughout a transcript: their numbers do not matter.
func Compare(a, b *Recording) *Comparison {
	c := &Comparison{A: a.About, B: b.About, Differences: []Difference{}, OnlyA: []string{}, OnlyB: []string{}, Skipped: []string{}, Untested: []string{}, scenarios: map[string]bool{}}
	others := map[string]Case{}
	for _, t := range b.Cases {
		others[t.Name()] = t
	}
	for _, t := range a.Cases {
		other, found := others[t.Name()]
		delete(others, t.Name())
		switch skipped := report.Skip; {
		case !found:
			c.OnlyA = append(c.OnlyA, t.Name())
		case t.Outcome == skipped && other.Outcome == skipped:
		case t.Outcome == skipped, other.Outcome == skipped:
			c.Skipped = append(c.Skipped, t.Name())
		case t.hasGateway(), other.hasGateway():
			c.Untested = append(c.Untested, t.Name())
		default:
			c.Compared++
			c.scenarios[t.Scenario] = true
			c.Differences = append(c.Differences, Diff(t, other)...)
		}
	}
	for _, t := range b.Cases {
		if _, left := others[t.Name()]; left {
			c.OnlyB = append(c.OnlyB, t.Name())
		}
	}
	return c
}

// Diff finds what is different in the second of two transcripts of the same case.
func Diff(a, b Case) []Difference {
	c := newComparer()
	if settled(a.Outcome) != settled(b.Outcome) {
		c.add(jsondiff.Change{
			Path: []string{"outcome"}, Kind: jsondiff.Value, A: string(a.Outcome), B: string(b.Outcome),
		})
	}
	c.steps(a.Exchanges, b.Exchanges)
	c.accessTokens(a.AccessTokens, b.AccessTokens)
	for i := range c.found {
		c.found[i].Scenario, c.found[i].Version = a.Scenario, a.Version
	}
	return c.found
}

// hasGateway reports whether a gateway responded in a case that did not pass. A case that passes has
// injected what it expects.
func (t Case) hasGateway() bool {
	return t.Outcome != report.Pass && slices.ContainsFunc(t.Exchanges, func(s Step) bool {
		return report.FromGateway(s.Response.Status, s.Response.Header[report.FaultHeader])
	})
}

// settled returns an outcome as far as it depends on the target: on a real tenant an open question is
// provisional whatever the response is.
func settled(o report.Outcome) report.Outcome {
	if o == report.Provisional {
		return report.Pass
	}
	return o
}

// Left are the differences of a class that nobody accepted.
func (c *Comparison) Left(class Severity) []Difference {
	return slices.DeleteFunc(slices.Clone(c.Differences), func(d Difference) bool { return d.Severity != class || d.Allowed != "" })
}

// Same tells that there is no difference but accepted ones.
func (c *Comparison) Same() bool {
	return !slices.ContainsFunc(c.Differences, func(d Difference) bool { return d.Allowed == "" })
}

// A Warning says why a comparison may say less than it seems to.
type Warning struct {
	Kind WarningKind
	// Subjects are the sides, the documents or the scenario that it is about.
	Subjects []string
	// Text says it in a sentence.
	Text string
}

// A WarningKind says, for programs, what a warning is about.
type WarningKind string

// The kinds.
const (
	// WarnInterrupted is a recording of a run that was stopped: its side is first or second.
	WarnInterrupted WarningKind = "interrupted"
	// WarnOtherDocuments is two recordings that were validated against different documents.
	WarnOtherDocuments WarningKind = "other-documents"
	// WarnUnusedSuppression is an allowance that accepts nothing.
	WarnUnusedSuppression WarningKind = "unused-allowance"
)

// Warnings tell why the comparison may say less than it seems to.
func (c *Comparison) Warnings() (warnings []Warning) {
	for _, side := range []struct {
		name  string
		about About
	}{{"first", c.A}, {"second", c.B}} {
		if side.about.Interrupted {
			text := "the " + side.name + " recording is of a run that was interrupted: cases are missing"
			warnings = append(warnings, Warning{WarnInterrupted, []string{side.name}, text})
		}
	}
	var others []string
	for _, name := range slices.Sorted(maps.Keys(c.A.Documents)) {
		if hash := c.B.Documents[name]; hash != "" && hash != c.A.Documents[name] {
			others = append(others, name)
		}
	}
	if others != nil {
		text := "the two were held against other documents of " + strings.Join(others, ", ")
		warnings = append(warnings, Warning{WarnOtherDocuments, others, text})
	}
	return warnings
}
