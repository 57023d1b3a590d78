package pat

import "time"

// A Filter is the parsed filters parameter. A nil Filter matches every token.
type Filter struct{ condition condition }

// Match reports whether the filter is true for a token. Unknown counts as false.
func (f *Filter) Match(t *Token) bool { return f == nil || f.condition.eval(t) == yes }

// span returns a span that contains every matching token. It may contain other tokens.
func (f *Filter) span() Span {
	span, _ := f.condition.spans()
	return span
}

// truth is three-valued as in SQL. Comparing an unused token with a time is unknown, and so is the
// negation. Only isnull selects unused tokens (rule.FilterUnknown).
//
// assumed
type truth int8

const (
	no truth = iota - 1
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// A condition is a node of a filter.
type condition interface {
	eval(t *Token) truth
	// spans returns a span of the tokens for which the condition can be true, and a span of the
	// tokens for which it can be false.
	spans() (trueSpan, falseSpan Span)
}

// lastUsedIsNull is the condition "lastUsed isnull" (rule.FilterIsNull).
type lastUsedIsNull struct{}

func (lastUsedIsNull) eval(t *Token) truth               { return truthOf(t.LastUsed.IsZero()) }
func (lastUsedIsNull) spans() (trueSpan, falseSpan Span) { return neverUsedSpan, usedSpan }

// lastUsedUntil is the condition "lastUsed le until" (rule.FilterLe).
type lastUsedUntil struct {
	until     time.Time // inclusive
	neverUsed truth     // result for a token that was never used
}

func (c lastUsedUntil) eval(t *Token) truth {
	if t.LastUsed.IsZero() {
		return c.neverUsed
	}
	return truthOf(!t.LastUsed.After(c.until))
}

func (c lastUsedUntil) spans() (trueSpan, falseSpan Span) {
	return Span{Never: c.neverUsed > unknown, After: minTime, Until: c.until}, Span{
		After: c.until, Until: maxTime,
	}
}

type notExpr struct{ operand condition }

func (c notExpr) eval(t *Token) truth { return -c.operand.eval(t) }

func (c notExpr) spans() (trueSpan, falseSpan Span) {
	falseSpan, trueSpan = c.operand.spans()
	return trueSpan, falseSpan
}

type andExpr struct{ left, right condition }

func (c andExpr) eval(t *Token) truth { return min(c.left.eval(t), c.right.eval(t)) }

func (c andExpr) spans() (trueSpan, falseSpan Span) {
	trueSpan, falseSpan = c.left.spans()
	trueRight, falseRight := c.right.spans()
	return trueSpan.and(trueRight), falseSpan.or(falseRight)
}

type orExpr struct{ left, right condition }

func (c orExpr) eval(t *Token) truth { return max(c.left.eval(t), c.right.eval(t)) }

func (c orExpr) spans() (trueSpan, falseSpan Span) {
	trueSpan, falseSpan = c.left.spans()
	trueRight, falseRight := c.right.spans()
	return trueSpan.or(trueRight), falseSpan.and(falseRight)
}
