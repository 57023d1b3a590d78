package pat

import "time"

// A Span tells when tokens were last used: never, where Never is set, or later than After and not
// later than Until.
type Span struct {
	Never        bool
	After, Until time.Time
}

// No token was used as long ago, and none will be as far ahead.
var minTime, maxTime = time.UnixMilli(-1 << 60), time.UnixMilli(1 << 60)

// neverUsedSpan and usedSpan are the tokens that were not used yet, and those that were.
var (
	neverUsedSpan = Span{Never: true, After: maxTime, Until: minTime}
	usedSpan      = Span{After: minTime, Until: maxTime}
)

// and has at least what is in both.
func (s Span) and(other Span) Span {
	return Span{s.Never && other.Never, later(s.After, other.After), earlier(s.Until, other.Until)}
}

// or has at least what is in one of them.
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
