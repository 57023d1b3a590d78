// Package exec has the command that runs another one against a mock of its own.
package exec
