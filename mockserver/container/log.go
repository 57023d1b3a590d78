package container

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	// maxLogLines is the maximum number of lines of a log in an error.
	maxLogLines = 20
	// logTimeout limits the reading of a log, even if the caller's context has ended.
	logTimeout = 5 * time.Second
)

// logTail returns the last lines of the container's log for the end of an error. It is empty
// without a container or a log.
func (c *Container) logTail(ctx context.Context) string {
	if c == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logTimeout)
	defer cancel()
	log, err := c.Logs(ctx)
	if err != nil {
		return fmt.Sprintf("; reading its log failed: %v", err)
	}
	text, err := io.ReadAll(log)
	_ = log.Close() // the log was read completely
	if err != nil {
		return fmt.Sprintf("; reading its log failed: %v", err)
	}
	if len(text) == 0 {
		return ""
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	lines = lines[max(0, len(lines)-maxLogLines):]
	return "; its log ends:\n" + strings.Join(lines, "\n")
}
