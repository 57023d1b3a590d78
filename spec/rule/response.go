package rule

// Responses in general.
const (
	ErrorDTO           ID = "error-dto"
	ErrorUndeclared    ID = "error-undeclared"
	Error401           ID = "error-401"
	Error429           ID = "error-429"
	TrackingID         ID = "tracking-id"
	Headers            ID = "headers"
	RateLimit          ID = "rate-limit"
	ExperimentalHeader ID = "experimental-header"
	LeadingSlashes     ID = "leading-slashes"
	NoGetByID          ID = "no-get-by-id"
	MethodNotAllowed   ID = "method-not-allowed"
	URLSyntax          ID = "url-syntax"
	Challenge          ID = "challenge"
	Head               ID = "head"
	JSONSyntax         ID = "json-syntax"
)

var responses = []Rule{
	{
		ID: ErrorDTO, Evidence: published,
		Text: "400, 403, 404 and 500 have detailCode, trackingId, messages with a DEFAULT " +
			"locale, and causes.",
		Sources: []string{
			"v2026 #/components/schemas/ErrorResponseDto",
			"docs/behaviour.md#error-form",
			"docs/behaviour.md#error-messages",
		},
	},
	{
		ID: ErrorUndeclared, Evidence: assumed,
		Text: "An error of a status that no document declares has the form of the others.",
		Sources: []string{
			"errata method-not-allowed", "errata content-too-large",
			"errata unsupported-media-type", "errata service-unavailable",
		},
	},
	{
		ID: Error401, Evidence: published,
		Text:    "401 is an object with error.",
		Sources: []string{"v2026 #/components/responses/401", "docs/behaviour.md#error-of-401"},
	},
	{
		ID: Error429, Evidence: published,
		Text:    "429 is an object with message, and has Retry-After.",
		Sources: []string{"v2026 #/components/responses/429", "docs/behaviour.md#error-of-429"},
	},
	{
		ID: TrackingID, Evidence: assumed,
		Text:    "trackingId is the SLPT-Request-ID of the response.",
		Sources: []string{"docs/behaviour.md#tracking-id-is-the-request-id"},
	},
	{
		ID: Headers, Evidence: observed,
		Text: "Every response has SLPT-Request-ID and Date, and every body is application/json.",
		Sources: []string{
			"docs/behaviour.md#request-id-and-date",
			"docs/behaviour.md#bodies-are-json",
		},
	},
	{
		ID: RateLimit, Evidence: published,
		Text: "A client id may make a hundred requests to a version in ten seconds; then it is " +
			"429.",
		Sources: []string{"docs/behaviour.md#rate-limit"},
	},
	{
		ID: ExperimentalHeader, Evidence: published,
		Text:    "X-SailPoint-Experimental is tolerated and not required.",
		Sources: []string{"docs/behaviour.md#experimental-header"},
	},
	{
		ID: LeadingSlashes, Evidence: assumed,
		Text:    "A base URL with a slash at its end works.",
		Sources: []string{"docs/behaviour.md#leading-slashes"},
	},
	{
		ID: NoGetByID, Evidence: published,
		Text:    "There is no way to get or replace one token by its id.",
		Sources: []string{"docs/behaviour.md#no-get-by-id"},
	},
	{
		ID: MethodNotAllowed, Evidence: assumed,
		Text:    "A method that a path does not have is 405 with Allow.",
		Sources: []string{"errata method-not-allowed"},
	},
	{
		ID: Challenge, Evidence: assumed,
		Text:    "Every 401 has a challenge in WWW-Authenticate.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2"},
	},
	{
		ID: Head, Evidence: assumed,
		Text:    "A path that has GET has HEAD, with the same status and no body.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2"},
	},
	{
		ID: URLSyntax, Evidence: assumed,
		Text:    "Percent-escapes in path and query are complete.",
		Sources: []string{"docs/behaviour.md#incomplete-escape-is-400"},
	},
	{
		ID: JSONSyntax, Evidence: observed,
		Text: "A body is JSON in UTF-8.",
		Sources: []string{
			"docs/behaviour.md#unparsable-body-is-400",
			"docs/behaviour.md#body-in-other-bytes-is-400",
		},
	},
}
