package response

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"example.com/patmock/spec/limit"
)

// RequestID is the header that names a request on every answer (observed), and
// the trackingId of an error (inferred from another service of the same make).
const RequestID = "SLPT-Request-ID"

// errorResponse is the published ErrorResponseDto.
type errorResponse struct {
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

// Error returns an answer in SailPoint's form: the text as message in the default locale and in that
// of the request (observed; patmock speaks English to everybody), and the reasons as causes, unless
// the mock is to show no more than a tenant does.
func (w Writer) Error(rw http.ResponseWriter, status int, detailCode, text string, reasons ...Reason) *Response {
	body := errorResponse{
		DetailCode: detailCode,
		TrackingID: rw.Header().Get(RequestID),
		Messages:   []message{{"en-US", "DEFAULT", limit.JSON(text, maxCause)}, {"und", "REQUEST", limit.JSON(text, maxCause)}},
		Causes:     []message{},
	}
	for _, reason := range w.shown(reasons) {
		body.Causes = append(body.Causes, message{"en-US", "DEFAULT", limit.JSON(reason.String(), maxCause)})
	}
	encoded, _ := json.Marshal(body) // strings always encode
	return &Response{Status: status, Body: encoded, Reasons: reasons}
}

// maxCause bounds, in bytes of JSON, the text of a cause: [limit.Items] of them, and one more that
// counts the rest, have room in [limit.Response].
const maxCause = 640

// shown returns the reasons that clients see.
func (w Writer) shown(reasons []Reason) []Reason {
	if w.Plain {
		return nil
	}
	return reasons
}

// RateLimited is the answer to too many requests (published, blanks included).
func (w Writer) RateLimited(why Reason) *Response {
	return &Response{
		Status: http.StatusTooManyRequests, Body: []byte(`{"message":" Rate Limit Exceeded "}`), Reasons: []Reason{why},
	}
}

// ErrorForStatus makes an answer of a status in SailPoint's form to a request that nothing was wrong with.
func (w Writer) ErrorForStatus(rw http.ResponseWriter, status int, why Reason) *Response {
	code, text := DefaultMessage(status)
	return w.Error(rw, status, code, text, why)
}

// DefaultMessage returns the detailCode and the text that errors of a status have when nothing more is known.
func DefaultMessage(status int) (detailCode, text string) {
	if known, ok := defaultMessages[status]; ok {
		return known[0], known[1]
	}
	text = http.StatusText(status)
	return strings.TrimSpace(strconv.Itoa(status) + " " + text), text
}

// defaultMessages are the codes and texts of statuses (published, but for 503).
var defaultMessages = map[int][2]string{
	http.StatusBadRequest:          {"400.1 Bad request content", "The request was syntactically correct but its content is semantically invalid."},
	http.StatusForbidden:           {"403 Forbidden", "The server understood the request but refuses to authorize it."},
	http.StatusNotFound:            {"404 Not found", "The server did not find a current representation for the target resource."},
	http.StatusInternalServerError: {"500.0 Internal fault", "An internal fault occurred."},
	http.StatusServiceUnavailable:  {"503 Service unavailable", "The server cannot take the request now."},
}
