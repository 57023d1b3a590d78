//go:build !windows

package main

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// ending are the signals that end a mock in good order.
var ending = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// passed are the signals that exec passes on to its command.
var passed = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}

// brokenPipe is what ends a process that nobody reads from any more.
var brokenPipe = []os.Signal{syscall.SIGPIPE}

// typed tells whether the terminal has sent a signal to the command as well: it sends what is typed
// to every process in front of it.
func typed(s os.Signal) bool {
	if s != os.Interrupt && s != syscall.SIGQUIT {
		return false
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY, 0)
	if err != nil {
		return false // no terminal
	}
	defer func() { _ = tty.Close() }() // it was only asked
	front, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && front == syscall.Getpgrp()
}
