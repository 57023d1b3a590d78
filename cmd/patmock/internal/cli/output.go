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

// FormatFlag adds --format to a command. The first format is the default. Without formats it is
// text or JSON.
func FormatFlag(cmd *cobra.Command, formats ...string) {
	if len(formats) == 0 {
		formats = []string{"text", "json"}
	}
	format := formats[0]
	ChoiceVar(cmd.Flags(), &format, "format", "format", formats, strings.Join(formats, ", "))
}

// Format returns the value of --format.
func Format(cmd *cobra.Command) string { return cmd.Flag("format").Value.String() }

// Listing makes a command print what get returns, by --format as JSON or as text.
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

// Output writes a value as JSON, or as text for people, by --format.
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

// Table aligns rows, the first of which names the columns.
func Table(rows ...[]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cmp.Or(strings.ReplaceAll(Sanitize(cell), "\n", " "), "-")
		}
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t")) // a Builder takes everything
	}
	_ = w.Flush()
	return b.String()
}

// Sanitize replaces what a terminal would act on: clients sent it.
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
