// Package check has the command that judges what clients did to a mock.
package check
