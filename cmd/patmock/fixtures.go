package main

import (
	"github.com/spf13/cobra"

	"example.com/patmock/fixtures"
)

// builtIn is a built-in tenant in the list of fixtures.
type builtIn struct {
	Name    string `json:"name"`
	Summary string `json:"summary"`
	Users   int    `json:"users"`
	Tokens  int    `json:"tokens"`
}

func newFixtures(env environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fixtures",
		Short: "List the built-in tenants, and print them",
		Long: "Lists the tenants that come with patmock, which --fixture takes by their names. fixtures show prints one as a file\n" +
			"to start your own from, and fixtures schema the JSON Schema of such files, for editors.",
		Example: "  patmock fixtures",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			format, err := formatOf(cmd, textOrJSON)
			if err != nil {
				return err
			}
			all, err := builtIns()
			if err != nil {
				return err
			}
			if format == "json" {
				return printJSON(env.stdout, map[string][]builtIn{"fixtures": all})
			}
			var rows []helpRow
			for _, b := range all {
				rows = append(rows, helpRow{b.Name, b.Summary})
			}
			return env.print(columns(rows))
		},
	}
	formatFlag(cmd, textOrJSON...)
	show := &cobra.Command{
		Use:       "show NAME",
		Short:     "Print a built-in tenant as a file",
		Example:   "  patmock fixtures show default",
		ValidArgs: fixtures.Names(),
		Args:      oneOf("name", fixtures.Names()),
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := formatOf(cmd, yamlOrJSON)
			if err != nil {
				return err
			}
			source, err := fixtures.Source(args[0])
			if err != nil {
				return err
			}
			if format == "json" {
				tenant, err := fixtures.Load(args[0])
				if err != nil {
					return err
				}
				if source, err = tenant.JSON(); err != nil {
					return err
				}
			}
			return env.print(string(source))
		},
	}
	formatFlag(show, yamlOrJSON...)
	schema := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of fixture files",
		Long: "Prints the JSON Schema (draft 2020-12) of fixture files. Editors with the YAML language server complete and check a\n" +
			"file that begins with: # yaml-language-server: $schema=fixture.schema.json",
		Example: "  patmock fixtures schema >fixture.schema.json",
		Args:    noArgs,
		RunE:    func(*cobra.Command, []string) error { return env.print(string(fixtures.Schema())) },
	}
	cmd.AddCommand(show, schema)
	return cmd
}

// builtIns returns the built-in tenants.
func builtIns() ([]builtIn, error) {
	var all []builtIn
	for _, name := range fixtures.Names() {
		t, err := fixtures.Load(name)
		if err != nil {
			return nil, err
		}
		all = append(all, builtIn{name, fixtures.Summary(name), len(t.Identities), len(t.Tokens)})
	}
	return all, nil
}
