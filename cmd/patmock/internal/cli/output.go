package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/spf13/cobra"
)

// TextOrJSON are the formats of most listings.
var TextOrJSON = []string{"text", "json"}

// FormatFlag adds --format to a command. The first format is the default.
func FormatFlag(cmd *cobra.Command, formats ...string) {
	cmd.Flags().String("format", formats[0], strings.Join(formats, ", "))
	IgnoreVariable(cmd.Flags().Lookup("format")) // scripts read one form, whatever a person prefers
	Complete(cmd, "format", formats)
}

// FormatOf returns the value of --format.
func FormatOf(cmd *cobra.Command, formats []string) (string, error) {
	format := cmd.Flags().Lookup("format").Value.String()
	return format, CheckName("--format", "format", format, formats)
}

// Print writes to standard output.
func (env Env) Print(text string) error {
	_, err := io.WriteString(env.Stdout, text)
	return err
}

// PrintJSON writes a value as indented JSON.
func PrintJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// Table aligns rows, the first of which names the columns.
func Table(rows ...[]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cmp.Or(strings.ReplaceAll(Visible(cell), "\n", " "), "-")
		}
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t")) // a Builder takes everything
	}
	_ = w.Flush()
	return b.String()
}

// Visible replaces what a terminal would act on: clients sent it.
func Visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		if r == '\t' {
			return ' '
		}
		return unicode.ReplacementChar
	}, s)
}

// YAMLOrJSON are the formats of files.
var YAMLOrJSON = []string{"yaml", "json"}

// Cell writes a value of a document; nothing is a dash.
func Cell(value any) string {
	if value == nil {
		return "-"
	}
	if text, ok := value.(string); ok {
		return text
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(encoded)
}
