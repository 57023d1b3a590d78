package pat

import "time"

// A Filter is a condition on tokens, as the filters parameter writes it.
// A nil Filter lets every token through.
type Filter struct{ condition condition }

// Match tells whether the token fulfils the filter. What is unknown does not match.
func (f *Filter) Match(t *Token) bool { return f == nil || f.condition.eval(t) == yes }

// span has every token that the filter matches, and others where it has gaps.
func (f *Filter) span() Span {
	span, _ := f.condition.spans()
	return span
}

// truth is three-valued: how an unused token compares with a moment is unknown, and so
// is the opposite (assumed; the logic of SQL, and the reason that isnull exists).
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
	// spans are where it can hold, and where it can be false. Nothing outside does.
	spans() (yes, no Span)
}

type lastUsedIsNull struct{}

func (lastUsedIsNull) eval(t *Token) truth   { return truthOf(t.LastUsed.IsZero()) }
func (lastUsedIsNull) spans() (yes, no Span) { return never, ever }

type lastUsedUntil struct {
	moment    time.Time // le: inclusive
	neverUsed truth     // what holds of a token that was never used
}

func (c lastUsedUntil) eval(t *Token) truth {
	if t.LastUsed.IsZero() {
		return c.neverUsed
	}
	return truthOf(!t.LastUsed.After(c.moment))
}

func (c lastUsedUntil) spans() (yes, no Span) {
	return Span{Never: c.neverUsed > unknown, After: longAgo, Until: c.moment}, Span{After: c.moment, Until: farAhead}
}

type notExpr struct{ of condition }

func (c notExpr) eval(t *Token) truth { return -c.of.eval(t) }

func (c notExpr) spans() (yes, no Span) {
	no, yes = c.of.spans()
	return yes, no
}

type andExpr struct{ left, right condition }

func (c andExpr) eval(t *Token) truth { return min(c.left.eval(t), c.right.eval(t)) }

func (c andExpr) spans() (yes, no Span) {
	yes, no = c.left.spans()
	yesRight, noRight := c.right.spans()
	return yes.and(yesRight), no.or(noRight)
}

type orExpr struct{ left, right condition }

func (c orExpr) eval(t *Token) truth { return max(c.left.eval(t), c.right.eval(t)) }

func (c orExpr) spans() (yes, no Span) {
	yes, no = c.left.spans()
	yesRight, noRight := c.right.spans()
	return yes.or(yesRight), no.and(noRight)
}
