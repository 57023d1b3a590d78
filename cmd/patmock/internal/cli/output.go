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

// FormatFlag adds --format to a command. The first format is the default. Without formats they are
// text and JSON.
func FormatFlag(cmd *cobra.Command, formats ...string) {
	if len(formats) == 0 {
		formats = []string{"text", "json"}
	}
	format := formats[0]
	ChoiceVar(cmd.Flags(), &format, "format", "format", formats, strings.Join(formats, ", "))
}

// Format returns the value of --format.
func Format(cmd *cobra.Command) string { return cmd.Flag("format").Value.String() }

// Listing sets RunE to print the result of get as JSON or as text, depending on --format.
func Listing[T any](env Env, cmd *cobra.Command,
	get func(cmd *cobra.Command, args []string) (T, error), text func(T) string,
) *cobra.Command {
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		value, err := get(cmd, args)
		if err != nil {
			return err
		}
		return Output(env, cmd, value, text)
	}
	FormatFlag(cmd)
	return cmd
}

// Output prints a value as JSON or as text, depending on --format.
func Output[T any](env Env, cmd *cobra.Command, value T, text func(T) string) error {
	if Format(cmd) == "json" {
		return PrintJSON(env.Stdout, value)
	}
	return env.Print(text(value))
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

// Table aligns rows in columns. The first row is the header.
func Table(rows ...[]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cmp.Or(strings.ReplaceAll(Sanitize(cell), "\n", " "), "-")
		}
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t")) // a Builder returns no error
	}
	_ = w.Flush()
	return b.String()
}

// Sanitize replaces control characters that a terminal would interpret. Clients may have sent them.
func Sanitize(s string) string {
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

// Cell formats a value of a document. A nil value is a dash.
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
