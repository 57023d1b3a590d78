package response

import (
	"errors"
	"net/http"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec/rule"
)

// What the API and the token endpoint use until their errors are of type [Error].

// HandlerFunc handles a request.
type HandlerFunc func(r *http.Request, info *RequestInfo) (*Response, error)

// ErrorEncoder turns an error into a response.
type ErrorEncoder func(rw http.ResponseWriter, r *http.Request, err error) *Response

// Respond replies to a request with what handle returns.
func (w Writer) Respond(rw http.ResponseWriter, r *http.Request, validate Validator, handle HandlerFunc, encode ErrorEncoder) {
	resp, err := handle(r, InfoFrom(r))
	if gone := r.Context().Err(); err != nil && (gone == nil || !errors.Is(err, gone)) {
		resp, err = encode(rw, r, err), nil
	}
	w.Reply(rw, r, validate, resp, err)
}

// Error returns an error in SailPoint's form.
func (w Writer) Error(rw http.ResponseWriter, status int, detailCode, text string, reasons ...Reason) *Response {
	w.Dialect = dialect.Dialect{"": {Text: text}} // as it is
	resp := w.apiResponse(rw.Header().Get(RequestID), row{status: status, code: detailCode}, &Error{Reasons: reasons})
	resp.Status, resp.Reasons = status, reasons
	return resp
}

// DefaultMessage returns the detailCode and the text of the errors of a status.
func DefaultMessage(status int) (detailCode, text string) {
	form := rowOfStatus(status)
	return form.code, form.text
}

// OAuthError returns an error in the form of RFC 6749.
func (w Writer) OAuthError(status int, kind, description string, reasons ...Reason) *Response {
	resp := w.oauthResponse(row{status: status, oauth: kind}, &Error{Description: description, Reasons: reasons})
	resp.Header["Pragma"] = noStore
	resp.Status, resp.Reasons = status, reasons
	return resp
}

// InvalidRequest is the error of a request to the token endpoint that is wrong in itself.
const InvalidRequest = invalidRequest

// BasicChallenge is the challenge of the token endpoint.
const BasicChallenge = basicChallenge

// A BearerError rejects an Authorization header.
type BearerError struct {
	Rule rule.ID
	// Missing reports that the request has no bearer at all.
	Missing bool
	// Expired reports that the bearer was valid once.
	Expired bool
	// Err has the text for the client.
	Err error
}

// Error returns the text for the client.
func (e *BearerError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *BearerError) Unwrap() error { return e.Err }

// Challenge returns the value of WWW-Authenticate for the error.
func (e *BearerError) Challenge() string {
	if e.Missing {
		return "Bearer"
	}
	return invalidTokenChallenge(e.Error())
}
