package pat

import "time"

// A Filter is the condition of a filters parameter. A nil Filter matches every token.
type Filter struct{ condition condition }

// Match reports whether a token matches. Unknown is no match.
func (f *Filter) Match(t *Token) bool { return f == nil || f.condition.eval(t) == yes }

// span returns a span with every token that the filter matches. It may have others.
func (f *Filter) span() Span {
	span, _ := f.condition.spans()
	return span
}

// truth is three-valued as in SQL: the comparison of an unused token with a moment is unknown, and
// so is its opposite. isnull exists for that reason (rule.FilterUnknown). // assumed
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

type condition interface {
	eval(t *Token) truth
	// spans returns where it can be true, and where it can be false.
	spans() (yes, no Span)
}

type lastUsedIsNull struct{} // rule.FilterIsNull

func (lastUsedIsNull) eval(t *Token) truth               { return truthOf(t.LastUsed.IsZero()) }
func (lastUsedIsNull) spans() (trueSpan, falseSpan Span) { return neverUsedSpan, usedSpan }

type lastUsedUntil struct {
	until     time.Time // le: inclusive, rule.FilterLe
	neverUsed truth     // of a token that was never used
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
