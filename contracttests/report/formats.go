package report

import (
	"fmt"
	"io"
	"strings"
)

// formats are listed in this order. Each renders a redacted report.
var formats = []struct {
	name   string
	render func(*Report) ([]byte, error)
}{
	{"text", renderText},
	{"json", renderJSON},
	{"junit", renderJUnit},
	{"markdown", renderMarkdown},
	{"html", renderHTML},
}

// Formats returns the names of the formats that Write supports.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Write writes the report in a format, without secrets. The error for an unknown format is a
// [FormatError].
func Write(format string, w io.Writer, r *Report) error {
	for _, f := range formats {
		if f.name != format {
			continue
		}
		out, err := f.render(r.redacted())
		if err != nil {
			return fmt.Errorf("write the report as %s: %w", format, err)
		}
		if _, err := w.Write(out); err != nil {
			return fmt.Errorf("write the report as %s: %w", format, err)
		}
		return nil
	}
	return &FormatError{format}
}

// A FormatError reports an unknown format.
type FormatError struct{ Format string }

// Error names the format and lists the known formats.
func (e *FormatError) Error() string {
	return fmt.Sprintf("unknown report format %q: expected one of %s", e.Format,
		strings.Join(Formats(), ", "))
}
