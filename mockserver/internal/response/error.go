package response

import (
	"cmp"
	"net/http"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/rule"
)

// An Error is why a request is not served. One table turns its kind into a status, and into the
// texts of each [Form].
type Error struct {
	// Kind is empty for an error that is known by its status alone, such as an injected one.
	Kind   Kind
	Status int // of an error without a kind
	// Field is what the message of the API is about: a JSON pointer or a parameter. Empty means the
	// request.
	Field string
	// Description is what the token endpoint sends. Empty means the reason, or the text of the kind
	// if the mock is faithful.
	Description string
	// Advice is the cause of an error whose reason is its message. Empty means that of the kind.
	Advice string
	// Reasons go to the log, to the journal and, unless the mock is faithful, to the client. There
	// is at least one.
	Reasons []Reason
	// Problems are the parts of a request to the control API that are wrong.
	Problems []control.ProblemError
	// Header is added to the response.
	Header http.Header
	// DialectEntry is the entry of package dialect that decides how a tenant responds. Empty means
	// none.
	DialectEntry string
}

// Errorf returns an error of a kind that has one reason.
func Errorf(kind Kind, reason Reason) *Error {
	return &Error{Kind: kind, Reasons: []Reason{reason}}
}

// OAuthError returns an error of the token endpoint that clients see as a description. The advice
// is for the log alone: the description keeps the words of a tenant, and is that of the kind if it
// is empty. The dialect's entry has the id of the rule.
func OAuthError(kind Kind, description, advice string, violated rule.ID) *Error {
	description = cmp.Or(description, templates[kind].text)
	text := templates[kind].oauth + ": " + description
	if advice != "" {
		text += ": " + advice
	}
	return &Error{
		Kind: kind, Description: description, DialectEntry: string(violated),
		Reasons: []Reason{{Rule: violated, Text: text}},
	}
}

// fromDomain returns the error of a rule about tokens.
func fromDomain(e *pat.Error, info *RequestInfo) *Error {
	text := e.Text()
	if e.DependsOnTime() && info.ClockNote != "" {
		text += "; " + info.ClockNote
	}
	converted := &Error{Kind: e.Kind, Field: e.Field, DialectEntry: cmp.Or(e.Entry, string(e.Rule))}
	if e.Kind == BadCredentials { // clients must not see why
		converted.Description = templates[BadCredentials].text
	}
	converted.Reasons = []Reason{
		{Rule: e.Rule, Text: strings.Join(append([]string{text}, info.Hints...), "; ")},
	}
	return converted
}

// Error returns the reasons as sentences.
func (e *Error) Error() string { return strings.Join(Texts(e.Reasons), "; ") }
