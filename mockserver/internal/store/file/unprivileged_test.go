//go:build !linux

package file_test

import (
	"os"
	"testing"
)

// asUnprivileged calls f without the right to write all files. It skips the test for root.
func asUnprivileged(t *testing.T, _ string, f func()) {
	t.Helper()
	if os.Getuid() == 0 {
		t.Skip("root can write all files: run this test as another user")
	}
	f()
}
