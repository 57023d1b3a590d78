package control

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/atomicfile"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/mockserver/control"
)

func newReset(c *controlCommand) *cobra.Command {
	return action(c, &cobra.Command{
		Use:   "reset",
		Short: "Restore the initial state of the namespace",
		Long: "Restore the initial state of the namespace with the stubs of its fixture, and " +
			"clear its clock, faults and journal. Access tokens issued before stay valid.",
		Example: "  patmock exec -- patmock control reset",
	}, func(ctx context.Context, client *control.Client, _ []string) error {
		return client.Reset(ctx)
	})
}

func newStateGet(c *controlCommand) *cobra.Command {
	var secrets bool
	var output string
	cmd := &cobra.Command{
		Use:   "get",
		Short: "Print the users, tokens and stubs as a fixture file",
		Long: "Print the users, tokens and stubs as a fixture file for state put and serve " +
			"--fixture. " +
			"With --output, a failure leaves the old file unchanged, which a redirection would " +
			"truncate.",
		Example: "  patmock exec -- patmock control state get --secrets --output state.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.printState(cmd, secrets, output)
		},
	}
	cmd.Flags().BoolVar(&secrets, "secrets", false, "include the secrets")
	cmd.Flags().StringVar(&output, "output", "-",
		"`FILE` to write; a new file is private to its owner; - for standard output")
	cli.FormatFlag(cmd, cli.YAMLOrJSON...)
	return cmd
}

func (c *controlCommand) printState(cmd *cobra.Command, secrets bool, output string) error {
	format := cli.Format(cmd)
	client, err := c.Client()
	if err != nil {
		return err
	}
	state, err := client.State(cmd.Context(), control.StateOptions{
		Secrets: secrets, YAML: format == "yaml",
	})
	if err != nil {
		return remote.ExplainError(err)
	}
	if format == "json" && !json.Valid(state) {
		return cli.Exitf(cli.ExitUnreachable, "the mock returned a state that is not JSON")
	}
	if output == "-" {
		_, err := c.Env.Stdout.Write(state)
		return err
	}
	if err := atomicfile.Write(output, 0o600, state); err != nil {
		return cli.Usagef("--output", "%w", err)
	}
	return nil
}

func newStatePut(c *controlCommand) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "put FILE|-",
		Short: "Replace all users, tokens and stubs",
		Long: "Replace all users, tokens and stubs with those of a snapshot or fixture file " +
			"(YAML " +
			"or " +
			"JSON). An invalid file changes nothing. A token without a secret keeps the secret " +
			"known for its ID. Clock, faults and journal are kept.",
		Example: "  patmock exec -- sh -c 'patmock control state get |\n    patmock control " +
			"state " +
			"put -'",
		Args: cli.RequiredArg("FILE", "a file, or - for standard input"),
	}
	return action(c, cmd, func(ctx context.Context, client *control.Client, args []string) error {
		state, err := readInput(cmd, args[0])
		if err != nil {
			return err
		}
		return client.PutState(ctx, state)
	})
}
