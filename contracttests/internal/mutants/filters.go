package mutants

import (
	"regexp"
	"strconv"
	"strings"
)

// filter changes the filter of a list.
func filter(change func(string) string) wrap {
	return mutateRequest(on(list), func(x *exchange) {
		if text := x.query("filters"); text != "" {
			x.setQuery("filters", change(text))
		}
	})
}

// unfiltered lists everything where f tells so of a filter that was refused.
func unfiltered(f func(string) bool) wrap {
	return around(on(list), func(x *exchange) *answer {
		a := x.forward()
		if a.status == 400 && f(x.query("filters")) {
			x.setQuery("filters", "")
			return x.forward()
		}
		return a
	})
}

func containing(part string) func(string) bool {
	return func(text string) bool { return strings.Contains(text, part) }
}

// usedByBecomes rewrites the comparisons with a date.
func usedByBecomes(template string) wrap {
	return filter(func(text string) string { return usedBy.ReplaceAllString(text, template) })
}

// comparisons are the parts of a filter that mutants change.
var (
	notUsed = regexp.MustCompile(`lastUsed isnull`)
	usedBy  = regexp.MustCompile(`lastUsed le ("[^"]*"|[^\s()]+)`)
	offset  = regexp.MustCompile(`[+-]\d\d:\d\d`)
)

// swapped makes or bind before and, outside parentheses and within.
func swapped(text string) string {
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

// notLast makes a not in front of a filter negate all of it.
func notLast(text string) string {
	if rest, found := strings.CutPrefix(text, "not "); found {
		return "not (" + rest + ")"
	}
	return text
}

// filters are mutants of the parameter filters.
var filters = []Mutant{
	{
		"filter-of-all-ignored", "filter-isnull", "The filter is ignored where no owner is named.",
		by("filter/of-all-tokens"), mutateRequest(on(list), func(x *exchange) {
			if x.query("owner-id") == "" {
				x.setQuery("filters", "")
			}
		}),
	},
	{
		"filter-ignored", "filter-isnull", "The filter is ignored.",
		by("filter/isnull-finds-the-unused", "filter/of-all-tokens"),
		mutateRequest(on(list), func(x *exchange) {
			x.setQuery("filters", "")
		}),
	},
	{
		"filter-isnull-inverted", "filter-isnull",
		"lastUsed isnull finds the tokens that were used.",
		by("filter/isnull-finds-the-unused", "filter/finds/isnull"),
		filter(func(text string) string {
			return notUsed.ReplaceAllString(text, "(not lastUsed isnull)")
		}),
	},
	{
		"filter-isnull-rejected", "filter-isnull", "lastUsed isnull is refused.",
		by("filter/isnull-finds-the-unused", "filter/finds/isnull"),
		rejectIf(on(list), func(x *exchange) bool {
			return strings.Contains(x.query("filters"), "isnull")
		}),
	},
	{
		"filter-le-excludes-the-moment", "filter-le",
		"lastUsed le does not find those used at that very moment.",
		by("filter/le-includes-the-moment", "filter/finds/le-is-inclusive"),
		after(on(list), func(x *exchange, a *answer) {
			if found := usedBy.FindStringSubmatch(x.query("filters")); found != nil {
				limit := moment(strings.Trim(found[1], `"`))
				a.keep(func(token object) bool { return !moment(token["lastUsed"]).Equal(limit) })
			}
		}),
	},
	{
		"filter-le-is-ge", "filter-le", "lastUsed le finds those used since then.",
		by("filter/le-finds-the-used", "filter/le-includes-the-moment"), usedByBecomes("(not $0)"),
	},
	{
		"filter-le-by-day", "filter-le", "lastUsed le compares days.",
		by("filter/finds/le-a-millisecond-before", "filter/finds/le-with-offset-before"),
		filter(func(text string) string {
			return usedBy.ReplaceAllStringFunc(text, func(comparison string) string {
				date := strings.Trim(comparison[len("lastUsed le "):], `"`)
				if len(date) < 10 {
					return comparison
				}
				return "lastUsed le " + date[:10] + "T23:59:59.999Z"
			})
		}),
	},
	{
		"filter-offset-ignored", "filter-le", "An offset in a filter counts as UTC.",
		by("filter/finds/le-with-offset-before"), filter(func(text string) string {
			return offset.ReplaceAllStringFunc(text, func(string) string { return "Z" })
		}),
	},
	{
		"filter-quotes-rejected", "quoted-timestamp", "A date in quotes is refused in a filter.",
		by("filter/finds/quoted-date"), rejectIf(on(list), func(x *exchange) bool {
			return strings.Contains(x.query("filters"), `"`)
		}),
	},
	{
		"filter-or-binds-first", "filter-precedence", "or binds before and.",
		by("filter/finds/and-before-or-behind", "filter/finds/and-before-or"), filter(swapped),
	},
	{
		"filter-not-binds-last", "filter-precedence", "not binds last.",
		by("filter/finds/not-before-and", "filter/finds/not-before-or"), filter(notLast),
	},
	{
		"filter-parentheses-ignored", "filter-precedence", "Parentheses are ignored.",
		by("filter/finds/parentheses", "filter/finds/not-of-parentheses"),
		filter(strings.NewReplacer("(", "", ")", "").Replace),
	},
	{
		"filter-not-ignored", "filter-precedence", "not is ignored.",
		by("filter/finds/not-before-and", "filter/finds/not-before-or"),
		filter(func(text string) string { return strings.ReplaceAll(text, "not ", "") }),
	},
	{
		"filter-unknown-is-less", "never-used-under-le",
		"A token that was never used matches lastUsed le.",
		by("filter/finds/unknown-or-its-opposite", "filter/question-never-used-under-le"),
		usedByBecomes("($0 or lastUsed isnull)"),
	},
	{
		"filter-unknown-is-not-less", "filter-unknown",
		"A token that was never used matches the opposite of lastUsed le.",
		by("filter/finds/unknown-under-not", "filter/finds/unknown-or-its-opposite"),
		usedByBecomes("($0 and not lastUsed isnull)"),
	},
	{
		"filter-unsupported-ignored", "filter-supported",
		"A filter that is not supported is ignored.",
		by("filter/rejected/other-field", "filter/rejected/lt"), unfiltered(func(string) bool {
			return true
		}),
	},
	{
		"filter-rejected-as-no-json", "bad-filter",
		"A rejected filter has the code of a body that is no JSON.",
		by("filter/question-bad-filter"),
		mutateResponse(on(list), refused(400, func(e object) {
			e["detailCode"] = "400.0 Bad request syntax"
		})),
	},
	{
		"filter-by-name-taken", "filter-supported", "A filter by name is taken.",
		by("filter/rejected/other-field"), unfiltered(func(text string) bool {
			return strings.HasPrefix(text, "name ")
		}),
	},
	{
		"filter-lt-taken", "filter-supported", "lastUsed lt is taken.", by("filter/rejected/lt"),
		unfiltered(containing("lastUsed lt ")),
	},
	{
		"filter-ge-taken", "filter-supported", "lastUsed ge is taken.", by("filter/rejected/ge"),
		unfiltered(containing("lastUsed ge ")),
	},
	{
		"filter-pr-taken", "filter-supported", "pr lastUsed is taken.", by("filter/rejected/pr"),
		unfiltered(containing("pr lastUsed")),
	},
	{
		"filter-capitals-taken", "filter-syntax", "Operators in capitals are taken.",
		by("filter/rejected/upper-case-le", "filter/rejected/upper-case-isnull"),
		unfiltered(func(text string) bool {
			return regexp.MustCompile(`\b(LE|ISNULL|AND|OR|NOT)\b`).MatchString(text)
		}),
	},
	{
		"filter-syntax-ignored", "filter-syntax", "Parentheses that do not close are closed.",
		by("filter/rejected/parenthesis-left-open", "filter/rejected/parenthesis-never-opened"),
		unfiltered(func(text string) bool {
			return strings.Count(text, "(") != strings.Count(text, ")")
		}),
	},
	{
		"filter-empty-rejected", "filter-empty", "An empty filter is refused.",
		by("filter/empty-is-none"), rejectIf(on(list), func(x *exchange) bool {
			return x.r.URL.Query().Has("filters") && x.query("filters") == ""
		}),
	},
}

// page cuts a list as limit and offset say.
func page(x *exchange, tokens []object) []object {
	if skip, err := strconv.Atoi(x.query("offset")); err == nil {
		tokens = tokens[min(max(skip, 0), len(tokens)):]
	}
	if limit, err := strconv.Atoi(x.query("limit")); err == nil {
		tokens = tokens[:min(max(limit, 0), len(tokens))]
	}
	return tokens
}

var paged = after(on(list), func(x *exchange, a *answer) {
	a.items(func(tokens []object) []object { return page(x, tokens) })
})

// lists are mutants of which tokens a list names.
var lists = []Mutant{
	{
		"paging-honoured", "list-no-paging", "limit and offset cut the list.",
		by("list/paging-is-ignored"), paged,
	},
	{
		"list-paged", "list-paging", "limit and offset choose a page of the list.",
		by("list/question-paging"),
		paged,
	},
	{
		"limit-bounded", "limit-251", "A limit over 250 is refused.",
		by("list/limit-of-999-is-tolerated"), rejectIf(on(list), func(x *exchange) bool {
			limit, err := strconv.Atoi(x.query("limit"))
			return err == nil && limit > 250
		}),
	},
	{
		"list-in-an-object", "list-no-paging", "A list is an object with items.",
		by("list/paging-is-ignored", "list/limit-of-999-is-tolerated"),
		mutateResponse(on(list), func(a *answer) {
			if tokens := a.array(); a.ok() && tokens != nil {
				a.put(object{"items": tokens})
			}
		}),
	},
	{
		"list-names-one-twice", "list-each-once", "A list names the first token twice.",
		by("list/each-token-once"), mutateResponse(on(list), func(a *answer) {
			a.items(func(tokens []object) []object {
				return append(tokens, tokens[:min(1, len(tokens))]...)
			})
		}),
	},
	{
		"list-forgets-one", "list-own", "A list leaves out the token that was made last.",
		by("list/me-is-the-caller", "auth/list-me-is-ones-own"),
		mutateResponse(on(list), func(a *answer) {
			newest := ""
			for _, token := range a.array() {
				newest = max(newest, text(token, "created"))
			}
			a.keep(func(token object) bool { return text(token, "created") != newest })
		}),
	},
	{
		"list-empty-is-404", "unknown-owner", "A list without tokens is 404.",
		by("list/unknown-owner-id-is-empty", "ratelimit/another-token-of-the-same-user"),
		mutateResponse(on(list), func(a *answer) {
			if a.ok() && len(a.array()) == 0 {
				*a = *missing()
			}
		}),
	},
	{
		"store-per-version", "one-store",
		"A token that was made in one version is not listed in others.",
		by("crossversion/made-in-one-listed-in-all"),
		statefulAfter(on(create, list), func(made map[string]string, x *exchange, a *answer) {
			if x.op == create && a.ok() {
				made[a.text("id")] = x.version
			}
			if x.op == list {
				a.keep(func(token object) bool {
					v := made[text(token, "id")]
					return v == "" || v == x.version
				})
			}
		}),
	},
	{
		"never-hidden-in-legacy", "one-store",
		"The legacy versions do not list tokens that never expire.",
		by("crossversion/never-is-null-in-all"), mutateResponse(onLegacy(list), func(a *answer) {
			a.keep(func(token object) bool { return token["expirationDate"] != nil })
		}),
	},
}
