package contracttests

// An ErrorBody is the body of an error response. SailPoint errors have the first four properties, a
// 401 and errors below /oauth have Error, and a 429 has Message.
type ErrorBody struct {
	DetailCode Field[string]         `json:"detailCode,omitzero"`
	TrackingID Field[string]         `json:"trackingId,omitzero"`
	Messages   Field[[]ErrorMessage] `json:"messages,omitzero"`
	Causes     Field[[]any]          `json:"causes,omitzero"`
	Error      Field[string]         `json:"error,omitzero"`
	Message    Field[string]         `json:"message,omitzero"`
}

// An ErrorMessage is a message of a SailPoint error.
type ErrorMessage struct {
	Locale       Field[string] `json:"locale,omitzero"`
	LocaleOrigin Field[string] `json:"localeOrigin,omitzero"`
	Text         Field[string] `json:"text,omitzero"`
}

// UnmarshalJSON matches names exactly.
func (e *ErrorBody) UnmarshalJSON(data []byte) error { return decodeObject(data, e) }

// UnmarshalJSON matches names exactly.
func (m *ErrorMessage) UnmarshalJSON(data []byte) error { return decodeObject(data, m) }
