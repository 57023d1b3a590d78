package response

import (
	"net/http"
	"strings"

	"example.com/patmock/mockserver/control"
)

// An Error is why a request is not served. One table turns its kind into a status, and into the texts
// of each [Form].
type Error struct {
	// Kind is empty for an error that is known by its status alone, such as an injected one.
	Kind   Kind
	Status int // of an error without a kind
	// Field is what the message of the API is about: a JSON pointer or a parameter. Empty means the request.
	Field string
	// Description is what the token endpoint sends. Empty means the reason, or the text of the kind if
	// the mock is faithful.
	Description string
	// Advice is the cause of an error whose reason is its message. Empty means that of the kind.
	Advice string
	// Reasons go to the log, to the journal and, unless the mock is faithful, to the client. There is at
	// least one.
	Reasons []Reason
	// Problems are the parts of a request to the control API that are wrong.
	Problems []control.ProblemError
	// Header is added to the response.
	Header http.Header
	// Question is the entry of package dialect that decides how a tenant responds. Empty means none.
	Question string
}

// Errorf returns an error of a kind that has one reason.
func Errorf(kind Kind, why Reason) *Error { return &Error{Kind: kind, Reasons: []Reason{why}} }

// Error returns the reasons as sentences.
func (e *Error) Error() string { return strings.Join(Texts(e.Reasons), "; ") }
