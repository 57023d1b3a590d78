package contract

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Concurrent updates of the file are serialized, and none is lost.
func TestParityUpdate_Serializes(t *testing.T) {
	file := filepath.Join(t.TempDir(), localDir, "parity.yaml")
	const runs = 8
	var all sync.WaitGroup
	for range runs {
		all.Go(func() {
			release, err := parityUpdateFlags{file: file}.lock(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			noted, _ := os.ReadFile(file) // initially none
			if err := errors.Join(os.WriteFile(file, append(noted, '.'), 0o600),
				release()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if noted, err := os.ReadFile(file); err != nil || len(noted) != runs {
		t.Errorf("%q of %d runs, %v", noted, runs, err)
	}
}
