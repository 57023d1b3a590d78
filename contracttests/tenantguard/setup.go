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

// A SetupError is the error of the first requests to a target, whose responses are not those of the
// API. It names the request, the response, and the likely cause with a remedy.
type SetupError struct {
	Method, URL string
	Status      int // zero without a response
	// Location and ContentType are those of the response, empty without them.
	Location, ContentType string
	Cause                 SetupCause
	// Reason is the message of the body, empty if it has no message in a known form.
	Message string
	// Err is why there is no response. It is nil if there is one.
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

// Unwrap returns why there is no response.
func (e *SetupError) Unwrap() error { return e.Err }

// A SetupResponse is a response to one of the first requests to a target.
type SetupResponse struct {
	// BaseURL of the target, to which the path of URL is appended.
	BaseURL, Method, URL string
	Status               int
	Header               http.Header
	Body                 []byte
	// ClientID is the one that a login was sent with, empty for other requests.
	ClientID string
	// Redact replaces secrets in a text. Nil means [redact.Report].
	Redact func(string) string
}

// ExplainResponse returns the error of a response that is not what the request needs.
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
	if urlErr, ok := errors.AsType[*url.Error](err); ok { // it repeats the address
		err = urlErr.Err
	}
	cause := causeOfFailure(err)
	return &SetupError{
		Method: method, URL: redact.Report(address), Cause: cause, Err: err,
		remedy: remedies[cause],
	}
}

// explain returns the likely cause, and a remedy unless it is that of the cause. What the base URL
// or the way to the target explains comes before what the status means.
func (r SetupResponse) explain() (cause SetupCause, remedy string) {
	base, _ := url.Parse(r.BaseURL) // the request was made with it
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
		return VersionInBase, "the base URL ends in a version: leave " + versionIn(base.Path) +
			" out, since patmock appends it"
	case r.Status != http.StatusOK && strings.Contains(base.Path, "/oauth"):
		return EndpointInBase, ""
	case r.Status >= 500:
		return Unavailable, ""
	case r.isHTML():
		return WebPage, "a web page is no response of the API: " + webPageRemedy(base.Hostname())
	case r.Status == http.StatusUnauthorized && !strings.HasSuffix(r.URL, "/oauth/token"):
		return BadBearer, ""
	case r.Status != http.StatusOK:
		cause = cmp.Or(statusCauses[r.Status], OtherStatus)
		if cause == BadCredentials && uuidPattern.MatchString(r.ClientID) {
			remedy = remedies[cause] +
				"; the client id has dashes, which those of personal access tokens have not"
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

// causesOfStatus has the causes of statuses that nothing else explains.
var statusCauses = map[int]SetupCause{
	http.StatusNotFound: NoSuchPath, http.StatusMethodNotAllowed: NoSuchPath,
	http.StatusGone:       NoSuchPath,
	http.StatusBadRequest: BadCredentials, http.StatusUnauthorized: BadCredentials,
	http.StatusForbidden: Forbidden, http.StatusTooManyRequests: TooManyRequests,
}

// dashedID matches a UUID: the form of the ids of API clients.
var uuidPattern = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// redirection returns which base URL a redirect leads to.
func (r SetupResponse) redirectRemedy() string {
	from, err := url.Parse(r.URL)
	location := r.Header.Get("Location")
	if err != nil || location == "" {
		return "a redirect without a Location: look whether the base URL is that of the API"
	}
	to, err := from.Parse(location)
	suffix := strings.TrimPrefix(r.URL, strings.TrimRight(r.BaseURL, "/"))
	suffix, _, _ = strings.Cut(suffix, "?")
	if err != nil || suffix == "" || !strings.HasSuffix(strings.TrimRight(to.Path, "/"), suffix) {
		return "redirects are not followed, and this one leads elsewhere, perhaps to a page to " +
			"log in: " +
			webPageRemedy(from.Hostname())
	}
	base := &url.URL{
		Scheme: to.Scheme, Host: to.Host,
		Path: strings.TrimSuffix(strings.TrimRight(to.Path, "/"), suffix),
	}
	return "redirects are not followed, since they turn POST into GET or lose the secret: " +
		"name the base URL " + r.Redact(base.String())
}

// webPage returns where the API is, for the host of a page.
func webPageRemedy(host string) string {
	tenant, domain, _ := strings.Cut(host, ".")
	isTenant := strings.HasPrefix(domain, "identitynow") ||
		strings.HasPrefix(domain, "saas.sailpoint")
	if isTenant && tenant != "" {
		return fmt.Sprintf("the API of this tenant is at https://%s.api.%s", tenant, domain)
	}
	return "name the base URL of the API (https://TENANT.api.identitynow.com), " +
		"and look for a proxy that asks to log in"
}

// versionIn returns the last segment of a path if it is that of a version, or of an older API.
func versionIn(path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	last := segments[len(segments)-1]
	if _, err := version.Parse(last); err == nil || last == "cc" {
		return "/" + last
	}
	return ""
}

// isPage reports whether the response is HTML.
func (r SetupResponse) isHTML() bool {
	// an invalid one is no HTML
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body := bytes.ToLower(bytes.TrimSpace(r.Body))
	return mediaType == "text/html" || bytes.HasPrefix(body, []byte("<!doctype html")) ||
		bytes.HasPrefix(body, []byte("<html"))
}

// isTLSComplaint reports whether a body is what servers send for plain HTTP on a port with TLS:
// Go's, nginx's and Apache's.
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

// maxReason bounds the reason of a body, in runes.
const maxReason = 200

// reason returns the message of an error in one of the forms of the token endpoint and the API.
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
	// An empty reason means that there is none in a known form.
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
