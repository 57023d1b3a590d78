// Command patmock is a stand-in for the personal access token part of a SailPoint
// Identity Security Cloud tenant.
package main

import (
	"context"
	"os"
)

func main() {
	code, _ := runCommand(context.Background(), os.Args[1:], processEnvironment()) // the error is printed
	os.Exit(code)
}

// processEnvironment returns the environment of this process.
func processEnvironment() environment {
	return environment{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, lookup: os.LookupEnv, variables: os.Environ,
		container: isContainer(os.Getpid(), os.Getppid(), exists),
	}
}
