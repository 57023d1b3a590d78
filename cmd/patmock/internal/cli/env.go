// Package cli has the parts that all commands of patmock share: their environment, errors with exit
// codes, flags with groups and variables, arguments and output formats.
package cli

import (
	"io"
	"os"
	"slices"
)

// containerMarkers are the files that Docker and Podman create in a container.
var containerMarkers = []string{"/.dockerenv", "/run/.containerenv"}

// isContainerInit reports whether a process is the main process of a container: the first process,
// or a child of that, such as a child of an init process or a shell. Deeper processes, such as
// those of a test run, have their clients in the same container.
func isContainerInit(pid, parent int, exists func(path string) bool) bool {
	return (pid == 1 || parent == 1) && slices.ContainsFunc(containerMarkers, exists)
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// DefaultURL is the default address of a running mock.
const DefaultURL = "http://" + DefaultAddr

// ProcessEnv returns the environment of this process.
func ProcessEnv() Env {
	return Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Lookup: os.LookupEnv,
		Variables:    os.Environ,
		Container:    isContainerInit(os.Getpid(), os.Getppid(), fileExists),
		ErrorColumns: 100,
	}
}

// DefaultAddr is the default address on which serve listens.
const DefaultAddr = "127.0.0.1:17280"

// Env has the streams and environment variables of a command.
type Env struct {
	Stdin          io.Reader // nil means no input
	Stdout, Stderr io.Writer
	Lookup         func(name string) (value string, set bool) // returns an environment variable
	// Variables returns all variables as NAME=VALUE. It may be nil.
	Variables func() []string
	// Container reports whether this is the main process of a container.
	Container bool
	// ErrorColumns is the width at which a printed error continues on another line. Zero means no
	// limit.
	ErrorColumns int
}

// Environ returns all variables as NAME=VALUE.
func (env Env) Environ() []string {
	if env.Variables == nil {
		return nil
	}
	return env.Variables()
}
