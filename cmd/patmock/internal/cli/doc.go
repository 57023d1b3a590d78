// Package cli has what every command of patmock shares: its environment, errors with exit codes,
// flags with groups and variables, arguments, and the formats of what it prints.
package cli
