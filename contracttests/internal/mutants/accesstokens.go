package mutants

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
)

// invalidBearer is not a valid access token.
const invalidBearer = "void"

// loginMemory maps access tokens to their client ids, and client ids to their latest access token.
type loginMemory map[string]string

// addLogin stores the access token of a login.
func (m loginMemory) addLogin(x *exchange, resp *response) {
	if bearer := resp.text("access_token"); bearer != "" {
		id := x.clientID()
		m[bearer], m[id] = id, bearer
	}
}

// invalidateBearers replaces the bearers of clients by an invalid one. F records such clients in
// memory.
func invalidateBearers(f func(memory map[string]string, x *exchange, resp *response)) middleware {
	return stateful(anyRequest, func(memory map[string]string, x *exchange) *response {
		if memory["void "+parseClaims(x.bearer()).ClientID] != "" && x.op != login {
			x.setBearer(invalidBearer)
		}
		resp := x.forward()
		f(memory, x, resp)
		return resp
	})
}

// translateBearersFor changes the access tokens that logins return. Requests with a changed access
// token are forwarded with the original.
func translateBearersFor(change func(x *exchange, resp *response,
	bearer string) string,
) middleware {
	return stateful(anyRequest, func(issued map[string]string, x *exchange) *response {
		if bearer := issued[x.bearer()]; bearer != "" {
			x.setBearer(bearer)
		}
		if token := x.loginParameters().Get("token"); x.op == check && issued[token] != "" {
			x.body = []byte(strings.ReplaceAll(string(x.body), token, issued[token]))
		}
		resp := x.forward()
		if bearer := resp.text("access_token"); x.op == login && bearer != "" {
			other := change(x, resp, bearer)
			issued[other] = bearer
			setProperty("access_token", other)(resp)
		}
		return resp
	})
}

func translateBearers(change func(bearer string, resp *response) string) middleware {
	return translateBearersFor(func(_ *exchange, resp *response, bearer string) string {
		return change(bearer, resp)
	})
}

// withBearerEnd calls f for each request with a known access token. End is the time at which a part
// of its lifetime has elapsed.
func withBearerEnd(part float64, f func(x *exchange, end time.Time)) middleware {
	return stateful(anyRequest, func(ends map[string]time.Time, x *exchange) *response {
		if end := ends[x.bearer()]; !end.IsZero() {
			f(x, end)
		}
		resp := x.forward()
		if bearer := resp.text("access_token"); x.op == login && bearer != "" {
			seconds, _ := resp.object()["expires_in"].(float64)
			ends[bearer] = x.now().Add(time.Duration(seconds * part * float64(time.Second)))
		}
		return resp
	})
}

// anyPath matches a patch of any path, and a delete.
const anyPath = ""

// respondToLoginAfter responds to logins with tokens that a write of the path has changed.
func respondToLoginAfter(
	write operation, path string, respond func(x *exchange, user string) *response,
) middleware {
	return stateful(on(login, write), func(users map[string]string, x *exchange) *response {
		if user := users[x.clientID()]; x.op == login && user != "" {
			return respond(x, user)
		}
		resp := x.forward()
		if x.op == write && resp.ok() && (path == anyPath || touches(x.patchOperations(), path)) {
			users[x.id] = callerName(x)
		}
		return resp
	})
}

// accessTokens change the lifetime and the format of access tokens, and lastUsed.
var accessTokens = []Mutant{
	{
		"access-token-is-opaque", "access-token-is-jws", "An access token is not a JWS.",
		killedBy("token/access-token-is-a-jws", "token/claims-name-user-and-client"),
		translateBearers(func(string, *response) string { return randomHex(20) }),
	},
	{
		"access-token-names-its-key", "signature", "The header of an access token has a key id.",
		killedBy("token/question-signature"),
		translateBearers(func(bearer string, _ *response) string {
			header, rest, _ := strings.Cut(bearer, ".")
			return setSegmentField(header, "kid", "1") + "." + rest
		}),
	},
	{
		"access-token-names-many-scopes", "access-token-is-short",
		"An access token lists its scopes, even if there are many.",
		killedBy("token/access-token-of-many-scopes-is-short"),
		translateBearers(func(bearer string, resp *response) string {
			parts := strings.Split(bearer, ".")
			if len(parts) == 3 {
				parts[1] = setSegmentField(parts[1], "scope", strings.Fields(resp.text("scope")))
			}
			return strings.Join(parts, ".")
		}),
	},
	{
		"new-login-ends-the-former", "access-tokens-stay-valid",
		"A new login invalidates older access tokens of the same token.",
		killedBy("lifecycle/new-access-tokens-leave-older-ones-valid"),
		stateful(anyRequest, func(memory map[string]string, x *exchange) *response {
			if bearer := x.bearer(); x.op != login && memory[bearer] != "" &&
				memory[memory[bearer]] != bearer {
				x.setBearer(invalidBearer)
			}
			resp := x.forward()
			if x.op == login {
				loginMemory(memory).addLogin(x, resp)
			}
			return resp
		}),
	},
	{
		"access-token-ends-with-token", "access-token-of-deleted",
		"An access token becomes invalid when its token is deleted.",
		killedBy("lifecycle/access-token-outlives-deletion",
			"lifecycle/access-token-of-a-deleted-token-expires"),
		invalidateBearers(func(memory map[string]string, x *exchange, resp *response) {
			if x.op == remove && resp.ok() {
				memory["void "+x.id] = x.id
			}
		}),
	},
	{
		"access-token-ends-with-scope", "access-token-outlives",
		"An access token becomes invalid when the scope of its token changes.",
		killedBy("lifecycle/access-token-outlives-scope-change"),
		invalidateBearers(func(memory map[string]string, x *exchange, resp *response) {
			if x.op == patch && resp.ok() && touches(x.patchOperations(), "/scope") {
				memory["void "+x.id] = x.id
			}
		}),
	},
	{
		"access-token-ends-with-date", "access-token-outlives",
		"An access token becomes invalid when its token expires.",
		killedBy("lifecycle/access-token-outlives-expiry"), mutateRequest(api, func(x *exchange) {
			if x.hasExpired(x.findToken(x.callerClaims().ClientID)) {
				x.setBearer(invalidBearer)
			}
		}),
	},
	{
		"access-token-never-expires", "access-token-expires", "An access token never expires.",
		killedBy("lifecycle/access-token-expires"),
		stateful(anyRequest, func(logins map[string]url.Values, x *exchange) *response {
			resp := x.forward()
			if x.op == login {
				if bearer := resp.text("access_token"); bearer != "" {
					logins[bearer] = x.loginParameters()
				}
				return resp
			}
			if values := logins[x.bearer()]; resp.status == 401 && values != nil {
				newLogin := x.do(request{
					method: "POST", path: x.prefix + "/oauth/token",
					contentType: "application/x-www-form-urlencoded", body: values.Encode(),
				})
				x.setBearer(newLogin.text("access_token"))
				return x.forward()
			}
			return resp
		}),
	},
	{
		"access-token-ends-early", "access-token-expires",
		"An access token expires after half its time.",
		killedBy("lifecycle/access-token-of-a-deleted-token-expires",
			"lifecycle/access-token-expires"),
		withBearerEnd(0.5, func(x *exchange, end time.Time) {
			if x.now().After(end) {
				x.setBearer(invalidBearer)
			}
		}),
	},
	{
		"deleted-token-logs-in", "token-deleted-or-expired", "A deleted token logs in.",
		killedBy("lifecycle/deleted-token-mints-nothing"),
		respondToLoginAfter(remove, anyPath, (*exchange).loginAsFixture),
	},
	{
		"deleted-token-is-another-error", "login-deleted",
		"The login with a deleted token is invalid_grant.",
		killedBy("lifecycle/deleted-token-mints-nothing",
			"lifecycle/question-login-of-a-deleted-token"),
		respondToLoginAfter(remove, anyPath, func(*exchange, string) *response {
			return newResponse(400, object{"error": "invalid_grant"})
		}),
	},
	{
		"expired-token-logs-in", "token-deleted-or-expired", "An expired token logs in.",
		killedBy("lifecycle/expired-token-mints-nothing"),
		wrap(on(login), func(x *exchange) *response {
			resp := x.forward()
			if token := x.findToken(x.clientID()); resp.status == 401 && x.hasExpired(token) {
				return x.loginAsFixture(tokenOwner(token))
			}
			return resp
		}),
	},
	{
		"expired-token-is-another-error", "login-expired",
		"The login with an expired token is invalid_grant.",
		killedBy("lifecycle/expired-token-mints-nothing"),
		wrap(on(login), func(x *exchange) *response {
			resp := x.forward()
			if token := x.findToken(x.clientID()); resp.status == 401 && x.hasExpired(token) {
				return newResponse(400, object{
					"error": "invalid_grant", "error_description": "The token has expired",
				})
			}
			return resp
		}),
	},
	{
		"expired-token-not-listed", "expired-token-stays", "An expired token is not listed.",
		killedBy("lifecycle/expired-token-stays-listed"),
		mutateResponseFor(on(list), func(x *exchange, resp *response) {
			resp.keepIf(func(token object) bool { return !x.hasExpired(token) })
		}),
	},
	{
		"scope-change-never-shows", "scope-change-delay",
		"New access tokens never get the new scope.",
		killedBy("lifecycle/withdrawn-scope-goes-within-twenty-minutes"),
		respondToLoginAfter(patch, "/scope", (*exchange).loginAsFixture),
	},
	{
		"last-used-on-every-login", "last-used", "Every login sets lastUsed.",
		killedBy("lifecycle/last-used-stays-on-the-same-day"),
		replaceLastUsed(on(login, list), func(x *exchange, resp *response) string {
			if resp.text("access_token") == "" {
				return ""
			}
			return x.clientID()
		}),
	},
	{
		"last-used-on-every-call", "last-used",
		"Every request sets lastUsed.",
		killedBy("lifecycle/last-used-stays-on-the-same-day"),
		replaceLastUsed(api, func(x *exchange, resp *response) string {
			if !resp.ok() {
				return ""
			}
			return x.callerClaims().ClientID
		}),
	},
	{
		"patch-forgets-last-use", "last-used", "A patch sets lastUsed to null.",
		killedBy("patch/keeps-last-used"),
		changeAfterWrite(patch, idOfPath, replaceValue("lastUsed", nil)),
	},
	{
		"last-used-never", "last-used", "lastUsed is always null.",
		killedBy("lifecycle/last-used-is-set-by-the-first-login",
			"lifecycle/last-used-moves-after-a-day"),
		mutateResponse(on(list), setProperty("lastUsed", nil)),
	},
	{
		"last-used-from-creation", "last-used", "lastUsed equals created until the first login.",
		killedBy("lifecycle/last-used-is-null-until-the-first-login",
			"create/response-equals-the-list"), eachToken(on(list), func(token object) {
			if token["lastUsed"] == nil {
				token["lastUsed"] = token["created"]
			}
		}),
	},
	{
		"last-used-only-once", "last-used", "lastUsed never changes after the first login.",
		killedBy("lifecycle/last-used-moves-after-a-day"),
		statefulResponse(on(login, list),
			func(first map[string]string, x *exchange, resp *response) {
				if id := x.clientID(); resp.text("access_token") != "" && first[id] == "" {
					first[id] = formatTime(x.now())
				}
				setByID(resp, "lastUsed", first)
			}),
	},
}

// setSegmentField sets a field in a segment of a JWS.
func setSegmentField(part, name string, value any) string {
	fields := decodeSegment(part)
	if fields == nil {
		return part
	}
	fields[name] = value
	return encodeSegment(fields)
}

// decodeSegment decodes a segment of a JWS. It returns nil if the segment is not a JSON object.
func decodeSegment(part string) object {
	text, _ := base64.RawURLEncoding.DecodeString(part) // an invalid segment decodes to nil
	return decode[object](text)
}

// encodeSegment encodes fields as a segment of a JWS.
func encodeSegment(fields object) string {
	text, _ := json.Marshal(fields) // decoded JSON always encodes
	return base64.RawURLEncoding.EncodeToString(text)
}

// replaceLastUsed sets lastUsed to the time of the last request for which f returned the id of a
// token.
func replaceLastUsed(m matcher, f func(*exchange, *response) string) middleware {
	return statefulResponse(m, func(times map[string]string, x *exchange, resp *response) {
		if id := f(x, resp); id != "" {
			times[id] = formatTime(x.now())
		}
		if x.op == list {
			setByID(resp, "lastUsed", times)
		}
	})
}

// loginAsFixture logs in with the user's token of the fixture instead.
func (x *exchange) loginAsFixture(user string) *response {
	creds := credentials[user]
	x.setForm(url.Values{
		"grant_type": {"client_credentials"}, "client_id": {creds.id}, "client_secret": {
			creds.secret,
		},
	})
	return x.forward()
}

// touches reports whether a patch has an operation on one of the paths.
func touches(operations []object, paths ...string) bool {
	return slices.ContainsFunc(operations, func(op object) bool {
		return slices.Contains(paths, text(op, "path"))
	})
}
