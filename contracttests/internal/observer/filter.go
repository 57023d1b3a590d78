package observer

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"example.com/patmock/spec/rule"
)

// truth is true, false or unknown: a comparison with null is neither true nor false.
type truth int

const (
	isFalse truth = iota - 1
	isUnknown
	isTrue
)

// filter is a condition on lastUsed, which is zero for a token that was never used.
type filter struct {
	holds func(lastUsed time.Time) truth
	// broken is the rule that a list breaks which does not agree with it.
	broken rule.ID
}

var filterWord = regexp.MustCompile(`\(|\)|"[^"]*"|[^\s()"]+`)

// parseFilter reads a filter of the standard collection parameters on lastUsed. It reports whether
// it is one: what the target makes of others, the scenarios judge.
func parseFilter(text string) (f filter, ok bool) {
	p := &filterParser{words: filterWord.FindAllString(text, -1)}
	holds := p.or()
	switch {
	case holds == nil, len(p.words) > 0:
		return f, false
	case p.composite:
		return filter{holds, rule.FilterPrecedence}, true
	case p.dates > 0:
		return filter{holds, rule.FilterLe}, true
	}
	return filter{holds, rule.FilterIsNull}, true
}

// condition is a part of a filter, nil for one that cannot be read.
type condition = func(lastUsed time.Time) truth

type filterParser struct {
	words     []string
	composite bool
	dates     int
}

// take takes the next word if it is this one.
func (p *filterParser) take(word string) bool {
	if len(p.words) == 0 || p.words[0] != word {
		return false
	}
	p.words = p.words[1:]
	return true
}

func (p *filterParser) or() condition {
	return p.chain("or", p.and, func(a, b truth) truth { return max(a, b) })
}

func (p *filterParser) and() condition {
	return p.chain("and", p.not, func(a, b truth) truth { return min(a, b) })
}

// chain reads operands with a word between them.
func (p *filterParser) chain(word string, operand func() condition,
	join func(a, b truth) truth,
) condition {
	left := operand()
	for left != nil && p.take(word) {
		p.composite = true
		one, other := left, operand()
		if other == nil {
			return nil
		}
		left = func(at time.Time) truth { return join(one(at), other(at)) }
	}
	return left
}

func (p *filterParser) not() condition {
	if !p.take("not") {
		return p.primary()
	}
	p.composite = true
	operand := p.not()
	if operand == nil {
		return nil
	}
	return func(at time.Time) truth { return -operand(at) }
}

func (p *filterParser) primary() condition {
	if p.take("(") {
		inner := p.or()
		if !p.take(")") {
			return nil
		}
		return inner
	}
	switch {
	case !p.take("lastUsed"):
		return nil
	case p.take("isnull"):
		return func(at time.Time) truth {
			if at.IsZero() {
				return isTrue
			}
			return isFalse
		}
	case !p.take("le"), len(p.words) == 0:
		return nil
	}
	limit := momentOf(encoded(strings.Trim(p.words[0], `"`)))
	p.words, p.dates = p.words[1:], p.dates+1
	if limit.IsZero() {
		return nil
	}
	return func(at time.Time) truth {
		switch {
		case at.IsZero():
			return isUnknown
		case at.After(limit):
			return isFalse
		}
		return isTrue
	}
}

// checkFiltered judges whether a filtered list has the tokens that its filter is true of, and no
// others.
func (o *Observer) checkFiltered(e *exchange, owner string, shown []object) {
	f, ok := parseFilter(e.Query.Get("filters"))
	if !ok || len(e.Query["filters"]) != 1 {
		return
	}
	present := map[string]bool{}
	for _, each := range shown {
		present[each.text("id")] = true
		if _, has := each["lastUsed"]; !has {
			continue
		}
		switch f.holds(momentOf(each["lastUsed"])) {
		case isFalse:
			o.find(f.broken, "found",
				"the token %s is in the list with the filter %q, expected none with lastUsed %s",
				each.text("id"), e.Query.Get("filters"), each["lastUsed"])
		case isUnknown:
			o.doubtful(rule.FilterUnknown, "",
				"the token %s is in the list with the filter %q, expected none that was never used",
				each.text("id"), e.Query.Get("filters"))
		}
	}
	for id, t := range o.tokens {
		value, known := t.known["lastUsed"]
		if known && !present[id] && len(t.logins) == 0 && o.awaited(e, t, owner) &&
			f.holds(momentOf(value)) == isTrue {
			o.find(f.broken, "left out",
				"the token %s is absent from the list with the filter %q, expected it with "+
					"lastUsed %s", id, e.Query.Get("filters"), value)
		}
	}
}

// tokensOf returns the tokens of a list.
func tokensOf(e *exchange) []object { return valueOf[[]object](json.RawMessage(e.ResponseBody)) }
