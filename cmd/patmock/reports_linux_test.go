package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/patmock/contracttests/report"
)

// TestReport_FIFO checks that a FIFO gets one report.
func TestReport_FIFO(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		file, err := os.Open(fifo)
		if err != nil {
			t.Error(err)
			return
		}
		defer file.Close() //nolint:errcheck // it is read only
		if r, err := report.Read(file); err != nil || r.Interrupted {
			t.Errorf("%v, %v", r, err)
		}
	}()
	command(t.Context(), nil, "contract", "run", "--report=json="+fifo, "--unknown")
	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("the reader gets nothing")
	}
}
