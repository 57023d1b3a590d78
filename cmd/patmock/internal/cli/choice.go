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
	several       bool
	subject, kind string
	known         []string
	set           func(names []string)
}

// ChoiceVar adds a flag that takes one of the known names, each a kind of thing. An empty value is
// none.
func ChoiceVar(flags *pflag.FlagSet, name *string, flag, kind string, known []string,
	usage string,
) {
	c := &choice{names: []string{*name}, subject: "--" + flag, kind: kind, known: known}
	c.set = func(names []string) { *name = strings.Join(names, "") }
	flags.Var(c, flag, usage)
}

// ChoicesVar adds a flag that takes several of the known names, with commas between.
func ChoicesVar(flags *pflag.FlagSet, names *[]string, flag, kind string, known []string,
	usage string,
) {
	c := &choice{names: *names, several: true, subject: "--" + flag, kind: kind, known: known}
	c.set = func(chosen []string) { *names = chosen }
	flags.Var(c, flag, usage)
}

// Set implements pflag.Value.
func (c *choice) Set(text string) error {
	names := []string{text}
	if c.several {
		names = SplitNames(text)
	}
	for _, name := range names {
		if err := CheckName(c.subject, c.kind, name, c.known); err != nil {
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
	case c.several:
		return SeveralValues(c.known)
	}
	return OneValue(slices.DeleteFunc(slices.Clone(c.known), func(name string) bool {
		return name == "*"
	}))
}
