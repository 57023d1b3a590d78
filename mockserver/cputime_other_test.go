//go:build !unix

package mockserver_test

import (
	"testing"
	"time"
)

var processStart = time.Now() //nolint:forbidigo // a stopwatch

// cpuTime returns the time since the start of the process.
func cpuTime(testing.TB) time.Duration {
	return time.Since(processStart) //nolint:forbidigo // a stopwatch
}
