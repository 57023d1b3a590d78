package mutants

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
)

// void is a bearer that nobody issued.
const void = "void"

// used is a memory of access tokens by what they were issued for; issued notes them.
type used map[string]string

// issued notes the access token of a login under the client id, and under its own name the client
// id.
func (u used) issued(x *exchange, a *answer) {
	if bearer := a.text("access_token"); bearer != "" {
		id := x.client()
		u[bearer], u[id] = id, bearer
	}
}

// forgetting makes bearers void, of whom f says so after an operation.
func forgetting(f func(memory map[string]string, x *exchange, a *answer)) wrap {
	return stateful(anything, func(memory map[string]string, x *exchange) *answer {
		if memory["void "+claimsOf(x.bearer()).ClientID] != "" && x.op != login {
			x.as(void)
		}
		a := x.forward()
		f(memory, x, a)
		return a
	})
}

// disguisedBy gives clients other access tokens than the wrapped handler has issued, which gets its
// own.
func disguisedBy(change func(x *exchange, a *answer, bearer string) string) wrap {
	return stateful(anything, func(issued map[string]string, x *exchange) *answer {
		if bearer := issued[x.bearer()]; bearer != "" {
			x.as(bearer)
		}
		if token := x.parameters().Get("token"); x.op == check && issued[token] != "" {
			x.body = []byte(strings.ReplaceAll(string(x.body), token, issued[token]))
		}
		a := x.forward()
		if bearer := a.text("access_token"); x.op == login && bearer != "" {
			other := change(x, a, bearer)
			issued[other] = bearer
			set("access_token", other)(a)
		}
		return a
	})
}

func disguised(change func(bearer string, a *answer) string) wrap {
	return disguisedBy(func(_ *exchange, a *answer, bearer string) string {
		return change(bearer, a)
	})
}

// ending calls f for each request with an access token, with the moment at which a part of its life
// is over.
func ending(part float64, f func(x *exchange, end time.Time)) wrap {
	return stateful(anything, func(ends map[string]time.Time, x *exchange) *answer {
		if end := ends[x.bearer()]; !end.IsZero() {
			f(x, end)
		}
		a := x.forward()
		if bearer := a.text("access_token"); x.op == login && bearer != "" {
			seconds, _ := a.object()["expires_in"].(float64)
			ends[bearer] = x.now().Add(time.Duration(seconds * part * float64(time.Second)))
		}
		return a
	})
}

// anyPath is the path of every patch, and of a delete.
const anyPath = ""

// loginAfter responds to logins with tokens that a write of this path has changed, whoever's user
// they are of.
func loginAfter(write operation, path string, respond func(x *exchange, user string) *answer) wrap {
	return stateful(on(login, write), func(users map[string]string, x *exchange) *answer {
		if user := users[x.client()]; x.op == login && user != "" {
			return respond(x, user)
		}
		a := x.forward()
		if x.op == write && a.ok() && (path == anyPath || touches(x.operations(), path)) {
			users[x.id] = self(x)
		}
		return a
	})
}

// accessTokens are mutants of how long what a login answers is good.
var accessTokens = []Mutant{
	{
		"access-token-is-opaque", "access-token-is-jws", "An access token is no JWS.",
		by("token/access-token-is-a-jws", "token/claims-name-user-and-client"),
		disguised(func(string, *answer) string { return digits(20) }),
	},
	{
		"access-token-names-its-key", "signature", "The header of an access token names its key.",
		by("token/question-signature"),
		disguised(func(bearer string, _ *answer) string {
			header, rest, _ := strings.Cut(bearer, ".")
			return withField(header, "kid", "1") + "." + rest
		}),
	},
	{
		"access-token-names-many-scopes", "access-token-is-short",
		"An access token names its scopes, however many they are.",
		by("token/access-token-of-many-scopes-is-short"),
		disguised(func(bearer string, a *answer) string {
			parts := strings.Split(bearer, ".")
			if len(parts) == 3 {
				parts[1] = withField(parts[1], "scope", strings.Fields(a.text("scope")))
			}
			return strings.Join(parts, ".")
		}),
	},
	{
		"new-login-ends-the-former", "access-tokens-stay-valid",
		"A new login makes older access tokens of the same token void.",
		by("lifecycle/new-access-tokens-leave-older-ones-valid"),
		stateful(anything, func(memory map[string]string, x *exchange) *answer {
			if bearer := x.bearer(); x.op != login && memory[bearer] != "" &&
				memory[memory[bearer]] != bearer {
				x.as(void)
			}
			a := x.forward()
			if x.op == login {
				used(memory).issued(x, a)
			}
			return a
		}),
	},
	{
		"access-token-ends-with-token", "access-token-of-deleted",
		"An access token is void when its token is deleted.",
		by("lifecycle/access-token-outlives-deletion",
			"lifecycle/access-token-of-a-deleted-token-expires"),
		forgetting(func(memory map[string]string, x *exchange, a *answer) {
			if x.op == remove && a.ok() {
				memory["void "+x.id] = x.id
			}
		}),
	},
	{
		"access-token-ends-with-scope", "access-token-outlives",
		"An access token is void when its token changes scope.",
		by("lifecycle/access-token-outlives-scope-change"),
		forgetting(func(memory map[string]string, x *exchange, a *answer) {
			if x.op == patch && a.ok() && touches(x.operations(), "/scope") {
				memory["void "+x.id] = x.id
			}
		}),
	},
	{
		"access-token-ends-with-date", "access-token-outlives",
		"An access token is void when its token expires.",
		by("lifecycle/access-token-outlives-expiry"), mutateRequest(api, func(x *exchange) {
			if x.expired(x.token(x.caller().ClientID)) {
				x.as(void)
			}
		}),
	},
	{
		"access-token-never-expires", "access-token-expires", "An access token never expires.",
		by("lifecycle/access-token-expires"),
		stateful(anything, func(logins map[string]url.Values, x *exchange) *answer {
			a := x.forward()
			if x.op == login {
				if bearer := a.text("access_token"); bearer != "" {
					logins[bearer] = x.parameters()
				}
				return a
			}
			if values := logins[x.bearer()]; a.status == 401 && values != nil {
				again := x.ask(request{
					method: "POST", path: x.prefix + "/oauth/token",
					contentType: "application/x-www-form-urlencoded", body: values.Encode(),
				})
				x.as(again.text("access_token"))
				return x.forward()
			}
			return a
		}),
	},
	{
		"access-token-ends-early", "access-token-expires",
		"An access token expires after half its time.",
		by("lifecycle/access-token-of-a-deleted-token-expires", "lifecycle/access-token-expires"),
		ending(0.5, func(x *exchange, end time.Time) {
			if x.now().After(end) {
				x.as(void)
			}
		}),
	},
	{
		"deleted-token-logs-in", "token-deleted-or-expired", "A deleted token logs in.",
		by("lifecycle/deleted-token-mints-nothing"),
		loginAfter(remove, anyPath, (*exchange).asFixture),
	},
	{
		"deleted-token-is-another-error", "login-deleted",
		"The login with a deleted token is invalid_grant.",
		by("lifecycle/deleted-token-mints-nothing", "lifecycle/question-login-of-a-deleted-token"),
		loginAfter(remove, anyPath, func(*exchange, string) *answer {
			return reply(400, object{"error": "invalid_grant"})
		}),
	},
	{
		"expired-token-logs-in", "token-deleted-or-expired", "An expired token logs in.",
		by("lifecycle/expired-token-mints-nothing"), around(on(login), func(x *exchange) *answer {
			a := x.forward()
			if token := x.token(x.client()); a.status == 401 && x.expired(token) {
				return x.asFixture(owner(token))
			}
			return a
		}),
	},
	{
		"expired-token-is-another-error", "login-expired",
		"The login with an expired token is invalid_grant.",
		by("lifecycle/expired-token-mints-nothing"), around(on(login), func(x *exchange) *answer {
			a := x.forward()
			if token := x.token(x.client()); a.status == 401 && x.expired(token) {
				return reply(400, object{
					"error": "invalid_grant", "error_description": "The token has expired",
				})
			}
			return a
		}),
	},
	{
		"expired-token-not-listed", "expired-token-stays", "An expired token is not listed.",
		by("lifecycle/expired-token-stays-listed"), after(on(list), func(x *exchange, a *answer) {
			a.keep(func(token object) bool { return !x.expired(token) })
		}),
	},
	{
		"scope-change-never-shows", "scope-change-delay",
		"New access tokens never have the new scope.",
		by("lifecycle/withdrawn-scope-goes-within-twenty-minutes"),
		loginAfter(patch, "/scope", (*exchange).asFixture),
	},
	{
		"last-used-on-every-login", "last-used", "lastUsed moves on every login.",
		by("lifecycle/last-used-stays-on-the-same-day"),
		lastUsed(on(login, list), func(x *exchange, a *answer) string {
			if a.text("access_token") == "" {
				return ""
			}
			return x.client()
		}),
	},
	{
		"last-used-on-every-call", "last-used",
		"lastUsed is that of the last request, of any kind.",
		by("lifecycle/last-used-stays-on-the-same-day"),
		lastUsed(api, func(x *exchange, a *answer) string {
			if !a.ok() {
				return ""
			}
			return x.caller().ClientID
		}),
	},
	{
		"patch-forgets-last-use", "last-used", "After a patch lastUsed is null.",
		by("patch/keeps-last-used"), afterWrite(patch, itself, shows("lastUsed", nil)),
	},
	{
		"last-used-never", "last-used", "lastUsed is always null.",
		by("lifecycle/last-used-is-set-by-the-first-login",
			"lifecycle/last-used-moves-after-a-day"),
		mutateResponse(on(list), set("lastUsed", nil)),
	},
	{
		"last-used-from-creation", "last-used", "lastUsed is created until the first login.",
		by("lifecycle/last-used-is-null-until-the-first-login",
			"create/response-equals-the-list"), eachToken(on(list), func(token object) {
			if token["lastUsed"] == nil {
				token["lastUsed"] = token["created"]
			}
		}),
	},
	{
		"last-used-only-once", "last-used", "lastUsed never moves after the first login.",
		by("lifecycle/last-used-moves-after-a-day"),
		statefulAfter(on(login, list), func(first map[string]string, x *exchange, a *answer) {
			if id := x.client(); a.text("access_token") != "" && first[id] == "" {
				first[id] = stamp(x.now())
			}
			show(a, "lastUsed", first)
		}),
	},
}

// withField sets a field of the header or of the claims of a JWS.
func withField(part, name string, value any) string {
	fields := claimsIn(part)
	if fields == nil {
		return part
	}
	fields[name] = value
	return segment(fields)
}

// claimsIn decodes a segment of a JWS, and returns nil if it has no fields.
func claimsIn(part string) object {
	text, _ := base64.RawURLEncoding.DecodeString(part) // other text has no fields
	return decoded[object](text)
}

// segment encodes fields as a segment of a JWS.
func segment(fields object) string {
	text, _ := json.Marshal(fields) // it was just read
	return base64.RawURLEncoding.EncodeToString(text)
}

// lastUsed shows the time of the last request for which f names a token.
func lastUsed(m match, f func(*exchange, *answer) string) wrap {
	return statefulAfter(m, func(moments map[string]string, x *exchange, a *answer) {
		if id := f(x, a); id != "" {
			moments[id] = stamp(x.now())
		}
		if x.op == list {
			show(a, "lastUsed", moments)
		}
	})
}

// asFixture logs in with the token of the fixture instead.
func (x *exchange) asFixture(user string) *answer {
	who := credentials[user]
	x.form(url.Values{
		"grant_type": {"client_credentials"}, "client_id": {who.id}, "client_secret": {who.secret},
	})
	return x.forward()
}

// touches tells whether a patch names a path.
func touches(operations []object, paths ...string) bool {
	return slices.ContainsFunc(operations, func(op object) bool {
		return slices.Contains(paths, text(op, "path"))
	})
}
