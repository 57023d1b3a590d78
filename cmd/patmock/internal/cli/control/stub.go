package control

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
)

func newStubAdd(c *controlCommand) *cobra.Command {
	stub := control.Stub{Header: map[string]string{}}
	cmd := &cobra.Command{
		Use:   "add [@FILE|-]",
		Short: "Add a canned response",
		Long: "Add a canned response to requests that patmock does not simulate, from flags, or " +
			"from JSON with the same fields (contentType for --content-type). The access token " +
			"and scope of the caller are still checked. The latest stub that matches responds. " +
			"X-Mock-Stub of the response has its ID.",
		Example: "  patmock exec -- patmock control stub add --method POST \\\n    " +
			"--path '/v2025/search/*' --status 200 --body '[]'",
		Args: cli.OptionalArg("FILE", "@FILE, or - for standard input"),
	}
	registerStub(cmd.Flags(), &stub)
	return query(c, cmd,
		func(ctx context.Context, client *control.Client, args []string) (control.Stub, error) {
			if err := readStub(cmd, args, &stub); err != nil {
				return stub, err
			}
			return client.AddStub(ctx, stub)
		}, func(added control.Stub) string {
			return stubsText(stubList{[]control.Stub{added}})
		})
}

// readStub reads the stub from a file, or its body from the file that --body names.
func readStub(cmd *cobra.Command, args []string, stub *control.Stub) error {
	if len(args) == 1 {
		if err := decodeInput(cmd, args[0], stub); err != nil {
			return err
		}
		if stub.Path == "" {
			return cli.Usagef("FILE", "expected a stub with a path, such as /v2025/search/*")
		}
		return cli.CheckName("--method", "method", stub.Method, fixtures.StubMethods())
	}
	if stub.Path == "" {
		return cli.Usagef("--path", "a stub needs --path, such as --path '/v2025/search/*'")
	}
	file, isFile := strings.CutPrefix(stub.Body, "@")
	if stub.Body != "-" && !isFile {
		return nil
	}
	body, err := readInput(cmd, file)
	if err != nil {
		return cli.Usagef("--body", "%w", err)
	}
	stub.Body = string(body)
	if !utf8.ValidString(stub.Body) {
		return cli.Usagef("--body", "--body: expected text in UTF-8; a stub has no binary body")
	}
	return nil
}

// ContentTypes returns likely content types of a stub.
func ContentTypes() []string {
	return []string{"application/json", "application/problem+json", "text/csv", "text/plain"}
}

func registerStub(flags *pflag.FlagSet, stub *control.Stub) {
	cli.ChoiceVar(flags, &stub.Method, "method", "method", fixtures.StubMethods(),
		strings.Join(fixtures.StubMethods(), ", ")+" (default any)")
	flags.StringVar(&stub.Path, "path", "",
		"path, such as /v2025/search/*; * is any text within a segment, and ** at the end any "+
			"further segments")
	flags.StringSliceVar(&stub.Scope, "scope", nil,
		"scope that the access token needs; repeatable, one suffices (default none)")
	cli.SetGroup(flags, cli.GroupRequests)
	flags.StringVar(&stub.ID, "id", "", "ID of the stub (default generated)")
	flags.IntVar(&stub.Status, "status", 0, "status, from 200 to 599 (default 200)")
	flags.Var(headers(stub.Header), "header",
		`of the response, such as "X-Total-Count: 7"; can be repeated`)
	flags.StringVar(&stub.ContentType, "content-type", "",
		"content type of the body (default application/json)")
	flags.StringVar(&stub.Body, "body", "", "body: text, @FILE, or - for standard input")
}

func newStubList(c *controlCommand) *cobra.Command {
	return query(c, &cobra.Command{
		Use:     "list",
		Short:   "List the canned responses in matching order, the latest first",
		Example: "  patmock exec -- patmock control stub list",
	}, func(ctx context.Context, client *control.Client, _ []string) (stubList, error) {
		stubs, err := client.Stubs(ctx)
		return stubList{stubs}, err
	}, stubsText)
}

func newStubRemove(c *controlCommand) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:               "rm ID | --all",
		ValidArgsFunction: cli.FirstArgument(completeStub(c.Env)),
		Short:             "Remove one canned response, or all",
		Example: "  patmock exec -- sh -c 'patmock control stub add --id r --path /v2025/roles &&" +
			"\n    patmock control stub rm r'",
		Args: cli.OptionalArg("ID", "the ID of a stub"),
	}
	cmd.Flags().BoolVar(&all, "all", false, "remove all, including those of the fixture")
	return action(c, cmd, func(ctx context.Context, client *control.Client, args []string) error {
		switch {
		case all == (len(args) == 1):
			return cli.Usagef("ID", "expected the ID of a stub, or --all")
		case all:
			return client.ClearStubs(ctx)
		}
		return client.RemoveStub(ctx, args[0])
	})
}

type stubList struct {
	Stubs []control.Stub `json:"stubs"`
}

func stubsText(list stubList) string {
	rows := [][]string{{"ID", "MATCHES", "SCOPE", "STATUS", "BODY", "HITS"}}
	for _, s := range list.Stubs {
		rows = append(rows, []string{
			s.ID, stubMatchText(s), strings.Join(s.Scope, " or "), strconv.Itoa(s.Status),
			bodyText(s), strconv.Itoa(s.Hits),
		})
	}
	return cli.Table(rows...)
}

func stubMatchText(s control.Stub) string {
	return strings.Join(nonEmpty(s.Method, s.Path), " ")
}

func bodyText(s control.Stub) string {
	if s.ContentType == "" {
		return "none"
	}
	return strconv.Itoa(len(s.Body)) + " bytes of " + s.ContentType
}

// completeStub completes the IDs of the stubs of the running mock.
func completeStub(env cli.Env) cobra.CompletionFunc {
	return remote.CompleteFromMock(env,
		func(ctx context.Context, client *control.Client) ([]cobra.Completion, error) {
			stubs, err := client.Stubs(ctx)
			var all []cobra.Completion
			for _, s := range stubs {
				all = append(all, cobra.CompletionWithDesc(s.ID,
					stubMatchText(s)+": "+strconv.Itoa(s.Status)))
			}
			return all, err
		})
}
