//go:build !windows

package main

import (
	"os"
	"syscall"
)

// passed are the signals that exec passes on to its command.
var passed = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}
