package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"example.com/patmock/spec"
	"example.com/patmock/spec/evidence"
)

func newSpec(env environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "spec",
		Short:   "Show the documents that requests and answers are held against",
		Example: "  patmock spec errata",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	errata := &cobra.Command{
		Use:     "errata",
		Short:   "List where the published documents contradict themselves or are silent",
		Example: "  patmock spec errata --format json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			format, err := formatOf(cmd, textOrJSON)
			if err != nil {
				return err
			}
			return printErrata(env, format)
		},
	}
	formatFlag(errata, textOrJSON...)
	document := &cobra.Command{
		Use:       "show DOCUMENT",
		Short:     "Print a document as it is in effect: " + strings.Join(spec.Names(), ", "),
		Example:   "  patmock spec show v2026",
		ValidArgs: spec.Names(),
		Args:      oneOf("document", spec.Names()),
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := formatOf(cmd, yamlOrJSON)
			if err != nil {
				return err
			}
			return showDocument(env, args[0], format)
		},
	}
	formatFlag(document, yamlOrJSON...)
	cmd.AddCommand(errata, newSpecDialect(env), document)
	return cmd
}

func showDocument(env environment, name, format string) error {
	document, err := spec.Load(name)
	if err != nil {
		return usagef("DOCUMENT", "%w", err)
	}
	if format == "json" {
		return printJSON(env.stdout, json.RawMessage(document.JSON()))
	}
	text, err := document.YAML()
	if err != nil {
		return err
	}
	_, err = env.stdout.Write(text)
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

// cell writes a value of a document; nothing is a dash.
func cell(value any) string {
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

func printErrata(env environment, format string) error {
	errata, err := spec.LoadErrata()
	if err != nil {
		return err
	}
	rows := errataRows(errata)
	if format == "json" {
		return printJSON(env.stdout, rows)
	}
	table := "ID\tDOCUMENTS\tSTANDING\tWHERE\tPUBLISHED\tEFFECTIVE\tREASON\n"
	for _, r := range rows {
		table += strings.Join([]string{r.ID, strings.Join(r.Documents, ","), string(r.Standing), r.Where, cell(r.Published), cell(r.Effective), r.Reason}, "\t") + "\n"
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(w, table); err != nil {
		return err
	}
	return w.Flush()
}
