package dialect

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// An Entry is an open question. No published document settles it.
type Entry struct {
	// ID is the id of the question.
	ID string `json:"id"`
	// Question is the question in one sentence.
	Question string `json:"question"`
	// Source is the fact in docs/behaviour.md that decides the default: the first source of the
	// rule of that id.
	Source string `json:"source"`
	// Scenario is the id of the contract's scenario that tests a target.
	Scenario string `json:"scenario"`
	// Operations are the operations that the question is about, by spec.Operation.Name.
	Operations []string `json:"operations"`
	// Versions are the versions that the question is about. Nil means all that have the operations.
	Versions []version.Version `json:"versions,omitempty"`
	// MayServe reports whether a tenant may also serve the request with a status of 200. Otherwise
	// it always rejects the request.
	MayServe bool `json:"mayServe,omitempty"`
	// Values are the valid values of a response that has no status.
	Values []string `json:"values,omitempty"`
	// Number reports whether the value may also be a positive number, see [Response.Int].
	Number bool `json:"number,omitempty"`
	// Default is the mock's default response.
	Default Response `json:"default"`
}

// withSources sets the source of each entry to the first one of its rule.
func withSources(entries []Entry) []Entry {
	for i, e := range entries {
		r, _ := rule.Find(rule.ID(e.ID))
		entries[i].Source = r.Sources[0]
	}
	return entries
}

// Find returns the entry with that id.
func Find(id string) (Entry, bool) {
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return entries[i], true
}

// Entries returns all entries.
func Entries() []Entry { return slices.Clone(entries) }

// IDs returns the ids of all entries.
func IDs() []string {
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	return ids
}

// AtTokenEndpoint reports whether the token endpoint responds, with the errors of RFC 6749.
func (e Entry) AtTokenEndpoint() bool { return slices.Contains(e.Operations, requestAccessToken) }

// AppliesTo reports whether the question is about an operation of a version. The version is empty
// for the token endpoint.
func (e Entry) AppliesTo(v version.Version, operation string) bool {
	return slices.Contains(e.Operations, operation) &&
		(e.Versions == nil || slices.Contains(e.Versions, v))
}

// AllowsStatus reports whether a response may have the status. 429 is reserved for the rate limit.
// At the token endpoint, the errors 413, 429 and those from 500 on have other forms.
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

// describeAllowed describes the valid responses.
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

// describeValues describes the valid values.
func (e Entry) describeValues() string {
	if e.Number {
		return strings.Join(e.Values, ", ") + " or a positive whole number"
	}
	return "one of " + strings.Join(e.Values, ", ")
}

// allowsValue reports whether a response may have the value.
func (e Entry) allowsValue(value string) bool {
	return slices.Contains(e.Values, value) || e.Number && Response{Value: value}.Int() > 0
}

// describeStatuses describes the valid statuses.
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

// fields returns the names of the fields that a response may have.
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
