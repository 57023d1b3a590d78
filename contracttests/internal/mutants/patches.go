package mutants

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// removeOperations removes the operations of a patch for which f returns true.
func removeOperations(m matcher, f func(op object) bool) middleware {
	return mutateOperationsOn(m, func(_ *exchange, operations []object) []object {
		return slices.DeleteFunc(operations, f)
	})
}

// isOnPath returns a function that reports whether an operation has the path and, if any ops are
// listed, one of them.
func isOnPath(path string, ops ...string) func(object) bool {
	return func(op object) bool {
		return op["path"] == path && (len(ops) == 0 || slices.Contains(ops, text(op, "op")))
	}
}

// patchable has the fields that a patch may change in some version.
var patchable = []string{"/name", "/scope", "/expirationDate", "/userAwareTokenNeverExpires"}

func isOnOtherPath(op object) bool {
	path := "/" +
		strings.Split(text(op, "path")+"/", "/")[min(1, strings.Count(text(op, "path"), "/"))]
	return !slices.Contains(patchable, path)
}

// replaceOperation returns a replace operation.
func replaceOperation(path string, value any) object {
	return object{"op": "replace", "path": path, "value": value}
}

func isTest(op object) bool { return op["op"] == "test" }

// isEmptyPatch reports whether a patch has no operations.
func isEmptyPatch(x *exchange) bool {
	operations := x.patchOperations()
	return operations != nil && len(operations) == 0
}

// useCurrentVersionIf sends the requests for which f returns true to a current version.
func useCurrentVersionIf(m matcher, f func(*exchange) bool) middleware {
	return mutateRequest(m, func(x *exchange) {
		if f(x) {
			x.useCurrentVersion()
		}
	})
}

// removesDate reports whether an operation removes the date of a token.
func removesDate(op object) bool {
	return op["path"] == "/expirationDate" &&
		(op["op"] == "remove" || op["op"] == "replace" && op["value"] == nil)
}

func hasOperation(f func(object) bool) func(*exchange) bool {
	return func(x *exchange) bool { return slices.ContainsFunc(x.patchOperations(), f) }
}

// patches change the rules about patches.
var patches = []Mutant{
	{
		"patch-changes-secret", "patch-fields", "A patch changes the secret.",
		killedBy("lifecycle/scope-change-keeps-the-secret"),
		respondToLoginAfter(patch, anyPath, func(*exchange, string) *response {
			return badCredentials()
		}),
	},
	{
		"patch-moves-created", "patch-fields", "A patch sets created back by an hour.",
		killedBy("patch/name"), changeAfterWrite(patch, idOfPath, func(token object) {
			token["created"] = formatTime(parseTime(token["created"]).Add(-time.Hour))
		}),
	},
	{
		"patch-prolongs", "patch-fields",
		"A patch of the name sets the date to six months from now in the legacy versions.",
		killedBy("expiry/patch-of-another-field-keeps-the-date"),
		statefulResponse(on(list, patch),
			func(moved map[string]string, x *exchange, resp *response) {
				if x.op == patch && x.isLegacy() && resp.ok() {
					moved[x.id] = formatTime(addSixMonths(x.now()))
				}
				setByID(resp, "expirationDate", moved)
			}),
	},
	{
		"expired-token-not-patched", "expired-token-stays",
		"A patch of an expired token is 404.",
		killedBy("expiry/patch-of-another-field-does-not-revive"),
		respondIf(on(patch), notFound, func(x *exchange) bool {
			return x.hasExpired(x.findToken(x.id))
		}),
	},
	{
		"patch-half-applied", "patch-atomic",
		"The operations of a patch are applied one by one until one fails.",
		killedBy("patch/all-or-nothing/failed-test", "patch/all-or-nothing/field-that-is-fixed"),
		wrap(on(patch), func(x *exchange) *response {
			operations := x.patchOperations()
			if len(operations) < 2 {
				return x.forward()
			}
			var resp *response
			for _, op := range operations {
				if resp = x.withBody([]object{op}).forward(); !resp.ok() {
					return resp
				}
			}
			return resp
		}),
	},
	{
		"patch-skips-what-fails", "patch-atomic",
		"Rejected operations of a patch are skipped.",
		killedBy("expiry/patch-to-never-rejected/null-and-flag-false",
			"expiry/patch-to-never-rejected/null-and-flag-null"),
		mutateResponseFor(on(patch), func(x *exchange, resp *response) {
			if operations := x.patchOperations(); resp.status == 400 && len(operations) > 1 {
				for _, op := range operations {
					if one := x.withBody([]object{op}).forward(); one.ok() {
						*resp = *one
					}
				}
			}
		}),
	},
	{
		"patch-expiration-in-legacy", "patch-fields", "The legacy versions patch expirationDate.",
		killedBy("patch/fixed-fields/expiration-date"),
		useCurrentVersionIf(onLegacy(patch), func(x *exchange) bool {
			return touches(x.patchOperations(), "/expirationDate")
		}),
	},
	{
		"patch-acknowledgement-in-legacy", "patch-fields",
		"The legacy versions patch userAwareTokenNeverExpires.",
		killedBy("patch/fixed-fields/user-aware-token-never-expires"),
		useCurrentVersionIf(onLegacy(patch), func(x *exchange) bool {
			return touches(x.patchOperations(), "/userAwareTokenNeverExpires")
		}),
	},
	{
		"patch-expiration-rejected", "patch-fields",
		"The current versions do not patch expirationDate.",
		killedBy("expiry/patch-dates-a-never-expiring-token", "expiry/patch-new-date"),
		rejectIf(onCurrent(patch), hasOperation(isOnPath("/expirationDate"))),
	},
	{
		"patch-name-ignored", "patch-fields", "A patch does not change the name.",
		killedBy("expiry/patch-of-another-field-does-not-revive", "patch/name"),
		removeOperations(on(patch), isOnPath("/name", "replace")),
	},
	{
		"patch-scope-ignored", "patch-fields", "A patch does not change the scope.",
		killedBy("patch/scope"), removeOperations(on(patch), isOnPath("/scope", "replace")),
	},
	{
		"patch-scope-adds", "patch-fields", "A patch adds to the scope instead of replacing it.",
		killedBy("patch/scope-elements/added-as-a-whole", "patch/scope"),
		mutateEachOperation(func(x *exchange, op object) {
			if value, ok := op["value"].([]any); ok && op["path"] == "/scope" {
				former, _ := x.findToken(x.id)["scope"].([]any)
				op["value"] = append(slices.Clone(former), value...)
			}
		}),
	},
	{
		"patch-validity-taken", "patch-fields",
		"A patch of accessTokenValiditySeconds is accepted.",
		killedBy("patch/fixed-fields/access-token-validity-seconds", "patch/fixed-fields-are-400"),
		removeOperations(on(patch), isOnPath("/accessTokenValiditySeconds")),
	},
	{
		"patch-owner-taken", "patch-fields", "A patch of the owner is accepted.",
		killedBy("patch/fixed-fields/owner"), removeOperations(on(patch), func(op object) bool {
			return strings.HasPrefix(text(op, "path"), "/owner")
		}),
	},
	{
		"patch-id-taken", "patch-fields", "A patch of the id is accepted.",
		killedBy("patch/fixed-fields/id"), removeOperations(on(patch), isOnPath("/id")),
	},
	{
		"patch-of-anything-taken", "patch-fields", "Operations on other fields are skipped.",
		killedBy("patch/fixed-fields-are-400", "patch/fixed-fields/secret"),
		removeOperations(on(patch), isOnOtherPath),
	},
	{
		"patch-name-removed", "name-required", "A patch that removes the name is accepted.",
		killedBy("patch/operation-rejected/name-removed", "patch/all-or-nothing/name-removed"),
		removeOperations(on(patch), isOnPath("/name", "remove")),
	},
	{
		"patch-name-empty", "name-not-blank", "A patch that empties the name is accepted.",
		killedBy("patch/operation-rejected/name-empty"),
		removeOperations(on(patch), func(op object) bool {
			return isOnPath("/name", "replace")(op) && text(op, "value") == ""
		}),
	},
	{
		"patch-scope-null-rejected", "scope-defaults-to-all",
		"A patch of the scope to null is rejected.",
		killedBy("patch/scope-defaults-to-all/null", "patch/scope-defaults-to-all/removed"),
		rejectIf(on(patch), hasOperation(func(op object) bool {
			return op["path"] == "/scope" && op["op"] != "test" && op["value"] == nil
		})),
	},
	{
		"patch-any-content-type", "wrong-content-type", "A patch accepts any content type.",
		killedBy("patch/other-content-type-is-415/json", "patch/other-content-type-is-415/text"),
		mutateRequest(on(patch), func(x *exchange) {
			x.r.Header.Set("Content-Type", "application/json-patch+json")
		}),
	},
	{
		"patch-empty-rejected", "empty-patch", "An empty patch is rejected.",
		killedBy("patch/empty-changes-nothing"), rejectIf(on(patch), isEmptyPatch),
	},
	{
		"patch-empty-renames", "empty-patch", "An empty patch changes the name.",
		killedBy("patch/empty-changes-nothing"), mutateRequest(on(patch), func(x *exchange) {
			if isEmptyPatch(x) {
				x.setBody([]object{replaceOperation("/name", randomHex(8))})
			}
		}),
	},
	{
		"patch-test-ignored", "patch-test", "A test in a patch is skipped.",
		killedBy("patch/failed-test-is-400"), removeOperations(on(patch), isTest),
	},
	{
		"patch-test-always-fails", "patch-test", "A test in a patch always fails.",
		killedBy("patch/passing-test-changes-nothing", "patch/operations-in-order"),
		rejectIf(on(patch), hasOperation(isTest)),
	},
	{
		"patch-unknown-op-taken", "invalid-property", "An unknown operation is skipped.",
		killedBy("patch/unknown-operation-is-rejected"),
		removeOperations(on(patch), func(op object) bool {
			return !slices.Contains([]string{"add", "remove", "replace", "move", "copy", "test"},
				text(op, "op"))
		}),
	},
	{
		"patch-path-without-slash-taken", "patch-pointer",
		"A path without a leading slash is accepted.",
		killedBy("patch/operation-rejected/path-without-slash"),
		mutatePaths(func(_, path string) string {
			if path != "" && !strings.HasPrefix(path, "/") {
				return "/" + path
			}
			return path
		}),
	},
	{
		"patch-without-value-left-out", "patch-value-required",
		"An operation without a value is skipped.",
		killedBy("patch/operation-rejected/name-without-value",
			"patch/operation-rejected/scope-without-value"),
		removeOperations(on(patch), func(op object) bool {
			_, present := op["value"]
			needs := slices.Contains([]string{"add", "replace", "test"}, text(op, "op"))
			return needs && !present && op["path"] != "/expirationDate"
		}),
	},
	{
		"patch-without-path-left-out", "missing-property",
		"An operation without op or path is skipped.",
		killedBy("patch/operation-needs-op-and-path"),
		removeOperations(on(patch), func(op object) bool {
			return op["op"] == nil || op["path"] == nil
		}),
	},
	{
		"patch-appends-what-is-not-there", "patch-applies",
		"A replaced scope element out of range is appended.",
		killedBy("patch/operation-rejected/element-out-of-range"),
		mutateEachOperation(func(x *exchange, op object) {
			index, found := strings.CutPrefix(text(op, "path"), "/scope/")
			n, err := strconv.Atoi(index)
			scope, _ := x.findToken(x.id)["scope"].([]any)
			if found && err == nil && n >= len(scope) && op["op"] == "replace" {
				op["op"], op["path"] = "add", "/scope/-"
			}
		}),
	},
	{
		"patch-in-reverse", "patch-applies",
		"The operations of a patch are applied in reverse order.",
		killedBy("patch/operations-in-order"),
		mutateOperations(func(_ *exchange, operations []object) []object {
			slices.Reverse(operations)
			return operations
		}),
	},
	{
		"patch-of-101-cut", "patch-size", "The first 100 of more operations are applied.",
		killedBy("patch/101-operations"),
		mutateOperations(firstOperations(100)),
	},
	{
		"patch-tests-fixed-field", "test-of-fixed-field",
		"A test of a field that cannot be patched is skipped.",
		killedBy("patch/test-of-a-fixed-field"),
		removeOperations(on(patch), func(op object) bool {
			return op["op"] == "test" && isOnOtherPath(op)
		}),
	},
	{
		"patch-date-clears-flag", "flag-after-date",
		"A patch that sets a date clears the acknowledgment.",
		killedBy("expiry/question-flag-after-date"),
		mutateResponseFor(onCurrent(patch), func(x *exchange, resp *response) {
			if touches(x.patchOperations(), "/expirationDate") {
				setProperty("userAwareTokenNeverExpires", false)(resp)
			}
		}),
	},
	{
		"patch-of-fixed-field-is-403", "unpatchable-path",
		"A patch of a field that cannot be changed is 403.",
		killedBy("patch/fixed-fields-are-400"),
		wrap(on(patch), func(x *exchange) *response {
			resp := x.forward()
			if resp.status == http.StatusBadRequest && hasOperation(isOnOtherPath)(x) {
				return forbidden()
			}
			return resp
		}),
	},
	{
		"patch-never-without-acknowledgement", "patch-never",
		"Removing the date requires no acknowledgement.",
		killedBy("expiry/patch-to-never-rejected/null-alone",
			"expiry/patch-to-never-rejected/removed-alone"),
		mutateRequest(onCurrent(patch), func(x *exchange) {
			if operations := x.patchOperations(); hasOperation(removesDate)(x) &&
				!touches(operations, "/userAwareTokenNeverExpires") {
				x.setBody(append(operations, object{
					"op": "replace", "path": "/userAwareTokenNeverExpires", "value": true,
				}))
			}
		}),
	},
	{
		"patch-never-rejected", "patch-never", "A patch that removes the date is rejected.",
		killedBy("expiry/patch-to-never/flag-and-null", "expiry/patch-to-never/flag-and-removed"),
		rejectIf(onCurrent(patch), hasOperation(removesDate)),
	},
	{
		"patch-never-in-one-order", "patch-never",
		"The acknowledgement must precede the removal of the date.",
		killedBy("expiry/patch-to-never/removed-and-flag", "expiry/patch-to-never/null-and-flag"),
		rejectIf(onCurrent(patch), func(x *exchange) bool {
			operations := x.patchOperations()
			date := slices.IndexFunc(operations, removesDate)
			return date >= 0 &&
				slices.IndexFunc(operations, isOnPath("/userAwareTokenNeverExpires")) > date
		}),
	},
	{
		"patch-takes-acknowledgement-back", "never-keeps-acknowledgment",
		"The acknowledgement of a token without a date can be withdrawn.",
		killedBy("expiry/patch-acknowledgement-keeps-the-date",
			"expiry/patch-never-needs-its-flag/flag-false"),
		removeOperations(onCurrent(patch), func(op object) bool {
			return op["path"] == "/userAwareTokenNeverExpires" && op["value"] == false
		}),
	},
	{
		"patch-acknowledgement-drops-date", "patch-never",
		"The acknowledgement alone removes the date.",
		killedBy("expiry/patch-acknowledgement-keeps-the-date"),
		mutateRequest(onCurrent(patch), func(x *exchange) {
			operations := x.patchOperations()
			if len(operations) == 1 && operations[0]["path"] == "/userAwareTokenNeverExpires" &&
				operations[0]["value"] == true {
				x.setBody(append(operations, object{
					"op": "replace", "path": "/expirationDate", "value": nil,
				}))
			}
		}),
	},
	{
		"patch-revives-nothing", "patch-revives", "A patch of an expired token is rejected.",
		killedBy("expiry/patch-revives"), rejectIf(onCurrent(patch), func(x *exchange) bool {
			return x.hasExpired(x.findToken(x.id))
		}),
	},
	{
		"patch-of-unknown-is-400", "unknown-id", "A patch of an unknown id is 400.",
		killedBy("patch/unknown-id-is-404", "patch/malformed-id-is-404"),
		mutateResponse(on(patch), replaceStatus(404, badRequest)),
	},
	{
		"patch-of-unknown-is-403", "unknown-id", "A patch of an unknown id is 403.",
		killedBy("patch/unknown-id-is-404", "patch/malformed-id-is-404"),
		mutateResponse(on(patch), replaceStatus(404, forbidden)),
	},
}
