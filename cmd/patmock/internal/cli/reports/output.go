package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/atomicfile"
	"example.com/patmock/contracttests/report"
)

type output struct{ format, path string }

// parseReports returns the valid outputs, and the first error of the others.
func parseReports(values []string) (outputs []output, err error) {
	for _, text := range values {
		o, parseErr := parseReport(text)
		if parseErr == nil {
			outputs = append(outputs, o)
		} else if err == nil {
			err = parseErr
		}
	}
	return outputs, err
}

func parseReport(text string) (output, error) {
	format, path, ok := strings.Cut(text, "=")
	if !ok || path == "" {
		return output{},
			cli.Flagf("report", " %q: expected FORMAT=FILE, such as junit=report.xml or text=-",
				text)
	}
	if err := cli.CheckName("--report", "format", format, report.Formats()); err != nil {
		return output{}, err
	}
	if dir := filepath.Dir(path); path != "-" {
		info, err := os.Stat(dir)
		if errors.Is(err, fs.ErrPermission) {
			return output{}, cli.Flagf("report", " %s: %w", text, err)
		}
		if err != nil || !info.IsDir() {
			return output{}, cli.Flagf("report", " %s: directory %s does not exist", text, dir)
		}
	}
	return output{format, path}, nil
}

// writeReports writes the outputs and, under GitHub Actions, annotations and the summary.
func writeReports(env cli.Env, outputs []output, r *report.Report) error {
	for _, o := range outputs {
		if err := o.write(env, r); err != nil {
			return fmt.Errorf("--report %s=%s: %w", o.format, o.path, err)
		}
	}
	if actions, _ := env.Lookup("GITHUB_ACTIONS"); actions != "true" {
		return nil
	}
	for _, line := range report.Annotations(r) {
		if _, err := fmt.Fprintln(env.Stderr, line); err != nil {
			return err
		}
	}
	if summary, _ := env.Lookup("GITHUB_STEP_SUMMARY"); summary != "" {
		return report.AppendSummary(summary, r)
	}
	return nil
}

func (o output) write(env cli.Env, r *report.Report) error {
	if stream := o.stream(env); stream != nil {
		return report.Write(o.format, stream, r)
	}
	var content bytes.Buffer
	if err := report.Write(o.format, &content, r); err != nil {
		return err
	}
	return atomicfile.Write(o.path, 0o644, content.Bytes())
}

// stream returns the standard stream of the process that the path refers to, such as - or
// /dev/stdout. It returns nil for other paths.
func (o output) stream(env cli.Env) io.Writer {
	if o.path == "-" {
		return env.Stdout
	}
	info, err := os.Stat(o.path)
	if err != nil {
		return nil
	}
	for _, stream := range []io.Writer{env.Stdout, env.Stderr} {
		if file, ok := stream.(*os.File); ok {
			if streamInfo, err := file.Stat(); err == nil && os.SameFile(streamInfo, info) {
				return stream
			}
		}
	}
	return nil
}

// replaceable reports whether the output can be replaced by a later report.
func (o output) replaceable(env cli.Env) bool {
	info, err := os.Stat(o.path)
	return o.stream(env) == nil && (err != nil || info.Mode().IsRegular())
}
