package response

import (
	"cmp"
	"net/http"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/rule"
)

// An Error is the error of a request. A table maps its kind to a status and to the texts of each
// [Form].
type Error struct {
	// Kind is zero if the error is only a status, such as an injected one.
	Kind   Kind
	Status int // used only if Kind is zero
	// Field is the subject of the API's message: a JSON pointer or a parameter. If it is empty, the
	// request is the subject.
	Field string
	// Description is the error_description of the token endpoint. If it is empty, the reason is
	// sent, or the text of the kind if the mock is faithful.
	Description string
	// Advice is the cause in an error whose message is its reason. If it is empty, the advice of
	// the kind is used.
	Advice string
	// Reasons go to the log and the journal, and to the client unless the mock is faithful. There
	// is at least one.
	Reasons []Reason
	// Problems are the errors in parts of a request to the control API.
	Problems []control.ProblemError
	// Header is added to the response.
	Header http.Header
	// DialectEntry is the id of the dialect entry that overrides the response, or empty.
	DialectEntry string
}

// NewError returns an error of the given kind with one reason.
func NewError(kind Kind, reason Reason) *Error {
	return &Error{Kind: kind, Reasons: []Reason{reason}}
}

// OAuthError returns an error of the token endpoint with a description for clients. If description
// is empty, the text of the kind is used. The advice appears only in the log. The
// violated rule is also the dialect entry.
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

// fromDomain converts an error of package pat.
func fromDomain(e *pat.Error, info *RequestInfo) *Error {
	text := e.Text()
	if e.DependsOnTime() && info.ClockNote != "" {
		text += "; " + info.ClockNote
	}
	converted := &Error{Kind: e.Kind, Field: e.Field, DialectEntry: cmp.Or(e.Entry, string(e.Rule))}
	switch e.Kind {
	case BadCredentials: // clients must not learn the cause
		converted.Description = templates[BadCredentials].text
	case NotSimulated:
		converted.Advice = e.Advice
	}
	converted.Reasons = []Reason{
		{Rule: e.Rule, Text: strings.Join(append([]string{text}, info.Hints...), "; ")},
	}
	return converted
}

// Error returns the reasons as sentences.
func (e *Error) Error() string { return strings.Join(Texts(e.Reasons), "; ") }
