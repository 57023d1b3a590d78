package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"example.com/patmock/spec"
)

func newSpec(env environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "spec",
		Short:   "Show the documents that requests and answers are held against",
		Example: "  patmock spec errata",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:     "errata",
		Short:   "List where the published documents contradict themselves or are silent",
		Example: "  patmock spec errata",
		Args:    noArgs,
		RunE:    func(*cobra.Command, []string) error { return printErrata(env) },
	}, &cobra.Command{
		Use:       "show DOCUMENT",
		Short:     "Print a document as it is in effect: " + strings.Join(spec.Names(), ", "),
		Example:   "  patmock spec show v2026",
		ValidArgs: spec.Names(),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{fmt.Errorf("expected one document of %s, got %d", strings.Join(spec.Names(), ", "), len(args))}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return showDocument(env, args[0]) },
	})
	return cmd
}

func showDocument(env environment, name string) error {
	document, err := spec.Load(name)
	if err != nil {
		return &usageError{err}
	}
	text, err := document.YAML()
	if err != nil {
		return err
	}
	_, err = env.stdout.Write(text)
	return err
}

func printErrata(env environment) error {
	errata, err := spec.LoadErrata()
	if err != nil {
		return err
	}
	var rows strings.Builder
	row := func(cells ...string) { rows.WriteString(strings.Join(cells, "\t") + "\n") }
	row("ID", "DOCUMENTS", "STANDING", "WHERE", "REASON")
	for _, c := range errata.Contradictions {
		row(c.ID, strings.Join(c.Documents, ","), string(c.Standing), c.Pointer, c.Reason)
	}
	for _, u := range errata.Undeclared {
		row(u.ID, strings.Join(u.Documents, ","), string(u.Standing), "status "+strconv.Itoa(u.Status), u.Reason)
	}
	for _, a := range errata.Additions {
		row(a.ID, strings.Join(a.Documents, ","), string(a.Standing), strings.Join(a.Pointers, " "), a.Reason)
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	if _, err := w.Write([]byte(rows.String())); err != nil {
		return err
	}
	return w.Flush()
}
