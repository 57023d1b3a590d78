package control

import (
	"context"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/mockserver/control"
)

// CompleteFault offers the fault rules of the running mock.
func CompleteFault(env cli.Env) cobra.CompletionFunc {
	return remote.CompleteFromMock(env, func(ctx context.Context, client *control.Client) ([]cobra.Completion, error) {
		rules, err := client.Faults(ctx)
		var all []cobra.Completion
		for _, f := range rules {
			all = append(all, cobra.CompletionWithDesc(f.ID, matchText(f)+": "+effectText(f)))
		}
		return all, err
	})
}

func completeRequest(env cli.Env) cobra.CompletionFunc {
	const most = 20
	return remote.CompleteFromMock(env, func(ctx context.Context, client *control.Client) ([]cobra.Completion, error) {
		journal, err := client.Requests(ctx, control.Match{}, most)
		var all []cobra.Completion
		for _, r := range journal.Requests {
			all = append(all, cobra.CompletionWithDesc(r.ID, r.Method+" "+target(r)+": "+status(r)))
		}
		return all, err
	})
}
