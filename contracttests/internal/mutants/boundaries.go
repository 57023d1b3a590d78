package mutants

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// digitsOf returns the digits of a date, read as UTC.
func digitsOf(value any) time.Time {
	date, _ := value.(string)
	return moment(offset.ReplaceAllString(date[:min(10, len(date))], "") +
		offset.ReplaceAllString(date[min(10, len(date)):], "Z"))
}

// byDigits makes dates of a patch that have passed those of their digits, if these lie ahead.
var byDigits = eachOf(func(x *exchange, op object) {
	if date, digits := moment(op["value"]),
		digitsOf(op["value"]); !date.IsZero() && !date.After(x.now()) && digits.After(x.now()) {
		op["value"] = stamp(digits)
	}
})

// operations changes those of a patch.
type operations = func(x *exchange, operations []object) []object

// bulkPatch changes the patch of a bulk update.
func bulkPatch(change operations) wrap {
	return mutateRequest(on(bulk), func(x *exchange) {
		if o := x.object(); o != nil {
			o["patch"] = change(x, x.steps())
			x.put(o)
		}
	})
}

// bulkUnstored makes a bulk update of more than n ids answer what it would, and store the first n.
func bulkUnstored(n, stored int) wrap {
	return around(on(bulk), func(x *exchange) *answer {
		ids, o := x.ids(), x.object()
		if len(ids) <= n || len(ids) > 25 {
			return x.forward()
		}
		tokens := x.named()
		for _, token := range tokens {
			delete(token, "userAwareTokenNeverExpires")
			for _, op := range x.steps() {
				token["expirationDate"] = op["value"]
			}
		}
		if o["ids"] = ids[:stored]; stored > 0 {
			if a := x.with(o).forward(); !a.ok() {
				return a
			}
		}
		sortByID(tokens)
		return reply(http.StatusOK, tokens)
	})
}

// cut keeps the first n elements.
func cut[E any](all []E, n int) []E { return all[:min(n, len(all))] }

func firstOf(n int) operations {
	return func(_ *exchange, operations []object) []object { return cut(operations, n) }
}

// atMost cuts lists behind the first n tokens.
func atMost(n int) wrap {
	return mutateResponse(on(list), func(a *answer) {
		a.items(func(tokens []object) []object { return cut(tokens, n) })
	})
}

// patchedOn changes the operations of a patch.
func patchedOn(m match, change operations) wrap {
	return mutateRequest(m, func(x *exchange) {
		if operations := x.operations(); operations != nil {
			x.put(change(x, operations))
		}
	})
}

func patched(change operations) wrap { return patchedOn(on(patch), change) }

// eachOf changes operations one by one.
func eachOf(change func(x *exchange, op object)) operations {
	return func(x *exchange, operations []object) []object {
		for _, op := range operations {
			change(x, op)
		}
		return operations
	}
}

func patchedEach(change func(x *exchange, op object)) wrap { return patched(eachOf(change)) }

// repathed changes the path of each operation.
func repathed(change func(op, path string) string) wrap {
	return patchedEach(func(_ *exchange, op object) {
		if path, ok := op["path"].(string); ok {
			op["path"] = change(text(op, "op"), path)
		}
	})
}

// weakened stores the first n scopes, and shows all.
func weakened(n int) wrap {
	return stateful(on(create, list), func(all object, x *exchange) *answer {
		scope, _ := x.object()["scope"].([]any)
		if x.op == create && len(scope) > n {
			o := x.object()
			o["scope"] = scope[:n]
			x.put(o)
		}
		a := x.forward()
		if x.op == create && a.ok() && len(scope) > n {
			all[a.text("id")] = scope
		}
		show(a, "scope", all)
		return a
	})
}

// operandsBeyond drops the operands of a filter behind the first n, unless it has parentheses.
func operandsBeyond(n int) wrap {
	operator := regexp.MustCompile(` (and|or) `)
	return filter(func(text string) string {
		places := operator.FindAllStringIndex(text, -1)
		if strings.Contains(text, "(") || len(places) < n {
			return text
		}
		return text[:places[n-1][0]]
	})
}

func beyondASCII(name string) bool {
	return strings.ContainsFunc(name, func(c rune) bool { return c > 127 })
}

// boundaries are mutants of the tables of boundaries.
var boundaries = []Mutant{
	{
		"bulk-flag-second-rejected", "patch-never",
		"A bulk update wants the acknowledgement before the date.", by("bulk/example/never-expire"),
		rejectIf(on(bulk), func(x *exchange) bool {
			steps := x.steps()
			return len(steps) > 1 && removesDate(steps[0])
		}),
	},
	{
		"bulk-date-without-time-taken", "date-is-rfc3339",
		"A bulk update takes a date without a time.", by("bulk/bad-dates"),
		bulkPatch(eachOf(func(_ *exchange, op object) {
			if date := text(op, "value"); len(date) == len(time.DateOnly) {
				op["value"] = date + "T00:00:00Z"
			}
		})),
	},
	{
		"bulk-date-without-zone-taken", "date-needs-zone",
		"A bulk update takes a date without a zone.", by("bulk/odd-dates"),
		bulkPatch(eachOf(func(_ *exchange, op object) {
			if date := text(op, "value"); len(date) > len(time.DateOnly) && !zoned(date) {
				op["value"] = date + "Z"
			}
		})),
	},
	{
		"patch-past-date-by-digits", "expiry-future",
		"A patch takes a past date whose digits lie ahead.",
		by("expiry/patch-past-date-by-its-offset-is-rejected",
			"expiry/patch-around-now/an-hour-before", "expiry/patch-around-now/this-moment"),
		patchedOn(onCurrent(patch), byDigits),
	},
	{
		"bulk-past-date-by-digits", "expiry-future",
		"A bulk update takes a past date whose digits lie ahead.",
		by("bulk/past-date-by-its-offset", "bulk/around-now/a-second-before"), bulkPatch(byDigits),
	},
	{
		"create-past-date-by-digits", "expiry-future",
		"Create takes a past date whose digits lie ahead by minutes.",
		by("expiry/around-now/a-second-before", "expiry/around-now/this-moment"),
		dated(on(create), func(x *exchange) bool {
			ahead := digitsOf(x.object()["expirationDate"]).
				Sub(moment(x.object()["expirationDate"]))
			return past(x) && ahead > 23*time.Hour
		}, inAMonth),
	},
	{
		"create-next-second-rejected", "expiry-future",
		"Create wants a date that is a minute ahead.",
		by("expiry/around-now/a-second-after", "expiry/around-now/a-millisecond-after"),
		rejectIf(on(create), func(x *exchange) bool {
			date := moment(x.object()["expirationDate"])
			return date.After(x.now()) && date.Before(x.now().Add(time.Minute))
		}),
	},
	{
		"expiry-bound-by-digits", "expiry-upper-bound",
		"The six months are compared with the digits of a date.",
		by("expiry/month-end/january-has-31", "expiry/month-end/august-29"),
		rejectIf(onLegacy(create), func(x *exchange) bool {
			return digitsOf(x.object()["expirationDate"]).After(sixMonths(x.now()))
		}),
	},
	{
		"expiry-bound-taken-west", "expiry-upper-bound",
		"A date beyond six months is taken if its digits are not.",
		by("expiry/month-end/april-has-30"), dated(onLegacy(create), func(x *exchange) bool {
			date, bound := x.object()["expirationDate"], sixMonths(x.now())
			return moment(date).After(bound) && !digitsOf(date).After(bound)
		}, inSixMonths),
	},
	{
		"never-dies-after-a-year", "expiry-never", "A token that never expires logs in for a year.",
		by("lifecycle/token-lives/never"), around(on(login), func(x *exchange) *answer {
			token := x.token(x.client())
			if token != nil && token["expirationDate"] == nil && text(token, "name") != "login" &&
				x.now().Sub(moment(token["created"])) > 365*24*time.Hour {
				return badCredentials()
			}
			return x.forward()
		}),
	},
	{
		"token-ends-a-minute-early", "token-deleted-or-expired",
		"A token logs in until a minute before its date.",
		by("lifecycle/token-lives/an-hour", "lifecycle/token-lives/six-months-by-default"),
		around(on(login), func(x *exchange) *answer {
			if date := moment(x.token(x.client())["expirationDate"]); !date.IsZero() &&
				x.now().After(date.Add(-time.Minute)) {
				return badCredentials()
			}
			return x.forward()
		}),
	},
	{
		"token-ends-a-minute-late", "token-deleted-or-expired",
		"A token logs in until a minute behind its date.",
		by("lifecycle/token-lives/an-hour", "lifecycle/token-lives/two-years"),
		around(on(login), func(x *exchange) *answer {
			a, token := x.forward(), x.token(x.client())
			if a.status == 401 && x.expired(token) &&
				x.now().Sub(moment(token["expirationDate"])) < time.Minute {
				return x.asFixture(owner(token))
			}
			return a
		}),
	},
	{
		"access-token-ends-two-seconds-early", "access-token-expires",
		"An access token is valid until two seconds before its end.",
		by("lifecycle/access-token-lives/15-seconds", "lifecycle/access-token-lives/43200-seconds"),
		ending(1, func(x *exchange, end time.Time) {
			if x.now().After(end.Add(-2 * time.Second)) {
				x.as(void)
			}
		}),
	},
	{
		"access-token-ends-a-second-late", "access-token-expires",
		"An access token is valid for a second more.",
		by("lifecycle/access-token-lives/900-seconds"), ending(1, func(x *exchange, end time.Time) {
			if x.now().Sub(end).Abs() < time.Second {
				x.asUser(self(x))
			}
		}),
	},
	{
		"validity-rounded-to-minutes", "validity-bounds",
		"A validity of 901 seconds is stored as 900.", by("create/validities"), validity(901, 900),
	},
	{
		"validity-zero-is-default", "validity-bounds", "A validity of 0 is the default.",
		by("create/validities"), validity(0, 43200),
	},
	{
		"bulk-of-21-stores-none", "bulk-update",
		"A bulk update of more than 20 ids answers, and stores nothing.",
		by("bulk/21-ids", "bulk/24-ids", "bulk/25-ids"), bulkUnstored(20, 0),
	},
	{
		"bulk-stores-the-first-ten", "bulk-update", "A bulk update stores the first ten tokens.",
		by("bulk/11-ids", "bulk/25-ids"), bulkUnstored(10, 10),
	},
	{
		"bulk-first-ten-operations", "patch-applies",
		"A bulk update applies the first ten operations.", by("bulk/operations/11"),
		bulkPatch(firstOf(10)),
	},
	{
		"bulk-of-101-operations-taken", "patch-size",
		"A bulk update applies the first 100 operations.", by("bulk/101-operations"),
		bulkPatch(firstOf(100)),
	},
	{
		"patch-first-ten-operations", "patch-applies", "A patch applies the first ten operations.",
		by("patch/operations/11", "patch/operations/100"), patched(firstOf(10)),
	},
	{"list-of-50", "list-no-paging", "A list has 50 tokens at most.", by("list/sizes"), atMost(50)},
	{
		"list-of-250", "list-no-paging", "A list has 250 tokens at most.", by("list/sizes"),
		atMost(250),
	},
	{
		"name-cut-at-4000", "name-unchanged", "A name is cut behind 4000 characters.",
		by("create/names-of-growing-length"), body(on(create), func(o object) {
			if name := text(o, "name"); len(name) > 4000 {
				o["name"] = string(cut([]rune(name), 4000))
			}
		}),
	},
	{
		"scopes-cut-at-100", "scope-out-of-level", "A token has the first 100 of its scopes.",
		by("create/scopes-of-growing-number-and-length"), body(on(create), func(o object) {
			if scope, ok := o["scope"].([]any); ok {
				o["scope"] = cut(scope, 100)
			}
		}),
	},
	{
		"scope-third-ignored", "operation-scopes", "The first two scopes of a token count.",
		by("auth/scope-at-place/third", "auth/scope-at-place/fourth"), weakened(2),
	},
	{
		"scope-eleventh-ignored", "operation-scopes", "The first ten scopes of a token count.",
		by("auth/scope-at-place/eleventh"), weakened(10),
	},
	{
		"name-in-other-scripts-not-unique", "name-unique",
		"A name with letters outside ASCII may be taken twice.",
		by("create/name-taken-in-any-script", "create/name-with-each-letter"),
		renamed(on(create, patch), func(x *exchange) (string, bool) {
			for _, op := range x.operations() {
				if !beyondASCII(fmt.Sprint(op["value"])) {
					return "", false
				}
			}
			if x.op == create && !beyondASCII(text(x.object(), "name")) {
				return "", false
			}
			return otherName(x)
		}),
	},
	{
		"name-composed", "name-unique", "A composed and a decomposed letter make one name.",
		by("create/name-with-each-letter"),
		sameNames(strings.NewReplacer("e\u0301", "\u00e9").Replace),
	},
	{
		"filter-ignored-with-an-owner", "filter-precedence",
		"The filter is ignored with the id of an owner.",
		by("filter/operands/and", "filter/operands/or-or-or"),
		mutateRequest(on(list), func(x *exchange) {
			if id := x.query("owner-id"); id != "" && id != "me" {
				x.setQuery("filters", "")
			}
		}),
	},
	{
		"filter-third-operand-dropped", "filter-precedence",
		"A filter has two operands, and the others are left out.",
		by("filter/operands/and-and", "filter/operands/or-and-or"), operandsBeyond(2),
	},
	{
		"filter-fourth-operand-dropped", "filter-precedence",
		"A filter has three operands, and the others are left out.",
		by("filter/operands/and-and-and", "filter/operands/or-or-and"), operandsBeyond(3),
	},
	{
		"filter-digits-rounded", "filter-le", "A filter rounds a date to milliseconds.",
		by("filter/finds/le-nine-digits-before"), filter(func(text string) string {
			return usedBy.ReplaceAllStringFunc(text, func(comparison string) string {
				date := moment(strings.Trim(comparison[len("lastUsed le "):], `"`))
				if date.IsZero() {
					return comparison
				}
				return "lastUsed le " + stamp(date.Round(time.Millisecond))
			})
		}),
	},
	{
		"filter-quoted-offset-ignored", "quoted-timestamp",
		"The offset of a date in quotes counts as UTC.", by("filter/finds/quoted-date-with-offset"),
		filter(func(text string) string {
			if !strings.Contains(text, `"`) {
				return text
			}
			return offset.ReplaceAllString(text, "Z")
		}),
	},
	{
		"patch-op-in-capitals-taken", "invalid-property",
		"The name of an operation may have capitals.",
		by("patch/rfc6902/op-in-capitals", "patch/rfc6902/op-names"),
		patchedEach(func(_ *exchange, op object) {
			if name, ok := op["op"].(string); ok {
				op["op"] = strings.ToLower(name)
			}
		}),
	},
	{
		"patch-op-absent-is-replace", "invalid-property", "An operation without a name replaces.",
		by("patch/rfc6902/op-names"), patchedEach(func(_ *exchange, op object) {
			if op["op"] == nil {
				op["op"] = "replace"
			}
		}),
	},
	{
		"patch-leading-zeros-taken", "patch-pointer", "An index may have zeros in front.",
		by("patch/rfc6902/path-steps"), repathed(func(_, path string) string {
			return regexp.MustCompile(`^/scope/0+(\d)$`).ReplaceAllString(path, "/scope/$1")
		}),
	},
	{
		"patch-path-without-case", "patch-fields", "The case of a path does not count.",
		by("patch/rfc6902/paths"), repathed(func(_, path string) string {
			if strings.EqualFold(path, "/name") {
				return "/name"
			}
			return path
		}),
	},
	{
		"patch-last-element-by-dash", "patch-applies", "A dash is the last element of the scope.",
		by("patch/rfc6902/end-of-the-array"), repathed(func(op, path string) string {
			if path == "/scope/-" && op != "add" {
				return "/scope/1"
			}
			return path
		}),
	},
	{
		"patch-moves-into-itself", "patch-applies", "A move of the scope into itself is left out.",
		by("patch/rfc6902/from"), without(on(patch), func(op object) bool {
			return op["op"] == "move" && op["from"] == "/scope"
		}),
	},
	{
		"patch-test-of-scopes-in-any-order", "patch-test",
		"A test of the scope does not compare the order.", by("patch/rfc6902/failing-tests"),
		without(on(patch), func(op object) bool {
			scope, _ := op["value"].([]any)
			return op["op"] == "test" && op["path"] == "/scope" && len(scope) == 2
		}),
	},
	{
		"patch-move-copies", "patch-fields", "A move of a scope to the name leaves the scope.",
		by("patch/rfc6902/applied"), patchedEach(func(_ *exchange, op object) {
			if op["op"] == "move" && op["path"] == "/name" {
				op["op"] = "copy"
			}
		}),
	},
}
