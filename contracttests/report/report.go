// Package report formats the results of a contract run for people and programs.
package report

import (
	"fmt"
	"time"

	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/schema"
	"example.com/patmock/spec/version"
)

// SchemaVersion is the version of the JSON format.
const SchemaVersion = schema.Version

// Outcome is the result of a case.
type Outcome string

// The outcomes.
const (
	Pass Outcome = "pass"
	// Skip is a case that the target does not support. It is never a pass.
	Skip Outcome = "skip"
	// Provisional is a case that failed on a real tenant but is only assumed, or an open question.
	Provisional Outcome = "provisional"
	Fail        Outcome = "fail"
	// Error is a case that could not be tested because of the network or the harness.
	Error Outcome = "error"
)

// Outcomes returns all outcomes, the best first.
func Outcomes() []Outcome { return []Outcome{Pass, Skip, Provisional, Fail, Error} }

// Report has the results of a run.
type Report struct {
	Schema int `json:"schema"`
	// Tool is the program with its version.
	Tool    string    `json:"tool"`
	Target  Target    `json:"target"`
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	// Interrupted reports whether the run was interrupted. Cases are missing then.
	Interrupted bool `json:"interrupted"`
	// Shard is the tested part of the selection, such as 1/4. It is empty for the entire selection.
	Shard    string    `json:"shard,omitempty"`
	Warnings []Warning `json:"warnings"`
	// Counts of the results by outcome. Every outcome has an entry.
	Counts map[Outcome]int `json:"counts"`
	// Confirmed counts the cases confirmed by real tenants. It is nil if no ledger was read.
	Confirmed *Confirmed `json:"confirmed,omitempty"`
	// Judged describes the requests that client lint checked. It is nil for a run of the contract.
	Judged *Judged `json:"judged,omitempty"`
	// Observed counts the exchanges that were checked against the general rules. It is nil if there
	// are none.
	Observed *Observed `json:"observed,omitempty"`
	// Results are sorted by scenario and version.
	Results []Result `json:"results"`
}

// Observed counts the exchanges that were checked against the rules for every exchange.
type Observed struct {
	Exchanges int64 `json:"exchanges"`
	// Lists is the number of lists that the run itself requested.
	Lists int64 `json:"lists"`
}

// Target describes the tested server.
type Target struct {
	// Name is mock, or the base URL.
	Name       string `json:"name"`
	RealTenant bool   `json:"realTenant"`
	// Version of a patmock, empty for a real tenant.
	Version string `json:"version"`
}

// Result is the outcome of one scenario in one version.
type Result struct {
	// ID of the scenario, such as create/secret-is-shown-once.
	ID string `json:"id"`
	// Version of the API, empty for a scenario without one.
	Version version.Version `json:"version"`
	// Promise describes the tested behavior in one sentence.
	Promise string `json:"promise"`
	// Sources of the promise.
	Sources []string `json:"sources"`
	// Evidence of the promise.
	Evidence evidence.Level `json:"evidence"`
	Outcome  Outcome        `json:"outcome"`
	// Kind is the reason of the outcome. Message describes it in one line. Both are empty for a
	// pass.
	Kind    Kind   `json:"kind"`
	Message string `json:"message"`
	// Missing has the features that the target lacks for a skipped case, or the reason of the
	// tenant guard.
	Missing  []string  `json:"missing,omitempty"`
	Failures []Failure `json:"failures"`
	// Notes describe the target's behavior in an open question.
	Notes    []string `json:"notes"`
	Requests int      `json:"requests"`
	Seconds  float64  `json:"seconds"`
}

// Name returns the id followed by the version.
func (r Result) Name() string {
	if r.Version == "" {
		return r.ID
	}
	return fmt.Sprintf("%s/%s", r.ID, r.Version)
}

// Failure is one violation of the promise. Diff, Exchange and Curl may be empty.
type Failure struct {
	Kind    Kind   `json:"kind"`
	Message string `json:"message"` // one line
	// Diff has the expected (-) and the actual (+) value.
	Diff string `json:"diff"`
	// Exchange has the request and its response.
	Exchange string `json:"exchange"`
	// Curl is a shell command that repeats the request.
	Curl string `json:"curl"`
}

// Count sets the counts.
func (r *Report) Count() {
	r.Counts = map[Outcome]int{}
	for _, o := range Outcomes() {
		r.Counts[o] = 0
	}
	for _, result := range r.Results {
		r.Counts[result.Outcome]++
	}
}
