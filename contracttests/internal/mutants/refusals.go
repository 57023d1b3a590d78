package mutants

import "net/http"

// refused changes the error of one status.
func refused(code int, change func(object)) func(*answer) {
	return func(a *answer) {
		if o := a.object(); a.status == code && o != nil {
			change(o)
			a.put(o)
		}
	}
}

// instead replaces the error of one status.
func instead(code int, body object) func(*answer) {
	return func(a *answer) {
		if a.status == code {
			a.put(body)
		}
	}
}

// every changes the errors of all statuses that have SailPoint's form.
func every(change func(object)) func(*answer) {
	return func(a *answer) {
		if o := a.object(); o["detailCode"] != nil {
			change(o)
			a.put(o)
		}
	}
}

// removing removes a property, and removingNull one that is null.
func removing(name string) func(object) { return func(o object) { delete(o, name) } }

func removingNull(name string) func(object) {
	return func(o object) {
		if o[name] == nil {
			delete(o, name)
		}
	}
}

// fromRequest makes messages those of the request's locale.
func fromRequest(e object) {
	messages, _ := e["messages"].([]any)
	for _, message := range messages {
		if m, ok := message.(object); ok {
			m["localeOrigin"] = "REQUEST"
		}
	}
}

// The forms of an error, in the wrong place.
var (
	oauthError = object{"error": "access_denied", "error_description": "Access is denied"}
	apiError   = object{
		"detailCode": "401 Unauthorized", "trackingId": digits(16), "causes": []any{},
		"messages": []any{
			object{"locale": "en-US", "localeOrigin": "DEFAULT", "text": "Unauthorized"},
		},
	}
)

// refusals are mutants of errors: their status and their form.
var refusals = []Mutant{
	{
		"method-not-allowed-is-404", "method-not-allowed", "A method that a path has not is 404.",
		by("delete/no-get-by-id"),
		mutateResponse(anything, swap(http.StatusMethodNotAllowed, missing)),
	},
	{
		"large-body-is-400", "content-too-large", "A body that is too large is 400.",
		by("errors/content-too-large"),
		mutateResponse(anything, swap(http.StatusRequestEntityTooLarge, badRequest)),
	},
	{
		"not-simulated-is-404", "not-simulated", "A path that patmock has not is 404.",
		by("errors/not-simulated"),
		mutateResponse(anything, swap(http.StatusNotImplemented, missing)),
	},
	{
		"fault-after-create", "injected-fault", "A create with an injected fault makes its token.",
		by("errors/rejected-create-makes-nothing"),
		after(on(create), func(x *exchange, a *answer) {
			if a.status == http.StatusTooManyRequests || a.status >= 500 {
				x.forward()
			}
		}),
	},
	{
		"unavailable-as-oauth-error", "error-undeclared", "A 503 has the form of an OAuth error.",
		by("errors/undeclared-statuses-have-their-form"),
		mutateResponse(api, instead(http.StatusServiceUnavailable, oauthError)),
	},
	{
		"login-fault-as-api-error", "oauth-error",
		"A 500 of the token endpoint has SailPoint's form of an error.",
		by("errors/statuses-of-the-token-endpoint"),
		mutateResponse(on(login), instead(http.StatusInternalServerError, apiError)),
	},
	{
		"bad-request-is-422", "error-dto", "What is wrong with a request is 422.",
		by("errors/unparsable-body", "errors/form-of-400"), mutateResponse(api, status(400, 422)),
	},
	{
		"bad-request-as-oauth-error", "error-dto", "A 400 has the form of an OAuth error.",
		by("errors/form-of-400", "errors/declared-statuses-have-their-form"),
		mutateResponse(api, instead(400, oauthError)),
	},
	{
		"forbidden-is-401", "list-rights", "A right that is missing is 401.",
		by("auth/list-all-as-user", "auth/list-all-with-my-scopes"),
		mutateResponse(on(list), status(403, 401)),
	},
	{
		"forbidden-is-404", "patch-own-only", "A patch of another's token is 404.",
		by("auth/patch-of-anothers-as-administrator", "auth/patch-of-anothers-as-user"),
		mutateResponse(on(patch), status(403, 404)),
	},
	{
		"forbidden-delete-is-404", "delete-of-anothers", "Deleting another's token is 404.",
		by("auth/delete-of-anothers-as-user", "auth/delete-of-anothers-with-my-scope"),
		mutateResponse(on(remove), status(403, 404)),
	},
	{
		"forbidden-as-oauth-error", "error-dto", "A 403 has the form of an OAuth error.",
		by("errors/form-of-403", "errors/declared-statuses-have-their-form"),
		mutateResponse(api, instead(403, oauthError)),
	},
	{
		"not-found-as-oauth-error", "error-dto", "A 404 has the form of an OAuth error.",
		by("errors/form-of-404", "errors/declared-statuses-have-their-form"),
		mutateResponse(api, instead(404, oauthError)),
	},
	{
		"not-found-without-body", "error-dto", "A 404 has an empty object.",
		by("errors/form-of-404", "errors/messages-and-causes"),
		mutateResponse(api, instead(404, object{})),
	},
	{
		"error-without-detail-code", "error-dto", "Errors have no detailCode.",
		by("errors/declared-statuses-have-their-form", "errors/form-of-403"),
		mutateResponse(api, every(removing("detailCode"))),
	},
	{
		"error-without-causes", "error-dto", "Errors have no causes.",
		by("errors/messages-and-causes"), mutateResponse(api, every(removing("causes"))),
	},
	{
		"error-without-messages", "error-dto", "Errors have no messages.",
		by("errors/messages-and-causes", "errors/declared-statuses-have-their-form"),
		mutateResponse(api, every(func(e object) { e["messages"] = []any{} })),
	},
	{
		"error-without-default-locale", "error-dto",
		"Errors have the message of the request's locale only.", by("errors/messages-and-causes"),
		mutateResponse(api, every(fromRequest)),
	},
	{
		"error-without-tracking-id", "error-dto", "Errors have no trackingId.",
		by("errors/declared-statuses-have-their-form", "errors/form-of-403"),
		mutateResponse(api, every(removing("trackingId"))),
	},
	{
		"error-code-of-another-status", "error-dto", "The detailCode of a 404 is that of a 400.",
		by("errors/form-of-404", "errors/declared-statuses-have-their-form"),
		mutateResponse(api, refused(404, func(e object) {
			e["detailCode"] = "400.1 Bad request content"
		})),
	},
	{
		"tracking-id-differs", "tracking-id", "trackingId is another than SLPT-Request-ID.",
		by("errors/tracking-id-is-the-request-id"), mutateResponse(api, every(func(e object) {
			e["trackingId"] = digits(16)
		})),
	},
	{
		"unauthorized-as-api-error", "error-401", "A 401 has SailPoint's form of an error.",
		by("auth/no-header", "auth/garbage-bearer"), mutateResponse(api, instead(401, apiError)),
	},
	{
		"unauthorized-is-403", "bearer-required", "A bearer that is missing or wrong is 403.",
		by("auth/no-header", "auth/garbage-bearer"),
		mutateResponse(api, swap(http.StatusUnauthorized, forbidden)),
	},
	{
		"rate-limit-as-api-error", "error-429", "A 429 has SailPoint's form of an error.",
		by("errors/declared-statuses-have-their-form", "ratelimit/hundred-requests"),
		mutateResponse(api, instead(429, apiError)),
	},
	{
		"rate-limit-is-503", "error-429", "Too many requests are 503.", by("errors/retry-after"),
		mutateResponse(anything, status(429, 503)),
	},
	{
		"retry-after-missing", "error-429", "A 429 has no Retry-After.",
		by("errors/retry-after", "ratelimit/hundred-requests"),
		mutateResponse(anything, header("Retry-After", "")),
	},
	{
		"retry-after-is-a-date", "error-429", "A 429 has a date as Retry-After.",
		by("errors/retry-after", "ratelimit/hundred-requests"),
		mutateResponse(anything, func(a *answer) {
			if a.header.Get("Retry-After") != "" {
				a.header.Set("Retry-After", "Fri, 31 Dec 2027 23:59:59 GMT")
			}
		}),
	},
	{
		"media-type-is-400", "patch-content-type", "Another content type is 400.",
		by("patch/other-content-type-is-415/json", "patch/other-content-type-is-415/text"),
		mutateResponse(on(patch), swap(http.StatusUnsupportedMediaType, badRequest)),
	},
	{
		"login-rejected-with-400", "token-bad-credentials", "A wrong secret is 400.",
		by("token/wrong-secret", "token/wrong-id"), mutateResponse(on(login), status(401, 400)),
	},
	{
		"login-rejected-as-api-error", "token-bad-credentials",
		"A wrong secret has SailPoint's form of an error.",
		by("token/wrong-secret", "token/wrong-id"),
		mutateResponse(on(login), instead(401, apiError)),
	},
}

// header deletes one, or sets it.
func header(name, value string) func(*answer) {
	return func(a *answer) {
		if value == "" {
			a.header.Del(name)
		} else {
			a.header.Set(name, value)
		}
	}
}

// headers are mutants of what every answer has.
var headers = []Mutant{
	{
		"request-id-missing", "headers", "No answer has SLPT-Request-ID.",
		by("errors/responses-name-request-and-date"),
		mutateResponse(anything, header("SLPT-Request-ID", "")),
	},
	{
		"request-id-missing-on-delete", "headers", "An answer to delete has no SLPT-Request-ID.",
		by("errors/responses-name-request-and-date"),
		mutateResponse(on(remove), header("SLPT-Request-ID", "")),
	},
	{
		"request-id-missing-on-login", "headers", "An answer to a login has no SLPT-Request-ID.",
		by("errors/responses-name-request-and-date"),
		mutateResponse(on(login), header("SLPT-Request-ID", "")),
	},
	{
		"request-id-is-constant", "headers", "Every answer has the same SLPT-Request-ID.",
		by("errors/responses-name-request-and-date"),
		mutateResponse(anything, header("SLPT-Request-ID", digits(16))),
	},
	{
		"date-missing", "headers", "No answer has Date.",
		by("errors/responses-name-request-and-date"), mutateResponse(anything, header("Date", "")),
	},
	{
		"content-type-is-text", "headers", "Bodies are text/plain.",
		by("errors/bodies-are-json", "errors/responses-name-request-and-date"),
		mutateResponse(anything, func(a *answer) {
			if len(a.body) > 0 {
				a.header.Set("Content-Type", "text/plain; charset=utf-8")
			}
		}),
	},
	{
		"error-content-type-is-problem", "headers", "Errors are application/problem+json.",
		by("errors/bodies-are-json", "errors/responses-name-request-and-date"),
		mutateResponse(anything, func(a *answer) {
			if !a.ok() {
				a.header.Set("Content-Type", "application/problem+json")
			}
		}),
	},
	{
		"list-content-type-missing", "headers", "A list has no Content-Type.",
		by("errors/bodies-are-json", "errors/responses-name-request-and-date"),
		mutateResponse(on(list), header("Content-Type", "")),
	},
}
