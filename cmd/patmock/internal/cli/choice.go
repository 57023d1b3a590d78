package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A choice is the value of a flag that takes one of a few names, or several with commas between.
type choice struct {
	names         []string
	multiple      bool
	subject, kind string
	values        []string
	set           func(names []string)
}

// ChoiceVar adds a flag that takes one of the known names, each a kind of thing. An empty value is
// none.
func ChoiceVar(flags *pflag.FlagSet, name *string, flag, kind string, values []string,
	usage string,
) {
	c := &choice{names: []string{*name}, subject: "--" + flag, kind: kind, values: values}
	c.set = func(names []string) { *name = strings.Join(names, "") }
	flags.Var(c, flag, usage)
}

// ChoicesVar adds a flag that takes several of the known names, with commas between.
func ChoicesVar(flags *pflag.FlagSet, names *[]string, flag, kind string, values []string,
	usage string,
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

// Choices offers the names that a flag takes. It returns nil for a flag that takes any.
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
