package observer

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"example.com/patmock/spec/rule"
)

// truth is true, false or unknown. A comparison with null is unknown.
type truth int

const (
	isFalse truth = iota - 1
	isUnknown
	isTrue
)

// filter is a condition on lastUsed. The time is zero for an unused token.
type filter struct {
	eval func(lastUsed time.Time) truth
	// rule is the rule that a list breaks if it does not match the filter.
	rule rule.ID
}

var tokenPattern = regexp.MustCompile(`\(|\)|"[^"]*"|[^\s()"]+`)

// parseFilter parses a filter of the standard collection parameters on lastUsed. It reports false
// for other filters. The scenarios check those.
func parseFilter(text string) (f filter, ok bool) {
	p := &filterParser{tokens: tokenPattern.FindAllString(text, -1)}
	eval := p.or()
	switch {
	case eval == nil, len(p.tokens) > 0:
		return f, false
	case p.composite:
		return filter{eval, rule.FilterPrecedence}, true
	case p.comparisons > 0:
		return filter{eval, rule.FilterLe}, true
	}
	return filter{eval, rule.FilterIsNull}, true
}

// condition is a part of a filter, nil if it is invalid.
type condition = func(lastUsed time.Time) truth

type filterParser struct {
	tokens      []string
	composite   bool
	comparisons int
}

// accept consumes the next token if it equals want.
func (p *filterParser) accept(want string) bool {
	if len(p.tokens) == 0 || p.tokens[0] != want {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *filterParser) or() condition {
	return p.chain("or", p.and, func(a, b truth) truth { return max(a, b) })
}

func (p *filterParser) and() condition {
	return p.chain("and", p.not, func(a, b truth) truth { return min(a, b) })
}

// chain parses operands separated by an operator.
func (p *filterParser) chain(
	operator string, operand func() condition, join func(a, b truth) truth,
) condition {
	left := operand()
	for left != nil && p.accept(operator) {
		p.composite = true
		one, other := left, operand()
		if other == nil {
			return nil
		}
		left = func(lastUsed time.Time) truth { return join(one(lastUsed), other(lastUsed)) }
	}
	return left
}

func (p *filterParser) not() condition {
	if !p.accept("not") {
		return p.primary()
	}
	p.composite = true
	operand := p.not()
	if operand == nil {
		return nil
	}
	return func(lastUsed time.Time) truth { return -operand(lastUsed) }
}

func (p *filterParser) primary() condition {
	if p.accept("(") {
		inner := p.or()
		if !p.accept(")") {
			return nil
		}
		return inner
	}
	switch {
	case !p.accept("lastUsed"):
		return nil
	case p.accept("isnull"):
		return func(lastUsed time.Time) truth {
			if lastUsed.IsZero() {
				return isTrue
			}
			return isFalse
		}
	case !p.accept("le"), len(p.tokens) == 0:
		return nil
	}
	limit := parseTime(encode(strings.Trim(p.tokens[0], `"`)))
	p.tokens, p.comparisons = p.tokens[1:], p.comparisons+1
	if limit.IsZero() {
		return nil
	}
	return func(lastUsed time.Time) truth {
		switch {
		case lastUsed.IsZero():
			return isUnknown
		case lastUsed.After(limit):
			return isFalse
		}
		return isTrue
	}
}

// checkFiltered checks that a filtered list has exactly the tokens for which its filter is true.
func (o *Observer) checkFiltered(e *exchange, owner string, items []object) {
	f, ok := parseFilter(e.Query.Get("filters"))
	if !ok || len(e.Query["filters"]) != 1 {
		return
	}
	present := map[string]bool{}
	for _, each := range items {
		present[each.text("id")] = true
		if _, has := each["lastUsed"]; !has {
			continue
		}
		switch f.eval(parseTime(each["lastUsed"])) {
		case isFalse:
			o.report(f.rule, "found",
				"the token %s is in the list with the filter %q, expected no token with "+
					"lastUsed %s",
				each.text("id"), e.Query.Get("filters"), each["lastUsed"])
		case isUnknown:
			o.reportAssumed(rule.FilterUnknown, "",
				"the token %s is in the list with the filter %q, expected no unused token",
				each.text("id"), e.Query.Get("filters"))
		}
	}
	for id, t := range o.tokens {
		value, known := t.properties["lastUsed"]
		if known && !present[id] && len(t.logins) == 0 && o.mustBeListed(e, t, owner) &&
			f.eval(parseTime(value)) == isTrue {
			o.report(f.rule, "left out",
				"the token %s is missing from the list with the filter %q, expected it because "+
					"lastUsed is %s", id, e.Query.Get("filters"), value)
		}
	}
}

// tokensOf returns the tokens of a list.
func tokensOf(e *exchange) []object { return decode[[]object](json.RawMessage(e.ResponseBody)) }
