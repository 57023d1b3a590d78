//go:build unix

package mockserver_test

import (
	"syscall"
	"testing"
	"time"
)

// cpuTime returns the CPU time of this process. It does not depend on the load of the machine.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
