// Package report writes the results of a run of the contract for people and programs.
package report

import (
	"fmt"
	"time"

	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/schema"
	"example.com/patmock/spec/version"
)

// SchemaVersion is the version of the JSON form.
const SchemaVersion = schema.Version

// Outcome is the verdict on a case.
type Outcome string

// The outcomes.
const (
	Pass Outcome = "pass"
	// Skip is a case for which the target lacks something. It is never a pass.
	Skip Outcome = "skip"
	// Provisional is a case that failed on a real tenant and is only assumed, or an open question.
	Provisional Outcome = "provisional"
	Fail        Outcome = "fail"
	// Error is a case that could not be tried: the network or the harness, not the contract.
	Error Outcome = "error"
)

// Outcomes lists them, the best first.
func Outcomes() []Outcome { return []Outcome{Pass, Skip, Provisional, Fail, Error} }

// Report has the results of a run.
type Report struct {
	Schema int `json:"schema"`
	// Tool is the program with its version.
	Tool    string    `json:"tool"`
	Target  Target    `json:"target"`
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	// Interrupted reports that the run was stopped: cases are missing.
	Interrupted bool `json:"interrupted"`
	// Shard is the part of the selection that was run, such as 1/4. It is empty for all of it.
	Shard    string    `json:"shard,omitempty"`
	Warnings []Warning `json:"warnings"`
	// Counts of the results by outcome. Every outcome has a number.
	Counts map[Outcome]int `json:"counts"`
	// Confirmed by real tenants. Nil if no ledger was read.
	Confirmed *Confirmed `json:"confirmed,omitempty"`
	// Judged is what a check of clients judged. Nil for a run of the contract.
	Judged *Judged `json:"judged,omitempty"`
	// Observed counts what was judged whatever the scenarios are about. Nil if nothing was.
	Observed *Observed `json:"observed,omitempty"`
	// Results in the order of scenario and version.
	Results []Result `json:"results"`
}

// Observed counts what the rules of every exchange were applied to.
type Observed struct {
	Exchanges int64 `json:"exchanges"`
	// Lists is how many of the exchanges are lists that no scenario requested, but the run itself.
	Lists int64 `json:"lists"`
}

// Target describes the server that a run judges.
type Target struct {
	// Name is mock, or the base URL.
	Name       string `json:"name"`
	RealTenant bool   `json:"realTenant"` // none of patmock
	// Version of a patmock, empty for a real tenant.
	Version string `json:"version"`
}

// Result is the outcome of one case: one scenario in one version.
type Result struct {
	// ID of the scenario, such as create/secret-is-shown-once.
	ID string `json:"id"`
	// Version of the API, empty for a scenario that belongs to none.
	Version version.Version `json:"version"`
	// Promise is what is tested, in one sentence.
	Promise string `json:"promise"`
	// Sources of the promise.
	Sources []string `json:"sources"`
	// Evidence of the promise.
	Evidence evidence.Level `json:"evidence"`
	Outcome  Outcome        `json:"outcome"`
	// Kind is why it is no pass, and Message describes it in one line. Both are empty for a pass.
	Kind    Kind   `json:"kind"`
	Message string `json:"message"`
	// Missing names what the target lacks for a skipped case: needs, the reason of a guard, or what
	// only the scenario could find out.
	Missing  []string  `json:"missing,omitempty"`
	Failures []Failure `json:"failures"`
	// Notes are the answers to an open question.
	Notes    []string `json:"notes"`
	Requests int      `json:"requests"`
	Seconds  float64  `json:"seconds"`
}

// Name is the id with the version behind it.
func (r Result) Name() string {
	if r.Version == "" {
		return r.ID
	}
	return fmt.Sprintf("%s/%s", r.ID, r.Version)
}

// Failure is one thing that was not as promised. Diff, Exchange and Curl may be empty.
type Failure struct {
	Kind    Kind   `json:"kind"`
	Message string `json:"message"` // one line
	// Diff has what was expected (-) and what came (+).
	Diff string `json:"diff"`
	// Exchange is the request with its response.
	Exchange string `json:"exchange"`
	// Curl repeats the request in a shell.
	Curl string `json:"curl"`
}

// Count fills in the counts.
func (r *Report) Count() {
	r.Counts = map[Outcome]int{}
	for _, o := range Outcomes() {
		r.Counts[o] = 0
	}
	for _, result := range r.Results {
		r.Counts[result.Outcome]++
	}
}
