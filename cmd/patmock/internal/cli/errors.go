package cli

import (
	"fmt"
	"strconv"
)

// The exit codes of exec, as shells define them.
const (
	ExitNotExecutable = 126
	ExitNotFound      = 127
	ExitSignal        = 128 // plus the number of the signal
)

// The exit codes of all commands. exec returns the exit code of its command.
const (
	ExitOK          = 0
	ExitFailed      = 1 // something failed
	ExitUsage       = 2 // the command line or the configuration is wrong
	ExitUnreachable = 3 // no mock responds
	ExitLeftovers   = 4 // tokens of a run are left at a tenant
	ExitInterrupted = 130
)

// UsageError is an error in the command line or in the environment.
type UsageError struct {
	// Subject is the wrong flag (--run), argument (TIME) or variable (SAIL_BASE_URL).
	Subject string
	// Help is the command to consult. Empty means the help of the failed command.
	Help string
	Err  error
}

// Usagef returns an error about a flag, an argument or a variable.
func Usagef(subject, format string, args ...any) error {
	return &UsageError{Subject: subject, Err: fmt.Errorf(format, args...)}
}

// Flagf returns an error about a flag. Its text begins with the flag.
func Flagf(flag, format string, args ...any) error {
	return Usagef("--"+flag, "--"+flag+format, args...)
}

func (e *UsageError) Error() string { return e.Err.Error() }

func (e *UsageError) Unwrap() error { return e.Err }

// ExitError sets the exit code of the process. Nothing is printed if Err is nil.
type ExitError struct {
	Code int
	Err  error
}

// Exitf returns an error that sets the exit code.
func Exitf(code int, format string, args ...any) error {
	return &ExitError{code, fmt.Errorf(format, args...)}
}

// SilentExit returns an error that sets the exit code and prints nothing.
func SilentExit(code int) error { return &ExitError{Code: code} }

func (e *ExitError) Error() string {
	if e.Err == nil {
		return "exit code " + strconv.Itoa(e.Code)
	}
	return e.Err.Error()
}

func (e *ExitError) Unwrap() error { return e.Err }
