// Package reports writes the reports that --report names, whatever ends the command.
package reports
