//go:build !linux

package file_test

import (
	"os"
	"testing"
)

// asUnprivileged calls f as somebody who may not write everything, which takes a user who is not
// root.
func asUnprivileged(t *testing.T, _ string, f func()) {
	t.Helper()
	if os.Getuid() == 0 {
		t.Skip("root may write everything: run this as another user")
	}
	f()
}
