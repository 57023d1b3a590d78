//go:build unix

package mockserver_test

import (
	"syscall"
	"testing"
	"time"
)

// cpuTime returns the time that this process has computed, which is the same however busy the
// machine is.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
