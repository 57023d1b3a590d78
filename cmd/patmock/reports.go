package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
)

// reports are what --report names, from the start of a command to its end. Whatever ends the
// command, no file has the report of another run.
type reports struct {
	outputs []output
	// err is the error of the flag. The outputs are those without one.
	err error
	// cases are those that the command was to test, once they are known.
	cases   []contracttests.Case
	written bool
}

// begin reads --report before other flags are judged, and writes to regular files that the run is
// not finished.
func (r *reports) begin(env environment, root *cobra.Command, args []string) {
	command, rest, err := root.Find(args)
	if err != nil || command.Flags().Lookup("report") == nil {
		return
	}
	values, help := reportValues(command, rest)
	if help {
		return
	}
	r.outputs, r.err = parseReports(values)
	unfinished := r.failure(command, exitf(exitInterrupted, "%w", errNotFinished))
	for _, o := range r.outputs {
		if !o.replaceable(env) {
			continue
		}
		if err := o.write(env, unfinished); err != nil {
			r.err = errors.Join(r.err, usagef("--report", "--report %s=%s: %w", o.format, o.path, err))
		}
	}
}

var errNotFinished = errors.New("not finished: the run goes on, or was killed")

// runsCommand is the annotation of a command whose arguments are a command line.
const runsCommand = "patmock_runs_command"

// reportValues returns the values of --report among the arguments of a command, and reports whether
// they ask for help.
func reportValues(command *cobra.Command, args []string) (values []string, help bool) {
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		if !strings.HasPrefix(args[i], "-") && command.Annotations[runsCommand] != "" {
			break // what follows are arguments of the command that it runs
		}
		name, value, inline := strings.Cut(args[i], "=")
		if name == "--help" || name == "-h" {
			return nil, true
		}
		name, long := strings.CutPrefix(name, "--")
		flag := command.Flag(name)
		if !long || flag == nil {
			continue
		}
		if !inline && flag.NoOptDefVal == "" && i+1 < len(args) {
			i++
			value = args[i]
		}
		if name == "report" {
			values = append(values, value)
		}
	}
	return values, false
}

// write writes the report of a command that could start, to standard output unless --report says
// otherwise.
func (r *reports) write(env environment, result *report.Report) error {
	r.written = true
	outputs := r.outputs
	if len(outputs) == 0 {
		outputs = []output{{"text", "-"}}
	}
	return writeReports(env, outputs, result)
}

// writeNamed writes the report to what --report names, if anything.
func (r *reports) writeNamed(env environment, result *report.Report) error {
	r.written = true
	return writeReports(env, r.outputs, result)
}

// end writes what ended a command that has written no report.
func (r *reports) end(env environment, command *cobra.Command, ended error) error {
	if ended == nil || r.written {
		return nil
	}
	var errs []error
	result := r.failure(command, ended)
	for _, o := range r.outputs {
		if err := o.write(env, result); err != nil && r.err == nil {
			errs = append(errs, fmt.Errorf("--report %s=%s: %w", o.format, o.path, err))
		}
	}
	return errors.Join(errs...)
}

// failure returns the report of a run that tested nothing.
func (r *reports) failure(command *cobra.Command, ended error) *report.Report {
	result := &report.Report{
		Schema: report.SchemaVersion, Tool: tool(), Target: report.Target{Name: "unknown"}, Started: time.Now().UTC(),
		Interrupted: codeOf(ended) == exitInterrupted, Warnings: []report.Warning{},
	}
	for _, name := range []string{"target", "url"} {
		if flag := command.Flag(name); flag != nil && flag.Value.String() != "" {
			result.Target.Name = flag.Value.String()
		}
	}
	addUnfinished(result, r.cases, ended)
	if command.Flag("allow-empty") != nil { // it checks clients
		last := &result.Results[len(result.Results)-1]
		last.ID, last.Promise = "client/complete", "The check judges every request."
	}
	return result
}
