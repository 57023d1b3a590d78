package container

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	// shownLines is how many lines of a log an error ends with.
	maxLogLines = 20
	// logPatience is how long a log may take to come, also after the caller's context has ended.
	logTimeout = 5 * time.Second
)

// endOfLog is the end of an error: what the container wrote last, which tells what was wrong. Empty
// where there is no container, or where it wrote nothing.
func (c *Container) logTail(ctx context.Context) string {
	if c == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logTimeout)
	defer cancel()
	log, err := c.Logs(ctx)
	if err != nil {
		return fmt.Sprintf("; its log cannot be read: %v", err)
	}
	text, err := io.ReadAll(log)
	_ = log.Close() // it was read to its end
	if err != nil {
		return fmt.Sprintf("; its log cannot be read: %v", err)
	}
	if len(text) == 0 {
		return ""
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	lines = lines[max(0, len(lines)-maxLogLines):]
	return "; its log ends:\n" + strings.Join(lines, "\n")
}
