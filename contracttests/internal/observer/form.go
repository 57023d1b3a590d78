package observer

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"example.com/patmock/spec/rule"
)

// checkForm checks the headers of a response and the body of an error.
func (o *Observer) checkForm(e *exchange) {
	if e.Method == http.MethodOptions {
		return // CORS is not part of the API
	}
	o.checkHeaders(e)
	if e.Method == http.MethodHead {
		return
	}
	kind, _, _ := mime.ParseMediaType(e.ResponseHeader.Get("Content-Type"))
	switch {
	case e.ResponseBody == "" && kind != "":
		o.report(rule.Headers, "no content",
			"Content-Type of a response without a body is %q, expected none", kind)
	case e.ResponseBody != "" && kind != "application/json":
		o.report(rule.Headers, "content", "Content-Type is %q, expected application/json", kind)
	}
	o.checkCache(e)
	if e.Status >= 400 {
		o.checkError(e)
	}
}

func (o *Observer) checkHeaders(e *exchange) {
	id := e.ResponseHeader.Get("Slpt-Request-Id")
	switch {
	case id == "":
		o.report(rule.Headers, "id", "the response has no SLPT-Request-ID")
	case o.requestIDs[id]:
		o.report(rule.Headers, "id twice", "SLPT-Request-ID is %q, the id of an earlier request",
			id)
	}
	o.requestIDs[id] = true
	if date := e.ResponseHeader.Get("Date"); date == "" {
		o.report(rule.Headers, "date", "the response has no Date")
	} else if _, err := http.ParseTime(date); err != nil {
		o.report(rule.Headers, "date form", "Date is %q, expected an HTTP date", date)
	}
	if e.Status == http.StatusUnauthorized {
		o.checkChallenge(e.ResponseHeader.Get("Www-Authenticate"))
	}
}

func (o *Observer) checkChallenge(challenge string) {
	scheme, _, _ := strings.Cut(challenge, " ")
	switch {
	case challenge == "":
		o.report(rule.Challenge, "", "a 401 has no WWW-Authenticate")
	case !strings.EqualFold(scheme, "Bearer") && !strings.EqualFold(scheme, "Basic"):
		o.report(rule.Challenge, "scheme",
			"WWW-Authenticate of a 401 is %q, expected the scheme Bearer or Basic", challenge)
	}
}

// checkCache checks that a response with a secret may not be cached.
func (o *Observer) checkCache(e *exchange) {
	control := strings.ToLower(e.ResponseHeader.Get("Cache-Control"))
	switch {
	case strings.Contains(control, "no-store"):
	case e.Op == Login:
		o.report(rule.LoginNoStore, "",
			"Cache-Control of the response to a login is %q, expected no-store", control)
	case e.Op == Create:
		o.report(rule.NoStore, "",
			"Cache-Control of the response to create is %q, expected no-store", control)
	case !o.options.RealTenant:
		o.reportAssumed(rule.NoStore, "other",
			"Cache-Control of a response is %q, expected no-store", control)
	}
	if e.Op == Login && e.ok() && !strings.Contains(e.ResponseHeader.Get("Pragma"), "no-cache") {
		o.report(rule.LoginNoStore, "pragma",
			"Pragma of the response to a login is %q, expected no-cache",
			e.ResponseHeader.Get("Pragma"))
	}
}

// checkError checks the body of an error.
func (o *Observer) checkError(e *exchange) {
	body := e.responseObject()
	switch {
	case e.Status == http.StatusTooManyRequests:
		if body.text("message") == "" {
			o.report(rule.Error429, "message", "message of a 429 is %s, expected a string",
				body["message"])
		}
		if e.ResponseHeader.Get("Retry-After") == "" {
			o.report(rule.Error429, "retry", "a 429 has no Retry-After")
		}
	case e.OAuth && (e.Op == Login || e.Op == CheckToken):
		if body.text("error") == "" || body.text("error_description") == "" {
			o.report(rule.OAuthError, "",
				"error and error_description of a %d are %s and %s, expected strings", e.Status,
				body["error"], body["error_description"])
		}
	case e.Status == http.StatusUnauthorized:
		if body.text("error") == "" {
			o.report(rule.Error401, "", "error of a 401 is %s, expected a string", body["error"])
		}
	case e.Version != "":
		o.checkDTO(e, body)
	}
}

// checkDTO checks an error in SailPoint's format.
func (o *Observer) checkDTO(e *exchange, body object) {
	if code := body.text("detailCode"); !strings.HasPrefix(code, fmt.Sprint(e.Status)) {
		o.report(rule.ErrorDTO, "code", "detailCode is %q, expected the prefix %d", code, e.Status)
	}
	if id := body.text("trackingId"); id != e.ResponseHeader.Get("Slpt-Request-Id") || id == "" {
		o.report(rule.TrackingID, "", "trackingId is %q, expected the SLPT-Request-ID %q", id,
			e.ResponseHeader.Get("Slpt-Request-Id"))
	}
	if causes, present := body["causes"]; !present || decode[[]json.RawMessage](causes) == nil {
		o.report(rule.ErrorDTO, "causes", "causes is %s, expected an array", causes)
	}
	defaults := 0
	for _, message := range decode[[]object](body["messages"]) {
		if message.text("text") == "" {
			o.report(rule.ErrorDTO, "text", "a message of the error has no text")
		}
		if message.text("localeOrigin") == "DEFAULT" && message.text("locale") != "" {
			defaults++
		}
	}
	if defaults != 1 {
		o.report(rule.ErrorDTO, "default",
			"messages has %d messages with a DEFAULT locale, expected one", defaults)
	}
}
