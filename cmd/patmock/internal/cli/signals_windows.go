package cli

import (
	"os"
	"syscall"
)

// terminationSignals are the signals that shut down a mock.
var terminationSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}

// pipeSignals are the signals of a write to a closed pipe. Windows has none.
var pipeSignals = []os.Signal{}
