package mutants

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// parseWithoutOffset parses a date without its UTC offset.
func parseWithoutOffset(value any) time.Time {
	date, _ := value.(string)
	return parseTime(offsetPattern.ReplaceAllString(date[:min(10, len(date))], "") +
		offsetPattern.ReplaceAllString(date[min(10, len(date)):], "Z"))
}

// ignoreOffsets replaces past dates of a patch that are in the future without their UTC offset.
var ignoreOffsets = eachOperation(func(x *exchange, op object) {
	if date, local := parseTime(op["value"]),
		parseWithoutOffset(op["value"]); !date.IsZero() && !date.After(x.now()) &&
		local.After(x.now()) {
		op["value"] = formatTime(local)
	}
})

// operationsChange returns the changed operations of a patch.
type operationsChange = func(x *exchange, operationsChange []object) []object

// mutateBulkPatch changes the patch of a bulk update.
func mutateBulkPatch(change operationsChange) middleware {
	return mutateRequest(on(bulk), func(x *exchange) {
		if o := x.object(); o != nil {
			o["patch"] = change(x, x.bulkOperations())
			x.setBody(o)
		}
	})
}

// dropBulkWrites responds to a bulk update of more than n ids as if it were applied. It applies the
// first stored ids only.
func dropBulkWrites(n, stored int) middleware {
	return wrap(on(bulk), func(x *exchange) *response {
		ids, o := x.bulkIDs(), x.object()
		if len(ids) <= n || len(ids) > 25 {
			return x.forward()
		}
		tokens := x.bulkTokens()
		for _, token := range tokens {
			delete(token, "userAwareTokenNeverExpires")
			for _, op := range x.bulkOperations() {
				token["expirationDate"] = op["value"]
			}
		}
		if o["ids"] = ids[:stored]; stored > 0 {
			if resp := x.withBody(o).forward(); !resp.ok() {
				return resp
			}
		}
		sortByID(tokens)
		return newResponse(http.StatusOK, tokens)
	})
}

// truncate returns the first n elements.
func truncate[E any](all []E, n int) []E { return all[:min(n, len(all))] }

func firstOperations(n int) operationsChange {
	return func(_ *exchange, operations []object) []object { return truncate(operations, n) }
}

// limitLists truncates lists to n tokens.
func limitLists(n int) middleware {
	return mutateResponse(on(list), func(resp *response) {
		resp.changeList(func(tokens []object) []object { return truncate(tokens, n) })
	})
}

// mutateOperationsOn changes the operations of a patch.
func mutateOperationsOn(m matcher, change operationsChange) middleware {
	return mutateRequest(m, func(x *exchange) {
		if operations := x.patchOperations(); operations != nil {
			x.setBody(change(x, operations))
		}
	})
}

func mutateOperations(change operationsChange) middleware {
	return mutateOperationsOn(on(patch), change)
}

// eachOperation returns an operationsChange that calls change for each operation.
func eachOperation(change func(x *exchange, op object)) operationsChange {
	return func(x *exchange, operations []object) []object {
		for _, op := range operations {
			change(x, op)
		}
		return operations
	}
}

func mutateEachOperation(change func(x *exchange, op object)) middleware {
	return mutateOperations(eachOperation(change))
}

// mutatePaths changes the path of each operation.
func mutatePaths(change func(op, path string) string) middleware {
	return mutateEachOperation(func(_ *exchange, op object) {
		if path, ok := op["path"].(string); ok {
			op["path"] = change(text(op, "op"), path)
		}
	})
}

// storeFirstScopes stores the first n scopes of a token, but returns all of them.
func storeFirstScopes(n int) middleware {
	return stateful(on(create, list), func(all object, x *exchange) *response {
		scope, _ := x.object()["scope"].([]any)
		if x.op == create && len(scope) > n {
			o := x.object()
			o["scope"] = scope[:n]
			x.setBody(o)
		}
		resp := x.forward()
		if x.op == create && resp.ok() && len(scope) > n {
			all[resp.text("id")] = scope
		}
		setByID(resp, "scope", all)
		return resp
	})
}

// dropOperandsAfter removes the operands after the n-th from a filter without parentheses.
func dropOperandsAfter(n int) middleware {
	operator := regexp.MustCompile(` (and|or) `)
	return rewriteFilter(func(text string) string {
		matches := operator.FindAllStringIndex(text, -1)
		if strings.Contains(text, "(") || len(matches) < n {
			return text
		}
		return text[:matches[n-1][0]]
	})
}

func hasNonASCII(name string) bool {
	return strings.ContainsFunc(name, func(c rune) bool { return c > 127 })
}

// boundaries break rules at the limits that the tables of scenarios test.
var boundaries = []Mutant{
	{
		"bulk-flag-second-rejected", "patch-never",
		"A bulk update requires the acknowledgement before the date.",
		killedBy("bulk/example/never-expire"),
		rejectIf(on(bulk), func(x *exchange) bool {
			steps := x.bulkOperations()
			return len(steps) > 1 && removesDate(steps[0])
		}),
	},
	{
		"bulk-date-without-time-taken", "date-is-rfc3339",
		"A bulk update accepts a date without a time.", killedBy("bulk/bad-dates"),
		mutateBulkPatch(eachOperation(func(_ *exchange, op object) {
			if date := text(op, "value"); len(date) == len(time.DateOnly) {
				op["value"] = date + "T00:00:00Z"
			}
		})),
	},
	{
		"bulk-date-without-zone-taken", "date-needs-zone",
		"A bulk update accepts a date without a zone.", killedBy("bulk/odd-dates"),
		mutateBulkPatch(eachOperation(func(_ *exchange, op object) {
			if date := text(op, "value"); len(date) > len(time.DateOnly) && !hasZone(date) {
				op["value"] = date + "Z"
			}
		})),
	},
	{
		"patch-past-date-by-digits", "expiry-future",
		"A patch accepts a past date that is in the future without its UTC offset.",
		killedBy("expiry/patch-past-date-by-its-offset-is-rejected",
			"expiry/patch-around-now/an-hour-before", "expiry/patch-around-now/this-moment"),
		mutateOperationsOn(onCurrent(patch), ignoreOffsets),
	},
	{
		"bulk-past-date-by-digits", "expiry-future",
		"A bulk update accepts a past date that is in the future without its UTC offset.",
		killedBy("bulk/past-date-by-its-offset", "bulk/around-now/a-second-before"),
		mutateBulkPatch(ignoreOffsets),
	},
	{
		"create-past-date-by-digits", "expiry-future",
		"Create accepts a past date that is in the future without its UTC offset.",
		killedBy("expiry/around-now/a-second-before", "expiry/around-now/this-moment"),
		replaceDateIf(on(create), func(x *exchange) bool {
			ahead := parseWithoutOffset(x.object()["expirationDate"]).
				Sub(parseTime(x.object()["expirationDate"]))
			return hasPastDate(x) && ahead > 23*time.Hour
		}, inAMonth),
	},
	{
		"create-next-second-rejected", "expiry-future",
		"Create requires a date at least a minute from now.",
		killedBy("expiry/around-now/a-second-after", "expiry/around-now/a-millisecond-after"),
		rejectIf(on(create), func(x *exchange) bool {
			date := parseTime(x.object()["expirationDate"])
			return date.After(x.now()) && date.Before(x.now().Add(time.Minute))
		}),
	},
	{
		"expiry-bound-by-digits", "expiry-upper-bound",
		"The six months are compared with a date without its UTC offset.",
		killedBy("expiry/month-end/january-has-31", "expiry/month-end/august-29"),
		rejectIf(onLegacy(create), func(x *exchange) bool {
			return parseWithoutOffset(x.object()["expirationDate"]).After(addSixMonths(x.now()))
		}),
	},
	{
		"expiry-bound-taken-west", "expiry-upper-bound",
		"A date beyond six months is accepted if it is not without its UTC offset.",
		killedBy("expiry/month-end/april-has-30"),
		replaceDateIf(onLegacy(create), func(x *exchange) bool {
			date, bound := x.object()["expirationDate"], addSixMonths(x.now())
			return parseTime(date).After(bound) && !parseWithoutOffset(date).After(bound)
		}, inSixMonths),
	},
	{
		"never-dies-after-a-year", "expiry-never",
		"A token that never expires logs in for a year only.",
		killedBy("lifecycle/token-lives/never"), wrap(on(login), func(x *exchange) *response {
			token := x.findToken(x.clientID())
			if token != nil && token["expirationDate"] == nil && text(token, "name") != "login" &&
				x.now().Sub(parseTime(token["created"])) > 365*24*time.Hour {
				return badCredentials()
			}
			return x.forward()
		}),
	},
	{
		"token-ends-a-minute-early", "token-deleted-or-expired",
		"A token stops logging in a minute before its date.",
		killedBy("lifecycle/token-lives/an-hour", "lifecycle/token-lives/six-months-by-default"),
		wrap(on(login), func(x *exchange) *response {
			if date := parseTime(x.findToken(x.clientID())["expirationDate"]); !date.IsZero() &&
				x.now().After(date.Add(-time.Minute)) {
				return badCredentials()
			}
			return x.forward()
		}),
	},
	{
		"token-ends-a-minute-late", "token-deleted-or-expired",
		"A token logs in until a minute after its date.",
		killedBy("lifecycle/token-lives/an-hour", "lifecycle/token-lives/two-years"),
		wrap(on(login), func(x *exchange) *response {
			resp, token := x.forward(), x.findToken(x.clientID())
			if resp.status == 401 && x.hasExpired(token) &&
				x.now().Sub(parseTime(token["expirationDate"])) < time.Minute {
				return x.loginAsFixture(tokenOwner(token))
			}
			return resp
		}),
	},
	{
		"access-token-ends-two-seconds-early", "access-token-expires",
		"An access token expires two seconds early.",
		killedBy("lifecycle/access-token-lives/15-seconds",
			"lifecycle/access-token-lives/43200-seconds"),
		withBearerEnd(1, func(x *exchange, end time.Time) {
			if x.now().After(end.Add(-2 * time.Second)) {
				x.setBearer(invalidBearer)
			}
		}),
	},
	{
		"access-token-ends-a-second-late", "access-token-expires",
		"An access token expires a second late.",
		killedBy("lifecycle/access-token-lives/900-seconds"),
		withBearerEnd(1, func(x *exchange, end time.Time) {
			if x.now().Sub(end).Abs() < time.Second {
				x.setUser(callerName(x))
			}
		}),
	},
	{
		"validity-rounded-to-minutes", "validity-bounds",
		"A validity of 901 seconds is stored as 900.", killedBy("create/validities"),
		replaceValidity(901, 900),
	},
	{
		"validity-zero-is-default", "validity-bounds", "A validity of 0 means the default.",
		killedBy("create/validities"), replaceValidity(0, 43200),
	},
	{
		"bulk-of-21-stores-none", "bulk-update",
		"A bulk update of more than 20 ids succeeds without storing anything.",
		killedBy("bulk/21-ids", "bulk/24-ids", "bulk/25-ids"), dropBulkWrites(20, 0),
	},
	{
		"bulk-stores-the-first-ten", "bulk-update",
		"A bulk update stores the first ten tokens only.",
		killedBy("bulk/11-ids", "bulk/25-ids"), dropBulkWrites(10, 10),
	},
	{
		"bulk-first-ten-operations", "patch-applies",
		"A bulk update applies the first ten operations only.", killedBy("bulk/operations/11"),
		mutateBulkPatch(firstOperations(10)),
	},
	{
		"bulk-of-101-operations-taken", "patch-size",
		"A bulk update applies the first 100 operations only.", killedBy("bulk/101-operations"),
		mutateBulkPatch(firstOperations(100)),
	},
	{
		"patch-first-ten-operations", "patch-applies",
		"A patch applies the first ten operations only.",
		killedBy("patch/operations/11", "patch/operations/100"),
		mutateOperations(firstOperations(10)),
	},
	{
		"list-of-50", "list-no-paging", "A list has at most 50 tokens.", killedBy("list/sizes"),
		limitLists(50),
	},
	{
		"list-of-250", "list-no-paging", "A list has at most 250 tokens.", killedBy("list/sizes"),
		limitLists(250),
	},
	{
		"name-cut-at-4000", "name-unchanged", "A name is truncated to 4000 characters.",
		killedBy("create/names-of-growing-length"), mutateBody(on(create), func(o object) {
			if name := text(o, "name"); len(name) > 4000 {
				o["name"] = string(truncate([]rune(name), 4000))
			}
		}),
	},
	{
		"scopes-cut-at-100", "scope-out-of-level", "A token stores the first 100 scopes only.",
		killedBy("create/scopes-of-growing-number-and-length"),
		mutateBody(on(create), func(o object) {
			if scope, ok := o["scope"].([]any); ok {
				o["scope"] = truncate(scope, 100)
			}
		}),
	},
	{
		"scope-third-ignored", "operation-scopes",
		"Only the first two scopes of a token take effect.",
		killedBy("auth/scope-at-place/third", "auth/scope-at-place/fourth"), storeFirstScopes(2),
	},
	{
		"scope-eleventh-ignored", "operation-scopes",
		"Only the first ten scopes of a token take effect.",
		killedBy("auth/scope-at-place/eleventh"), storeFirstScopes(10),
	},
	{
		"name-in-other-scripts-not-unique", "name-unique",
		"A duplicate name with letters outside ASCII is accepted.",
		killedBy("create/name-taken-in-any-script", "create/name-with-each-letter"),
		allowDuplicateName(on(create, patch), func(x *exchange) (string, bool) {
			for _, op := range x.patchOperations() {
				if !hasNonASCII(fmt.Sprint(op["value"])) {
					return "", false
				}
			}
			if x.op == create && !hasNonASCII(text(x.object(), "name")) {
				return "", false
			}
			return substituteName(x)
		}),
	},
	{
		"name-composed", "name-unique",
		"Names with composed and decomposed letters are duplicates.",
		killedBy("create/name-with-each-letter"),
		rejectEqualNames(strings.NewReplacer("e\u0301", "\u00e9").Replace),
	},
	{
		"filter-ignored-with-an-owner", "filter-precedence",
		"The filter is ignored if owner-id is an id.",
		killedBy("filter/operands/and", "filter/operands/or-or-or"),
		mutateRequest(on(list), func(x *exchange) {
			if id := x.query("owner-id"); id != "" && id != "me" {
				x.setQuery("filters", "")
			}
		}),
	},
	{
		"filter-third-operand-dropped", "filter-precedence",
		"A filter ignores the operands after the second.",
		killedBy("filter/operands/and-and", "filter/operands/or-and-or"), dropOperandsAfter(2),
	},
	{
		"filter-fourth-operand-dropped", "filter-precedence",
		"A filter ignores the operands after the third.",
		killedBy("filter/operands/and-and-and", "filter/operands/or-or-and"), dropOperandsAfter(3),
	},
	{
		"filter-digits-rounded", "filter-le", "A filter rounds a date to milliseconds.",
		killedBy("filter/finds/le-nine-digits-before"), rewriteFilter(func(text string) string {
			return comparisonPattern.ReplaceAllStringFunc(text, func(comparison string) string {
				date := parseTime(strings.Trim(comparison[len("lastUsed le "):], `"`))
				if date.IsZero() {
					return comparison
				}
				return "lastUsed le " + formatTime(date.Round(time.Millisecond))
			})
		}),
	},
	{
		"filter-quoted-offset-ignored", "quoted-timestamp",
		"The UTC offset of a quoted date is ignored.",
		killedBy("filter/finds/quoted-date-with-offset"),
		rewriteFilter(func(text string) string {
			if !strings.Contains(text, `"`) {
				return text
			}
			return offsetPattern.ReplaceAllString(text, "Z")
		}),
	},
	{
		"patch-op-in-capitals-taken", "invalid-property",
		"The name of an operation is case-insensitive.",
		killedBy("patch/rfc6902/op-in-capitals", "patch/rfc6902/op-names"),
		mutateEachOperation(func(_ *exchange, op object) {
			if name, ok := op["op"].(string); ok {
				op["op"] = strings.ToLower(name)
			}
		}),
	},
	{
		"patch-op-absent-is-replace", "invalid-property",
		"An operation without a name counts as replace.",
		killedBy("patch/rfc6902/op-names"), mutateEachOperation(func(_ *exchange, op object) {
			if op["op"] == nil {
				op["op"] = "replace"
			}
		}),
	},
	{
		"patch-leading-zeros-taken", "patch-pointer", "An index with leading zeros is accepted.",
		killedBy("patch/rfc6902/path-steps"), mutatePaths(func(_, path string) string {
			return regexp.MustCompile(`^/scope/0+(\d)$`).ReplaceAllString(path, "/scope/$1")
		}),
	},
	{
		"patch-path-without-case", "patch-fields", "A path is case-insensitive.",
		killedBy("patch/rfc6902/paths"), mutatePaths(func(_, path string) string {
			if strings.EqualFold(path, "/name") {
				return "/name"
			}
			return path
		}),
	},
	{
		"patch-last-element-by-dash", "patch-applies",
		"A dash means the last element of the scope.",
		killedBy("patch/rfc6902/end-of-the-array"), mutatePaths(func(op, path string) string {
			if path == "/scope/-" && op != "add" {
				return "/scope/1"
			}
			return path
		}),
	},
	{
		"patch-moves-into-itself", "patch-applies", "A move of the scope into itself is skipped.",
		killedBy("patch/rfc6902/from"), removeOperations(on(patch), func(op object) bool {
			return op["op"] == "move" && op["from"] == "/scope"
		}),
	},
	{
		"patch-test-of-scopes-in-any-order", "patch-test",
		"A test of the scope ignores the order.", killedBy("patch/rfc6902/failing-tests"),
		removeOperations(on(patch), func(op object) bool {
			scope, _ := op["value"].([]any)
			return op["op"] == "test" && op["path"] == "/scope" && len(scope) == 2
		}),
	},
	{
		"patch-move-copies", "patch-fields",
		"A move of a scope element to the name keeps the element.",
		killedBy("patch/rfc6902/applied"), mutateEachOperation(func(_ *exchange, op object) {
			if op["op"] == "move" && op["path"] == "/name" {
				op["op"] = "copy"
			}
		}),
	},
}
