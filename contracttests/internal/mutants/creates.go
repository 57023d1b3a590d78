package mutants

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// mutateBody changes the JSON object in the request body.
func mutateBody(m matcher, change func(object)) middleware {
	return mutateRequest(m, func(x *exchange) {
		if o := x.object(); o != nil {
			change(o)
			x.setBody(o)
		}
	})
}

// rejectBodyIf rejects requests with a body for which f returns true.
func rejectBodyIf(m matcher, f func(object) bool) middleware {
	return respondIf(m, badRequest, func(x *exchange) bool {
		o := x.object()
		return o != nil && f(o)
	})
}

// intProperty returns a property as an integer, and reports whether it is one.
func intProperty(o object, name string) (int, bool) {
	value, ok := o[name].(float64)
	return int(value), ok
}

// replaceValidity replaces one accessTokenValiditySeconds by another.
func replaceValidity(from, to int) middleware {
	return mutateBody(on(create), func(o object) {
		if seconds, ok := intProperty(o, "accessTokenValiditySeconds"); ok && seconds == from {
			o["accessTokenValiditySeconds"] = to
		}
	})
}

// replaceAbsent sets a property that is absent from a create.
func replaceAbsent(name string, value any) middleware {
	return mutateBody(on(create), func(o object) {
		if _, present := o[name]; !present {
			o[name] = value
		}
	})
}

// replaceNull sets a property that is null in a create.
func replaceNull(name string, value any) middleware {
	return mutateBody(on(create), func(o object) {
		if former, present := o[name]; present && former == nil {
			o[name] = value
		}
	})
}

// publishedProperties has the properties of a create in any version.
var publishedProperties = []string{
	"name", "scope", "accessTokenValiditySeconds", "expirationDate", "userAwareTokenNeverExpires",
}

func hasUnknownProperty(o object) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(o)), func(name string) bool {
		return !slices.Contains(publishedProperties, name)
	})
}

// creates change the input that create accepts.
var creates = []Mutant{
	{
		"create-any-content-type", "wrong-content-type", "Create accepts any content type.",
		killedBy("create/other-content-type-is-rejected", "errors/unsupported-media-type"),
		mutateRequest(on(create), func(x *exchange) {
			x.r.Header.Set("Content-Type", "application/json")
		}),
	},
	{
		"create-media-type-is-400", "create-content-type",
		"Create returns 400 for another content type.",
		killedBy("create/question-other-content-type", "errors/unsupported-media-type"),
		mutateResponse(on(create), replaceStatus(http.StatusUnsupportedMediaType, badRequest)),
	},
	{
		"json-tail-ignored", "json-syntax", "Trailing data after a JSON value is ignored.",
		killedBy("errors/unparsable-body"),
		mutateRequest(on(create, patch), func(x *exchange) {
			var first json.RawMessage
			if json.NewDecoder(bytes.NewReader(x.body)).Decode(&first) == nil {
				x.body = first
			}
		}),
	},
	{
		"json-in-other-bytes-taken", "json-syntax",
		"Bytes that are not UTF-8 become question marks.",
		killedBy("create/malformed-body/not-in-utf-8"),
		mutateRequest(on(create), func(x *exchange) {
			x.body = bytes.ToValidUTF8(x.body, []byte("?"))
		}),
	},
	{
		"validity-in-quotes-taken", "invalid-property", "A quoted number is accepted.",
		killedBy("create/property-of-wrong-form/validity-in-quotes"),
		mutateBody(on(create), func(o object) {
			if seconds, err := strconv.Atoi(text(o, "accessTokenValiditySeconds")); err == nil {
				o["accessTokenValiditySeconds"] = seconds
			}
		}),
	},
	{
		"scope-as-string-taken", "invalid-property",
		"A string is accepted as the scope.",
		killedBy("create/property-of-wrong-form/scope-as-string"),
		mutateBody(on(create), func(o object) {
			if scope := text(o, "scope"); scope != "" {
				o["scope"] = []string{scope}
			}
		}),
	},
	{
		"scope-unknown-rejected", "unknown-scope",
		"A scope that begins with neither sp: nor idn: is rejected.",
		killedBy("create/unknown-scope-is-kept"),
		rejectBodyIf(on(create), func(o object) bool {
			scopes, _ := o["scope"].([]any)
			return slices.ContainsFunc(scopes, func(scope any) bool {
				name, _ := scope.(string)
				return !strings.HasPrefix(name, "sp:") && !strings.HasPrefix(name, "idn:")
			})
		}),
	},
	{
		"name-in-ascii", "name-unchanged", "Letters outside ASCII become question marks in a name.",
		killedBy("create/name-comes-back-as-it-was"), mutateBody(on(create), func(o object) {
			if name := text(o, "name"); name != "" {
				o["name"] = strings.Map(func(c rune) rune {
					if c > 127 {
						return '?'
					}
					return c
				}, name)
			}
		}),
	},
	{
		"charset-rejected", "wrong-content-type", "A content type with a charset is rejected.",
		killedBy("patch/charset-is-tolerated"), rejectIf(on(create, patch), func(x *exchange) bool {
			return strings.Contains(x.r.Header.Get("Content-Type"), ";")
		}),
	},
	{
		"scope-sorted", "scope-out-of-level", "The scopes are sorted.",
		killedBy("create/scope-is-kept"), mutateBody(on(create), func(o object) {
			if scope, ok := o["scope"].([]any); ok {
				slices.SortFunc(scope, func(a, b any) int {
					return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
				})
			}
		}),
	},
	{
		"secret-is-constant", "id-and-secret-form", "Every token has the same secret.",
		killedBy("create/makes-different-tokens"),
		mutateResponse(on(create), setProperty("secret", randomHex(32))),
	},
	{
		"scope-absent-is-none", "scope-defaults-to-all",
		"An absent scope means sp:scopes:default.", killedBy("create/scope-defaults-to-all"),
		replaceAbsent("scope", []string{"sp:scopes:default"}),
	},
	{
		"scope-null-is-none", "scope-defaults-to-all", "A null scope means no scopes.",
		killedBy("create/scope-defaults-to-all"), replaceNull("scope", []string{}),
	},
	{
		"scope-returned-as-null", "scope-defaults-to-all",
		"Create returns a null scope if none was sent.",
		killedBy("create/scope-defaults-to-all"),
		mutateResponseFor(on(create), func(x *exchange, resp *response) {
			if x.object()["scope"] == nil {
				setProperty("scope", nil)(resp)
			}
		}),
	},
	{
		"validity-absent-is-an-hour", "validity-bounds",
		"An absent accessTokenValiditySeconds means 3600.",
		killedBy("create/validity-defaults-to-twelve-hours"),
		replaceAbsent("accessTokenValiditySeconds", 3600),
	},
	{
		"validity-null-rejected", "validity-bounds",
		"A null accessTokenValiditySeconds is rejected.",
		killedBy("create/validity-defaults-to-twelve-hours"),
		rejectBodyIf(on(create), func(o object) bool {
			seconds, present := o["accessTokenValiditySeconds"]
			return present && seconds == nil
		}),
	},
	{
		"validity-below-taken", "validity-bounds", "14 seconds count as 15.",
		killedBy("create/property-of-wrong-form/validity-below-15"), replaceValidity(14, 15),
	},
	{
		"validity-above-taken", "validity-bounds", "43201 seconds count as 43200.",
		killedBy("create/property-of-wrong-form/validity-above-43200"),
		replaceValidity(43201, 43200),
	},
	{
		"validity-lowest-rejected", "validity-bounds", "15 seconds are rejected.",
		killedBy("create/validity-bounds-are-taken"), replaceValidity(15, 14),
	},
	{
		"validity-highest-rejected", "validity-bounds", "43200 seconds are rejected.",
		killedBy("create/validity-bounds-are-taken"), replaceValidity(43200, 43201),
	},
	{
		"create-for-administrator", "create-for-caller",
		"A created token belongs to the administrator.",
		killedBy("create/is-for-the-caller"), mutateRequest(on(create), func(x *exchange) {
			x.setUser(admin)
		}),
	},
	{
		"create-for-named-owner", "create-for-caller",
		"A created token belongs to the owner in the body.", killedBy("create/is-for-the-caller"),
		mutateRequest(on(create), func(x *exchange) {
			sentOwner, _ := x.object()["owner"].(object)
			for user, creds := range credentials {
				if id := text(sentOwner, "id"); id == creds.identity ||
					id == "" && text(sentOwner, "name") == user {
					x.setUser(user)
				}
			}
		}),
	},
	{
		"unknown-property-rejected", "unknown-ignored",
		"An undocumented property is rejected.",
		killedBy("create/unknown-properties-are-ignored"),
		rejectBodyIf(on(create), hasUnknownProperty),
	},
	{
		"unknown-property-kept", "unknown-ignored", "An undocumented property is returned.",
		killedBy("create/unknown-properties-are-ignored"),
		mutateResponseFor(on(create), func(x *exchange, resp *response) {
			for name, value := range x.object() {
				if !slices.Contains(publishedProperties, name) {
					resp.changeObjects(func(o object) { o[name] = value })
				}
			}
		}),
	},
	{
		"acknowledgement-rejected-in-legacy", "unknown-ignored",
		"The legacy versions reject a property of the current ones.",
		killedBy("expiry/legacy-flag-is-ignored"),
		rejectBodyIf(onLegacy(create), func(o object) bool {
			_, present := o["userAwareTokenNeverExpires"]
			return present
		}),
	},
	{
		"unknown-query-rejected", "unknown-ignored",
		"An undocumented query parameter is rejected.",
		killedBy("list/unknown-parameters-are-ignored"), wrap(api, func(x *exchange) *response {
			for name := range x.r.URL.Query() {
				if !slices.Contains([]string{
					"owner-id", "filters", "limit", "offset", "count", "sorters",
				}, name) {
					return badRequest()
				}
			}
			return x.forward()
		}),
	},
	{
		"token-limit-is-nine", "tokens-per-owner", "A user has at most nine tokens.",
		killedBy("lifecycle/eleventh-token-creates-nothing", "lifecycle/eleventh-token-is-400"),
		limitTokens(9, func(x *exchange, token object) bool {
			return tokenOwner(token) == callerName(x)
		}),
	},
	{
		"token-limit-of-tenant", "tokens-per-owner", "The token limit applies to the tenant.",
		killedBy("lifecycle/eleventh-token-creates-nothing", "lifecycle/eleventh-token-is-400"),
		limitTokens(18, func(*exchange, object) bool { return true }),
	},
	{
		"token-limit-off", "tokens-per-owner", "There is no token limit.",
		killedBy("lifecycle/eleventh-token-creates-nothing", "lifecycle/eleventh-token-is-400"),
		wrap(on(create), func(x *exchange) *response {
			resp := x.forward()
			if resp.status == 400 && len(resp.text("detailCode")) > 7 &&
				resp.text("detailCode")[:7] == "400.1.4" {
				x.setUser(admin) // has fewer tokens than the limit
				return x.forward()
			}
			return resp
		}),
	},
	{
		"token-limit-is-403", "token-limit", "The eleventh token is 403.",
		killedBy("lifecycle/eleventh-token-is-400"),
		mutateResponse(on(create), func(resp *response) {
			if code := resp.text("detailCode"); len(code) > 7 && code[:7] == "400.1.4" {
				*resp = *forbidden()
			}
		}),
	},
}

// limitTokens rejects creates if at least n tokens satisfy f.
func limitTokens(n int, f func(*exchange, object) bool) middleware {
	return wrap(on(create), func(x *exchange) *response {
		count := 0
		for _, token := range x.listTokens() {
			if f(x, token) && token["managed"] != true {
				count++
			}
		}
		if count >= n {
			return badRequest()
		}
		return x.forward()
	})
}

// allowDuplicateName retries a request with another name if it is rejected, and returns the
// requested name.
func allowDuplicateName(m matcher, rename func(*exchange) (string, bool)) middleware {
	return statefulResponse(on(create, patch, list),
		func(nameByID map[string]string, x *exchange, resp *response) {
			if resp.status == 400 && m(x.target) {
				if name, ok := rename(x); ok {
					if retry := x.forward(); retry.ok() {
						*resp = *retry
						nameByID[resp.text("id")] = name
					}
				}
			}
			setByID(resp, "name", nameByID)
		})
}

// substituteName replaces the name in a request by a random one, and returns the original name.
func substituteName(x *exchange) (string, bool) {
	if o := x.object(); text(o, "name") != "" {
		name := text(o, "name")
		o["name"] = randomHex(8)
		x.setBody(o)
		return name, true
	}
	operations := x.patchOperations()
	for _, op := range operations {
		if name := text(op, "value"); op["path"] == "/name" && name != "" {
			op["value"] = randomHex(8)
			x.setBody(operations)
			return name, true
		}
	}
	return "", false
}

// rejectEqualNames rejects a name if an earlier one has the same key.
func rejectEqualNames(key func(string) string) middleware {
	return stateful(on(create), func(taken map[string]bool, x *exchange) *response {
		name := key(text(x.object(), "name"))
		if taken[name] {
			return badRequest()
		}
		resp := x.forward()
		if resp.ok() {
			taken[name] = true
		}
		return resp
	})
}

// names change the rules about names.
var names = []Mutant{
	{
		"name-without-case", "name-case", "Names that differ in case only are the same.",
		killedBy("create/question-name-case"), rejectEqualNames(strings.ToLower),
	},
	{
		"name-without-blanks", "name-blanks",
		"Names that differ in surrounding blanks are the same.",
		killedBy("create/question-name-blanks"), rejectEqualNames(strings.TrimSpace),
	},
	{
		"name-normalized", "name-normalization",
		"Names with composed and decomposed letters are the same.",
		killedBy("create/question-name-normalization"),
		rejectEqualNames(strings.NewReplacer("e\u0301", "\u00e9").Replace),
	},
	{
		"name-of-1001-rejected", "max-name-length",
		"A name of more than 1000 characters is rejected.",
		killedBy("create/question-max-name-length"),
		rejectBodyIf(on(create), func(o object) bool { return len(text(o, "name")) > 1000 }),
	},
	{
		"scope-of-1001-rejected", "max-scope-length",
		"A scope of more than 1000 characters is rejected.",
		killedBy("create/question-max-scope-length"),
		rejectBodyIf(on(create), func(o object) bool {
			scopes, _ := o["scope"].([]any)
			return slices.ContainsFunc(scopes, func(scope any) bool {
				return len(fmt.Sprint(scope)) > 1000
			})
		}),
	},
	{
		"scopes-beyond-100-rejected", "max-scopes", "More than 100 scopes are rejected.",
		killedBy("create/question-max-scopes"),
		rejectBodyIf(on(create), func(o object) bool {
			scopes, _ := o["scope"].([]any)
			return len(scopes) > 100
		}),
	},
	{
		"name-still-taken-after-rename", "name-unique",
		"The former name of a token stays reserved.",
		killedBy("create/name-is-free-after-rename"),
		stateful(on(create, patch), func(former map[string]bool, x *exchange) *response {
			if x.op == create && former[text(x.object(), "name")] {
				return badRequest()
			}
			name := text(x.findToken(x.id), "name")
			resp := x.forward()
			if x.op == patch && resp.ok() && name != resp.text("name") {
				former[name] = true
			}
			return resp
		}),
	},
	{
		"name-of-its-own-rejected", "name-unique",
		"A patch to the current name is rejected.",
		killedBy("patch/own-name-is-free"), wrap(on(patch), func(x *exchange) *response {
			for _, op := range x.patchOperations() {
				if op["op"] == "replace" && op["path"] == "/name" && op["value"] != nil &&
					op["value"] == x.findToken(x.id)["name"] {
					return badRequest()
				}
			}
			return x.forward()
		}),
	},
	{
		"name-absent-taken", "name-required", "A token without a name is accepted.",
		killedBy("create/name-is-required/absent"), replaceAbsent("name", "unnamed"),
	},
	{
		"name-null-taken", "name-required", "A null name is accepted.",
		killedBy("create/name-is-required/null"), replaceNull("name", "unnamed"),
	},
	{
		"name-empty-taken", "name-not-blank", "An empty name is accepted.",
		killedBy("create/name-is-required/empty"), mutateBody(on(create), func(o object) {
			if o["name"] == "" {
				o["name"] = "unnamed"
			}
		}),
	},
	{
		"name-blank-taken", "name-not-blank", "A blank name is accepted.",
		killedBy("create/name-is-required/blank"),
		mutateBody(on(create), func(o object) {
			if name := text(o, "name"); name != "" && strings.TrimSpace(name) == "" {
				o["name"] = "unnamed"
			}
		}),
	},
	{
		"name-not-unique", "name-unique", "A duplicate name is accepted.",
		killedBy("create/name-taken-is-rejected", "crossversion/name-is-taken-in-all"),
		allowDuplicateName(on(create), substituteName),
	},
	{
		"name-not-unique-on-patch", "name-unique", "A patch to a duplicate name is accepted.",
		killedBy("patch/name-taken-is-400", "patch/name-taken-is-rejected"),
		allowDuplicateName(on(patch), substituteName),
	},
	{
		"name-unique-per-tenant", "name-unique",
		"A name must be unique among all tokens of the tenant.",
		killedBy("create/name-is-free-for-others"), wrap(on(create), func(x *exchange) *response {
			for _, token := range x.listTokens() {
				if name := text(x.object(), "name"); name != "" && token["name"] == name {
					return badRequest()
				}
			}
			return x.forward()
		}),
	},
	{
		"name-taken-is-409", "duplicate-name",
		"A duplicate name is 409 with another form of error.",
		killedBy("create/name-taken-is-400"), mutateResponse(on(create), func(resp *response) {
			if resp.status == 400 {
				*resp = *newResponse(409, oauthError)
			}
		}),
	},
	{
		"name-of-expired-is-free", "expired-token-stays",
		"The name of an expired token is available.",
		killedBy("create/name-of-an-expired-token-is-taken",
			"lifecycle/expired-token-stays-listed"),
		wrap(on(create), func(x *exchange) *response {
			for _, token := range x.listTokens() {
				if token["name"] == x.object()["name"] && tokenOwner(token) == callerName(x) &&
					x.hasExpired(token) {
					path := x.collectionPath("v2026") + "/" + url.PathEscape(text(token, "id"))
					x.do(request{method: "DELETE", path: path, bearer: x.logIn(admin)})
				}
			}
			return x.forward()
		}),
	},
	{
		"name-still-taken-after-delete", "delete-is-final",
		"The name of a deleted token stays reserved.",
		killedBy("create/name-is-free-after-delete"),
		stateful(on(create, remove), func(deletedNames map[string]bool, x *exchange) *response {
			name := text(x.object(), "name")
			if x.op == remove {
				name = text(x.findToken(x.id), "name")
			}
			if x.op == create && deletedNames[name] {
				return badRequest()
			}
			resp := x.forward()
			if x.op == remove && resp.ok() {
				deletedNames[name] = true
			}
			return resp
		}),
	},
}
