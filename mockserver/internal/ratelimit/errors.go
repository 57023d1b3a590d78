package ratelimit

import (
	"fmt"

	"example.com/patmock/spec/redact"
)

// LimitError is the error of text that is not a limit.
type LimitError struct {
	Text string
	// Empty reports whether the text has the syntax of a limit but allows no request.
	Empty bool
}

func (e *LimitError) Error() string {
	if e.Empty {
		return fmt.Sprintf("expected at least one request in a window of at least 1ms, got %s",
			redact.Quote(e.Text))
	}
	return fmt.Sprintf("expected requests and a window such as 100/10s, or off, got %s",
		redact.Quote(e.Text))
}
