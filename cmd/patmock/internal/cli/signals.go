//go:build !windows

package cli

import (
	"os"
	"syscall"
)

// ending are the signals that end a mock in good order.
var ending = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// brokenPipe is what ends a process that nobody reads from any more.
var brokenPipe = []os.Signal{syscall.SIGPIPE}
