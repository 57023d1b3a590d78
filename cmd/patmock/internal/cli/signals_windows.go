package cli

import (
	"os"
	"syscall"
)

// ending are the signals that end a mock in good order.
var ending = []os.Signal{os.Interrupt, syscall.SIGTERM}

// brokenPipe is what ends a process that nobody reads from any more: nothing here.
var brokenPipe = []os.Signal{}
