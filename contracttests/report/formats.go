package report

import (
	"fmt"
	"io"
	"strings"
)

// formats in the order in which they are listed. Each gets a report without secrets.
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

// Formats lists what Write knows.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Write writes the report in a format, without secrets. An unknown format is a [FormatError].
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

// A FormatError is the error of a format that Write does not know.
type FormatError struct{ Format string }

// Error names the format and lists the known ones.
func (e *FormatError) Error() string {
	return fmt.Sprintf("unknown report format %q: expected one of %s", e.Format,
		strings.Join(Formats(), ", "))
}
