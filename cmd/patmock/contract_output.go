package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.com/patmock/contracttests/report"
)

// output is a report that is asked for.
type output struct{ format, path string }

func parseReports(given []string) ([]output, error) {
	if len(given) == 0 {
		return []output{{"text", "-"}}, nil
	}
	var outputs []output
	for _, text := range given {
		format, path, ok := strings.Cut(text, "=")
		if !ok || path == "" {
			return nil, usagef("--report", "--report %q: expected FORMAT=FILE, such as junit=report.xml or text=-", text)
		}
		if err := checkNames(name{"--report", "format", format, report.Formats()}); err != nil {
			return nil, err
		}
		if folder := filepath.Dir(path); path != "-" {
			info, err := os.Stat(folder)
			if errors.Is(err, fs.ErrPermission) {
				return nil, usagef("--report", "--report %s: %w", text, err)
			}
			if err != nil || !info.IsDir() {
				return nil, usagef("--report", "--report %s: there is no folder %s", text, folder)
			}
		}
		outputs = append(outputs, output{format, path})
	}
	return outputs, nil
}

// writeReports writes what was asked for and, under GitHub Actions, what that shows.
func writeReports(env environment, outputs []output, r *report.Report) error {
	for _, o := range outputs {
		if err := o.write(env.stdout, r); err != nil {
			return fmt.Errorf("--report %s=%s: %w", o.format, o.path, err)
		}
	}
	if actions, _ := env.lookup("GITHUB_ACTIONS"); actions != "true" {
		return nil
	}
	for _, line := range report.Annotations(r) {
		if _, err := fmt.Fprintln(env.stderr, line); err != nil {
			return err
		}
	}
	if summary, _ := env.lookup("GITHUB_STEP_SUMMARY"); summary != "" {
		return report.AppendSummary(summary, r)
	}
	return nil
}

// write writes the report to a file, or to standard output.
func (o output) write(stdout io.Writer, r *report.Report) error {
	if o.path == "-" {
		return report.Write(o.format, stdout, r)
	}
	var content bytes.Buffer
	if err := report.Write(o.format, &content, r); err != nil {
		return err
	}
	return writeFileAtomic(o.path, 0o644, content.Bytes())
}
