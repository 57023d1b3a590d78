// Package spec implements the commands that print the documents, their errata and the default
// dialect.
package spec

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec"
	"example.com/patmock/spec/evidence"
)

// New returns the command spec and its subcommands.
func New(env cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "spec",
		Short:   "Show the documents used to validate requests and responses",
		Example: "  patmock spec errata",
	}
	errata := cli.Listing(env, &cobra.Command{
		Use:     "errata",
		Short:   "List contradictions and gaps of the published documents",
		Example: "  patmock spec errata --format json",
	}, errataRows, errataText)
	dialectCmd := &cobra.Command{
		Use:     "dialect",
		Short:   "Print the default dialect: responses that the published documents leave open",
		Example: "  patmock spec dialect > dialect.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cli.Output(env, cmd, dialect.Entries(), func([]dialect.Entry) string {
				return string(dialect.Defaults())
			})
		},
	}
	cli.FormatFlag(dialectCmd, cli.YAMLOrJSON...)
	document := &cobra.Command{
		Use:       "show DOCUMENT",
		Short:     "Print an effective document: " + strings.Join(spec.Names(), ", "),
		Example:   "  patmock spec show v2026",
		ValidArgs: spec.Names(),
		Args:      cli.EnumArg("document", spec.Names()),
		RunE: func(cmd *cobra.Command, args []string) error {
			document, err := spec.Load(args[0])
			if err != nil {
				return cli.Usagef("DOCUMENT", "%w", err)
			}
			text, err := document.YAML()
			if err != nil {
				return err
			}
			return cli.Output(env, cmd, json.RawMessage(document.JSON()),
				func(json.RawMessage) string { return string(text) })
		},
	}
	cli.FormatFlag(document, cli.YAMLOrJSON...)
	cmd.AddCommand(errata, dialectCmd, document)
	return cmd
}

type erratum struct {
	ID        string         `json:"id"`
	Documents []string       `json:"documents"`
	Evidence  evidence.Level `json:"evidence"`
	Location  string         `json:"location"`
	Published any            `json:"published"`
	Effective any            `json:"effective"`
	Reason    string         `json:"reason"`
}

func errataRows(*cobra.Command, []string) ([]erratum, error) {
	errata, err := spec.LoadErrata()
	if err != nil {
		return nil, err
	}
	var rows []erratum
	for _, c := range errata.Contradictions {
		rows = append(rows, erratum{
			c.ID, c.Documents, c.Evidence, c.Pointer, c.Published, c.Effective, c.Reason,
		})
	}
	for _, u := range errata.Undeclared {
		rows = append(rows, erratum{
			u.ID, u.Documents, u.Evidence, "status " + strconv.Itoa(u.Status), nil, u.Schema,
			u.Reason,
		})
	}
	for _, a := range errata.Additions {
		rows = append(rows, erratum{
			a.ID, a.Documents, a.Evidence, strings.Join(a.Pointers, " "), nil, "added", a.Reason,
		})
	}
	return rows, nil
}

func errataText(rows []erratum) string {
	table := [][]string{
		{"ID", "DOCUMENTS", "EVIDENCE", "LOCATION", "PUBLISHED", "EFFECTIVE", "REASON"},
	}
	for _, r := range rows {
		table = append(table, []string{
			r.ID, strings.Join(r.Documents, ","), string(r.Evidence), r.Location,
			cli.Cell(r.Published), cli.Cell(r.Effective), r.Reason,
		})
	}
	return cli.Table(table...)
}
