package cli

import (
	"fmt"
	"strconv"
)

// The exit codes that a shell gives to a command that it cannot run.
const (
	ExitNotExecutable = 126
	ExitNotFound      = 127
	ExitSignal        = 128 // and the signal's number
)

// The exit codes that every command keeps. A command that exec ran keeps its own.
const (
	ExitOK          = 0
	ExitFailed      = 1 // something failed
	ExitUsage       = 2 // the command line or the configuration is wrong
	ExitUnreachable = 3 // no mock answers
	ExitLeftovers   = 4 // a tenant has tokens that a run made
	ExitInterrupted = 130
)

// UsageError is a mistake in the command line or in the environment.
type UsageError struct {
	// subject is the wrong flag (--run), argument (TIME) or variable (SAIL_BASE_URL).
	Subject string
	// help is the command that says more, if that is another than the help of the command.
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

// ExitError ends the process with a code. Nothing is printed where err is nil.
type ExitError struct {
	Code int
	Err  error
}

// Exitf returns an error that ends the process with a code.
func Exitf(code int, format string, args ...any) error {
	return &ExitError{code, fmt.Errorf(format, args...)}
}

// SilentExit returns an error that ends the process with a code, and prints nothing.
func SilentExit(code int) error { return &ExitError{Code: code} }

func (e *ExitError) Error() string {
	if e.Err == nil {
		return "exit code " + strconv.Itoa(e.Code)
	}
	return e.Err.Error()
}

func (e *ExitError) Unwrap() error { return e.Err }
