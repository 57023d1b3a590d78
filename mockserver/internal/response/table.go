package response

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"example.com/patmock/mockserver/internal/pat"
)

// A Kind classifies errors. An error of kind zero is only a status.
type Kind = pat.Kind

// The kinds of errors. Those of the domain come first.
const (
	Invalid        = pat.Invalid
	Missing        = pat.Missing
	Illegal        = pat.Illegal
	Limit          = pat.Limit
	Forbidden      = pat.Forbidden
	NotFound       = pat.NotFound
	BadCredentials = pat.BadCredentials
	NotSimulated   = pat.NotSimulated

	BadSyntax Kind = iota + 100
	TooLarge
	WrongContentType
	WrongCoding
	MethodNotAllowed
	RequestTimeout
	RateLimited
	Unavailable
	StateUnwritable
	Internal

	NoBearer
	InvalidBearer
	ExpiredBearer

	Unauthenticated
	UnauthorizedGrant
	UnsupportedGrant
	InvalidToken
)

// The error codes of the token endpoint. Most are those of RFC 6749, section 5.2. The library
// behind a tenant's other texts sends method_not_allowed. The last four are named after their
// status.
//
// assumed
const (
	invalidRequest         = "invalid_request"
	invalidClient          = "invalid_client"
	methodNotAllowed       = "method_not_allowed"
	notFound               = "not_found"
	notImplemented         = "not_implemented"
	serverError            = "server_error"            // RFC 6749, section 4.1.2.1
	temporarilyUnavailable = "temporarily_unavailable" // RFC 6749, section 4.1.2.1
)

// A template describes the response to errors of a kind, in each form.
type template struct {
	status int
	// code is the detailCode of the API. A 401 without a code has the published form {"error":
	// text}.
	code string
	// text is the message of the API, with %s for the field. It is also the description of the
	// token endpoint if the mock is faithful.
	text string
	// oauth is the error code of the token endpoint.
	oauth string
	// advice is the cause of the API. If it is empty, the reason is the cause.
	advice string
}

// reasonText is the text of kinds whose message is the reason, even if the mock is faithful.
const reasonText = "%reason"

// templates maps each kind to its template.
//
// observed: the words of the codes of 400 and 404. Which code an operation sends is inferred.
var templates = map[Kind]template{
	Invalid: {
		400, "400.1 Bad request content",
		"The request was syntactically correct but its content is semantically invalid.",
		invalidRequest, "",
	},
	Missing: {
		400, "400.1.0 Required data missing or empty", "Required field %s was missing or empty.",
		invalidRequest, "",
	},
	Illegal: {
		400, "400.1.3 Illegal value", "Value of %s is empty or contains invalid data.",
		invalidRequest, "",
	},
	Limit: {
		400, "400.1.4 Limit violation",
		"You have reached the current limit of personal access tokens.", invalidRequest, "",
	},
	Forbidden: {
		403, "403 Forbidden", "The server understood the request but refuses to authorize it.",
		invalidRequest, "",
	},
	NotFound: {
		404, "404 Not found",
		"The server did not find a current representation for the target resource.", notFound, "",
	},

	BadSyntax: {
		400, "400.0 Bad request syntax", "The request could not be parsed.", invalidRequest, "",
	},
	TooLarge: {
		413, "413 Content too large", "The body is larger than the server accepts.", invalidRequest,
		"",
	},
	WrongContentType: {
		415, "415 Unsupported media type",
		"The operation does not accept a body of this content type.", invalidRequest, "",
	},
	WrongCoding: {
		415, "415 Unsupported media type",
		"The server does not accept a body of this content encoding.", invalidRequest, "",
	},
	MethodNotAllowed: {
		405, "405 Method not allowed", "The path does not have this method.", methodNotAllowed, "",
	},
	RequestTimeout: {
		408, "408 Request timeout", reasonText, invalidRequest,
		"send the complete body, and its number of bytes as Content-Length",
	},
	RateLimited: {status: 429},
	NotSimulated: {
		501, "501 Not implemented", reasonText, notImplemented,
		"respond to such requests with patmock control stub add, or forward them with --fallback",
	},
	Unavailable: {
		503, "503 Service unavailable", "The server cannot handle the request now.",
		temporarilyUnavailable, "",
	},
	StateUnwritable: {503, "503 Service unavailable", reasonText, temporarilyUnavailable, ""},
	Internal:        {500, "500.0 Internal fault", "An internal fault occurred.", serverError, ""},

	// observed: 401 without a usable bearer. published: 401 with an expired one.
	NoBearer:      {401, "", "JWT is required", invalidClient, ""},
	InvalidBearer: {401, "", "JWT is required", invalidClient, ""},
	ExpiredBearer: {401, "", "JWT validation failed: JWT is expired", invalidClient, ""},

	// observed: the texts of BadCredentials and Unauthenticated. Their codes and the other kinds
	// are inferred from the library with these texts.
	BadCredentials: {401, "", "Bad client credentials", invalidClient, ""},
	Unauthenticated: {
		401, "", "Full authentication is required to access this resource", "unauthorized", "",
	},
	UnauthorizedGrant: {401, "", reasonText, invalidClient, ""},
	UnsupportedGrant:  {400, "", reasonText, "unsupported_grant_type", ""},
	InvalidToken:      {400, "", "Token was not recognised", "invalid_token", ""},
}

// kindOfStatus maps a status to its kind.
//
// published, except 503
var kindOfStatus = map[int]Kind{
	400: Invalid, 401: ExpiredBearer, 403: Forbidden, 404: NotFound, 429: RateLimited,
	500: Internal, 503: Unavailable,
}

// templateOfStatus returns the template of an error that is only a status.
func templateOfStatus(status int) template {
	if kind, ok := kindOfStatus[status]; ok {
		return templates[kind]
	}
	text := http.StatusText(status)
	return template{
		status, strings.TrimSpace(strconv.Itoa(status) + " " + text), text, invalidRequest, "",
	}
}

// templateOf returns the template of an error. The dialect of the mock may override the template of
// the kind.
func (w Writer) templateOf(e *Error) template {
	tmpl, ok := templates[e.Kind]
	if !ok {
		tmpl = templateOfStatus(e.Status)
	}
	entry := w.Dialect[e.DialectEntry]
	if entry.Rejects() && entry.Status != tmpl.status {
		oauth := tmpl.oauth
		tmpl = templateOfStatus(entry.Status)
		tmpl.oauth = oauth
	}
	tmpl.code, tmpl.oauth = cmp.Or(entry.DetailCode, tmpl.code), cmp.Or(entry.Error, tmpl.oauth)
	return tmpl
}

// message returns the text of an error.
func (f template) message(e *Error) string {
	switch {
	case f.text == reasonText:
		return e.Reasons[0].Text
	case e.Field == "":
		return strings.ReplaceAll(f.text, "%s", "the request")
	}
	return strings.ReplaceAll(f.text, "%s", `"`+strings.TrimPrefix(e.Field, "/")+`"`)
}
