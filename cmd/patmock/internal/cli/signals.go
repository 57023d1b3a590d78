//go:build !windows

package cli

import (
	"os"
	"syscall"
)

// terminationSignals are the signals that end a mock in good order.
var terminationSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// pipeSignals is what ends a process that nobody reads from any more.
var pipeSignals = []os.Signal{syscall.SIGPIPE}
