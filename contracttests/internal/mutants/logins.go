package mutants

import (
	"net/http"
	"net/url"
	"strings"
)

// hasContentType reports whether the request body has that content type.
func (x *exchange) hasContentType(contentType string) bool {
	return strings.HasPrefix(x.r.Header.Get("Content-Type"), contentType)
}

// replaceOAuthError replaces one error of the token endpoint by another.
func replaceOAuthError(from, to, description string) func(*response) {
	return func(resp *response) {
		if resp.text("error") == from {
			resp.setBody(object{"error": to, "error_description": description})
		}
	}
}

// mutateLoginParameters changes the parameters of a login.
func mutateLoginParameters(change func(url.Values)) middleware {
	return mutateRequest(on(login), func(x *exchange) {
		if x.hasContentType("application/json") {
			return
		}
		values := x.loginParameters()
		change(values)
		x.setForm(values)
	})
}

// logins change the token endpoint, /oauth/info and /oauth/check_token.
var logins = []Mutant{
	{
		"login-form-rejected", "token-form", "A urlencoded form is ignored.",
		killedBy("token/urlencoded-form"), mutateRequest(on(login), func(x *exchange) {
			if x.hasContentType("application/x-www-form-urlencoded") {
				x.body = nil
			}
		}),
	},
	{
		"login-multipart-rejected", "token-multipart", "A multipart form is ignored.",
		killedBy("token/multipart-form-of-javascript", "token/multipart-form-of-dotnet"),
		mutateRequest(on(login), func(x *exchange) {
			if x.hasContentType("multipart/form-data") {
				x.body = nil
				x.r.Header.Del("Content-Type")
			}
		}),
	},
	{
		"login-query-rejected", "token-query", "The query is ignored.", killedBy("token/query"),
		mutateRequest(on(login), func(x *exchange) { x.r.URL.RawQuery = "" }),
	},
	{
		"login-split-rejected", "token-split", "The query is ignored if there is a form.",
		killedBy("token/split-between-query-and-form"), mutateRequest(on(login), func(x *exchange) {
			if len(x.body) > 0 {
				x.r.URL.RawQuery = ""
			}
		}),
	},
	{
		"login-basic-rejected", "token-basic", "HTTP Basic is ignored.", killedBy("token/basic"),
		mutateRequest(on(login), func(x *exchange) { x.r.Header.Del("Authorization") }),
	},
	{
		"login-json-taken", "token-no-json", "Credentials in JSON are accepted.",
		killedBy("token/json-is-not-read"), mutateRequest(on(login), func(x *exchange) {
			o := x.object()
			if o == nil {
				return
			}
			values := url.Values{}
			for name := range o {
				values.Set(name, text(o, name))
			}
			x.setForm(values)
		}),
	},
	{
		"login-first-value-taken", "token-parameters",
		"The first of several values of a parameter counts, or the one of HTTP Basic.",
		killedBy("token/parameter-with-two-values", "token/basic-contradicts-the-form"),
		mutateLoginParameters(func(values url.Values) {
			for name := range values {
				values[name] = values[name][:1]
			}
		}),
	},
	{
		"login-scope-rejected", "token-scope-ignored", "A scope parameter is rejected.",
		killedBy("token/scope-parameter-is-ignored"), wrap(on(login), func(x *exchange) *response {
			if x.loginParameters().Get("scope") != "" {
				return newResponse(http.StatusBadRequest, object{
					"error": "invalid_scope", "error_description": "Invalid scope",
				})
			}
			return x.forward()
		}),
	},
	{
		"login-scope-echoed", "token-scope-ignored",
		"A scope parameter becomes the scope of the response.",
		killedBy("token/scope-parameter-is-ignored"),
		mutateResponseFor(on(login), func(x *exchange, resp *response) {
			if scope := x.loginParameters().Get("scope"); scope != "" {
				setProperty("scope", scope)(resp)
			}
		}),
	},
	{
		"login-type-in-capitals", "token-response", "token_type is Bearer.",
		killedBy("token/type-is-bearer-in-lower-case", "token/response-names-the-owner"),
		mutateResponse(on(login), setProperty("token_type", "Bearer")),
	},
	{
		"login-with-refresh-token", "token-response", "A login returns a refresh_token.",
		killedBy("token/no-refresh-token"), mutateResponse(on(login), func(resp *response) {
			if resp.ok() {
				addProperty("refresh_token", randomHex(16))(resp)
			}
		}),
	},
	{
		"login-without-user-name", "token-response", "A login does not return user_name.",
		killedBy("token/response-names-the-owner"),
		mutateResponse(on(login), dropProperty("user_name")),
	},
	{
		"login-without-identity", "token-response", "A login does not return identity_id.",
		killedBy("token/response-names-the-owner"),
		mutateResponse(on(login), dropProperty("identity_id")),
	},
	{
		"login-without-expires-in", "token-response", "A login does not return expires_in.",
		killedBy("token/response-names-the-owner", "token/type-is-bearer-in-lower-case"),
		mutateResponse(on(login), dropProperty("expires_in")),
	},
	{
		"expires-in-is-constant", "token-expires-in",
		"expires_in is always 43200.",
		killedBy("token/expires-in-is-the-validity"),
		mutateResponse(on(login), setProperty("expires_in", 43200)),
	},
	{
		"expires-in-in-milliseconds", "token-expires-in", "expires_in is in milliseconds.",
		killedBy("token/expires-in-is-the-validity"),
		mutateResponse(on(login), func(resp *response) {
			if seconds, ok := resp.object()["expires_in"].(float64); ok {
				setProperty("expires_in", int(seconds*1000))(resp)
			}
		}),
	},
	{
		"wrong-secret-logs-in", "token-bad-credentials",
		"Any secret is accepted for a known id.",
		killedBy("token/wrong-secret"), mutateLoginParameters(func(values url.Values) {
			for _, creds := range credentials {
				if values.Get("client_id") == creds.id {
					values.Set("client_secret", creds.secret)
				}
			}
		}),
	},
	{
		"no-credentials-is-invalid-client", "token-no-credentials",
		"Missing credentials are invalid_client.", killedBy("token/no-credentials"),
		mutateResponse(on(login),
			replaceOAuthError("unauthorized", "invalid_client", "Bad client credentials")),
	},
	{
		"every-grant-taken", "token-grants", "Every grant type counts as client_credentials.",
		killedBy("token/unknown-grant", "token/refresh-token-grant"),
		mutateLoginParameters(func(values url.Values) {
			values.Set("grant_type", "client_credentials")
		}),
	},
	{
		"missing-grant-taken", "token-grants", "A missing grant type counts as client_credentials.",
		killedBy("token/no-grant"),
		mutateLoginParameters(func(values url.Values) {
			if values.Get("grant_type") == "" {
				values.Set("grant_type", "client_credentials")
			}
		}),
	},
	{
		"missing-grant-is-unsupported", "missing-grant",
		"A missing grant type is unsupported_grant_type.",
		killedBy("token/no-grant", "token/question-missing-grant"),
		mutateResponseFor(on(login), func(x *exchange, resp *response) {
			if resp.text("error") == "invalid_request" &&
				x.loginParameters().Get("grant_type") == "" {
				resp.setBody(object{"error": "unsupported_grant_type"})
			}
		}),
	},
	{
		"unknown-grant-is-invalid-grant", "unsupported-grant",
		"An unknown grant type is invalid_grant.",
		killedBy("token/unknown-grant", "token/password-grant"),
		mutateResponse(on(login),
			replaceOAuthError("unsupported_grant_type", "invalid_grant", "Unsupported grant type")),
	},
	{
		"password-grant-is-invalid-grant", "password-grant", "The password grant is invalid_grant.",
		killedBy("token/question-password-grant", "token/password-grant"),
		mutateResponseFor(on(login), func(x *exchange, resp *response) {
			if !resp.ok() && x.loginParameters().Get("grant_type") == "password" {
				resp.setBody(object{
					"error": "invalid_grant", "error_description": "Bad Credentials",
				})
			}
		}),
	},
	{
		"info-needs-login", "oauth-info", "/oauth/info requires a bearer.",
		killedBy("token/info-needs-no-login"),
		respondIf(on(info), unauthorized, func(x *exchange) bool {
			return x.bearer() == ""
		}),
	},
	{
		"info-without-token-endpoint", "oauth-info",
		"/oauth/info leaves out the token endpoint.", killedBy("token/info-needs-no-login"),
		mutateResponse(on(info), dropProperty("tokenEndpoint")),
	},
	{
		"check-token-takes-anything", "oauth-check-token",
		"/oauth/check_token returns an empty object for a bad access token.",
		killedBy("token/check-token-rejects-another", "token/check-token-rejects-an-expired-one"),
		mutateResponse(on(check), func(resp *response) {
			if !resp.ok() {
				resp.status = http.StatusOK
				resp.setBody(object{})
			}
		}),
	},
	{
		"check-token-of-administrator", "oauth-check-token",
		"/oauth/check_token returns another user's name.",
		killedBy("token/check-token-returns-the-claims"),
		mutateResponse(on(check), setProperty("user_name", admin)),
	},
}
