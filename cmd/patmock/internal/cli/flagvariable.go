package cli

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Variable returns the environment variable of a flag: PATMOCK_PUBLIC_URL for --public-url.
func Variable(flag string) string {
	return "PATMOCK_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// variableAnnotation marks a flag that has an environment variable. Output formats have none,
// because scripts rely on one format.
const variableAnnotation = "patmock: variable"

// SetVariables lets the named flags be set by their environment variables.
func SetVariables(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		annotate(flags.Lookup(name), variableAnnotation)
	}
}

// HasVariable reports whether a flag can be set by its environment variable.
func HasVariable(f *pflag.Flag) bool { return f.Annotations[variableAnnotation] != nil }

// sourceAnnotation marks a flag that was set by its environment variable.
const sourceAnnotation = "patmock: from its variable"

func markSetByVariable(f *pflag.Flag) { annotate(f, sourceAnnotation) }

// OnCommandLine reports whether at least one of the flags was set on the command line.
func OnCommandLine(flags *pflag.FlagSet, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		f := flags.Lookup(name)
		return f.Changed && f.Annotations[sourceAnnotation] == nil
	})
}

// SetFromEnvironment sets flags that are not on the command line from their variables. It trims
// white space around values, which files of variables may contain.
func SetFromEnvironment(flags *pflag.FlagSet, lookup func(string) (string, bool)) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		value, set := lookup(Variable(f.Name))
		value = strings.TrimSpace(value)
		if !HasVariable(f) || f.Changed || !set || value == "" || err != nil {
			return
		}
		if quotedPattern.MatchString(value) {
			err = Usagef(Variable(f.Name),
				"%s has quotation marks around its value: remove them (some files of variables "+
					"keep them)", Variable(f.Name))
			return
		}
		if setErr := flags.Set(f.Name, value); setErr != nil {
			var invalid *pflag.InvalidValueError
			if errors.As(setErr, &invalid) { // it has the flag, not the variable
				setErr = invalid.Unwrap()
			}
			err = Usagef(Variable(f.Name), "%s=%q: %w%s", Variable(f.Name), value, setErr,
				ValueHint(f, value))
		}
		markSetByVariable(f)
	})
	return err
}

var (
	quotedPattern = regexp.MustCompile(`^(".*"|'.*')$`)
	// Digits matches a number without a unit.
	Digits = regexp.MustCompile(`^[0-9]+$`)
)

// ValueHint returns a suggestion for an invalid value of a flag, as the end of a sentence. It
// returns "" if none is close.
func ValueHint(f *pflag.Flag, value string) string {
	switch {
	case f.Value.Type() == "duration" && Digits.MatchString(value):
		return " (did you mean " + value + "s?)"
	case f.Value.Type() == "bool":
		return OnOffHint(value, "true", "false")
	}
	return ""
}

// OnOffHint returns a suggestion for a value that should be on or off, as the end of a sentence.
func OnOffHint(value, on, off string) string {
	switch strings.ToLower(value) {
	case "true", "1", "t", "yes", "y", "on", "enable", "enabled":
		return " (did you mean " + on + "?)"
	case "false", "0", "f", "no", "n", "off", "none", "disable", "disabled":
		return " (did you mean " + off + "?)"
	}
	return DidYouMean(value, []string{on, off})
}

// NameVariable rewrites an error about a flag to name the variable that set the flag.
func NameVariable(flags *pflag.FlagSet, err error) error {
	var usage *UsageError
	if !errors.As(err, &usage) || !strings.HasPrefix(usage.Subject, "--") {
		return err
	}
	f := flags.Lookup(strings.TrimPrefix(usage.Subject, "--"))
	if f == nil || f.Annotations[sourceAnnotation] == nil {
		return err
	}
	name := Variable(f.Name)
	text := err.Error()
	if rest, ok := strings.CutPrefix(text, usage.Subject); ok && !strings.HasPrefix(rest, "-") {
		text = name + rest
	} else if !strings.Contains(text, name) {
		text = name + ": " + text
	}
	return &UsageError{name, usage.Help, ErrorWithText(text, err)}
}

type errorWithText struct {
	text string
	err  error
}

// ErrorWithText returns an error with the given text that wraps err.
func ErrorWithText(text string, err error) error { return &errorWithText{text, err} }

func (e *errorWithText) Error() string { return e.text }

func (e *errorWithText) Unwrap() error { return e.err }
