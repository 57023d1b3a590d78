package spec

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/spec"
	"example.com/patmock/spec/evidence"
)

// New returns the command spec, with those below it.
func New(env cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "spec",
		Short:   "Show the documents that requests and answers are held against",
		Example: "  patmock spec errata",
		Args:    cli.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	errata := &cobra.Command{
		Use:     "errata",
		Short:   "List where the published documents contradict themselves or are silent",
		Example: "  patmock spec errata --format json",
		Args:    cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			format, err := cli.FormatOf(cmd, cli.TextOrJSON)
			if err != nil {
				return err
			}
			return printErrata(env, format)
		},
	}
	cli.FormatFlag(errata, cli.TextOrJSON...)
	document := &cobra.Command{
		Use:       "show DOCUMENT",
		Short:     "Print a document as it is in effect: " + strings.Join(spec.Names(), ", "),
		Example:   "  patmock spec show v2026",
		ValidArgs: spec.Names(),
		Args:      cli.OneOf("document", spec.Names()),
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := cli.FormatOf(cmd, cli.YAMLOrJSON)
			if err != nil {
				return err
			}
			return showDocument(env, args[0], format)
		},
	}
	cli.FormatFlag(document, cli.YAMLOrJSON...)
	cmd.AddCommand(errata, newSpecDialect(env), document)
	return cmd
}

func showDocument(env cli.Env, name, format string) error {
	document, err := spec.Load(name)
	if err != nil {
		return cli.Usagef("DOCUMENT", "%w", err)
	}
	if format == "json" {
		return cli.PrintJSON(env.Stdout, json.RawMessage(document.JSON()))
	}
	text, err := document.YAML()
	if err != nil {
		return err
	}
	_, err = env.Stdout.Write(text)
	return err
}

// erratum is a row of the list, whatever kind of erratum it is.
type erratum struct {
	ID        string            `json:"id"`
	Documents []string          `json:"documents"`
	Standing  evidence.Standing `json:"standing"`
	Where     string            `json:"where"`
	Published any               `json:"published"`
	Effective any               `json:"effective"`
	Reason    string            `json:"reason"`
}

func errataRows(errata *spec.Errata) []erratum {
	var rows []erratum
	for _, c := range errata.Contradictions {
		rows = append(rows, erratum{c.ID, c.Documents, c.Standing, c.Pointer, c.Published, c.Effective, c.Reason})
	}
	for _, u := range errata.Undeclared {
		rows = append(rows, erratum{u.ID, u.Documents, u.Standing, "status " + strconv.Itoa(u.Status), nil, u.Schema, u.Reason})
	}
	for _, a := range errata.Additions {
		rows = append(rows, erratum{a.ID, a.Documents, a.Standing, strings.Join(a.Pointers, " "), nil, "added", a.Reason})
	}
	return rows
}

func printErrata(env cli.Env, format string) error {
	errata, err := spec.LoadErrata()
	if err != nil {
		return err
	}
	rows := errataRows(errata)
	if format == "json" {
		return cli.PrintJSON(env.Stdout, rows)
	}
	table := "ID\tDOCUMENTS\tSTANDING\tWHERE\tPUBLISHED\tEFFECTIVE\tREASON\n"
	for _, r := range rows {
		table += strings.Join([]string{r.ID, strings.Join(r.Documents, ","), string(r.Standing), r.Where, cli.Cell(r.Published), cli.Cell(r.Effective), r.Reason}, "\t") + "\n"
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(w, table); err != nil {
		return err
	}
	return w.Flush()
}
