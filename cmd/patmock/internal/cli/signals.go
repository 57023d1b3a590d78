//go:build !windows

package cli

import (
	"os"
	"syscall"
)

// terminationSignals are the signals that shut down a mock.
var terminationSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// pipeSignals are the signals of a write to a closed pipe.
var pipeSignals = []os.Signal{syscall.SIGPIPE}
