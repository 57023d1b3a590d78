package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// headers is the value of a flag that takes headers in the form of curl: Name: value.
type headers map[string]string

// Set implements pflag.Value.
func (h headers) Set(text string) error {
	name, value, ok := strings.Cut(text, ":")
	if !ok || strings.TrimSpace(name) == "" {
		return errors.New(`expected a header such as "X-Run: 7"`)
	}
	h[strings.TrimSpace(name)] = strings.TrimSpace(value)
	return nil
}

// String implements pflag.Value.
func (h headers) String() string { return "" } // no default in the help

// Type implements pflag.Value.
func (h headers) Type() string { return "header" }

// decodeInput decodes JSON from @FILE, or from standard input for -.
func decodeInput(cmd *cobra.Command, source string, into any) error {
	if err := rejectFlags(cmd); err != nil {
		return err
	}
	path, isFile := strings.CutPrefix(source, "@")
	if !isFile && source != "-" {
		return cli.Usagef("FILE",
			"expected @FILE, or - for standard input, got %q (did you mean @%s?)", source, source)
	}
	content, err := readInput(cmd, path)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return cli.Usagef("FILE", "%s: %w", path, explainJSON(content, err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return cli.Usagef("FILE", "%s: expected a single JSON object", path)
	}
	return nil
}

// rejectFlags rejects a file in combination with flags for the same fields.
func rejectFlags(cmd *cobra.Command) error {
	var names []string
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && f.Name != "format" {
			names = append(names, "--"+f.Name)
		}
	})
	if len(names) > 0 {
		return cli.Usagef(names[0], "expected a file or flags, got both: %s",
			strings.Join(names, ", "))
	}
	return nil
}

func readInput(cmd *cobra.Command, path string) ([]byte, error) {
	if path == "-" {
		content, err := io.ReadAll(cmd.InOrStdin())
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return content, nil
	}
	content, err := os.ReadFile(path) //nolint:gosec // named by the user
	if err != nil {
		return nil, cli.Usagef("FILE", "%w", err)
	}
	return content, nil
}
