//go:build !unix

package mockserver_test

import (
	"testing"
	"time"
)

var processStart = time.Now() //nolint:forbidigo // a stopwatch

// cpuTime returns the time since the start, for lack of better.
func cpuTime(testing.TB) time.Duration {
	return time.Since(processStart) //nolint:forbidigo // a stopwatch
}
