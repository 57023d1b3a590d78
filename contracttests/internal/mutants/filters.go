package mutants

import (
	"regexp"
	"strconv"
	"strings"
)

// rewriteFilter changes the filter of a list.
func rewriteFilter(change func(string) string) middleware {
	return mutateRequest(on(list), func(x *exchange) {
		if text := x.query("filters"); text != "" {
			x.setQuery("filters", change(text))
		}
	})
}

// ignoreFilterIf returns the unfiltered list for a rejected filter if f returns true for it.
func ignoreFilterIf(f func(string) bool) middleware {
	return wrap(on(list), func(x *exchange) *response {
		resp := x.forward()
		if resp.status == 400 && f(x.query("filters")) {
			x.setQuery("filters", "")
			return x.forward()
		}
		return resp
	})
}

func containsText(part string) func(string) bool {
	return func(text string) bool { return strings.Contains(text, part) }
}

// rewriteComparison replaces the comparisons with a date by a template.
func rewriteComparison(template string) middleware {
	return rewriteFilter(func(text string) string {
		return comparisonPattern.ReplaceAllString(text, template)
	})
}

// Patterns of the parts of a filter that mutants change.
var (
	isNullPattern     = regexp.MustCompile(`lastUsed isnull`)
	comparisonPattern = regexp.MustCompile(`lastUsed le ("[^"]*"|[^\s()]+)`)
	offsetPattern     = regexp.MustCompile(`[+-]\d\d:\d\d`)
)

// groupOrFirst adds parentheses so that or binds tighter than and.
func groupOrFirst(text string) string {
	var parts []string
	depth, start := 0, 0
	for i := range text {
		switch {
		case text[i] == '(':
			depth++
		case text[i] == ')':
			depth--
		case depth == 0 && strings.HasPrefix(text[i:], " and "):
			parts = append(parts, "("+text[start:i]+")")
			start = i + len(" and ")
		}
	}
	return strings.Join(append(parts, "("+text[start:]+")"), " and ")
}

// negateAll makes a leading not apply to the entire filter.
func negateAll(text string) string {
	if rest, found := strings.CutPrefix(text, "not "); found {
		return "not (" + rest + ")"
	}
	return text
}

// filters change the parameter filters.
var filters = []Mutant{
	{
		"filter-of-all-ignored", "filter-isnull", "The filter is ignored without owner-id.",
		killedBy("filter/of-all-tokens"), mutateRequest(on(list), func(x *exchange) {
			if x.query("owner-id") == "" {
				x.setQuery("filters", "")
			}
		}),
	},
	{
		"filter-ignored", "filter-isnull", "The filter is ignored.",
		killedBy("filter/isnull-finds-the-unused", "filter/of-all-tokens"),
		mutateRequest(on(list), func(x *exchange) {
			x.setQuery("filters", "")
		}),
	},
	{
		"filter-isnull-inverted", "filter-isnull",
		"lastUsed isnull matches the used tokens.",
		killedBy("filter/isnull-finds-the-unused", "filter/finds/isnull"),
		rewriteFilter(func(text string) string {
			return isNullPattern.ReplaceAllString(text, "(not lastUsed isnull)")
		}),
	},
	{
		"filter-isnull-rejected", "filter-isnull", "lastUsed isnull is rejected.",
		killedBy("filter/isnull-finds-the-unused", "filter/finds/isnull"),
		rejectIf(on(list), func(x *exchange) bool {
			return strings.Contains(x.query("filters"), "isnull")
		}),
	},
	{
		"filter-le-excludes-the-moment", "filter-le",
		"lastUsed le does not match a token used at exactly that time.",
		killedBy("filter/le-includes-the-moment", "filter/finds/le-is-inclusive"),
		mutateResponseFor(on(list), func(x *exchange, resp *response) {
			if found := comparisonPattern.FindStringSubmatch(x.query("filters")); found != nil {
				limit := parseTime(strings.Trim(found[1], `"`))
				resp.keepIf(func(token object) bool {
					return !parseTime(token["lastUsed"]).Equal(limit)
				})
			}
		}),
	},
	{
		"filter-le-is-ge", "filter-le", "lastUsed le matches the tokens used since then.",
		killedBy("filter/le-finds-the-used", "filter/le-includes-the-moment"),
		rewriteComparison("(not $0)"),
	},
	{
		"filter-le-by-day", "filter-le", "lastUsed le compares days only.",
		killedBy("filter/finds/le-a-millisecond-before", "filter/finds/le-with-offset-before"),
		rewriteFilter(func(text string) string {
			return comparisonPattern.ReplaceAllStringFunc(text, func(comparison string) string {
				date := strings.Trim(comparison[len("lastUsed le "):], `"`)
				if len(date) < 10 {
					return comparison
				}
				return "lastUsed le " + date[:10] + "T23:59:59.999Z"
			})
		}),
	},
	{
		"filter-offset-ignored", "filter-le", "The UTC offset of a date in a filter is ignored.",
		killedBy("filter/finds/le-with-offset-before"), rewriteFilter(func(text string) string {
			return offsetPattern.ReplaceAllStringFunc(text, func(string) string { return "Z" })
		}),
	},
	{
		"filter-quotes-rejected", "quoted-timestamp", "A date in quotes is rejected in a filter.",
		killedBy("filter/finds/quoted-date"), rejectIf(on(list), func(x *exchange) bool {
			return strings.Contains(x.query("filters"), `"`)
		}),
	},
	{
		"filter-or-binds-first", "filter-precedence", "or binds tighter than and.",
		killedBy("filter/finds/and-before-or-behind", "filter/finds/and-before-or"),
		rewriteFilter(groupOrFirst),
	},
	{
		"filter-not-binds-last", "filter-precedence", "not has the lowest precedence.",
		killedBy("filter/finds/not-before-and", "filter/finds/not-before-or"),
		rewriteFilter(negateAll),
	},
	{
		"filter-parentheses-ignored", "filter-precedence", "Parentheses are ignored.",
		killedBy("filter/finds/parentheses", "filter/finds/not-of-parentheses"),
		rewriteFilter(strings.NewReplacer("(", "", ")", "").Replace),
	},
	{
		"filter-not-ignored", "filter-precedence", "not is ignored.",
		killedBy("filter/finds/not-before-and", "filter/finds/not-before-or"),
		rewriteFilter(func(text string) string { return strings.ReplaceAll(text, "not ", "") }),
	},
	{
		"filter-unknown-is-less", "never-used-under-le",
		"A token that was never used matches lastUsed le.",
		killedBy("filter/finds/unknown-or-its-opposite", "filter/question-never-used-under-le"),
		rewriteComparison("($0 or lastUsed isnull)"),
	},
	{
		"filter-unknown-is-not-less", "filter-unknown",
		"A token that was never used matches the opposite of lastUsed le.",
		killedBy("filter/finds/unknown-under-not", "filter/finds/unknown-or-its-opposite"),
		rewriteComparison("($0 and not lastUsed isnull)"),
	},
	{
		"filter-unsupported-ignored", "filter-supported",
		"An unsupported filter is ignored.",
		killedBy("filter/rejected/other-field", "filter/rejected/lt"),
		ignoreFilterIf(func(string) bool {
			return true
		}),
	},
	{
		"filter-rejected-as-no-json", "bad-filter",
		"A rejected filter has the detailCode of malformed JSON.",
		killedBy("filter/question-bad-filter"),
		mutateResponse(on(list), changeError(400, func(e object) {
			e["detailCode"] = "400.0 Bad request syntax"
		})),
	},
	{
		"filter-by-name-taken", "filter-supported", "A filter by name is accepted.",
		killedBy("filter/rejected/other-field"), ignoreFilterIf(func(text string) bool {
			return strings.HasPrefix(text, "name ")
		}),
	},
	{
		"filter-lt-taken", "filter-supported", "lastUsed lt is accepted.",
		killedBy("filter/rejected/lt"),
		ignoreFilterIf(containsText("lastUsed lt ")),
	},
	{
		"filter-ge-taken", "filter-supported", "lastUsed ge is accepted.",
		killedBy("filter/rejected/ge"),
		ignoreFilterIf(containsText("lastUsed ge ")),
	},
	{
		"filter-pr-taken", "filter-supported", "pr lastUsed is accepted.",
		killedBy("filter/rejected/pr"),
		ignoreFilterIf(containsText("pr lastUsed")),
	},
	{
		"filter-capitals-taken", "filter-syntax", "Operators in capitals are accepted.",
		killedBy("filter/rejected/upper-case-le", "filter/rejected/upper-case-isnull"),
		ignoreFilterIf(func(text string) bool {
			return regexp.MustCompile(`\b(LE|ISNULL|AND|OR|NOT)\b`).MatchString(text)
		}),
	},
	{
		"filter-syntax-ignored", "filter-syntax", "Unbalanced parentheses are accepted.",
		killedBy("filter/rejected/parenthesis-left-open",
			"filter/rejected/parenthesis-never-opened"),
		ignoreFilterIf(func(text string) bool {
			return strings.Count(text, "(") != strings.Count(text, ")")
		}),
	},
	{
		"filter-empty-rejected", "filter-empty", "An empty filter is rejected.",
		killedBy("filter/empty-is-none"), rejectIf(on(list), func(x *exchange) bool {
			return x.r.URL.Query().Has("filters") && x.query("filters") == ""
		}),
	},
}

// paginate applies limit and offset to a list.
func paginate(x *exchange, tokens []object) []object {
	if skip, err := strconv.Atoi(x.query("offset")); err == nil {
		tokens = tokens[min(max(skip, 0), len(tokens)):]
	}
	if limit, err := strconv.Atoi(x.query("limit")); err == nil {
		tokens = tokens[:min(max(limit, 0), len(tokens))]
	}
	return tokens
}

var paginateLists = mutateResponseFor(on(list), func(x *exchange, resp *response) {
	resp.changeList(func(tokens []object) []object { return paginate(x, tokens) })
})

// lists change the tokens in lists.
var lists = []Mutant{
	{
		"paging-honoured", "list-no-paging", "limit and offset shorten the list.",
		killedBy("list/paging-is-ignored"), paginateLists,
	},
	{
		"list-paged", "list-paging", "limit and offset select a page of the list.",
		killedBy("list/question-paging"),
		paginateLists,
	},
	{
		"limit-bounded", "limit-251", "A limit over 250 is rejected.",
		killedBy("list/limit-of-999-is-tolerated"), rejectIf(on(list), func(x *exchange) bool {
			limit, err := strconv.Atoi(x.query("limit"))
			return err == nil && limit > 250
		}),
	},
	{
		"list-in-an-object", "list-no-paging", "A list is an object with items.",
		killedBy("list/paging-is-ignored", "list/limit-of-999-is-tolerated"),
		mutateResponse(on(list), func(resp *response) {
			if tokens := resp.array(); resp.ok() && tokens != nil {
				resp.setBody(object{"items": tokens})
			}
		}),
	},
	{
		"list-names-one-twice", "list-each-once", "A list includes the first token twice.",
		killedBy("list/each-token-once"), mutateResponse(on(list), func(resp *response) {
			resp.changeList(func(tokens []object) []object {
				return append(tokens, tokens[:min(1, len(tokens))]...)
			})
		}),
	},
	{
		"list-forgets-one", "list-own", "A list leaves out the newest token.",
		killedBy("list/me-is-the-caller", "auth/list-me-is-ones-own"),
		mutateResponse(on(list), func(resp *response) {
			newest := ""
			for _, token := range resp.array() {
				newest = max(newest, text(token, "created"))
			}
			resp.keepIf(func(token object) bool { return text(token, "created") != newest })
		}),
	},
	{
		"list-empty-is-404", "unknown-owner", "A list without tokens is 404.",
		killedBy("list/unknown-owner-id-is-empty", "ratelimit/another-token-of-the-same-user"),
		mutateResponse(on(list), func(resp *response) {
			if resp.ok() && len(resp.array()) == 0 {
				*resp = *notFound()
			}
		}),
	},
	{
		"store-per-version", "one-store",
		"A token created in one version is not listed in others.",
		killedBy("crossversion/made-in-one-listed-in-all"),
		statefulResponse(on(create, list),
			func(versions map[string]string, x *exchange, resp *response) {
				if x.op == create && resp.ok() {
					versions[resp.text("id")] = x.version
				}
				if x.op == list {
					resp.keepIf(func(token object) bool {
						v := versions[text(token, "id")]
						return v == "" || v == x.version
					})
				}
			}),
	},
	{
		"never-hidden-in-legacy", "one-store",
		"The legacy versions do not list tokens that never expire.",
		killedBy("crossversion/never-is-null-in-all"),
		mutateResponse(onLegacy(list), func(resp *response) {
			resp.keepIf(func(token object) bool { return token["expirationDate"] != nil })
		}),
	},
}
