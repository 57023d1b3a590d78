package mutants

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// without leaves out the operations of a patch that f chooses.
func without(m match, f func(op object) bool) wrap {
	return patchedOn(m, func(_ *exchange, operations []object) []object {
		return slices.DeleteFunc(operations, f)
	})
}

// onPath chooses operations by their path, and if there are any by what they do.
func onPath(path string, ops ...string) func(object) bool {
	return func(op object) bool {
		return op["path"] == path && (len(ops) == 0 || slices.Contains(ops, text(op, "op")))
	}
}

// patchable are the fields that a patch may change in some version.
var patchable = []string{"/name", "/scope", "/expirationDate", "/userAwareTokenNeverExpires"}

func onForeignPath(op object) bool {
	path := "/" +
		strings.Split(text(op, "path")+"/", "/")[min(1, strings.Count(text(op, "path"), "/"))]
	return !slices.Contains(patchable, path)
}

// replacing is an operation.
func replacing(path string, value any) object {
	return object{"op": "replace", "path": path, "value": value}
}

func isTest(op object) bool { return op["op"] == "test" }

// isEmpty tells a patch without operations.
func isEmpty(x *exchange) bool {
	operations := x.operations()
	return operations != nil && len(operations) == 0
}

// modernizing sends the requests that f chooses to a current version.
func modernizing(m match, f func(*exchange) bool) wrap {
	return mutateRequest(m, func(x *exchange) {
		if f(x) {
			x.modernize()
		}
	})
}

// removesDate tells an operation after which a token has no date.
func removesDate(op object) bool {
	return op["path"] == "/expirationDate" &&
		(op["op"] == "remove" || op["op"] == "replace" && op["value"] == nil)
}

func has(f func(object) bool) func(*exchange) bool {
	return func(x *exchange) bool { return slices.ContainsFunc(x.operations(), f) }
}

// patches are mutants of what a patch does.
var patches = []Mutant{
	{
		"patch-changes-secret", "patch-fields", "After a patch the secret is another.",
		by("lifecycle/scope-change-keeps-the-secret"),
		loginAfter(patch, anyPath, func(*exchange, string) *answer { return badCredentials() }),
	},
	{
		"patch-moves-created", "patch-fields", "A patch moves created back by an hour.",
		by("patch/name"), afterWrite(patch, itself, func(token object) {
			token["created"] = stamp(moment(token["created"]).Add(-time.Hour))
		}),
	},
	{
		"patch-prolongs", "patch-fields",
		"A patch of the name in the legacy versions moves the date to six months from now.",
		by("expiry/patch-of-another-field-keeps-the-date"),
		statefulAfter(on(list, patch), func(moved map[string]string, x *exchange, a *answer) {
			if x.op == patch && x.legacy() && a.ok() {
				moved[x.id] = stamp(sixMonths(x.now()))
			}
			show(a, "expirationDate", moved)
		}),
	},
	{
		"expired-token-not-patched", "expired-token-stays",
		"An expired token is not found by a patch.",
		by("expiry/patch-of-another-field-does-not-revive"),
		insteadIf(on(patch), missing, func(x *exchange) bool { return x.expired(x.token(x.id)) }),
	},
	{
		"patch-half-applied", "patch-atomic",
		"The operations of a patch are applied one by one until one fails.",
		by("patch/all-or-nothing/failed-test", "patch/all-or-nothing/field-that-is-fixed"),
		around(on(patch), func(x *exchange) *answer {
			operations := x.operations()
			if len(operations) < 2 {
				return x.forward()
			}
			var a *answer
			for _, op := range operations {
				if a = x.with([]object{op}).forward(); !a.ok() {
					return a
				}
			}
			return a
		}),
	},
	{
		"patch-skips-what-fails", "patch-atomic",
		"Operations of a patch that are refused are left out.",
		by("expiry/patch-to-never-rejected/null-and-flag-false",
			"expiry/patch-to-never-rejected/null-and-flag-null"),
		after(on(patch), func(x *exchange, a *answer) {
			if operations := x.operations(); a.status == 400 && len(operations) > 1 {
				for _, op := range operations {
					if one := x.with([]object{op}).forward(); one.ok() {
						*a = *one
					}
				}
			}
		}),
	},
	{
		"patch-expiration-in-legacy", "patch-fields", "The legacy versions patch expirationDate.",
		by("patch/fixed-fields/expiration-date"),
		modernizing(onLegacy(patch), func(x *exchange) bool {
			return touches(x.operations(), "/expirationDate")
		}),
	},
	{
		"patch-acknowledgement-in-legacy", "patch-fields",
		"The legacy versions patch userAwareTokenNeverExpires.",
		by("patch/fixed-fields/user-aware-token-never-expires"),
		modernizing(onLegacy(patch), func(x *exchange) bool {
			return touches(x.operations(), "/userAwareTokenNeverExpires")
		}),
	},
	{
		"patch-expiration-rejected", "patch-fields",
		"The current versions do not patch expirationDate.",
		by("expiry/patch-dates-a-never-expiring-token", "expiry/patch-new-date"),
		rejectIf(onCurrent(patch), has(onPath("/expirationDate"))),
	},
	{
		"patch-name-ignored", "patch-fields", "A patch does not change the name.",
		by("expiry/patch-of-another-field-does-not-revive", "patch/name"),
		without(on(patch), onPath("/name", "replace")),
	},
	{
		"patch-scope-ignored", "patch-fields", "A patch does not change the scope.",
		by("patch/scope"), without(on(patch), onPath("/scope", "replace")),
	},
	{
		"patch-scope-adds", "patch-fields", "A patch adds to the scope instead of replacing it.",
		by("patch/scope-elements/added-as-a-whole", "patch/scope"),
		patchedEach(func(x *exchange, op object) {
			if value, ok := op["value"].([]any); ok && op["path"] == "/scope" {
				former, _ := x.token(x.id)["scope"].([]any)
				op["value"] = append(slices.Clone(former), value...)
			}
		}),
	},
	{
		"patch-validity-taken", "patch-fields", "A patch of accessTokenValiditySeconds is taken.",
		by("patch/fixed-fields/access-token-validity-seconds", "patch/fixed-fields-are-400"),
		without(on(patch), onPath("/accessTokenValiditySeconds")),
	},
	{
		"patch-owner-taken", "patch-fields", "A patch of the owner is taken.",
		by("patch/fixed-fields/owner"), without(on(patch), func(op object) bool {
			return strings.HasPrefix(text(op, "path"), "/owner")
		}),
	},
	{
		"patch-id-taken", "patch-fields", "A patch of the id is taken.",
		by("patch/fixed-fields/id"), without(on(patch), onPath("/id")),
	},
	{
		"patch-of-anything-taken", "patch-fields", "Operations on other fields are left out.",
		by("patch/fixed-fields-are-400", "patch/fixed-fields/secret"),
		without(on(patch), onForeignPath),
	},
	{
		"patch-name-removed", "name-required", "A patch that removes the name is taken.",
		by("patch/operation-rejected/name-removed", "patch/all-or-nothing/name-removed"),
		without(on(patch), onPath("/name", "remove")),
	},
	{
		"patch-name-empty", "name-not-blank", "A patch that empties the name is taken.",
		by("patch/operation-rejected/name-empty"), without(on(patch), func(op object) bool {
			return onPath("/name", "replace")(op) && text(op, "value") == ""
		}),
	},
	{
		"patch-scope-null-rejected", "scope-defaults-to-all",
		"A patch may not set the scope to null.",
		by("patch/scope-defaults-to-all/null", "patch/scope-defaults-to-all/removed"),
		rejectIf(on(patch), has(func(op object) bool {
			return op["path"] == "/scope" && op["op"] != "test" && op["value"] == nil
		})),
	},
	{
		"patch-any-content-type", "wrong-content-type", "A patch is taken with any content type.",
		by("patch/other-content-type-is-415/json", "patch/other-content-type-is-415/text"),
		mutateRequest(on(patch), func(x *exchange) {
			x.r.Header.Set("Content-Type", "application/json-patch+json")
		}),
	},
	{
		"patch-empty-rejected", "empty-patch", "An empty patch is refused.",
		by("patch/empty-changes-nothing"), rejectIf(on(patch), isEmpty),
	},
	{
		"patch-empty-renames", "empty-patch", "An empty patch changes the name.",
		by("patch/empty-changes-nothing"), mutateRequest(on(patch), func(x *exchange) {
			if isEmpty(x) {
				x.put([]object{replacing("/name", digits(8))})
			}
		}),
	},
	{
		"patch-test-ignored", "patch-test", "A test in a patch is left out.",
		by("patch/failed-test-is-400"), without(on(patch), isTest),
	},
	{
		"patch-test-always-fails", "patch-test", "A test in a patch always fails.",
		by("patch/passing-test-changes-nothing", "patch/operations-in-order"),
		rejectIf(on(patch), has(isTest)),
	},
	{
		"patch-unknown-op-taken", "invalid-property", "An unknown operation is left out.",
		by("patch/unknown-operation-is-rejected"), without(on(patch), func(op object) bool {
			return !slices.Contains([]string{"add", "remove", "replace", "move", "copy", "test"},
				text(op, "op"))
		}),
	},
	{
		"patch-path-without-slash-taken", "patch-pointer",
		"A path is read as if it began with a slash.",
		by("patch/operation-rejected/path-without-slash"),
		repathed(func(_, path string) string {
			if path != "" && !strings.HasPrefix(path, "/") {
				return "/" + path
			}
			return path
		}),
	},
	{
		"patch-without-value-left-out", "patch-value-required",
		"An operation that lacks its value is left out.",
		by("patch/operation-rejected/name-without-value",
			"patch/operation-rejected/scope-without-value"),
		without(on(patch), func(op object) bool {
			_, given := op["value"]
			needs := slices.Contains([]string{"add", "replace", "test"}, text(op, "op"))
			return needs && !given && op["path"] != "/expirationDate"
		}),
	},
	{
		"patch-without-path-left-out", "missing-property",
		"An operation without op or path is left out.",
		by("patch/operation-needs-op-and-path"),
		without(on(patch), func(op object) bool { return op["op"] == nil || op["path"] == nil }),
	},
	{
		"patch-appends-what-is-not-there", "patch-applies",
		"An element of the scope that there is not is appended.",
		by("patch/operation-rejected/element-out-of-range"),
		patchedEach(func(x *exchange, op object) {
			index, found := strings.CutPrefix(text(op, "path"), "/scope/")
			n, err := strconv.Atoi(index)
			scope, _ := x.token(x.id)["scope"].([]any)
			if found && err == nil && n >= len(scope) && op["op"] == "replace" {
				op["op"], op["path"] = "add", "/scope/-"
			}
		}),
	},
	{
		"patch-in-reverse", "patch-applies",
		"The operations of a patch are applied from the last to the first.",
		by("patch/operations-in-order"),
		patched(func(_ *exchange, operations []object) []object {
			slices.Reverse(operations)
			return operations
		}),
	},
	{
		"patch-of-101-cut", "patch-size", "Of more than 100 operations the first 100 are applied.",
		by("patch/101-operations"),
		patched(firstOf(100)),
	},
	{
		"patch-tests-fixed-field", "test-of-fixed-field",
		"A test of a field that cannot be patched is left out.",
		by("patch/test-of-a-fixed-field"),
		without(on(patch), func(op object) bool { return op["op"] == "test" && onForeignPath(op) }),
	},
	{
		"patch-date-clears-flag", "flag-after-date",
		"A patch that sets a date clears the acknowledgment.",
		by("expiry/question-flag-after-date"),
		after(onCurrent(patch), func(x *exchange, a *answer) {
			if touches(x.operations(), "/expirationDate") {
				set("userAwareTokenNeverExpires", false)(a)
			}
		}),
	},
	{
		"patch-of-fixed-field-is-403", "unpatchable-path",
		"A patch of a field that cannot be changed is 403.",
		by("patch/fixed-fields-are-400"),
		around(on(patch), func(x *exchange) *answer {
			a := x.forward()
			if a.status == http.StatusBadRequest && has(onForeignPath)(x) {
				return forbidden()
			}
			return a
		}),
	},
	{
		"patch-never-without-acknowledgement", "patch-never",
		"Removing the date needs no acknowledgement.",
		by("expiry/patch-to-never-rejected/null-alone",
			"expiry/patch-to-never-rejected/removed-alone"),
		mutateRequest(onCurrent(patch), func(x *exchange) {
			if operations := x.operations(); has(removesDate)(x) &&
				!touches(operations, "/userAwareTokenNeverExpires") {
				x.put(append(operations, object{
					"op": "replace", "path": "/userAwareTokenNeverExpires", "value": true,
				}))
			}
		}),
	},
	{
		"patch-never-rejected", "patch-never", "A patch may not remove the date.",
		by("expiry/patch-to-never/flag-and-null", "expiry/patch-to-never/flag-and-removed"),
		rejectIf(onCurrent(patch), has(removesDate)),
	},
	{
		"patch-never-in-one-order", "patch-never",
		"The acknowledgement has to come before the date that is removed.",
		by("expiry/patch-to-never/removed-and-flag", "expiry/patch-to-never/null-and-flag"),
		rejectIf(onCurrent(patch), func(x *exchange) bool {
			operations := x.operations()
			date := slices.IndexFunc(operations, removesDate)
			return date >= 0 &&
				slices.IndexFunc(operations, onPath("/userAwareTokenNeverExpires")) > date
		}),
	},
	{
		"patch-takes-acknowledgement-back", "never-keeps-acknowledgment",
		"The acknowledgement of a token without a date may be taken back.",
		by("expiry/patch-acknowledgement-keeps-the-date",
			"expiry/patch-never-needs-its-flag/flag-false"),
		without(onCurrent(patch), func(op object) bool {
			return op["path"] == "/userAwareTokenNeverExpires" && op["value"] == false
		}),
	},
	{
		"patch-acknowledgement-drops-date", "patch-never",
		"The acknowledgement alone removes the date.",
		by("expiry/patch-acknowledgement-keeps-the-date"),
		mutateRequest(onCurrent(patch), func(x *exchange) {
			operations := x.operations()
			if len(operations) == 1 && operations[0]["path"] == "/userAwareTokenNeverExpires" &&
				operations[0]["value"] == true {
				x.put(append(operations, object{
					"op": "replace", "path": "/expirationDate", "value": nil,
				}))
			}
		}),
	},
	{
		"patch-revives-nothing", "patch-revives", "An expired token is not patched.",
		by("expiry/patch-revives"), rejectIf(onCurrent(patch), func(x *exchange) bool {
			return x.expired(x.token(x.id))
		}),
	},
	{
		"patch-of-unknown-is-400", "unknown-id", "A patch of an unknown id is 400.",
		by("patch/unknown-id-is-404", "patch/malformed-id-is-404"),
		mutateResponse(on(patch), swap(404, badRequest)),
	},
	{
		"patch-of-unknown-is-403", "unknown-id", "A patch of an unknown id is 403.",
		by("patch/unknown-id-is-404", "patch/malformed-id-is-404"),
		mutateResponse(on(patch), swap(404, forbidden)),
	},
}
