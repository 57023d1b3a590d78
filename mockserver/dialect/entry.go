package dialect

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// An Entry is a question that nothing published settles.
type Entry struct {
	// ID of the question.
	ID string `json:"id"`
	// Asks is the question, in one sentence.
	Question string `json:"question"`
	// Source is the fact of docs/behaviour.md that decides the default: the first source of the
	// rule of that id.
	Source string `json:"source"`
	// Scenario is the one of the contract that asks a target.
	Scenario string `json:"scenario"`
	// Operations that the question concerns, by spec.Operation.Name.
	Operations []string `json:"operations"`
	// Versions that it concerns. Nil means all that have the operations.
	Versions []version.Version `json:"versions,omitempty"`
	// Choice tells that a tenant may also serve the request, with a status of 200. Otherwise it can
	// only be refused.
	MayServe bool `json:"mayServe,omitempty"`
	// Values that the answer may have, in place of a status.
	Values []string `json:"values,omitempty"`
	// Number reports whether the value may also be a number from 1 on.
	Number bool `json:"number,omitempty"`
	// Default is what the mock answers unless it is told otherwise.
	Default Response `json:"default"`
}

// withSources sets the source of each entry to that of the rule of its id.
func withSources(entries []Entry) []Entry {
	for i, e := range entries {
		r, _ := rule.Find(rule.ID(e.ID))
		entries[i].Source = r.Sources[0]
	}
	return entries
}

// Find returns the entry of an id.
func Find(id string) (Entry, bool) {
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return entries[i], true
}

// Entries lists the questions.
func Entries() []Entry { return slices.Clone(entries) }

// IDs lists those of the questions.
func IDs() []string {
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	return ids
}

// AtTokenEndpoint tells that it is the token endpoint that answers, in the form of RFC 6749.
func (e Entry) AtTokenEndpoint() bool { return slices.Contains(e.Operations, requestAccessToken) }

// Concerns tells whether the question concerns an operation of a version, which is empty for the
// token endpoint.
func (e Entry) AppliesTo(v version.Version, operation string) bool {
	return slices.Contains(e.Operations, operation) &&
		(e.Versions == nil || slices.Contains(e.Versions, v))
}

// Allows tells whether the mock can answer the question with a status. 429 is what the rate limit
// answers. At the token endpoint, errors of 413, 429 and from 500 on have a form of their own.
func (e Entry) AllowsStatus(status int) bool {
	switch {
	case len(e.Values) > 0 || status == http.StatusTooManyRequests:
		return false
	case status == http.StatusOK:
		return e.MayServe
	case e.AtTokenEndpoint():
		return status >= 400 && status < 500 && status != http.StatusRequestEntityTooLarge
	}
	return status >= 400 && status < 600
}

// choices are what the answer may be, in words.
func (e Entry) describeAllowed() string {
	switch {
	case e.Default.Flag != "":
		return "one of " + strings.Join(e.Values, ", ") + ", with the flag absent or present"
	case e.Number:
		return e.describeValues()
	case len(e.Values) > 0:
		return strings.Join(e.Values, " or ")
	}
	return e.describeStatuses()
}

// values lists the values that are allowed, in words.
func (e Entry) describeValues() string {
	if e.Number {
		return strings.Join(e.Values, ", ") + " or a number from 1 on"
	}
	return "one of " + strings.Join(e.Values, ", ")
}

// allowsValue reports whether the mock can follow a value.
func (e Entry) allowsValue(value string) bool {
	return slices.Contains(e.Values, value) || e.Number && Response{Value: value}.Limit() > 0
}

// statuses are those that are allowed, in words.
func (e Entry) describeStatuses() string {
	text := "a status of 400 to 599 other than 429"
	if e.AtTokenEndpoint() {
		text = "a status of 400 to 499 other than 413 and 429"
	}
	if e.MayServe {
		return fmt.Sprintf("200, or %s", text)
	}
	return text
}

// fields that an answer may have.
func (e Entry) fields() []string {
	switch {
	case len(e.Values) > 0 && e.Default.Flag != "":
		return []string{"value", "userAwareTokenNeverExpires"}
	case len(e.Values) > 0:
		return []string{"value"}
	case e.AtTokenEndpoint():
		return []string{"status", "error", "description"}
	}
	return []string{"status", "detailCode", "text"}
}
