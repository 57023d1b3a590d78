package mutants

import (
	"net/http"
	"strings"
	"time"
)

// window counts requests.
type window struct {
	opened time.Time
	count  int
	last   *answer // that was not refused
}

// counted refuses what is over the limit in a window of ten seconds, which key tells apart.
func counted(limit int, key func(*exchange) string) wrap {
	return stateful(api, func(windows map[string]*window, x *exchange) *answer {
		w, now := windows[key(x)], x.now()
		if w == nil || now.Sub(w.opened) >= 10*time.Second {
			w = &window{opened: now}
			windows[key(x)] = w
		}
		w.count++
		if w.count > limit {
			a := reply(http.StatusTooManyRequests, object{"message": " Rate Limit Exceeded "})
			a.header.Set("Retry-After", "10")
			return a
		}
		return x.forward()
	})
}

// repeated answers a list that was refused as the one before, where f says so.
func repeated(f func(*exchange, *window) bool) wrap {
	return stateful(on(list), func(windows map[string]*window, x *exchange) *answer {
		w := windows[x.bearer()]
		if w == nil {
			w = &window{last: reply(http.StatusOK, []any{})}
			windows[x.bearer()] = w
		}
		w.count++
		a := x.forward()
		if a.ok() {
			w.last = a
		}
		if a.status == http.StatusTooManyRequests && f(x, w) {
			return w.last
		}
		return a
	})
}

// rateLimits are mutants of who may ask how often.
var rateLimits = []Mutant{
	{
		"rate-limit-off", "rate-limit", "There is no rate limit.",
		by("ratelimit/another-token-of-the-same-user", "ratelimit/for-each-client-and-version"),
		repeated(func(*exchange, *window) bool { return true }),
	},
	{
		"rate-limit-per-access-token", "rate-limit", "The rate limit holds for each access token.",
		by("ratelimit/for-each-client-and-version"), repeated(func(_ *exchange, w *window) bool {
			return w.count <= 100
		}),
	},
	{
		"rate-limit-of-99", "rate-limit", "The hundredth request is refused.",
		by("ratelimit/rejected-request-does-nothing", "ratelimit/another-token-of-the-same-user"),
		counted(99, func(x *exchange) string { return x.caller().ClientID + " " + x.version }),
	},
	{
		"rate-limit-per-tenant", "rate-limit", "The rate limit holds for all client ids together.",
		by("ratelimit/for-each-client-and-version", "ratelimit/another-token-of-the-same-user"),
		counted(100, func(x *exchange) string { return x.version }),
	},
	{
		"rate-limit-per-client", "rate-limit", "The rate limit holds for all versions together.",
		by("ratelimit/for-each-client-and-version",
			"ratelimit/window-begins-with-its-first-request"),
		counted(100, func(x *exchange) string { return x.caller().ClientID }),
	},
	{
		"rate-limit-stays", "rate-limit",
		"A client id that was refused for its rate is always refused.",
		by("ratelimit/rejected-request-does-nothing",
			"ratelimit/window-begins-with-its-first-request"),
		stateful(api, func(refused map[string]*answer, x *exchange) *answer {
			key := x.caller().ClientID + " " + x.version
			if refused[key] != nil {
				return refused[key]
			}
			a := x.forward()
			if a.status == http.StatusTooManyRequests {
				refused[key] = a
			}
			return a
		}),
	},
	{
		"retry-after-is-too-short", "error-429", "Retry-After is over before the window is.",
		by("errors/retry-after", "ratelimit/window-begins-with-its-first-request"),
		mutateResponse(api, func(a *answer) {
			if a.status == http.StatusTooManyRequests {
				a.header.Set("Retry-After", "0")
			}
		}),
	},
}

// single finds requests for one token by its id, with a method that there is not.
func single(x *exchange, method string) (id string, found bool) {
	other := x.r.Clone(x.r.Context())
	other.Method = http.MethodDelete
	to := targetOf(other)
	return to.id, to.op == remove && x.r.Method == method && to.id != "bulk-update"
}

// byID responds to a method with the token of an id.
func byID(method string) wrap {
	return around(on(another), func(x *exchange) *answer {
		if id, found := single(x, method); found {
			if token := x.token(id); token != nil {
				return reply(http.StatusOK, token)
			}
		}
		return x.forward()
	})
}

// paths are mutants of what is where.
var paths = []Mutant{
	{
		"get-by-id", "no-get-by-id", "A token is had by its id.",
		by("errors/no-get-and-no-put-of-one-token", "delete/no-get-by-id"), byID(http.MethodGet),
	},
	{
		"put-by-id", "no-get-by-id", "A token is replaced by its id.",
		by("errors/no-get-and-no-put-of-one-token", "delete/no-get-by-id"), byID(http.MethodPut),
	},
	{
		"allow-missing", "method-not-allowed", "A 405 does not tell which methods there are.",
		by("delete/no-get-by-id"), mutateResponse(anything, header("Allow", "")),
	},
	{
		"incomplete-escape-left-out", "url-syntax",
		"A parameter whose escapes are incomplete is left out.",
		by("errors/reads/incomplete-escape"),
		mutateRequest(on(list), func(x *exchange) { x.r.URL.RawQuery = x.r.URL.Query().Encode() }),
	},
	{
		"keys-are-published", "no-published-keys",
		"There is a path with the keys of access tokens.",
		by("token/question-keys"),
		around(on(another), func(x *exchange) *answer {
			if strings.HasSuffix(x.r.URL.Path, "/.well-known/jwks.json") {
				return reply(http.StatusOK, object{"keys": []any{}})
			}
			return x.forward()
		}),
	},
	{
		"unknown-path-is-403", "unmatched-path", "A path that does not exist is 403.",
		by("errors/unknown-path"),
		mutateResponse(on(another), swap(http.StatusNotFound, forbidden)),
	},
	{
		"bulk-update-in-all-versions", "unknown-id", "There is a bulk update in all versions.",
		by("bulk/is-an-id-elsewhere"), around(on(patch), func(x *exchange) *answer {
			if x.id == "bulk-update" {
				return reply(http.StatusOK, []any{})
			}
			return x.forward()
		}),
	},
	{
		"leading-slashes-redirected", "leading-slashes",
		"A path with two slashes in front is redirected.",
		by("token/leading-slashes", "errors/leading-slashes"),
		around(anything, func(x *exchange) *answer {
			if path := x.r.URL.Path; strings.Contains(path, "//") {
				a := reply(http.StatusMovedPermanently, nil)
				a.header.Set("Location", strings.ReplaceAll(path, "//", "/"))
				return a
			}
			return x.forward()
		}),
	},
	{
		"leading-slashes-not-found", "leading-slashes", "A path with two slashes in front is 404.",
		by("token/leading-slashes", "errors/leading-slashes"),
		insteadIf(anything, missing, func(x *exchange) bool {
			return strings.Contains(x.r.URL.Path, "//")
		}),
	},
	{
		"experimental-header-required", "experimental-header",
		"X-SailPoint-Experimental is required.", by("auth/experimental-header-is-tolerated"),
		rejectIf(api, func(x *exchange) bool {
			return x.r.Header.Get("X-SailPoint-Experimental") == ""
		}),
	},
	{
		"experimental-header-rejected", "experimental-header",
		"X-SailPoint-Experimental is refused.", by("auth/experimental-header-is-tolerated"),
		rejectIf(api, func(x *exchange) bool {
			return x.r.Header.Get("X-SailPoint-Experimental") != ""
		}),
	},
}
