package recording

import (
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

// NormalForm is the version of the normal form. It grows when the same traffic would be written otherwise than before:
// transcripts of two forms cannot be compared.
const NormalForm = 1

// A Case is what one case, a scenario in a version, did on the wire, in normal form: what
// differs from run to run is replaced by placeholders. Most are references such as ⟨id-1⟩ and
// ⟨secret-1⟩, numbered as they first appear. Dates that the target made are replaced by their form,
// as in ⟨date: UTC, seconds⟩, and what is left out by ⟨cut⟩ or ⟨redacted⟩. Brackets that a
// text has itself are doubled. Everything else is as it went over the wire: statuses, order,
// types, null and absent.
//
// A patmock names the rules by which it rejects a request in the header X-Patmock-Rule. Such a
// response has no causes here, for they are advice of the patmock.
//
// Of a list of tokens it has those alone that the case made or logged in with: what else a tenant holds is nobody's
// business, and differs from tenant to tenant.
type Case struct {
	// Scenario is its id, such as create/secret-is-shown-once.
	Scenario string `json:"scenario"`
	// Version of the API, empty for a scenario that belongs to none.
	Version version.Version `json:"version"`
	Outcome report.Outcome  `json:"outcome"`
	// Exchanges in their order. Empty for a case that was skipped.
	Exchanges []Step `json:"exchanges"`
	// AccessTokens are the forms of the access tokens that the target issued, by their references.
	AccessTokens map[string]AccessToken `json:"accessTokens,omitempty"`
	// Answers are the places in Exchanges where the target answered a question that nothing settles, by the id of the
	// entry that a dialect has for it.
	Answers map[string]int `json:"answers,omitempty"`
}

// Name is the scenario's id with the version behind it.
func (t Case) Name() string { return report.Result{ID: t.Scenario, Version: t.Version}.Name() }

// Answer returns the exchange that answers a question which nothing settles, and reports whether
// the case has asked it.
func (t Case) Answer(question string) (s Step, asked bool) {
	i, asked := t.Answers[question]
	if !asked || i < 0 || i >= len(t.Exchanges) {
		return s, false
	}
	return t.Exchanges[i], true
}

// A Step is an exchange in normal form.
type Step struct {
	Request  Request  `json:"request"`
	Response Response `json:"response"`
}

// Request in normal form. Its path begins behind the address of the target.
type Request struct {
	Method string              `json:"method"`
	Path   string              `json:"path"`
	Query  map[string][]string `json:"query,omitempty"`
	Header map[string]string   `json:"header,omitempty"`
	Body   *Body               `json:"body,omitempty"`
}

// Response in normal form, with those headers alone that the contract cares about.
type Response struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header,omitempty"`
	Body   *Body             `json:"body,omitempty"`
	// SortedByID tells that the tokens of a bulk update came in the order of their ids. Here they are in that of
	// their age, for ids are random.
	SortedByID bool `json:"sortedById,omitempty"`
}

// The forms of a body.
const (
	JSON      = "json"
	Form      = "form"
	Multipart = "multipart"
	Text      = "text"
)

// Body is one that is not empty. Its value is as decoded from JSON, with numbers as json.Number; a form is an object of
// lists; a text that is none of these is a string.
type Body struct {
	Form  string `json:"form"`
	Value any    `json:"value"`
}

// Object is the body where it is a JSON object, else nil.
func (b *Body) Object() map[string]any {
	if b == nil || b.Form != JSON {
		return nil
	}
	object, _ := b.Value.(map[string]any)
	return object
}

// Text is a property of the body where that is a JSON object and the property a text, else empty.
func (b *Body) Text(name string) string {
	text, _ := b.Object()[name].(string)
	return text
}

// AccessToken is the form of an access token: alg and typ as they are, of everything else the type. An opaque one has
// neither header nor claims.
type AccessToken struct {
	Header map[string]string `json:"header,omitempty"`
	Claims map[string]string `json:"claims,omitempty"`
}

// RawCase is what a case did on the wire, as it went, secrets included.
type RawCase struct {
	Scenario  string
	Version   version.Version
	Outcome   report.Outcome
	Exchanges []Exchange
	Answers   map[string]int
	// Secrets are those that are known besides.
	Secrets []string
}
