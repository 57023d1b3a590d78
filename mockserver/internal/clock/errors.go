package clock

import (
	"fmt"
	"time"

	"example.com/patmock/spec/redact"
)

// DurationError is the error of text that [ParseDuration] rejects.
type DurationError struct {
	Text string
	// TooLong reports whether the text is a duration over the maximum.
	TooLong bool
}

func (e *DurationError) Error() string {
	if e.TooLong {
		return fmt.Sprintf("expected at most a hundred years, got %s", redact.Quote(e.Text))
	}
	return fmt.Sprintf("expected a duration such as 500ms, 3s, 1h30m or 191d, got %s",
		redact.Quote(e.Text))
}

// RangeError is the error of a time that a clock cannot show, see [Valid].
type RangeError struct{ Time time.Time }

func (e *RangeError) Error() string {
	return fmt.Sprintf("the clock would show %s: expected a time between the years 1970 and 9000",
		e.Time.Format(time.RFC3339))
}
