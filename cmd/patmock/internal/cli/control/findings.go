package control

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/mockserver/control"
)

func newFindingsList(c *controlCommand) *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Count findings by kind",
		Long: "Count findings by kind since the mock started or patmock check --clear. A reset " +
			"keeps them. patmock check judges them.",
		Example: "  patmock exec -- patmock control findings list --all",
	}
	cmd.Flags().BoolVar(&all, "all", false, "findings of all namespaces, including removed ones")
	return query(c, cmd,
		func(ctx context.Context, client *control.Client, _ []string) (control.Findings, error) {
			if all {
				return client.AllFindings(ctx)
			}
			return client.Findings(ctx)
		}, findingsText)
}

func findingsText(f control.Findings) string {
	rows := [][]string{{"KIND", "COUNT", "ALLOWED", "FIRST"}}
	for _, k := range f.Kinds {
		first := ""
		if len(k.Examples) > 0 {
			e := k.Examples[0]
			first = fmt.Sprintf("%s %s by %s in %s", e.Method, e.Path,
				cmp.Or(e.Owner, "an unknown user"), e.Namespace)
		}
		rows = append(rows, []string{k.Kind, strconv.Itoa(k.Count), strconv.Itoa(k.Allowed), first})
	}
	notJudged := 0
	for _, n := range f.NotJudged {
		notJudged += n
	}
	text := cli.Table(rows...) +
		fmt.Sprintf("requests judged: %d, not judged: %d\n", f.Judged, notJudged)
	if len(f.AllowedKinds) > 0 {
		text += "allowed until the next reset: " + strings.Join(f.AllowedKinds, ", ") + "\n"
	}
	return text
}

func newFindingsAllow(c *controlCommand) *cobra.Command {
	cmd := action(c, &cobra.Command{
		Use:   "allow KIND...",
		Short: "Allow kinds of findings until the next reset",
		Long: "Allow kinds of findings in the namespace until its next reset, for a test that " +
			"breaks a rule on purpose. Checks report them as allowed.",
		Example: "  patmock exec -- patmock control findings allow unknown-property",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Usagef("KIND", "expected a kind of finding: %s",
					strings.Join(control.FindingKinds(), ", "))
			}
			for _, kind := range args {
				if err := cli.CheckName("KIND", "kind of finding", kind,
					control.FindingKinds()); err != nil {
					return err
				}
			}
			return nil
		},
		ValidArgs: control.FindingKinds(),
	}, func(ctx context.Context, client *control.Client, args []string) error {
		return client.AllowFindings(ctx, args...)
	})
	allow := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := allow(cmd, args); err != nil {
			return err
		}
		return c.Env.Print(fmt.Sprintf("allowed in namespace %s until its next reset: %s\n",
			cmp.Or(c.Namespace, "default"), strings.Join(args, ", ")))
	}
	return cmd
}
