package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// What can be wrong with a request before the domain sees it.
type (
	malformed struct {
		rule    rule.ID
		problem string
	}
	misshapen            struct{ violations []spec.Violation }
	unsupportedMediaType struct{ question, got, want string }
)

func (e *unsupportedMediaType) reason() response.Reason {
	return response.Reason{Rule: rule.WrongContentType, Text: e.Error()}
}

func (e *malformed) Error() string { return e.problem }
func (e *misshapen) Error() string { return e.violations[0].String() }
func (e *unsupportedMediaType) Error() string {
	got := "nothing"
	if e.got != "" {
		got = redact.Quote(e.got)
	}
	return "header Content-Type: expected " + e.want + ", got " + got
}

// code is what a refusal answers: its status, its detailCode, and its message, in which %s
// stands for the field that the first cause is about. The words of the codes of 400 and 404
// were observed, their numbers compared; which of them a PAT operation answers is inferred.
type code struct {
	status       int
	detail, text string
}

var (
	badSyntax = code{http.StatusBadRequest, "400.0 Bad request syntax", "The request could not be parsed."}
	tooLarge  = code{http.StatusRequestEntityTooLarge, "413 Content too large", "The body is larger than the server takes."}
	badType   = code{http.StatusUnsupportedMediaType, "415 Unsupported media type", "The operation does not take a body of this content type."}

	codes = map[pat.Kind]code{
		pat.Invalid:   {http.StatusBadRequest, "400.1 Bad request content", "The request was syntactically correct but its content is semantically invalid."},
		pat.Missing:   {http.StatusBadRequest, "400.1.0 Required data missing or empty", "Required field %s was missing or empty."},
		pat.Illegal:   {http.StatusBadRequest, "400.1.3 Illegal value", "Value of %s is empty or contains invalid data."},
		pat.Limit:     {http.StatusBadRequest, "400.1.4 Limit violation", "You have reached the current limit of personal access tokens."},
		pat.Forbidden: {http.StatusForbidden, "403 Forbidden", "The server understood the request but refuses to authorize it."},
		pat.NotFound:  {http.StatusNotFound, "404 Not found", "The server did not find a current representation for the target resource."},
	}
)

// refusal turns an error into an answer. One that is none of a caller's is a fault of the mock.
func (a *API) refusal(rw http.ResponseWriter, r *http.Request, err error) *response.Response {
	var (
		bearer    *response.BearerError
		syntax    *malformed
		shape     *misshapen
		mediaType *unsupportedMediaType
		size      *http.MaxBytesError
		broken    *pat.Error
		rejected  *response.Error
		open      questioned
	)
	if errors.As(err, &open) {
		if by := a.config.Dialect[open.Question()]; by.Refuses() {
			return a.told(rw, open, by)
		}
	}
	switch {
	case errors.As(err, &bearer):
		return a.unauthorized(bearer)
	case errors.As(err, &syntax):
		return a.answer(rw, badSyntax, "", response.Reason{Rule: syntax.rule, Text: syntax.problem})
	case errors.As(err, &size):
		return a.answer(rw, tooLarge, "", response.Reason{
			Rule: rule.ContentTooLarge, Text: fmt.Sprintf("body: expected at most %d bytes, got more", size.Limit),
		})
	case errors.As(err, &mediaType):
		return a.answer(rw, badType, "", mediaType.reason())
	case errors.As(err, &shape):
		return a.answer(rw, shapeCode(shape.violations), shape.violations[0].Where(), a.shapeReasons(shape.violations)...)
	case errors.As(err, &broken):
		reasons := a.reasons(broken)
		if hints := response.InfoFrom(r).Hints; len(hints) > 0 {
			reasons[0].Text += "; " + strings.Join(hints, "; ")
		}
		return a.answer(rw, codes[broken.Kind], broken.Causes[0].At, reasons...)
	case errors.As(err, &rejected):
		return a.config.Writer.ErrorResponse(r, rejected)
	}
	return a.config.Writer.ErrorResponse(r, err)
}

// told is the refusal that answers a question, as the tenant's dialect has it.
func (a *API) told(rw http.ResponseWriter, refusal questioned, by dialect.Answer) *response.Response {
	var (
		mediaType *unsupportedMediaType
		shape     *misshapen
		broken    *pat.Error
	)
	switch {
	case errors.As(refusal, &shape):
		return a.differing(rw, shapeCode(shape.violations), by, shape.violations[0].Where(), a.shapeReasons(shape.violations)...)
	case errors.As(refusal, &broken):
		return a.differing(rw, codes[broken.Kind], by, broken.Causes[0].At, a.reasons(broken)...)
	case errors.As(refusal, &mediaType):
		return a.differing(rw, badType, by, "", mediaType.reason())
	}
	return a.differing(rw, codes[pat.Invalid], by, "", response.Reason{Rule: rule.ID(refusal.Question()), Text: refusal.Error()})
}

// reasons returns the causes of a rule's error. A rule that depends on a clock that was moved says so.
func (a *API) reasons(broken *pat.Error) []response.Reason {
	reasons := make([]response.Reason, len(broken.Causes))
	for i, c := range broken.Causes {
		reasons[i] = response.Reason{Rule: c.Rule, Text: c.Text()}
		if note := a.config.ClockNote(); note != "" && c.Timed() {
			reasons[i].Text += "; " + note
		}
	}
	return reasons
}

// The texts of a tenant's 401: without a bearer that can be used (observed), and with one that has
// expired (published).
const (
	jwtRequired = "JWT is required"
	jwtExpired  = "JWT validation failed: JWT is expired"
)

// unauthorized returns the 401 of a bearer, with a challenge.
func (a *API) unauthorized(err *response.BearerError) *response.Response {
	text := err.Error()
	switch {
	case a.config.Writer.Plain && err.Expired:
		text = jwtExpired
	case a.config.Writer.Plain:
		text = jwtRequired
	}
	return challenge(err, text)
}

// challenge returns a 401 of a text, in the published form.
func challenge(err *response.BearerError, text string) *response.Response {
	resp, _ := response.JSON(http.StatusUnauthorized, map[string]string{"error": text}) // strings always encode
	resp.Header = http.Header{"Www-Authenticate": {err.Challenge()}}
	resp.Reasons = []response.Reason{{Rule: err.Rule, Text: err.Error()}}
	return resp
}

// answer makes a refusal of a code about the field at a place.
func (a *API) answer(rw http.ResponseWriter, c code, at string, reasons ...response.Reason) *response.Response {
	return a.config.Writer.Error(rw, c.status, c.detail, c.message(at), reasons...)
}

// message is the text about the field at a place.
func (c code) message(at string) string {
	if !strings.Contains(c.text, "%s") {
		return c.text
	}
	field := `"` + strings.TrimPrefix(at, "/") + `"`
	if at == "" {
		field = "the request"
	}
	return fmt.Sprintf(c.text, field)
}

func shapeCode(violations []spec.Violation) code {
	for _, v := range violations {
		if v.Rule != "required" && v.More == 0 {
			return codes[pat.Illegal]
		}
	}
	return codes[pat.Missing]
}

// shapeReasons returns violations as reasons, in the words of the domain if it has better ones: it
// knows what is wrong with a date.
func (a *API) shapeReasons(violations []spec.Violation) []response.Reason {
	reasons := make([]response.Reason, len(violations))
	for i, v := range violations {
		if v.More > 0 {
			reasons[i] = response.Reason{Text: v.String(), More: v.More}
			continue
		}
		reasons[i] = response.Reason{Rule: shapeRule(v), Text: v.String()}
		if v.Format != "date-time" {
			continue
		}
		text, ok := v.Value.(string)
		if _, err := pat.ParseDate(text, v.Where()); ok && err != nil {
			var broken *pat.Error
			if errors.As(err, &broken) {
				reasons[i] = a.reasons(broken)[0]
			}
		}
	}
	return reasons
}

// shapeRules are rules of single properties that a schema expresses, by pointer and keyword.
var shapeRules = []struct {
	pointer, keyword string // an empty keyword means any
	rule             rule.ID
}{
	{"/name", "required", rule.NameRequired},
	{"/accessTokenValiditySeconds", "minimum", rule.ValidityBounds},
	{"/accessTokenValiditySeconds", "maximum", rule.ValidityBounds},
	{"/expirationDate", "format", rule.DateIsRFC3339},
	{"/ids", "", rule.BulkIDs},
	{"/patch", "minItems", rule.BulkFields},
}

// shapeRule returns the rule that a violation of a document breaks.
func shapeRule(v spec.Violation) rule.ID {
	for _, r := range shapeRules {
		if v.In == spec.InBody && v.Pointer == r.pointer && (r.keyword == "" || v.Rule == r.keyword) {
			return r.rule
		}
	}
	if v.Rule == "required" {
		return rule.MissingProperty
	}
	return rule.InvalidProperty
}
