package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// checkName returns a usage error if a name is none of the known ones, with one that looks like it.
// An empty name is no error.
func checkName(subject, kind, name string, known []string) error {
	if name == "" || slices.Contains(known, name) {
		return nil
	}
	return usagef(subject, "unknown %s %q%s: expected one of %s", kind, name, didYouMean(name, known), strings.Join(known, ", "))
}

// complete offers the values of a flag that takes one of a few.
func complete(cmd *cobra.Command, flag string, known []string) {
	// It fails for a flag that does not exist only.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(known, cobra.ShellCompDirectiveNoFileComp))
}

// one demands one argument, which names something in a path of the mock.
func one(subject, kind string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef(subject, "expected %s, got %d arguments", kind, len(args))
		}
		return checkSegment(subject, kind, args[0])
	}
}

// atMostOne allows an argument.
func atMostOne(subject, kind string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return one(subject, kind)(cmd, args)
	}
}

// checkSegment refuses what would lead to another path.
func checkSegment(subject, kind, text string) error {
	if text == "" || text == "." || text == ".." {
		return usagef(subject, "expected %s, got %q", kind, text)
	}
	return nil
}

// headers is the value of a flag that takes headers as curl does: Name: value.
type headers map[string]string

// Set implements pflag.Value.
func (h headers) Set(text string) error {
	name, value, found := strings.Cut(text, ":")
	if !found || strings.TrimSpace(name) == "" {
		return errors.New(`expected a header such as "X-Run: 7"`)
	}
	h[strings.TrimSpace(name)] = strings.TrimSpace(value)
	return nil
}

// String implements pflag.Value.
func (h headers) String() string { return "" } // the default, in the help

// Type implements pflag.Value.
func (h headers) Type() string { return "header" }

// decodeInput decodes JSON from @FILE, or from standard input for -.
func decodeInput(cmd *cobra.Command, source string, into any) error {
	path, file := strings.CutPrefix(source, "@")
	if !file && source != "-" {
		return usagef("FILE", "expected @FILE, or - for standard input, got %q (did you mean @%s?)", source, source)
	}
	content, err := readInput(cmd, path)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return usagef("FILE", "%s: %w", path, explainJSON(content, err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return usagef("FILE", "%s: expected one JSON object, got more", path)
	}
	return nil
}

// readInput reads a file, or standard input for -.
func readInput(cmd *cobra.Command, path string) ([]byte, error) {
	if path == "-" {
		content, err := io.ReadAll(cmd.InOrStdin())
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return content, nil
	}
	content, err := os.ReadFile(path) //nolint:gosec // the file that the person names
	if err != nil {
		return nil, usagef("FILE", "%w", err)
	}
	return content, nil
}
