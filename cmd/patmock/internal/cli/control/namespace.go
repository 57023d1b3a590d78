package control

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
)

func newNamespaceList(c *controlCommand) *cobra.Command {
	return query(c, &cobra.Command{
		Use:     "list",
		Short:   "List the namespaces of the server",
		Example: "  patmock exec -- patmock control namespace list",
	}, func(ctx context.Context, client *control.Client, _ []string) (namespaceList, error) {
		namespaces, err := client.Namespaces(ctx)
		return namespaceList{namespaces}, err
	}, namespacesText)
}

func newNamespaceCreate(c *controlCommand) *cobra.Command {
	fixture := ""
	cmd := &cobra.Command{
		Use:               "create NAME",
		ValidArgsFunction: cli.FirstArgument(remote.CompleteNamespace(c.Env)),
		Short:             "Create or recreate a namespace",
		Long: "Create a namespace, or recreate it if it exists. A reset restores its initial " +
			"state.",
		Example: "  patmock exec -- patmock control namespace create test-7 --fixture " +
			"crowded",
		Args: cli.RequiredArg("NAME", "the name of a namespace"),
	}
	cmd.Flags().StringVar(&fixture, "fixture", "",
		"initial tenant: "+strings.Join(fixtures.Names(), ", ")+
			", or a file (default that of the server)")
	return query(c, cmd,
		func(
			ctx context.Context, client *control.Client, args []string,
		) (control.Namespace, error) {
			start, err := namespaceStart(fixture)
			if err != nil {
				return control.Namespace{}, cli.Usagef("--fixture", "%w", err)
			}
			return client.WithNamespace(args[0]).PutNamespace(ctx, start)
		}, func(n control.Namespace) string {
			return namespacesText(namespaceList{[]control.Namespace{n}})
		})
}

// namespaceStart returns the initial state of a namespace. It reads a file locally, because the
// mock may have no access to it.
func namespaceStart(fixture string) (start control.NewNamespace, err error) {
	if fixture == "" {
		return start, nil
	}
	tenant, err := fixtures.Open(fixture)
	if err != nil {
		return start, err
	}
	if tenant.BuiltIn {
		return control.NewNamespace{Fixture: fixture}, nil
	}
	encoded, err := tenant.JSON()
	if err != nil {
		return start, err
	}
	if err := json.Unmarshal(encoded, &start.Tenant); err != nil {
		return start, fmt.Errorf("%s: %w", fixture, err)
	}
	return start, nil
}

func newNamespaceRemove(c *controlCommand) *cobra.Command {
	return action(c, &cobra.Command{
		Use:               "rm NAME",
		ValidArgsFunction: cli.FirstArgument(remote.CompleteNamespace(c.Env)),
		Short:             "Remove a namespace and its contents",
		Example: "  patmock exec -- sh -c 'patmock control namespace create test-7 &&\n " +
			"   patmock control namespace rm test-7'",
		Args: cli.RequiredArg("NAME", "the name of a namespace"),
	}, func(ctx context.Context, client *control.Client, args []string) error {
		return client.WithNamespace(args[0]).DeleteNamespace(ctx)
	})
}

type namespaceList struct {
	Namespaces []control.Namespace `json:"namespaces"`
}

func namespacesText(list namespaceList) string {
	rows := [][]string{{"NAME", "FIXTURE", "TOKENS", "REQUESTS", "IDLE", "BASE URL"}}
	for _, n := range list.Namespaces {
		idle := time.Duration(n.IdleSeconds) * time.Second
		rows = append(rows, []string{
			n.Name, n.Fixture, strconv.Itoa(n.Tokens), strconv.Itoa(n.Requests), idle.String(),
			n.BaseURL,
		})
	}
	return cli.Table(rows...)
}
