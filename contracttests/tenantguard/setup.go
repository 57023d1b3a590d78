package tenantguard

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/version"
)

// A SetupError is the error of a first request to a target with an unexpected response. It names
// the request, the response, and the likely cause with a remedy.
type SetupError struct {
	Method, URL string
	Status      int // zero without a response
	// Location and ContentType are headers of the response, empty if missing.
	Location, ContentType string
	Cause                 SetupCause
	// Message is the message in the body, empty if the body has no known form.
	Message string
	// Err is the error of the request, nil if there is a response.
	Err    error
	remedy string
}

func (e *SetupError) Error() string {
	text := e.Method + " " + e.URL + ": "
	if e.Err != nil {
		return text + e.Err.Error() + ": " + e.remedy
	}
	text += strings.TrimSpace(fmt.Sprintf("status %d %s", e.Status, http.StatusText(e.Status)))
	if e.Location != "" {
		text += ", Location " + e.Location
	}
	text += ", " + cmp.Or(e.ContentType, "no content type")
	if e.Message != "" {
		text += fmt.Sprintf(", %q", e.Message)
	}
	return text + ": " + e.remedy
}

// Unwrap returns Err.
func (e *SetupError) Unwrap() error { return e.Err }

// A SetupResponse is a response to one of the first requests to a target.
type SetupResponse struct {
	// BaseURL is the base URL of the target, and a prefix of URL.
	BaseURL, Method, URL string
	Status               int
	Header               http.Header
	Body                 []byte
	// ClientID is the client id of a login, empty for other requests.
	ClientID string
	// Redact redacts secrets in a text. Nil means [redact.Report].
	Redact func(string) string
}

// ExplainResponse returns the error of an unexpected response.
func ExplainResponse(r SetupResponse) *SetupError {
	if r.Redact == nil {
		r.Redact = redact.Report
	}
	cause, remedy := r.explain()
	return &SetupError{
		Method: r.Method, URL: redact.Report(r.URL), Status: r.Status,
		Location:    r.Redact(r.Header.Get("Location")),
		ContentType: redact.Report(r.Header.Get("Content-Type")),
		Message:     r.reason(), Cause: cause, remedy: cmp.Or(remedy, remedies[cause]),
	}
}

// ExplainFailure returns the error of a request without a response.
func ExplainFailure(method, address string, err error) *SetupError {
	if urlErr, ok := errors.AsType[*url.Error](err); ok { // omit the URL
		err = urlErr.Err
	}
	cause := causeOfFailure(err)
	return &SetupError{
		Method: method, URL: redact.Report(address), Cause: cause, Err: err,
		remedy: remedies[cause],
	}
}

// explain returns the likely cause, and a remedy unless the cause determines it. Errors of the base
// URL or of a gateway take precedence over the status.
func (r SetupResponse) explain() (cause SetupCause, remedy string) {
	base, _ := url.Parse(r.BaseURL) // valid, since the request was sent
	if base == nil {
		base = &url.URL{}
	}
	body := bytes.TrimSpace(r.Body)
	switch {
	case r.Status >= 300 && r.Status <= 399:
		return Redirected, r.redirectRemedy()
	case r.Status == http.StatusProxyAuthRequired:
		return ProxyAuth, ""
	case base.Scheme == "http" && r.Status == http.StatusBadRequest && isTLSRequiredMessage(body):
		return PlainOnTLS, ""
	case r.Status != http.StatusOK && versionIn(base.Path) != "":
		return VersionInBase, "the base URL ends in a version: remove " + versionIn(base.Path) +
			", since patmock appends it"
	case r.Status != http.StatusOK && strings.Contains(base.Path, "/oauth"):
		return EndpointInBase, ""
	case r.Status >= 500:
		return Unavailable, ""
	case r.isHTML():
		return WebPage, "the response is a web page: " + webPageRemedy(base.Hostname())
	case r.Status == http.StatusUnauthorized && !strings.HasSuffix(r.URL, "/oauth/token"):
		return BadBearer, ""
	case r.Status != http.StatusOK:
		cause = cmp.Or(statusCauses[r.Status], OtherStatus)
		if cause == BadCredentials && uuidPattern.MatchString(r.ClientID) {
			remedy = remedies[cause] +
				"; the client id has dashes, unlike that of a personal access token"
		}
		return cause, remedy
	case hasByteOrderMark(body):
		return ByteOrderMark, ""
	case len(body) == 0:
		return EmptyBody, ""
	case !json.Valid(body):
		return NoJSON, ""
	}
	return OtherJSON, ""
}

// statusCauses has the causes of statuses without a more specific cause.
var statusCauses = map[int]SetupCause{
	http.StatusNotFound: NoSuchPath, http.StatusMethodNotAllowed: NoSuchPath,
	http.StatusGone:       NoSuchPath,
	http.StatusBadRequest: BadCredentials, http.StatusUnauthorized: BadCredentials,
	http.StatusForbidden: Forbidden, http.StatusTooManyRequests: TooManyRequests,
}

// uuidPattern matches a UUID, which is the form of the ids of API clients.
var uuidPattern = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// redirectRemedy returns the remedy for a redirect: the base URL in its Location.
func (r SetupResponse) redirectRemedy() string {
	from, err := url.Parse(r.URL)
	location := r.Header.Get("Location")
	if err != nil || location == "" {
		return "a redirect without a Location: check that the base URL is that of the API"
	}
	to, err := from.Parse(location)
	suffix := strings.TrimPrefix(r.URL, strings.TrimRight(r.BaseURL, "/"))
	suffix, _, _ = strings.Cut(suffix, "?")
	if err != nil || suffix == "" || !strings.HasSuffix(strings.TrimRight(to.Path, "/"), suffix) {
		return "redirects are not followed, and this one may lead to a login page: " +
			webPageRemedy(from.Hostname())
	}
	base := &url.URL{
		Scheme: to.Scheme, Host: to.Host,
		Path: strings.TrimSuffix(strings.TrimRight(to.Path, "/"), suffix),
	}
	return "redirects are not followed, since they turn POST into GET or lose the secret: " +
		"use the base URL " + r.Redact(base.String())
}

// webPageRemedy returns the remedy for a response that is a web page of the host.
func webPageRemedy(host string) string {
	tenant, domain, _ := strings.Cut(host, ".")
	isTenant := strings.HasPrefix(domain, "identitynow") ||
		strings.HasPrefix(domain, "saas.sailpoint")
	if isTenant && tenant != "" {
		return fmt.Sprintf("the API of this tenant is at https://%s.api.%s", tenant, domain)
	}
	return "use the base URL of the API (https://TENANT.api.identitynow.com), " +
		"and check for a proxy with a login page"
}

// versionIn returns the last segment of a path if it is a version or the name of an older API.
func versionIn(path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	last := segments[len(segments)-1]
	if _, err := version.Parse(last); err == nil || last == "cc" {
		return "/" + last
	}
	return ""
}

// isHTML reports whether the response is HTML.
func (r SetupResponse) isHTML() bool {
	// an invalid type is not HTML
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body := bytes.ToLower(bytes.TrimSpace(r.Body))
	return mediaType == "text/html" || bytes.HasPrefix(body, []byte("<!doctype html")) ||
		bytes.HasPrefix(body, []byte("<html"))
}

// isTLSRequiredMessage reports whether a body is the response of Go, nginx or Apache to plain HTTP
// on a TLS port.
func isTLSRequiredMessage(body []byte) bool {
	text := strings.ToLower(string(body))
	return strings.Contains(text, "http request to an https server") ||
		strings.Contains(text, "plain http request was sent to https port") ||
		strings.Contains(text, "speaking plain http to an ssl-enabled server port")
}

func hasByteOrderMark(text []byte) bool {
	for _, bom := range []string{"\xef\xbb\xbf", "\xfe\xff", "\xff\xfe"} {
		if bytes.HasPrefix(text, []byte(bom)) {
			return true
		}
	}
	return false
}

// maxReason limits the length of the message, in runes.
const maxReason = 200

// reason returns the message of an error in a form of the token endpoint or the API.
func (r SetupResponse) reason() string {
	var e struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Message     string `json:"message"`
		DetailCode  string `json:"detailCode"`
		Messages    []struct {
			Text string `json:"text"`
		} `json:"messages"`
	}
	// An unknown form has no message.
	_ = json.Unmarshal(bytes.TrimPrefix(r.Body, []byte("\xef\xbb\xbf")), &e)
	text := cmp.Or(e.Description, e.Message, e.Error)
	if len(e.Messages) > 0 {
		text = cmp.Or(e.Messages[0].Text, text)
	}
	text = r.Redact(strings.Join(strings.Fields(cmp.Or(text, e.DetailCode)), " "))
	if runes := []rune(text); len(runes) > maxReason {
		return string(runes[:maxReason]) + "..."
	}
	return text
}
