package pat

import "time"

// A Span is a range of lastUsed times: later than After, and not later than Until. If Never is
// true, it also contains the tokens that were never used.
type Span struct {
	Never        bool
	After, Until time.Time
}

// minTime and maxTime are before and after every time that a token can have.
var minTime, maxTime = time.UnixMilli(-1 << 60), time.UnixMilli(1 << 60)

// neverUsedSpan contains the tokens that were never used, usedSpan all other tokens, and allSpan
// every token.
var (
	neverUsedSpan = Span{Never: true, After: maxTime, Until: minTime}
	usedSpan      = Span{After: minTime, Until: maxTime}
	allSpan       = Span{Never: true, After: minTime, Until: maxTime}
)

// and returns a span that contains at least the intersection of both spans.
func (s Span) and(other Span) Span {
	return Span{s.Never && other.Never, later(s.After, other.After), earlier(s.Until, other.Until)}
}

// or returns a span that contains at least the union of both spans.
func (s Span) or(other Span) Span {
	return Span{s.Never || other.Never, earlier(s.After, other.After), later(s.Until, other.Until)}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
