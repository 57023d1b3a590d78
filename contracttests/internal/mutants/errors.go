package mutants

import "net/http"

// changeError changes the errors with a status.
func changeError(code int, change func(object)) func(*response) {
	return func(resp *response) {
		if o := resp.object(); resp.status == code && o != nil {
			change(o)
			resp.setBody(o)
		}
	}
}

// replaceBody replaces the body of the errors with a status.
func replaceBody(code int, body object) func(*response) {
	return func(resp *response) {
		if resp.status == code {
			resp.setBody(body)
		}
	}
}

// changeErrors changes all errors in SailPoint's format.
func changeErrors(change func(object)) func(*response) {
	return func(resp *response) {
		if o := resp.object(); o["detailCode"] != nil {
			change(o)
			resp.setBody(o)
		}
	}
}

// deleteKey removes a property.
func deleteKey(name string) func(object) { return func(o object) { delete(o, name) } }

// deleteNull removes a property if it is null.
func deleteNull(name string) func(object) {
	return func(o object) {
		if o[name] == nil {
			delete(o, name)
		}
	}
}

// useRequestLocale marks all messages as messages in the locale of the request.
func useRequestLocale(e object) {
	messages, _ := e["messages"].([]any)
	for _, message := range messages {
		if m, ok := message.(object); ok {
			m["localeOrigin"] = "REQUEST"
		}
	}
}

// Errors in the two formats. The mutants return them from the wrong endpoint.
var (
	oauthError = object{"error": "access_denied", "error_description": "Access is denied"}
	apiError   = object{
		"detailCode": "401 Unauthorized", "trackingId": randomHex(16), "causes": []any{},
		"messages": []any{
			object{"locale": "en-US", "localeOrigin": "DEFAULT", "text": "Unauthorized"},
		},
	}
)

// errorResponses change the status or the format of errors.
var errorResponses = []Mutant{
	{
		"method-not-allowed-is-404", "method-not-allowed",
		"A method that a path does not support is 404.",
		killedBy("delete/no-get-by-id"),
		mutateResponse(anyRequest, replaceStatus(http.StatusMethodNotAllowed, notFound)),
	},
	{
		"large-body-is-400", "content-too-large", "A body that is too large is 400.",
		killedBy("errors/content-too-large"),
		mutateResponse(anyRequest, replaceStatus(http.StatusRequestEntityTooLarge, badRequest)),
	},
	{
		"not-simulated-is-404", "not-simulated", "A path that patmock does not simulate is 404.",
		killedBy("errors/not-simulated"),
		mutateResponse(anyRequest, replaceStatus(http.StatusNotImplemented, notFound)),
	},
	{
		"fault-after-create", "injected-fault",
		"A create with an injected fault creates its token.",
		killedBy("errors/rejected-create-makes-nothing"),
		mutateResponseFor(on(create), func(x *exchange, resp *response) {
			if resp.status == http.StatusTooManyRequests || resp.status >= 500 {
				x.forward()
			}
		}),
	},
	{
		"unavailable-as-oauth-error", "error-undeclared", "A 503 has the form of an OAuth error.",
		killedBy("errors/undeclared-statuses-have-their-form"),
		mutateResponse(api, replaceBody(http.StatusServiceUnavailable, oauthError)),
	},
	{
		"login-fault-as-api-error", "oauth-error",
		"A 500 of the token endpoint has SailPoint's form of an error.",
		killedBy("errors/statuses-of-the-token-endpoint"),
		mutateResponse(on(login), replaceBody(http.StatusInternalServerError, apiError)),
	},
	{
		"bad-request-is-422", "error-dto", "An invalid request is 422.",
		killedBy("errors/unparsable-body", "errors/form-of-400"),
		mutateResponse(api, changeStatus(400, 422)),
	},
	{
		"bad-request-as-oauth-error", "error-dto", "A 400 has the form of an OAuth error.",
		killedBy("errors/form-of-400", "errors/declared-statuses-have-their-form"),
		mutateResponse(api, replaceBody(400, oauthError)),
	},
	{
		"forbidden-is-401", "list-rights", "A missing right is 401.",
		killedBy("auth/list-all-as-user", "auth/list-all-with-my-scopes"),
		mutateResponse(on(list), changeStatus(403, 401)),
	},
	{
		"forbidden-is-404", "patch-own-only", "A patch of another user's token is 404.",
		killedBy("auth/patch-of-anothers-as-administrator", "auth/patch-of-anothers-as-user"),
		mutateResponse(on(patch), changeStatus(403, 404)),
	},
	{
		"forbidden-delete-is-404", "delete-of-anothers", "Deleting another user's token is 404.",
		killedBy("auth/delete-of-anothers-as-user", "auth/delete-of-anothers-with-my-scope"),
		mutateResponse(on(remove), changeStatus(403, 404)),
	},
	{
		"forbidden-as-oauth-error", "error-dto", "A 403 has the form of an OAuth error.",
		killedBy("errors/form-of-403", "errors/declared-statuses-have-their-form"),
		mutateResponse(api, replaceBody(403, oauthError)),
	},
	{
		"not-found-as-oauth-error", "error-dto", "A 404 has the form of an OAuth error.",
		killedBy("errors/form-of-404", "errors/declared-statuses-have-their-form"),
		mutateResponse(api, replaceBody(404, oauthError)),
	},
	{
		"not-found-without-body", "error-dto", "The body of a 404 is an empty object.",
		killedBy("errors/form-of-404", "errors/messages-and-causes"),
		mutateResponse(api, replaceBody(404, object{})),
	},
	{
		"error-without-detail-code", "error-dto", "Errors have no detailCode.",
		killedBy("errors/declared-statuses-have-their-form", "errors/form-of-403"),
		mutateResponse(api, changeErrors(deleteKey("detailCode"))),
	},
	{
		"error-without-causes", "error-dto", "Errors have no causes.",
		killedBy("errors/messages-and-causes"),
		mutateResponse(api, changeErrors(deleteKey("causes"))),
	},
	{
		"error-without-messages", "error-dto", "Errors have no messages.",
		killedBy("errors/messages-and-causes", "errors/declared-statuses-have-their-form"),
		mutateResponse(api, changeErrors(func(e object) { e["messages"] = []any{} })),
	},
	{
		"error-without-default-locale", "error-dto",
		"Errors have a message in the request's locale only.",
		killedBy("errors/messages-and-causes"),
		mutateResponse(api, changeErrors(useRequestLocale)),
	},
	{
		"error-without-tracking-id", "error-dto", "Errors have no trackingId.",
		killedBy("errors/declared-statuses-have-their-form", "errors/form-of-403"),
		mutateResponse(api, changeErrors(deleteKey("trackingId"))),
	},
	{
		"error-code-of-another-status", "error-dto", "A 404 has the detailCode of a 400.",
		killedBy("errors/form-of-404", "errors/declared-statuses-have-their-form"),
		mutateResponse(api, changeError(404, func(e object) {
			e["detailCode"] = "400.1 Bad request content"
		})),
	},
	{
		"tracking-id-differs", "tracking-id", "trackingId differs from SLPT-Request-ID.",
		killedBy("errors/tracking-id-is-the-request-id"),
		mutateResponse(api, changeErrors(func(e object) {
			e["trackingId"] = randomHex(16)
		})),
	},
	{
		"unauthorized-as-api-error", "error-401", "A 401 has SailPoint's form of an error.",
		killedBy("auth/no-header", "auth/garbage-bearer"),
		mutateResponse(api, replaceBody(401, apiError)),
	},
	{
		"unauthorized-is-403", "bearer-required", "A missing or wrong bearer is 403.",
		killedBy("auth/no-header", "auth/garbage-bearer"),
		mutateResponse(api, replaceStatus(http.StatusUnauthorized, forbidden)),
	},
	{
		"rate-limit-as-api-error", "error-429", "A 429 has SailPoint's form of an error.",
		killedBy("errors/declared-statuses-have-their-form", "ratelimit/hundred-requests"),
		mutateResponse(api, replaceBody(429, apiError)),
	},
	{
		"rate-limit-is-503", "error-429", "Too many requests are 503.",
		killedBy("errors/retry-after"),
		mutateResponse(anyRequest, changeStatus(429, 503)),
	},
	{
		"retry-after-missing", "error-429", "A 429 has no Retry-After.",
		killedBy("errors/retry-after", "ratelimit/hundred-requests"),
		mutateResponse(anyRequest, setHeader("Retry-After", "")),
	},
	{
		"retry-after-is-a-date", "error-429", "A 429 has a date as Retry-After.",
		killedBy("errors/retry-after", "ratelimit/hundred-requests"),
		mutateResponse(anyRequest, func(resp *response) {
			if resp.header.Get("Retry-After") != "" {
				resp.header.Set("Retry-After", "Fri, 31 Dec 2027 23:59:59 GMT")
			}
		}),
	},
	{
		"media-type-is-400", "patch-content-type", "Another content type is 400.",
		killedBy("patch/other-content-type-is-415/json", "patch/other-content-type-is-415/text"),
		mutateResponse(on(patch), replaceStatus(http.StatusUnsupportedMediaType, badRequest)),
	},
	{
		"login-rejected-with-400", "token-bad-credentials", "A wrong secret is 400.",
		killedBy("token/wrong-secret", "token/wrong-id"),
		mutateResponse(on(login), changeStatus(401, 400)),
	},
	{
		"login-rejected-as-api-error", "token-bad-credentials",
		"A wrong secret has SailPoint's form of an error.",
		killedBy("token/wrong-secret", "token/wrong-id"),
		mutateResponse(on(login), replaceBody(401, apiError)),
	},
}

// setHeader sets a header, or deletes it if the value is empty.
func setHeader(name, value string) func(*response) {
	return func(resp *response) {
		if value == "" {
			resp.header.Del(name)
		} else {
			resp.header.Set(name, value)
		}
	}
}

// headers change headers that every response has.
var headers = []Mutant{
	{
		"request-id-missing", "headers", "Responses have no SLPT-Request-ID.",
		killedBy("errors/responses-name-request-and-date"),
		mutateResponse(anyRequest, setHeader("SLPT-Request-ID", "")),
	},
	{
		"request-id-missing-on-delete", "headers",
		"The response to a delete has no SLPT-Request-ID.",
		killedBy("errors/responses-name-request-and-date"),
		mutateResponse(on(remove), setHeader("SLPT-Request-ID", "")),
	},
	{
		"request-id-missing-on-login", "headers", "The response to a login has no SLPT-Request-ID.",
		killedBy("errors/responses-name-request-and-date"),
		mutateResponse(on(login), setHeader("SLPT-Request-ID", "")),
	},
	{
		"request-id-is-constant", "headers", "Every response has the same SLPT-Request-ID.",
		killedBy("errors/responses-name-request-and-date"),
		mutateResponse(anyRequest, setHeader("SLPT-Request-ID", randomHex(16))),
	},
	{
		"date-missing", "headers", "Responses have no Date.",
		killedBy("errors/responses-name-request-and-date"),
		mutateResponse(anyRequest, setHeader("Date", "")),
	},
	{
		"content-type-is-text", "headers", "The content type of bodies is text/plain.",
		killedBy("errors/bodies-are-json", "errors/responses-name-request-and-date"),
		mutateResponse(anyRequest, func(resp *response) {
			if len(resp.body) > 0 {
				resp.header.Set("Content-Type", "text/plain; charset=utf-8")
			}
		}),
	},
	{
		"error-content-type-is-problem", "headers",
		"The content type of errors is application/problem+json.",
		killedBy("errors/bodies-are-json", "errors/responses-name-request-and-date"),
		mutateResponse(anyRequest, func(resp *response) {
			if !resp.ok() {
				resp.header.Set("Content-Type", "application/problem+json")
			}
		}),
	},
	{
		"list-content-type-missing", "headers", "A list has no Content-Type.",
		killedBy("errors/bodies-are-json", "errors/responses-name-request-and-date"),
		mutateResponse(on(list), setHeader("Content-Type", "")),
	},
}
