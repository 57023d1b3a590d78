package mutants

import (
	"net/http"
	"net/url"
	"strings"
)

// holds tells whether the request has a body of that content type.
func (x *exchange) holds(contentType string) bool {
	return strings.HasPrefix(x.r.Header.Get("Content-Type"), contentType)
}

// anotherError replaces an error of the token endpoint by another.
func anotherError(from, to, description string) func(*answer) {
	return func(a *answer) {
		if a.text("error") == from {
			a.put(object{"error": to, "error_description": description})
		}
	}
}

// parameter changes one of a login.
func parameter(change func(url.Values)) wrap {
	return mutateRequest(on(login), func(x *exchange) {
		if x.holds("application/json") {
			return
		}
		values := x.parameters()
		change(values)
		x.form(values)
	})
}

// logins are mutants of the token endpoint and its neighbours.
var logins = []Mutant{
	{
		"login-form-rejected", "token-form", "An urlencoded form is not read.",
		by("token/urlencoded-form"), mutateRequest(on(login), func(x *exchange) {
			if x.holds("application/x-www-form-urlencoded") {
				x.body = nil
			}
		}),
	},
	{
		"login-multipart-rejected", "token-multipart", "A multipart form is not read.",
		by("token/multipart-form-of-javascript", "token/multipart-form-of-dotnet"),
		mutateRequest(on(login), func(x *exchange) {
			if x.holds("multipart/form-data") {
				x.body = nil
				x.r.Header.Del("Content-Type")
			}
		}),
	},
	{
		"login-query-rejected", "token-query", "The query is not read.", by("token/query"),
		mutateRequest(on(login), func(x *exchange) { x.r.URL.RawQuery = "" }),
	},
	{
		"login-split-rejected", "token-split", "The query is not read where there is a form.",
		by("token/split-between-query-and-form"), mutateRequest(on(login), func(x *exchange) {
			if len(x.body) > 0 {
				x.r.URL.RawQuery = ""
			}
		}),
	},
	{
		"login-basic-rejected", "token-basic", "HTTP Basic is not read.", by("token/basic"),
		mutateRequest(on(login), func(x *exchange) { x.r.Header.Del("Authorization") }),
	},
	{
		"login-json-taken", "token-no-json", "Credentials in JSON are read.",
		by("token/json-is-not-read"), mutateRequest(on(login), func(x *exchange) {
			o := x.object()
			if o == nil {
				return
			}
			values := url.Values{}
			for name := range o {
				values.Set(name, text(o, name))
			}
			x.form(values)
		}),
	},
	{
		"login-first-value-taken", "token-parameters",
		"Of several values of a parameter the first counts, or that of HTTP Basic.",
		by("token/parameter-with-two-values", "token/basic-contradicts-the-form"),
		parameter(func(values url.Values) {
			for name := range values {
				values[name] = values[name][:1]
			}
		}),
	},
	{
		"login-scope-rejected", "token-scope-ignored", "A scope parameter is refused.",
		by("token/scope-parameter-is-ignored"), around(on(login), func(x *exchange) *answer {
			if x.parameters().Get("scope") != "" {
				return reply(http.StatusBadRequest, object{
					"error": "invalid_scope", "error_description": "Invalid scope",
				})
			}
			return x.forward()
		}),
	},
	{
		"login-scope-echoed", "token-scope-ignored",
		"A scope parameter becomes the scope of the answer.",
		by("token/scope-parameter-is-ignored"), after(on(login), func(x *exchange, a *answer) {
			if scope := x.parameters().Get("scope"); scope != "" {
				set("scope", scope)(a)
			}
		}),
	},
	{
		"login-type-in-capitals", "token-response", "token_type is Bearer.",
		by("token/type-is-bearer-in-lower-case", "token/response-names-the-owner"),
		mutateResponse(on(login), set("token_type", "Bearer")),
	},
	{
		"login-with-refresh-token", "token-response", "A login answers a refresh_token.",
		by("token/no-refresh-token"), mutateResponse(on(login), func(a *answer) {
			if a.ok() {
				add("refresh_token", digits(16))(a)
			}
		}),
	},
	{
		"login-without-user-name", "token-response", "A login does not say who logged in.",
		by("token/response-names-the-owner"), mutateResponse(on(login), drop("user_name")),
	},
	{
		"login-without-identity", "token-response", "A login does not answer identity_id.",
		by("token/response-names-the-owner"), mutateResponse(on(login), drop("identity_id")),
	},
	{
		"login-without-expires-in", "token-response", "A login does not answer expires_in.",
		by("token/response-names-the-owner", "token/type-is-bearer-in-lower-case"),
		mutateResponse(on(login), drop("expires_in")),
	},
	{
		"expires-in-is-constant", "token-expires-in",
		"expires_in is 43200 whatever the token says.", by("token/expires-in-is-the-validity"),
		mutateResponse(on(login), set("expires_in", 43200)),
	},
	{
		"expires-in-in-milliseconds", "token-expires-in", "expires_in is in milliseconds.",
		by("token/expires-in-is-the-validity"), mutateResponse(on(login), func(a *answer) {
			if seconds, ok := a.object()["expires_in"].(float64); ok {
				set("expires_in", int(seconds*1000))(a)
			}
		}),
	},
	{
		"wrong-secret-logs-in", "token-bad-credentials",
		"The secret of a known id is not compared.",
		by("token/wrong-secret"), parameter(func(values url.Values) {
			for _, who := range credentials {
				if values.Get("client_id") == who.id {
					values.Set("client_secret", who.secret)
				}
			}
		}),
	},
	{
		"no-credentials-is-invalid-client", "token-no-credentials",
		"No credentials at all are invalid_client.", by("token/no-credentials"),
		mutateResponse(on(login),
			anotherError("unauthorized", "invalid_client", "Bad client credentials")),
	},
	{
		"every-grant-taken", "token-grants", "Every grant is client_credentials.",
		by("token/unknown-grant", "token/refresh-token-grant"), parameter(func(values url.Values) {
			values.Set("grant_type", "client_credentials")
		}),
	},
	{
		"missing-grant-taken", "token-grants", "No grant is client_credentials.",
		by("token/no-grant"),
		parameter(func(values url.Values) {
			if values.Get("grant_type") == "" {
				values.Set("grant_type", "client_credentials")
			}
		}),
	},
	{
		"missing-grant-is-unsupported", "missing-grant", "No grant is unsupported_grant_type.",
		by("token/no-grant", "token/question-missing-grant"),
		after(on(login), func(x *exchange, a *answer) {
			if a.text("error") == "invalid_request" && x.parameters().Get("grant_type") == "" {
				a.put(object{"error": "unsupported_grant_type"})
			}
		}),
	},
	{
		"unknown-grant-is-invalid-grant", "unsupported-grant", "An unknown grant is invalid_grant.",
		by("token/unknown-grant", "token/password-grant"),
		mutateResponse(on(login),
			anotherError("unsupported_grant_type", "invalid_grant", "Unsupported grant type")),
	},
	{
		"password-grant-is-invalid-grant", "password-grant", "The password grant is invalid_grant.",
		by("token/question-password-grant", "token/password-grant"),
		after(on(login), func(x *exchange, a *answer) {
			if !a.ok() && x.parameters().Get("grant_type") == "password" {
				a.put(object{"error": "invalid_grant", "error_description": "Bad Credentials"})
			}
		}),
	},
	{
		"info-needs-login", "oauth-info", "/oauth/info needs a bearer.",
		by("token/info-needs-no-login"), insteadIf(on(info), unauthorized, func(x *exchange) bool {
			return x.bearer() == ""
		}),
	},
	{
		"info-without-token-endpoint", "oauth-info",
		"/oauth/info does not name the token endpoint.", by("token/info-needs-no-login"),
		mutateResponse(on(info), drop("tokenEndpoint")),
	},
	{
		"check-token-takes-anything", "oauth-check-token",
		"/oauth/check_token answers a bad access token with an empty object.",
		by("token/check-token-rejects-another", "token/check-token-rejects-an-expired-one"),
		mutateResponse(on(check), func(a *answer) {
			if !a.ok() {
				a.status = http.StatusOK
				a.put(object{})
			}
		}),
	},
	{
		"check-token-of-administrator", "oauth-check-token",
		"/oauth/check_token names another user.", by("token/check-token-returns-the-claims"),
		mutateResponse(on(check), set("user_name", admin)),
	},
}
