package response

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// RequestID is the name of the request ID header. Errors of the API contain its value as
// trackingId.
//
// observed: every response of a tenant has it. The trackingId is inferred from a related service.
const RequestID = "SLPT-Request-ID"

// A Form is the format of the errors of a path.
type Form int

// The forms.
const (
	API     Form = iota // the published ErrorResponseDto
	OAuth               // RFC 6749, section 5.2
	Control             // RFC 9457
)

// ErrorResponse returns the response to a request that failed with err, in the form of its path. An
// unknown err is logged as a bug of the mock.
func (w Writer) ErrorResponse(r *http.Request, err error) *Response {
	info := InfoFrom(r)
	e := w.toError(r, info, err)
	tmpl := w.templateOf(e)
	var resp *Response
	switch {
	case info.Form == Control:
		resp = problemResponse(tmpl, e)
	case tmpl.status == http.StatusTooManyRequests: // published, including the blanks
		resp = &Response{Body: []byte(`{"message":" Rate Limit Exceeded "}`)}
	case info.Form == OAuth:
		resp = w.oauthResponse(tmpl, e)
	case tmpl.code == "":
		resp = w.bearerResponse(tmpl, e)
	default:
		resp = w.apiResponse(info.RequestID, tmpl, e)
	}
	resp.Status = tmpl.status
	if resp.Reasons == nil {
		resp.Reasons = e.Reasons
	}
	if resp.Header == nil && (info.Form == OAuth || e.Header != nil) {
		resp.Header = http.Header{}
	}
	maps.Copy(resp.Header, e.Header)
	if info.Form == OAuth {
		resp.Header["Pragma"] = noStore
	}
	return resp
}

// noStore prevents caching of errors of the token endpoint (RFC 6749, section 5.1).
var noStore = []string{"no-cache"}

// toError converts err to an [Error]. Fault rules do not apply to a bug of the mock.
func (w Writer) toError(r *http.Request, info *RequestInfo, err error) *Error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e
	}
	if e := (*pat.Error)(nil); errors.As(err, &e) {
		return fromDomain(e, info)
	}
	if size := (*http.MaxBytesError)(nil); errors.As(err, &size) {
		return NewError(TooLarge, Reason{
			Rule: rule.ContentTooLarge,
			Text: fmt.Sprintf("body: expected at most %d bytes, got more", size.Limit),
		})
	}
	info.Effect = ""
	if reason, ok := UnwritableReason(err); ok {
		return NewError(StateUnwritable, reason)
	}
	info.Logged = true
	w.Log.ErrorContext(r.Context(), "internal error (this is a bug in patmock; please report it)",
		"method", Truncate(r.Method), "path", redact.String(info.Prefix+r.URL.Path), "requestId",
		info.RequestID, "operation", info.Operation, "namespace", Truncate(info.Namespace), "rule",
		string(rule.ControlInternalError), "error", redact.String(err.Error()))
	e := NewError(Internal, Reason{
		Rule: rule.ControlInternalError, Text: "internal error in patmock; see its log",
	})
	e.Description = templates[Internal].text
	return e
}

// apiError is the published ErrorResponseDto.
type apiError struct {
	DetailCode string    `json:"detailCode"`
	TrackingID string    `json:"trackingId"`
	Messages   []message `json:"messages"`
	Causes     []message `json:"causes"` // never null
}

type message struct {
	Locale       string `json:"locale"`
	LocaleOrigin string `json:"localeOrigin"`
	Text         string `json:"text"`
}

// maxCauseBytes is the maximum size of the text of a cause, in bytes of JSON. An error with
// [limit.Items] causes and one that counts the rest fits into [limit.Response].
const maxCauseBytes = 640

// apiResponse returns an error in SailPoint's form. The message appears in the default locale
// and in the locale of the request. Reasons become causes unless the mock is faithful.
//
// observed: two messages. The text of patmock is English in both.
func (w Writer) apiResponse(requestID string, tmpl template, e *Error) *Response {
	text := limit.TruncateJSON(cmp.Or(w.Dialect[e.DialectEntry].Text, tmpl.message(e)),
		maxCauseBytes)
	body := apiError{
		DetailCode: tmpl.code, TrackingID: requestID, Causes: []message{},
		Messages: []message{{"en-US", "DEFAULT", text}, {"und", "REQUEST", text}},
	}
	for i, reason := range e.Reasons {
		if w.Faithful {
			break
		}
		if i == 0 {
			reason.Text = cmp.Or(e.Advice, tmpl.advice, reason.Text)
		}
		body.Causes = append(body.Causes, message{
			"en-US", "DEFAULT", limit.TruncateJSON(reason.String(), maxCauseBytes),
		})
	}
	encoded, _ := json.Marshal(body) // strings always encode
	return &Response{Body: encoded}
}

// bearerResponse returns a 401 of the API, in the published form and with a challenge.
//
// assumed: the challenge.
func (w Writer) bearerResponse(tmpl template, e *Error) *Response {
	reason := e.Reasons[0].Text
	text, challenge := reason, "Bearer"
	if dialectText := w.Dialect[e.DialectEntry].Text; dialectText != "" || w.Faithful {
		text = cmp.Or(dialectText, tmpl.text)
	}
	if e.Kind != NoBearer {
		challenge = invalidTokenChallenge(reason)
	}
	body, _ := json.Marshal(map[string]string{"error": text}) // strings always encode
	return &Response{Body: body, Header: http.Header{"Www-Authenticate": {challenge}}}
}

// basicChallenge is the challenge of the token endpoint (RFC 9110, section 11.6.1).
//
// assumed
const basicChallenge = `Basic realm="oauth"`

// invalidTokenChallenge returns the challenge for an invalid bearer token (RFC 6750, section 3).
func invalidTokenChallenge(description string) string {
	return `Bearer error="invalid_token", error_description="` + sanitizeDescription(description) +
		`"`
}

// oauthResponse returns an error of the token endpoint. Characters that its description must not
// contain are replaced.
func (w Writer) oauthResponse(tmpl template, e *Error) *Response {
	text := e.Reasons[0].Text
	switch {
	case !w.Faithful:
	case e.Kind != 0:
		text = tmpl.message(e)
	case tmpl.status == http.StatusUnauthorized:
		text = templates[BadCredentials].text
	default:
		text = http.StatusText(tmpl.status)
	}
	text = cmp.Or(w.Dialect[e.DialectEntry].Description, e.Description, text)
	// strings always encode
	body, _ := json.Marshal(oauthError{tmpl.oauth, sanitizeDescription(text)})
	resp := &Response{Body: body, Header: http.Header{}}
	if tmpl.status == http.StatusUnauthorized {
		resp.Header["Www-Authenticate"] = []string{basicChallenge}
	}
	return resp
}

type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// sanitizeDescription replaces the characters that error_description must not contain (RFC 6749,
// section 5.2). It truncates long text.
func sanitizeDescription(text string) string {
	const maxLength = 200
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, text)
	if len(text) > maxLength {
		return text[:maxLength] + "..."
	}
	return text
}
