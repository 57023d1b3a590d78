// Package remote finds the running mock that the flags of a command name, and explains its errors.
package remote
