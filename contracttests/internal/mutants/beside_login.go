package mutants

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
)

// claim changes the claims of access tokens.
func claim(change func(x *exchange, a *answer, claims object)) wrap {
	return disguisedBy(func(x *exchange, a *answer, bearer string) string {
		parts := strings.Split(bearer, ".")
		if len(parts) != 3 {
			return bearer
		}
		fields := claimsIn(parts[1])
		before := maps.Clone(fields)
		if change(x, a, fields); !reflect.DeepEqual(before, fields) {
			parts[1] = segment(fields)
		}
		return strings.Join(parts, ".")
	})
}

// besideLogins are mutants of what a login gives beside what a scenario is about.
var besideLogins = []Mutant{
	{
		"rejected-login-moves-last-used", "last-used",
		"The rejected login of an expired token moves lastUsed.",
		by("lifecycle/expired-token-mints-nothing"),
		rejectedLogin(func(x *exchange, id string) bool { return x.expired(x.token(id)) }),
	},
	{
		"wrong-secret-moves-last-used", "last-used", "A login with a wrong secret sets lastUsed.",
		by("lifecycle/last-used-is-null-until-the-first-login"),
		rejectedLogin(func(x *exchange, id string) bool { return !x.expired(x.token(id)) }),
	},
	{
		"basic-login-does-not-count", "last-used",
		"lastUsed does not move by a login with HTTP Basic.",
		by("lifecycle/last-used-is-set-by/basic"), unused(func(x *exchange) bool {
			return strings.HasPrefix(x.r.Header.Get("Authorization"), "Basic ")
		}),
	},
	{
		"query-login-does-not-count", "last-used",
		"lastUsed does not move by a login in the query.",
		by("lifecycle/last-used-is-set-by/query"), unused(func(x *exchange) bool {
			return x.query("client_id") != ""
		}),
	},
	{
		"multipart-login-does-not-count", "last-used",
		"lastUsed does not move by a login in a multipart form.",
		by("lifecycle/last-used-is-set-by/multipart-form"), unused(func(x *exchange) bool {
			return strings.HasPrefix(x.r.Header.Get("Content-Type"), "multipart/")
		}),
	},
	{
		"login-scope-with-commas", "login-scope", "scope of a login has commas between the scopes.",
		by("auth/scopes-add-up"), mutateResponse(on(login), func(a *answer) {
			set("scope", strings.Join(strings.Fields(a.text("scope")), ","))(a)
		}),
	},
	{
		"login-scope-cut", "login-scope", "scope of a login has the first scope alone.",
		by("auth/scopes-add-up"), mutateResponse(on(login), func(a *answer) {
			scope, _, _ := strings.Cut(a.text("scope"), " ")
			set("scope", scope)(a)
		}),
	},
	{
		"exp-is-always-twelve-hours", "claims-agree", "exp is always twelve hours ahead.",
		by("lifecycle/access-token-expires"), claim(func(x *exchange, _ *answer, claims object) {
			claims["exp"] = x.now().Add(12 * time.Hour).Unix()
		}),
	},
	{
		"claims-name-another-user", "claims-agree",
		"user_name in the access token is another user's.",
		by("create/returns-200-with-eight-keys"),
		claim(func(_ *exchange, _ *answer, claims object) { claims["user_name"] = "somebody" }),
	},
	{
		"claims-name-another-client", "exact-id", "client_id in the access token is the user's id.",
		by("create/returns-200-with-eight-keys"),
		claim(func(_ *exchange, _ *answer, claims object) {
			claims["client_id"] = claims["identity_id"]
		}),
	},
	{
		"claims-name-another-tenant", "claims-agree", "tenant_id in the access token is another's.",
		by("create/returns-200-with-eight-keys"),
		claim(func(_ *exchange, _ *answer, claims object) { claims["tenant_id"] = digits(16) }),
	},
	{
		"login-names-another-user", "login-user",
		"A login of an administrator has the user_name of another.",
		by("auth/list-all-as-administrator"), mutateResponse(on(login), func(a *answer) {
			if a.text("user_name") == admin {
				set("user_name", "jane.doe")(a)
			}
		}),
	},
	{
		"check-token-gives-all-scopes", "claims-agree",
		"check_token has sp:scopes:all, whatever the scopes are.",
		by("token/check-token-of-one-scope"), mutateResponse(on(check), set("scope", allScopes)),
	},
	{
		"access-token-gains-scopes", "operation-scopes",
		"An access token gains scopes that its token is given later.",
		by("lifecycle/access-token-gains-no-scopes"),
		stateful(anything, func(given map[string]string, x *exchange) *answer {
			a := x.forward()
			if x.op == patch && a.ok() && touches(x.operations(), "/scope") {
				given[x.id] = self(x)
			}
			if user := given[x.caller().ClientID]; a.status == http.StatusForbidden && user != "" {
				x.asUser(user)
				return x.forward()
			}
			return a
		}),
	},
	{
		"login-may-be-cached", "login-no-store", "The response to a login may be cached.",
		by("token/urlencoded-form"),
		mutateResponse(on(login), header("Cache-Control", "max-age=60")),
	},
	{
		"login-without-pragma", "login-no-store", "The response to a login has no Pragma.",
		by("token/urlencoded-form"), mutateResponse(on(login), header("Pragma", "")),
	},
	{
		"create-may-be-cached", "no-store", "The response to create may be cached.",
		by("create/returns-200-with-eight-keys"),
		mutateResponse(on(create), header("Cache-Control", "private, max-age=60")),
	},
	{
		"bulk-error-without-default", "error-dto",
		"A 400 to a bulk update has no message of a DEFAULT locale.", by("bulk/26-ids"),
		mutateResponse(on(bulk), every(fromRequest)),
	},
	{
		"patch-error-without-default", "error-dto",
		"A 404 to a patch has no message of a DEFAULT locale.", by("patch/unknown-id-is-404"),
		mutateResponse(on(patch), every(fromRequest)),
	},
	{
		"bulk-error-without-causes", "error-dto", "A 400 to a bulk update has no causes.",
		by("bulk/26-ids"), mutateResponse(on(bulk), every(removing("causes"))),
	},
	{
		"bulk-without-request-id", "headers",
		"The response to a bulk update has no SLPT-Request-ID.", by("bulk/by-post"),
		mutateResponse(on(bulk), header("Slpt-Request-Id", "")),
	},
	{
		"delete-without-date", "headers", "The response to a delete has no Date.",
		by("delete/returns-204-without-body"), mutateResponse(on(remove), header("Date", "")),
	},
	{
		"patch-is-text", "headers", "The response to a patch has the content type text/json.",
		by("patch/scope"), mutateResponse(on(patch), header("Content-Type", "text/json")),
	},
}

// rejectedLogin shows as lastUsed the moment of a rejected login with a token that f chooses.
func rejectedLogin(f func(x *exchange, id string) bool) wrap {
	return lastUsed(on(login, list), func(x *exchange, a *answer) string {
		if id := x.client(); x.op == login && a.status == http.StatusUnauthorized && f(x, id) {
			return id
		}
		return ""
	})
}

// unused shows lastUsed as null of tokens that have logged in only as f chooses.
func unused(f func(*exchange) bool) wrap {
	return statefulAfter(on(login, list), func(logins map[string]string, x *exchange, a *answer) {
		if id := x.client(); x.op == login && a.ok() {
			if kind := logins[id]; f(x) && kind != "counts" {
				logins[id] = "does not"
			} else {
				logins[id] = "counts"
			}
		}
		if x.op == list {
			a.each(func(token object) {
				if logins[text(token, "id")] == "does not" &&
					!slices.Contains(fixtureIDs(), text(token, "id")) {
					token["lastUsed"] = nil
				}
			})
		}
	})
}

func fixtureIDs() (ids []string) {
	for _, who := range credentials {
		ids = append(ids, who.id)
	}
	return ids
}
