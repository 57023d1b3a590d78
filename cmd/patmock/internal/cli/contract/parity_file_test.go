package contract

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Runs that end at the same time write one after the other: what one of them noted is not lost to
// another.
func TestParityIsWrittenByOneRunAtATime(t *testing.T) {
	file := filepath.Join(t.TempDir(), localDir, "parity.yaml")
	const runs = 8
	var all sync.WaitGroup
	for range runs {
		all.Go(func() {
			release, err := parityUpdate{file: file}.lock(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			noted, _ := os.ReadFile(file) // none at first
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
