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

// body changes the object that a request holds.
func body(m match, change func(object)) wrap {
	return mutateRequest(m, func(x *exchange) {
		if o := x.object(); o != nil {
			change(o)
			x.put(o)
		}
	})
}

// rejectBodyIf refuses requests with a body that f chooses.
func rejectBodyIf(m match, f func(object) bool) wrap {
	return insteadIf(m, badRequest, func(x *exchange) bool {
		o := x.object()
		return o != nil && f(o)
	})
}

// number is a property as integer, and whether it is one.
func number(o object, name string) (int, bool) {
	value, ok := o[name].(float64)
	return int(value), ok
}

// validity changes one accessTokenValiditySeconds into another.
func validity(from, to int) wrap {
	return body(on(create), func(o object) {
		if seconds, ok := number(o, "accessTokenValiditySeconds"); ok && seconds == from {
			o["accessTokenValiditySeconds"] = to
		}
	})
}

// absentIs gives a property a value that create lacks, and nullIs one that is null.
func absentIs(name string, value any) wrap {
	return body(on(create), func(o object) {
		if _, given := o[name]; !given {
			o[name] = value
		}
	})
}

func nullIs(name string, value any) wrap {
	return body(on(create), func(o object) {
		if former, given := o[name]; given && former == nil {
			o[name] = value
		}
	})
}

// published are the properties that a request to create has in any version.
var published = []string{
	"name", "scope", "accessTokenValiditySeconds", "expirationDate", "userAwareTokenNeverExpires",
}

func hasUnknown(o object) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(o)), func(name string) bool {
		return !slices.Contains(published, name)
	})
}

// creates are mutants of what create takes.
var creates = []Mutant{
	{
		"create-any-content-type", "wrong-content-type", "Create takes any content type.",
		by("create/other-content-type-is-rejected", "errors/unsupported-media-type"),
		mutateRequest(on(create), func(x *exchange) {
			x.r.Header.Set("Content-Type", "application/json")
		}),
	},
	{
		"create-media-type-is-400", "create-content-type",
		"Create answers 400 to another content type.",
		by("create/question-other-content-type", "errors/unsupported-media-type"),
		mutateResponse(on(create), swap(http.StatusUnsupportedMediaType, badRequest)),
	},
	{
		"json-tail-ignored", "json-syntax", "What follows a JSON value is left out.",
		by("errors/unparsable-body"),
		mutateRequest(on(create, patch), func(x *exchange) {
			var first json.RawMessage
			if json.NewDecoder(bytes.NewReader(x.body)).Decode(&first) == nil {
				x.body = first
			}
		}),
	},
	{
		"json-in-other-bytes-taken", "json-syntax", "Bytes that are no UTF-8 are question marks.",
		by("create/malformed-body/not-in-utf-8"),
		mutateRequest(on(create), func(x *exchange) {
			x.body = bytes.ToValidUTF8(x.body, []byte("?"))
		}),
	},
	{
		"validity-in-quotes-taken", "invalid-property", "A number in quotes is read as one.",
		by("create/property-of-wrong-form/validity-in-quotes"),
		body(on(create), func(o object) {
			if seconds, err := strconv.Atoi(text(o, "accessTokenValiditySeconds")); err == nil {
				o["accessTokenValiditySeconds"] = seconds
			}
		}),
	},
	{
		"scope-as-string-taken", "invalid-property",
		"A scope that is one string is read as an array of it.",
		by("create/property-of-wrong-form/scope-as-string"),
		body(on(create), func(o object) {
			if scope := text(o, "scope"); scope != "" {
				o["scope"] = []string{scope}
			}
		}),
	},
	{
		"scope-unknown-rejected", "unknown-scope",
		"A scope that begins with neither sp: nor idn: is refused.",
		by("create/unknown-scope-is-kept"),
		rejectBodyIf(on(create), func(o object) bool {
			scopes, _ := o["scope"].([]any)
			return slices.ContainsFunc(scopes, func(scope any) bool {
				name, _ := scope.(string)
				return !strings.HasPrefix(name, "sp:") && !strings.HasPrefix(name, "idn:")
			})
		}),
	},
	{
		"name-in-ascii", "name-unchanged", "Other letters than ASCII are taken out of a name.",
		by("create/name-comes-back-as-it-was"), body(on(create), func(o object) {
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
		"charset-rejected", "wrong-content-type", "A content type with a charset is refused.",
		by("patch/charset-is-tolerated"), rejectIf(on(create, patch), func(x *exchange) bool {
			return strings.Contains(x.r.Header.Get("Content-Type"), ";")
		}),
	},
	{
		"scope-sorted", "scope-out-of-level", "The scopes are put in order.",
		by("create/scope-is-kept"), body(on(create), func(o object) {
			if scope, ok := o["scope"].([]any); ok {
				slices.SortFunc(scope, func(a, b any) int {
					return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
				})
			}
		}),
	},
	{
		"secret-is-constant", "id-and-secret-form", "Every token has the same secret.",
		by("create/makes-different-tokens"), mutateResponse(on(create), set("secret", digits(32))),
	},
	{
		"scope-absent-is-none", "scope-defaults-to-all",
		"Scope is sp:scopes:default where it is absent.", by("create/scope-defaults-to-all"),
		absentIs("scope", []string{"sp:scopes:default"}),
	},
	{
		"scope-null-is-none", "scope-defaults-to-all", "Scope is empty where it is null.",
		by("create/scope-defaults-to-all"), nullIs("scope", []string{}),
	},
	{
		"scope-returned-as-null", "scope-defaults-to-all",
		"Create answers scope as null where none was given.", by("create/scope-defaults-to-all"),
		after(on(create), func(x *exchange, a *answer) {
			if x.object()["scope"] == nil {
				set("scope", nil)(a)
			}
		}),
	},
	{
		"validity-absent-is-an-hour", "validity-bounds",
		"accessTokenValiditySeconds is 3600 where it is absent.",
		by("create/validity-defaults-to-twelve-hours"),
		absentIs("accessTokenValiditySeconds", 3600),
	},
	{
		"validity-null-rejected", "validity-bounds", "accessTokenValiditySeconds must not be null.",
		by("create/validity-defaults-to-twelve-hours"),
		rejectBodyIf(on(create), func(o object) bool {
			seconds, given := o["accessTokenValiditySeconds"]
			return given && seconds == nil
		}),
	},
	{
		"validity-below-taken", "validity-bounds", "14 seconds are taken as 15.",
		by("create/property-of-wrong-form/validity-below-15"), validity(14, 15),
	},
	{
		"validity-above-taken", "validity-bounds", "43201 seconds are taken as 43200.",
		by("create/property-of-wrong-form/validity-above-43200"), validity(43201, 43200),
	},
	{
		"validity-lowest-rejected", "validity-bounds", "15 seconds are refused.",
		by("create/validity-bounds-are-taken"), validity(15, 14),
	},
	{
		"validity-highest-rejected", "validity-bounds", "43200 seconds are refused.",
		by("create/validity-bounds-are-taken"), validity(43200, 43201),
	},
	{
		"create-for-administrator", "create-for-caller", "What is created is the administrator's.",
		by("create/is-for-the-caller"), mutateRequest(on(create), func(x *exchange) {
			x.asUser(admin)
		}),
	},
	{
		"create-for-named-owner", "create-for-caller",
		"What is created is that of the owner in the body.", by("create/is-for-the-caller"),
		mutateRequest(on(create), func(x *exchange) {
			named, _ := x.object()["owner"].(object)
			for user, who := range credentials {
				if id := text(named, "id"); id == who.identity ||
					id == "" && text(named, "name") == user {
					x.asUser(user)
				}
			}
		}),
	},
	{
		"unknown-property-rejected", "unknown-ignored",
		"A property that no document has is refused.", by("create/unknown-properties-are-ignored"),
		rejectBodyIf(on(create), hasUnknown),
	},
	{
		"unknown-property-kept", "unknown-ignored", "A property that no document has is answered.",
		by("create/unknown-properties-are-ignored"),
		after(on(create), func(x *exchange, a *answer) {
			for name, value := range x.object() {
				if !slices.Contains(published, name) {
					a.each(func(o object) { o[name] = value })
				}
			}
		}),
	},
	{
		"acknowledgement-rejected-in-legacy", "unknown-ignored",
		"The legacy versions refuse the property of the current ones.",
		by("expiry/legacy-flag-is-ignored"), rejectBodyIf(onLegacy(create), func(o object) bool {
			_, given := o["userAwareTokenNeverExpires"]
			return given
		}),
	},
	{
		"unknown-query-rejected", "unknown-ignored",
		"A query parameter that no document has is refused.",
		by("list/unknown-parameters-are-ignored"), around(api, func(x *exchange) *answer {
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
		"token-limit-is-nine", "tokens-per-owner", "A user has nine tokens at most.",
		by("lifecycle/eleventh-token-creates-nothing", "lifecycle/eleventh-token-is-400"),
		limited(9, func(x *exchange, token object) bool { return owner(token) == self(x) }),
	},
	{
		"token-limit-of-tenant", "tokens-per-owner", "The limit of tokens holds for the tenant.",
		by("lifecycle/eleventh-token-creates-nothing", "lifecycle/eleventh-token-is-400"),
		limited(18, func(*exchange, object) bool { return true }),
	},
	{
		"token-limit-off", "tokens-per-owner", "A user has any number of tokens.",
		by("lifecycle/eleventh-token-creates-nothing", "lifecycle/eleventh-token-is-400"),
		around(on(create), func(x *exchange) *answer {
			a := x.forward()
			if a.status == 400 && len(a.text("detailCode")) > 7 &&
				a.text("detailCode")[:7] == "400.1.4" {
				x.asUser(admin) // who has room
				return x.forward()
			}
			return a
		}),
	},
	{
		"token-limit-is-403", "token-limit", "The eleventh token is 403.",
		by("lifecycle/eleventh-token-is-400"), mutateResponse(on(create), func(a *answer) {
			if code := a.text("detailCode"); len(code) > 7 && code[:7] == "400.1.4" {
				*a = *forbidden()
			}
		}),
	},
}

// limited refuses to create where there are n tokens already that f counts.
func limited(n int, f func(*exchange, object) bool) wrap {
	return around(on(create), func(x *exchange) *answer {
		counted := 0
		for _, token := range x.tokens() {
			if f(x, token) && token["managed"] != true {
				counted++
			}
		}
		if counted >= n {
			return badRequest()
		}
		return x.forward()
	})
}

// renamed makes what is refused for its name under another one, and shows it by the name that was
// asked for.
func renamed(m match, rename func(*exchange) (string, bool)) wrap {
	return statefulAfter(on(create, patch, list),
		func(shown map[string]string, x *exchange, a *answer) {
			if a.status == 400 && m(x.target) {
				if name, ok := rename(x); ok {
					if again := x.forward(); again.ok() {
						*a = *again
						shown[a.text("id")] = name
					}
				}
			}
			show(a, "name", shown)
		})
}

// otherName changes the name that a request asks for, and returns what it was.
func otherName(x *exchange) (string, bool) {
	if o := x.object(); text(o, "name") != "" {
		name := text(o, "name")
		o["name"] = digits(8)
		x.put(o)
		return name, true
	}
	operations := x.operations()
	for _, op := range operations {
		if name := text(op, "value"); op["path"] == "/name" && name != "" {
			op["value"] = digits(8)
			x.put(operations)
			return name, true
		}
	}
	return "", false
}

// sameNames rejects names of which one with the same key was created before.
func sameNames(key func(string) string) wrap {
	return stateful(on(create), func(taken map[string]bool, x *exchange) *answer {
		name := key(text(x.object(), "name"))
		if taken[name] {
			return badRequest()
		}
		a := x.forward()
		if a.ok() {
			taken[name] = true
		}
		return a
	})
}

// names are mutants of what a name may be.
var names = []Mutant{
	{
		"name-without-case", "name-case", "Names that differ in case are the same.",
		by("create/question-name-case"), sameNames(strings.ToLower),
	},
	{
		"name-without-blanks", "name-blanks",
		"Names that differ in the blanks around them are the same.",
		by("create/question-name-blanks"), sameNames(strings.TrimSpace),
	},
	{
		"name-normalized", "name-normalization",
		"Composed and decomposed letters are the same in names.",
		by("create/question-name-normalization"),
		sameNames(strings.NewReplacer("e\u0301", "\u00e9").Replace),
	},
	{
		"name-of-1001-rejected", "max-name-length", "A name of more than 1000 characters is rejected.",
		by("create/question-max-name-length"),
		rejectBodyIf(on(create), func(o object) bool { return len(text(o, "name")) > 1000 }),
	},
	{
		"scope-of-1001-rejected", "max-scope-length",
		"A scope of more than 1000 characters is rejected.",
		by("create/question-max-scope-length"),
		rejectBodyIf(on(create), func(o object) bool {
			scopes, _ := o["scope"].([]any)
			return slices.ContainsFunc(scopes, func(scope any) bool {
				return len(fmt.Sprint(scope)) > 1000
			})
		}),
	},
	{
		"scopes-beyond-100-rejected", "max-scopes", "More than 100 scopes are rejected.",
		by("create/question-max-scopes"),
		rejectBodyIf(on(create), func(o object) bool {
			scopes, _ := o["scope"].([]any)
			return len(scopes) > 100
		}),
	},
	{
		"name-still-taken-after-rename", "name-unique", "The former name of a token is not free.",
		by("create/name-is-free-after-rename"),
		stateful(on(create, patch), func(former map[string]bool, x *exchange) *answer {
			if x.op == create && former[text(x.object(), "name")] {
				return badRequest()
			}
			name := text(x.token(x.id), "name")
			a := x.forward()
			if x.op == patch && a.ok() && name != a.text("name") {
				former[name] = true
			}
			return a
		}),
	},
	{
		"name-of-its-own-rejected", "name-unique",
		"A patch may not give a token the name that it has.",
		by("patch/own-name-is-free"), around(on(patch), func(x *exchange) *answer {
			for _, op := range x.operations() {
				if op["op"] == "replace" && op["path"] == "/name" && op["value"] != nil &&
					op["value"] == x.token(x.id)["name"] {
					return badRequest()
				}
			}
			return x.forward()
		}),
	},
	{
		"name-absent-taken", "name-required", "A token without a name is called unnamed.",
		by("create/name-is-required/absent"), absentIs("name", "unnamed"),
	},
	{
		"name-null-taken", "name-required", "A name may be null.",
		by("create/name-is-required/null"), nullIs("name", "unnamed"),
	},
	{
		"name-empty-taken", "name-not-blank", "A name may be empty.",
		by("create/name-is-required/empty"), body(on(create), func(o object) {
			if o["name"] == "" {
				o["name"] = "unnamed"
			}
		}),
	},
	{
		"name-blank-taken", "name-not-blank", "A name may have nothing but blanks.",
		by("create/name-is-required/blank"),
		body(on(create), func(o object) {
			if name := text(o, "name"); name != "" && strings.TrimSpace(name) == "" {
				o["name"] = "unnamed"
			}
		}),
	},
	{
		"name-not-unique", "name-unique", "A name may be taken twice.",
		by("create/name-taken-is-rejected", "crossversion/name-is-taken-in-all"),
		renamed(on(create), otherName),
	},
	{
		"name-not-unique-on-patch", "name-unique", "A patch may give a name that is taken.",
		by("patch/name-taken-is-400", "patch/name-taken-is-rejected"), renamed(on(patch), otherName),
	},
	{
		"name-unique-per-tenant", "name-unique", "A name is unique among all tokens of the tenant.",
		by("create/name-is-free-for-others"), around(on(create), func(x *exchange) *answer {
			for _, token := range x.tokens() {
				if name := text(x.object(), "name"); name != "" && token["name"] == name {
					return badRequest()
				}
			}
			return x.forward()
		}),
	},
	{
		"name-taken-is-409", "duplicate-name",
		"A name that is taken is 409 with an error of another form.",
		by("create/name-taken-is-400"), mutateResponse(on(create), func(a *answer) {
			if a.status == 400 {
				*a = *reply(409, oauthError)
			}
		}),
	},
	{
		"name-of-expired-is-free", "expired-token-stays", "The name of an expired token is free.",
		by("create/name-of-an-expired-token-is-taken", "lifecycle/expired-token-stays-listed"),
		around(on(create), func(x *exchange) *answer {
			for _, token := range x.tokens() {
				if token["name"] == x.object()["name"] && owner(token) == self(x) &&
					x.expired(token) {
					path := x.collection("v2026") + "/" + url.PathEscape(text(token, "id"))
					x.ask(request{method: "DELETE", path: path, bearer: x.login(admin)})
				}
			}
			return x.forward()
		}),
	},
	{
		"name-still-taken-after-delete", "delete-is-final",
		"The name of a deleted token is not free.",
		by("create/name-is-free-after-delete"),
		stateful(on(create, remove), func(gone map[string]bool, x *exchange) *answer {
			name := text(x.object(), "name")
			if x.op == remove {
				name = text(x.token(x.id), "name")
			}
			if x.op == create && gone[name] {
				return badRequest()
			}
			a := x.forward()
			if x.op == remove && a.ok() {
				gone[name] = true
			}
			return a
		}),
	},
}
