// Package reports writes the reports of --report, including those of commands that fail early.
package reports

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
)

// A Writer writes the reports of --report from the start of a command to its end. No file keeps the
// report of an earlier run.
type Writer struct {
	Outputs []output
	// Err is the error of the flag. Outputs has the valid ones.
	Err error
	// Cases are the selected cases, once they are known.
	Cases []contracttests.Case
	// Discard suppresses all reports, for a run that is a part of another command.
	Discard bool
	done    bool
}

// Begin parses --report before other flags are validated. It writes an unfinished report to regular
// files.
func (r *Writer) Begin(env cli.Env, root *cobra.Command, args []string) {
	command, rest, err := root.Find(args)
	if err != nil || command.Flags().Lookup("report") == nil {
		return
	}
	values, help := reportValues(command, rest)
	if help {
		return
	}
	r.Outputs, r.Err = parseReports(values)
	unfinished := r.failureReport(command, cli.Exitf(cli.ExitInterrupted, "%w", errNotFinished))
	for _, o := range r.Outputs {
		if !o.replaceable(env) {
			continue
		}
		if err := o.write(env, unfinished); err != nil {
			r.Err = errors.Join(r.Err, cli.Flagf("report", " %s=%s: %w", o.format, o.path, err))
		}
	}
}

var errNotFinished = errors.New("the run is not finished, or was killed")

// RunsCommand is the annotation of a command whose arguments are another command line.
const RunsCommand = "patmock_runs_command"

// reportValues returns the values of --report in args, and reports whether args request help.
func reportValues(command *cobra.Command, args []string) (values []string, help bool) {
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		if !strings.HasPrefix(args[i], "-") && command.Annotations[RunsCommand] != "" {
			break // the rest belongs to the command that it runs
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

// Write writes the report to the outputs, or to standard output if there are none.
func (r *Writer) Write(env cli.Env, result *report.Report) error {
	r.done = true
	outputs := r.Outputs
	switch {
	case r.Discard:
		return nil
	case len(outputs) == 0:
		outputs = []output{{"text", "-"}}
	}
	return writeReports(env, outputs, result)
}

// WriteNamed writes the report to the outputs only.
func (r *Writer) WriteNamed(env cli.Env, result *report.Report) error {
	r.done = true
	return writeReports(env, r.Outputs, result)
}

// End writes a report with the cause if the command has written none.
func (r *Writer) End(env cli.Env, command *cobra.Command, cause error) error {
	if cause == nil || r.done {
		return nil
	}
	var errs []error
	result := r.failureReport(command, cause)
	for _, o := range r.Outputs {
		if err := o.write(env, result); err != nil && r.Err == nil {
			errs = append(errs, fmt.Errorf("--report %s=%s: %w", o.format, o.path, err))
		}
	}
	return errors.Join(errs...)
}

// failureReport returns the report of a run that tested nothing.
func (r *Writer) failureReport(command *cobra.Command, cause error) *report.Report {
	result := &report.Report{
		Schema: report.SchemaVersion, Tool: cli.Tool(), Target: report.Target{Name: "unknown"},
		Started:     time.Now().UTC(),
		Interrupted: cli.CodeOf(cause) == cli.ExitInterrupted, Warnings: []report.Warning{},
	}
	for _, name := range []string{"target", "url"} {
		if flag := command.Flag(name); flag != nil && flag.Value.String() != "" {
			result.Target.Name = flag.Value.String()
		}
	}
	AddUnfinished(result, r.Cases, cause)
	if command.Flag("allow-empty") != nil { // the command checks clients
		last := &result.Results[len(result.Results)-1]
		last.ID, last.Promise = "client/complete", "The check judges every request."
	}
	return result
}
