// Package recording stores the HTTP traffic of a contract run in a form in which two runs can be
// compared.
package recording

import (
	"net/http"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

// NormalForm is the version of the normal form. It increases when the same traffic is normalized
// differently. Recordings of different versions cannot be compared.
const NormalForm = 1

// A Case is the traffic of one scenario in one version, in normal form. Placeholders replace the
// values that differ from run to run. Most are references such as ⟨id-1⟩ and ⟨secret-1⟩, numbered
// in the order of their first appearance. A date that the target created is replaced by its format,
// as in ⟨date: UTC, seconds⟩. Removed text is replaced by ⟨cut⟩ or ⟨redacted⟩. Brackets of the text
// itself are doubled. Everything else is unchanged: statuses, order, types, null and absent.
//
// A patmock names the rules by which it rejects a request in the header X-Patmock-Rule. The causes
// of such a response are removed because they are advice of the patmock.
//
// A list has only the tokens that the case created or logged in with. Other tokens are private and
// differ from tenant to tenant.
type Case struct {
	// Scenario is the scenario's id, such as create/secret-is-shown-once.
	Scenario string `json:"scenario"`
	// Version of the API, empty for a scenario without one.
	Version version.Version `json:"version"`
	Outcome report.Outcome  `json:"outcome"`
	// Exchanges is empty for a skipped case.
	Exchanges []Step `json:"exchanges"`
	// AccessTokens has the formats of the access tokens that the target issued, by reference.
	AccessTokens map[string]AccessToken `json:"accessTokens,omitempty"`
	// DialectEntries has the indices of the exchanges that show the behavior of the target, by the
	// id of the dialect entry.
	DialectEntries map[string]int `json:"dialectEntries,omitempty"`
}

// Name returns the scenario's id followed by the version.
func (c Case) Name() string { return report.Result{ID: c.Scenario, Version: c.Version}.Name() }

// DialectStep returns the exchange for a dialect entry, and reports whether there is one.
func (c Case) DialectStep(question string) (s Step, ok bool) {
	i, ok := c.DialectEntries[question]
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

// Request is a request in normal form. Its path is relative to the base URL of the target.
type Request struct {
	Method string              `json:"method"`
	Path   string              `json:"path"`
	Query  map[string][]string `json:"query,omitempty"`
	Header map[string]string   `json:"header,omitempty"`
	Body   *Body               `json:"body,omitempty"`
}

// Response is a response in normal form. It has only the headers that the contract is about.
type Response struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header,omitempty"`
	Body   *Body             `json:"body,omitempty"`
	// SortedByID reports that a bulk update returned the tokens sorted by id. In normal form they
	// are sorted by age because ids are random.
	SortedByID bool `json:"sortedById,omitempty"`
}

// The formats of a body.
const (
	JSON      = "json"
	Form      = "form"
	Multipart = "multipart"
	Text      = "text"
)

// Body is a body that is not empty. Its value is decoded JSON with numbers as json.Number, an
// object of lists for a form, or a string for text.
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

// Text returns a string property of a JSON object, empty if there is none.
func (b *Body) Text(name string) string {
	text, _ := b.Object()[name].(string)
	return text
}

// AccessToken is the format of an access token. It has the values of alg and typ, and the types of
// everything else. For an opaque token both maps are empty.
type AccessToken struct {
	Header map[string]string `json:"header,omitempty"`
	Claims map[string]string `json:"claims,omitempty"`
}

// RawCase has the exchanges of a case as sent and received, including secrets.
type RawCase struct {
	Scenario       string
	Version        version.Version
	Outcome        report.Outcome
	Exchanges      []Exchange
	DialectEntries map[string]int
	// Secrets are additional secrets that do not appear in the exchanges as such.
	Secrets []string
}

// An Exchange is a request with its response, including secrets.
type Exchange struct {
	Method, URL    string
	Header         http.Header
	Body           string
	Status         int
	ResponseHeader http.Header
	ResponseBody   string
	// Concurrent reports whether the request was made concurrently with its neighbors. Their order
	// is random.
	Concurrent bool
}
