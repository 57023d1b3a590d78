// Package recording stores what went over the wire in a run of the contract, in a form in which two
// runs can be compared.
package recording

import (
	"net/http"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

// NormalForm is the version of the normal form. It increases when the same traffic is normalized
// differently: recordings of two forms cannot be compared.
const NormalForm = 1

// A Case is what a case, a scenario in a version, did on the wire, in normal form: values that
// differ from run to run are placeholders. Most are references such as ⟨id-1⟩ and ⟨secret-1⟩,
// numbered as they first appear. Dates that the target created are replaced by their form, as in
// ⟨date: UTC, seconds⟩, and text that is left out by ⟨cut⟩ or ⟨redacted⟩. Brackets of the text
// itself are doubled. Everything else is as it went over the wire: statuses, order, types, null and
// absent.
//
// A patmock names the rules by which it rejects a request in the header X-Patmock-Rule. Such a
// response has no causes here, since they are advice of the patmock.
//
// A list has only the tokens that the case created or logged in with. Others are private, and
// differ from tenant to tenant.
type Case struct {
	// Scenario is its id, such as create/secret-is-shown-once.
	Scenario string `json:"scenario"`
	// Version of the API, empty for a scenario that belongs to none.
	Version version.Version `json:"version"`
	Outcome report.Outcome  `json:"outcome"`
	// Exchanges is empty for a case that was skipped.
	Exchanges []Step `json:"exchanges"`
	// AccessTokens are the forms of the access tokens that the target issued, by their references.
	AccessTokens map[string]AccessToken `json:"accessTokens,omitempty"`
	// Answers are the indices of the exchanges that answer open questions, by the ids that a
	// dialect has for them.
	Answers map[string]int `json:"answers,omitempty"`
}

// Name is the scenario's id with the version behind it.
func (c Case) Name() string { return report.Result{ID: c.Scenario, Version: c.Version}.Name() }

// Answer returns the exchange that answers an open question, and reports whether there is one.
func (c Case) Answer(question string) (s Step, ok bool) {
	i, ok := c.Answers[question]
	if !ok || i < 0 || i >= len(c.Exchanges) {
		return s, false
	}
	return c.Exchanges[i], true
}

// A Step is an exchange in normal form.
type Step struct {
	Request  Request  `json:"request"`
	Response Response `json:"response"`
}

// Request in normal form. Its path is relative to the address of the target.
type Request struct {
	Method string              `json:"method"`
	Path   string              `json:"path"`
	Query  map[string][]string `json:"query,omitempty"`
	Header map[string]string   `json:"header,omitempty"`
	Body   *Body               `json:"body,omitempty"`
}

// Response in normal form, with the headers that the contract is about.
type Response struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header,omitempty"`
	Body   *Body             `json:"body,omitempty"`
	// SortedByID reports that the response to a bulk update was sorted by ids, which are random. In
	// normal form it is sorted by age.
	SortedByID bool `json:"sortedById,omitempty"`
}

// The forms of a body.
const (
	JSON      = "json"
	Form      = "form"
	Multipart = "multipart"
	Text      = "text"
)

// Body is a body that is not empty. Its value is as decoded from JSON, with numbers as json.Number;
// a form is an object of lists, and a text a string.
type Body struct {
	Format string `json:"format"`
	Value  any    `json:"value"`
}

// Object returns the body if it is a JSON object, else nil.
func (b *Body) Object() map[string]any {
	if b == nil || b.Format != JSON {
		return nil
	}
	object, _ := b.Value.(map[string]any)
	return object
}

// Text returns a property of a JSON object, empty if it is no text.
func (b *Body) Text(name string) string {
	text, _ := b.Object()[name].(string)
	return text
}

// AccessToken is the form of an access token: alg and typ, and the types of everything else. An
// opaque token has neither header nor claims.
type AccessToken struct {
	Header map[string]string `json:"header,omitempty"`
	Claims map[string]string `json:"claims,omitempty"`
}

// RawCase has the exchanges of a case as sent and received, secrets included.
type RawCase struct {
	Scenario  string
	Version   version.Version
	Outcome   report.Outcome
	Exchanges []Exchange
	Answers   map[string]int
	// Secrets are those that do not follow from the exchanges.
	Secrets []string
}

// An Exchange is a request with its response, secrets included.
type Exchange struct {
	Method, URL    string
	Header         http.Header
	Body           string
	Status         int
	ResponseHeader http.Header
	ResponseBody   string
	// Concurrent reports that it was made side by side with its neighbors, in random order.
	Concurrent bool
}
