package ratelimit

import (
	"fmt"

	"example.com/patmock/spec/redact"
)

// LimitError is the error of text that is no limit.
type LimitError struct {
	Text string
	// Empty reports whether the text has the form of a limit, but lets no request pass.
	Empty bool
}

func (e *LimitError) Error() string {
	if e.Empty {
		return fmt.Sprintf("expected at least one request in a window that is not empty, got %s",
			redact.Quote(e.Text))
	}
	return fmt.Sprintf("expected requests and a window such as 100/10s, or off, got %s",
		redact.Quote(e.Text))
}
