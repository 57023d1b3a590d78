package main

import (
	"os"
	"syscall"
)

// ending are the signals that end a mock in good order.
var ending = []os.Signal{os.Interrupt, syscall.SIGTERM}

// passed are the signals that exec passes on to its command; the console sends what is typed itself.
var passed = []os.Signal{}

// brokenPipe is what ends a process that nobody reads from any more: nothing here.
var brokenPipe = []os.Signal{}

func typed(os.Signal) bool { return false }
