package main

import "os"

// passed are the signals that exec passes on to its command.
var passed = []os.Signal{os.Interrupt}
