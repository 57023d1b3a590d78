package answer

import (
	"encoding/json"
	"net/http"
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

// Error makes an answer in SailPoint's form: the text as message in the default locale and
// in that of the request (observed; patmock speaks English to everybody), and the causes.
func Error(rw http.ResponseWriter, status int, detailCode, text string, causes ...string) *Answer {
	body := errorResponse{
		DetailCode: detailCode,
		TrackingID: rw.Header().Get(RequestID),
		Messages:   []message{{"en-US", "DEFAULT", text}, {"und", "REQUEST", text}},
		Causes:     []message{},
	}
	for _, cause := range causes {
		body.Causes = append(body.Causes, message{"en-US", "DEFAULT", cause})
	}
	encoded, _ := json.Marshal(body) // strings always encode
	return &Answer{Status: status, Body: encoded, Why: causes}
}
