package mutants

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
)

// changeClaims changes the claims of access tokens.
func changeClaims(change func(x *exchange, resp *response, claims object)) middleware {
	return translateBearersFor(func(x *exchange, resp *response, bearer string) string {
		parts := strings.Split(bearer, ".")
		if len(parts) != 3 {
			return bearer
		}
		fields := decodeSegment(parts[1])
		before := maps.Clone(fields)
		if change(x, resp, fields); !reflect.DeepEqual(before, fields) {
			parts[1] = encodeSegment(fields)
		}
		return strings.Join(parts, ".")
	})
}

// loginSideEffects change results of a login, or headers and errors, that few scenarios are about.
var loginSideEffects = []Mutant{
	{
		"rejected-login-moves-last-used", "last-used",
		"The rejected login of an expired token sets lastUsed.",
		killedBy("lifecycle/expired-token-mints-nothing"),
		countRejectedLogins(func(x *exchange, id string) bool {
			return x.hasExpired(x.findToken(id))
		}),
	},
	{
		"wrong-secret-moves-last-used", "last-used", "A login with a wrong secret sets lastUsed.",
		killedBy("lifecycle/last-used-is-null-until-the-first-login"),
		countRejectedLogins(func(x *exchange, id string) bool {
			return !x.hasExpired(x.findToken(id))
		}),
	},
	{
		"basic-login-does-not-count", "last-used",
		"A login with HTTP Basic does not set lastUsed.",
		killedBy("lifecycle/last-used-is-set-by/basic"), ignoreLogins(func(x *exchange) bool {
			return strings.HasPrefix(x.r.Header.Get("Authorization"), "Basic ")
		}),
	},
	{
		"query-login-does-not-count", "last-used",
		"A login by the query does not set lastUsed.",
		killedBy("lifecycle/last-used-is-set-by/query"), ignoreLogins(func(x *exchange) bool {
			return x.query("client_id") != ""
		}),
	},
	{
		"multipart-login-does-not-count", "last-used",
		"A login by a multipart form does not set lastUsed.",
		killedBy("lifecycle/last-used-is-set-by/multipart-form"),
		ignoreLogins(func(x *exchange) bool {
			return strings.HasPrefix(x.r.Header.Get("Content-Type"), "multipart/")
		}),
	},
	{
		"login-scope-with-commas", "login-scope", "The scope of a login is separated by commas.",
		killedBy("auth/scopes-add-up"), mutateResponse(on(login), func(resp *response) {
			setProperty("scope", strings.Join(strings.Fields(resp.text("scope")), ","))(resp)
		}),
	},
	{
		"login-scope-cut", "login-scope", "The scope of a login has the first scope only.",
		killedBy("auth/scopes-add-up"), mutateResponse(on(login), func(resp *response) {
			scope, _, _ := strings.Cut(resp.text("scope"), " ")
			setProperty("scope", scope)(resp)
		}),
	},
	{
		"exp-is-always-twelve-hours", "claims-agree", "exp is always twelve hours from now.",
		killedBy("lifecycle/access-token-expires"),
		changeClaims(func(x *exchange, _ *response, claims object) {
			claims["exp"] = x.now().Add(12 * time.Hour).Unix()
		}),
	},
	{
		"claims-name-another-user", "claims-agree",
		"user_name in the access token is another user's.",
		killedBy("create/returns-200-with-eight-keys"),
		changeClaims(func(_ *exchange, _ *response, claims object) {
			claims["user_name"] = "another.user"
		}),
	},
	{
		"claims-name-another-client", "exact-id", "client_id in the access token is the user's id.",
		killedBy("create/returns-200-with-eight-keys"),
		changeClaims(func(_ *exchange, _ *response, claims object) {
			claims["client_id"] = claims["identity_id"]
		}),
	},
	{
		"claims-name-another-tenant", "claims-agree",
		"tenant_id in the access token is another tenant's.",
		killedBy("create/returns-200-with-eight-keys"),
		changeClaims(func(_ *exchange, _ *response, claims object) {
			claims["tenant_id"] = randomHex(16)
		}),
	},
	{
		"login-names-another-user", "login-user",
		"A login of an administrator returns another user's user_name.",
		killedBy("auth/list-all-as-administrator"), mutateResponse(on(login), func(resp *response) {
			if resp.text("user_name") == admin {
				setProperty("user_name", "jane.doe")(resp)
			}
		}),
	},
	{
		"check-token-gives-all-scopes", "claims-agree",
		"check_token always returns sp:scopes:all.",
		killedBy("token/check-token-of-one-scope"),
		mutateResponse(on(check), setProperty("scope", allScopes)),
	},
	{
		"access-token-gains-scopes", "operation-scopes",
		"An access token gains scopes that its token gets later.",
		killedBy("lifecycle/access-token-gains-no-scopes"),
		stateful(anyRequest, func(gainers map[string]string, x *exchange) *response {
			resp := x.forward()
			if x.op == patch && resp.ok() && touches(x.patchOperations(), "/scope") {
				gainers[x.id] = callerName(x)
			}
			if user := gainers[x.callerClaims().ClientID]; resp.status == http.StatusForbidden &&
				user != "" {
				x.setUser(user)
				return x.forward()
			}
			return resp
		}),
	},
	{
		"login-may-be-cached", "login-no-store", "The response to a login may be cached.",
		killedBy("token/urlencoded-form"),
		mutateResponse(on(login), setHeader("Cache-Control", "max-age=60")),
	},
	{
		"login-without-pragma", "login-no-store", "The response to a login has no Pragma.",
		killedBy("token/urlencoded-form"), mutateResponse(on(login), setHeader("Pragma", "")),
	},
	{
		"create-may-be-cached", "no-store", "The response to create may be cached.",
		killedBy("create/returns-200-with-eight-keys"),
		mutateResponse(on(create), setHeader("Cache-Control", "private, max-age=60")),
	},
	{
		"bulk-error-without-default", "error-dto",
		"A 400 to a bulk update has no message of a DEFAULT locale.", killedBy("bulk/26-ids"),
		mutateResponse(on(bulk), changeErrors(useRequestLocale)),
	},
	{
		"patch-error-without-default", "error-dto",
		"A 404 to a patch has no message of a DEFAULT locale.", killedBy("patch/unknown-id-is-404"),
		mutateResponse(on(patch), changeErrors(useRequestLocale)),
	},
	{
		"bulk-error-without-causes", "error-dto", "A 400 to a bulk update has no causes.",
		killedBy("bulk/26-ids"), mutateResponse(on(bulk), changeErrors(deleteKey("causes"))),
	},
	{
		"bulk-without-request-id", "headers",
		"The response to a bulk update has no SLPT-Request-ID.", killedBy("bulk/by-post"),
		mutateResponse(on(bulk), setHeader("Slpt-Request-Id", "")),
	},
	{
		"delete-without-date", "headers", "The response to a delete has no Date.",
		killedBy("delete/returns-204-without-body"),
		mutateResponse(on(remove), setHeader("Date", "")),
	},
	{
		"patch-is-text", "headers", "The response to a patch has the content type text/json.",
		killedBy("patch/scope"), mutateResponse(on(patch), setHeader("Content-Type", "text/json")),
	},
}

// countRejectedLogins sets lastUsed on a rejected login with a token for which f returns true.
func countRejectedLogins(f func(x *exchange, id string) bool) middleware {
	return replaceLastUsed(on(login, list), func(x *exchange, resp *response) string {
		if id := x.clientID(); x.op == login && resp.status == http.StatusUnauthorized && f(x, id) {
			return id
		}
		return ""
	})
}

// ignoreLogins sets lastUsed to null for tokens whose logins all satisfy f.
func ignoreLogins(f func(*exchange) bool) middleware {
	return statefulResponse(on(login, list),
		func(logins map[string]string, x *exchange, resp *response) {
			if id := x.clientID(); x.op == login && resp.ok() {
				if kind := logins[id]; f(x) && kind != "counts" {
					logins[id] = "does not"
				} else {
					logins[id] = "counts"
				}
			}
			if x.op == list {
				resp.changeObjects(func(token object) {
					if logins[text(token, "id")] == "does not" &&
						!slices.Contains(fixtureIDs(), text(token, "id")) {
						token["lastUsed"] = nil
					}
				})
			}
		})
}

func fixtureIDs() (ids []string) {
	for _, creds := range credentials {
		ids = append(ids, creds.id)
	}
	return ids
}
