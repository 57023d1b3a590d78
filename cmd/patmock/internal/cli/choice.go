package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A choice is the value of a flag that accepts one or several names from a list.
type choice struct {
	names         []string
	multiple      bool
	subject, kind string
	values        []string
	set           func(names []string)
}

// ChoiceVar adds a flag that accepts one of values or "". kind names such a value in errors.
func ChoiceVar(
	flags *pflag.FlagSet, name *string, flag, kind string, values []string, usage string,
) {
	c := &choice{names: []string{*name}, subject: "--" + flag, kind: kind, values: values}
	c.set = func(names []string) { *name = strings.Join(names, "") }
	flags.Var(c, flag, usage)
}

// ChoicesVar adds a flag that accepts a comma-separated list of values.
func ChoicesVar(
	flags *pflag.FlagSet, names *[]string, flag, kind string, values []string, usage string,
) {
	c := &choice{names: *names, multiple: true, subject: "--" + flag, kind: kind, values: values}
	c.set = func(selection []string) { *names = selection }
	flags.Var(c, flag, usage)
}

// Set implements pflag.Value.
func (c *choice) Set(text string) error {
	names := []string{text}
	if c.multiple {
		names = SplitNames(text)
	}
	for _, name := range names {
		if err := CheckName(c.subject, c.kind, name, c.values); err != nil {
			return err
		}
	}
	c.names = names
	c.set(names)
	return nil
}

// String implements pflag.Value.
func (c *choice) String() string { return strings.Join(c.names, ",") }

// Type implements pflag.Value.
func (*choice) Type() string { return "string" }

// Choices returns the completion of a flag from ChoiceVar or ChoicesVar, or nil for other flags.
func Choices(f *pflag.Flag) cobra.CompletionFunc {
	c, ok := f.Value.(*choice)
	switch {
	case !ok:
		return nil
	case c.multiple:
		return MultipleValues(c.values)
	}
	return SingleValue(slices.DeleteFunc(slices.Clone(c.values), func(name string) bool {
		return name == "*"
	}))
}
