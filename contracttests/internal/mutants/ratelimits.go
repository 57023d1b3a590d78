package mutants

import (
	"net/http"
	"strings"
	"time"
)

// window counts requests.
type window struct {
	start time.Time
	count int
	last  *response // latest successful response
}

// limitRate rejects requests over the limit in a window of ten seconds. Each key has a window.
func limitRate(limit int, key func(*exchange) string) middleware {
	return stateful(api, func(windows map[string]*window, x *exchange) *response {
		w, now := windows[key(x)], x.now()
		if w == nil || now.Sub(w.start) >= 10*time.Second {
			w = &window{start: now}
			windows[key(x)] = w
		}
		w.count++
		if w.count > limit {
			resp := newResponse(http.StatusTooManyRequests, object{
				"message": " Rate Limit Exceeded ",
			})
			resp.header.Set("Retry-After", "10")
			return resp
		}
		return x.forward()
	})
}

// bypassLimit responds to a rate-limited list with the latest successful response if f returns
// true.
func bypassLimit(f func(*exchange, *window) bool) middleware {
	return stateful(on(list), func(windows map[string]*window, x *exchange) *response {
		w := windows[x.bearer()]
		if w == nil {
			w = &window{last: newResponse(http.StatusOK, []any{})}
			windows[x.bearer()] = w
		}
		w.count++
		resp := x.forward()
		if resp.ok() {
			w.last = resp
		}
		if resp.status == http.StatusTooManyRequests && f(x, w) {
			return w.last
		}
		return resp
	})
}

// rateLimits change the rate limit.
var rateLimits = []Mutant{
	{
		"rate-limit-off", "rate-limit", "There is no rate limit.",
		killedBy("ratelimit/another-token-of-the-same-user",
			"ratelimit/for-each-client-and-version"),
		bypassLimit(func(*exchange, *window) bool { return true }),
	},
	{
		"rate-limit-per-access-token", "rate-limit", "The rate limit applies to each access token.",
		killedBy("ratelimit/for-each-client-and-version"),
		bypassLimit(func(_ *exchange, w *window) bool {
			return w.count <= 100
		}),
	},
	{
		"rate-limit-of-99", "rate-limit", "The hundredth request is rejected.",
		killedBy("ratelimit/rejected-request-does-nothing",
			"ratelimit/another-token-of-the-same-user"),
		limitRate(99, func(x *exchange) string {
			return x.callerClaims().ClientID + " " + x.version
		}),
	},
	{
		"rate-limit-per-tenant", "rate-limit", "The rate limit applies to all client ids together.",
		killedBy("ratelimit/for-each-client-and-version",
			"ratelimit/another-token-of-the-same-user"),
		limitRate(100, func(x *exchange) string { return x.version }),
	},
	{
		"rate-limit-per-client", "rate-limit", "The rate limit applies to all versions together.",
		killedBy("ratelimit/for-each-client-and-version",
			"ratelimit/window-begins-with-its-first-request"),
		limitRate(100, func(x *exchange) string { return x.callerClaims().ClientID }),
	},
	{
		"rate-limit-stays", "rate-limit",
		"A client id that exceeded the rate limit is always rejected.",
		killedBy("ratelimit/rejected-request-does-nothing",
			"ratelimit/window-begins-with-its-first-request"),
		stateful(api, func(rejections map[string]*response, x *exchange) *response {
			key := x.callerClaims().ClientID + " " + x.version
			if rejections[key] != nil {
				return rejections[key]
			}
			resp := x.forward()
			if resp.status == http.StatusTooManyRequests {
				rejections[key] = resp
			}
			return resp
		}),
	},
	{
		"retry-after-is-too-short", "error-429",
		"Retry-After is shorter than the rest of the window.",
		killedBy("errors/retry-after", "ratelimit/window-begins-with-its-first-request"),
		mutateResponse(api, func(resp *response) {
			if resp.status == http.StatusTooManyRequests {
				resp.header.Set("Retry-After", "0")
			}
		}),
	},
}

// singleTokenRequest returns the id of a request for one token, and reports whether the request has
// the unsupported method.
func singleTokenRequest(x *exchange, method string) (id string, found bool) {
	other := x.r.Clone(x.r.Context())
	other.Method = http.MethodDelete
	to := targetOf(other)
	return to.id, to.op == remove && x.r.Method == method && to.id != "bulk-update"
}

// respondByID responds to a method with the token in the path.
func respondByID(method string) middleware {
	return wrap(on(otherOperation), func(x *exchange) *response {
		if id, found := singleTokenRequest(x, method); found {
			if token := x.findToken(id); token != nil {
				return newResponse(http.StatusOK, token)
			}
		}
		return x.forward()
	})
}

// paths change the routing of paths and methods, and request headers.
var paths = []Mutant{
	{
		"get-by-id", "no-get-by-id", "GET returns a token by its id.",
		killedBy("errors/no-get-and-no-put-of-one-token", "delete/no-get-by-id"),
		respondByID(http.MethodGet),
	},
	{
		"put-by-id", "no-get-by-id", "PUT replaces a token by its id.",
		killedBy("errors/no-get-and-no-put-of-one-token", "delete/no-get-by-id"),
		respondByID(http.MethodPut),
	},
	{
		"allow-missing", "method-not-allowed", "A 405 has no Allow.",
		killedBy("delete/no-get-by-id"), mutateResponse(anyRequest, setHeader("Allow", "")),
	},
	{
		"incomplete-escape-left-out", "url-syntax",
		"A parameter with incomplete escapes is ignored.",
		killedBy("errors/reads/incomplete-escape"),
		mutateRequest(on(list), func(x *exchange) { x.r.URL.RawQuery = x.r.URL.Query().Encode() }),
	},
	{
		"keys-are-published", "no-published-keys",
		"The keys of access tokens are published.",
		killedBy("token/question-keys"),
		wrap(on(otherOperation), func(x *exchange) *response {
			if strings.HasSuffix(x.r.URL.Path, "/.well-known/jwks.json") {
				return newResponse(http.StatusOK, object{"keys": []any{}})
			}
			return x.forward()
		}),
	},
	{
		"unknown-path-is-403", "unmatched-path", "A path that does not exist is 403.",
		killedBy("errors/unknown-path"),
		mutateResponse(on(otherOperation), replaceStatus(http.StatusNotFound, forbidden)),
	},
	{
		"bulk-update-in-all-versions", "unknown-id", "All versions have a bulk update.",
		killedBy("bulk/is-an-id-elsewhere"), wrap(on(patch), func(x *exchange) *response {
			if x.id == "bulk-update" {
				return newResponse(http.StatusOK, []any{})
			}
			return x.forward()
		}),
	},
	{
		"leading-slashes-redirected", "leading-slashes",
		"A path with two leading slashes is redirected.",
		killedBy("token/leading-slashes", "errors/leading-slashes"),
		wrap(anyRequest, func(x *exchange) *response {
			if path := x.r.URL.Path; strings.Contains(path, "//") {
				resp := newResponse(http.StatusMovedPermanently, nil)
				resp.header.Set("Location", strings.ReplaceAll(path, "//", "/"))
				return resp
			}
			return x.forward()
		}),
	},
	{
		"leading-slashes-not-found", "leading-slashes", "A path with two leading slashes is 404.",
		killedBy("token/leading-slashes", "errors/leading-slashes"),
		respondIf(anyRequest, notFound, func(x *exchange) bool {
			return strings.Contains(x.r.URL.Path, "//")
		}),
	},
	{
		"experimental-header-required", "experimental-header",
		"X-SailPoint-Experimental is required.", killedBy("auth/experimental-header-is-tolerated"),
		rejectIf(api, func(x *exchange) bool {
			return x.r.Header.Get("X-SailPoint-Experimental") == ""
		}),
	},
	{
		"experimental-header-rejected", "experimental-header",
		"X-SailPoint-Experimental is rejected.", killedBy("auth/experimental-header-is-tolerated"),
		rejectIf(api, func(x *exchange) bool {
			return x.r.Header.Get("X-SailPoint-Experimental") != ""
		}),
	},
}
