package pat

import "time"

// A Filter is the parsed filters parameter of a list of tokens. A nil Filter matches every token.
type Filter struct{ condition condition[*Token] }

// Match reports whether the filter is true for a token. Unknown counts as false.
func (f *Filter) Match(t *Token) bool { return f == nil || f.condition.eval(t) == yes }

// span returns a span that contains every matching token. It may contain other tokens.
func (f *Filter) span() Span {
	span, _ := spans(f.condition)
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

// A condition is a node of a filter on values of a type.
type condition[T any] interface{ eval(value T) truth }

type notExpr[T any] struct{ operand condition[T] }

func (c notExpr[T]) eval(value T) truth { return -c.operand.eval(value) }

type andExpr[T any] struct{ left, right condition[T] }

func (c andExpr[T]) eval(value T) truth { return min(c.left.eval(value), c.right.eval(value)) }

type orExpr[T any] struct{ left, right condition[T] }

func (c orExpr[T]) eval(value T) truth { return max(c.left.eval(value), c.right.eval(value)) }

// lastUsedIsNull is the condition "lastUsed isnull" (rule.FilterIsNull).
type lastUsedIsNull struct{}

func (lastUsedIsNull) eval(t *Token) truth { return truthOf(t.LastUsed.IsZero()) }

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

// spans returns a span of the tokens for which a condition can be true, and a span of the tokens
// for which it can be false.
func spans(c condition[*Token]) (trueSpan, falseSpan Span) {
	switch c := c.(type) {
	case lastUsedIsNull:
		return neverUsedSpan, usedSpan
	case lastUsedUntil:
		return Span{Never: c.neverUsed > unknown, After: minTime, Until: c.until}, Span{
			After: c.until, Until: maxTime,
		}
	case notExpr[*Token]:
		falseSpan, trueSpan = spans(c.operand)
		return trueSpan, falseSpan
	case andExpr[*Token]:
		trueSpan, falseSpan = spans(c.left)
		trueRight, falseRight := spans(c.right)
		return trueSpan.and(trueRight), falseSpan.or(falseRight)
	case orExpr[*Token]:
		trueSpan, falseSpan = spans(c.left)
		trueRight, falseRight := spans(c.right)
		return trueSpan.or(trueRight), falseSpan.and(falseRight)
	}
	return allSpan, allSpan
}
