// Command patmock is a stand-in for the personal access token API of a SailPoint Identity Security
// Cloud tenant.
package main

import (
	"context"
	"os"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/root"
)

func main() {
	code, _ := root.Run(context.Background(), os.Args[1:], cli.ProcessEnv()) // the error is printed
	os.Exit(code)
}
