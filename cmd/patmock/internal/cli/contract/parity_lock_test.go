package contract

import (
	"context"
	"path/filepath"
	"testing"
	"time"
)

// TestParityLock_DoesNotWaitAtTheEnd checks that an interrupted run does not wait for a lock.
func TestParityLock_DoesNotWaitAtTheEnd(t *testing.T) {
	p := parityUpdateFlags{file: filepath.Join(t.TempDir(), "parity.yaml")}
	release, err := p.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release() //nolint:errcheck // the test ends
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	if _, err := p.lock(ctx); err == nil || time.Since(began) > 5*time.Second {
		t.Errorf("it ends after %s with %v", time.Since(began), err)
	}
}
