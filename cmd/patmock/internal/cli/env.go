// Package cli has what every command of patmock shares: its environment, errors with exit codes,
// flags with groups and variables, arguments, and the formats of what it prints.
package cli

import (
	"io"
	"os"
	"slices"
)

// The files by which Docker and Podman mark a container.
var containerMarkers = []string{"/.dockerenv", "/run/.containerenv"}

// isContainerInit tells whether a process is what a container runs: its first process, or a child
// of that, such as an init's or a shell's. Programs deeper in a container, such as those of a test
// run, have their clients beside them.
func isContainerInit(pid, parent int, exists func(path string) bool) bool {
	return (pid == 1 || parent == 1) && slices.ContainsFunc(containerMarkers, exists)
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// DefaultURL is where a running mock is looked for.
const DefaultURL = "http://" + DefaultAddr

// ProcessEnv returns the environment of this process.
func ProcessEnv() Env {
	return Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Lookup: os.LookupEnv,
		Variables: os.Environ,
		Container: isContainerInit(os.Getpid(), os.Getppid(), fileExists),
	}
}

// DefaultAddr is where serve listens unless it is told otherwise.
const DefaultAddr = "127.0.0.1:17280"

// Env has the streams and the variables of a command.
type Env struct {
	Stdin          io.Reader // nil for none
	Stdout, Stderr io.Writer
	Lookup         func(name string) (value string, set bool) // environment variables
	// all of them, NAME=VALUE; nil for none
	Variables func() []string
	// the process is what a container runs
	Container bool
}

// Environ returns all variables, NAME=VALUE.
func (env Env) Environ() []string {
	if env.Variables == nil {
		return nil
	}
	return env.Variables()
}
