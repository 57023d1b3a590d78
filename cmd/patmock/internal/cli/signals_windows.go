package cli

import (
	"os"
	"syscall"
)

// terminationSignals are the signals that end a mock in good order.
var terminationSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}

// pipeSignals is what ends a process that nobody reads from any more: nothing here.
var pipeSignals = []os.Signal{}
