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

func newFindings(c *controls) *cobra.Command {
	return group("findings", "Show and allow what clients did wrong", newFindingsList(c), newFindingsAllow(c))
}

func newFindingsList(c *controls) *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Count findings by kind",
		Long: "Counts findings by kind since the mock was started or its findings were cleared\n" +
			"by patmock check --clear. A reset leaves them alone. patmock check judges them.",
		Example: "  patmock exec -- patmock control findings list --all",
		Args:    cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return show(c, cmd, func(client *control.Client, ctx context.Context) (control.Findings, error) {
				if all {
					return client.AllFindings(ctx)
				}
				return client.Findings(ctx)
			}, findingsText)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "those of every namespace, also of removed ones")
	cli.FormatFlag(cmd, cli.TextOrJSON...)
	return cmd
}

func findingsText(f control.Findings) string {
	rows := [][]string{{"KIND", "COUNT", "ALLOWED", "FIRST"}}
	for _, k := range f.Kinds {
		first := ""
		if len(k.Examples) > 0 {
			e := k.Examples[0]
			first = fmt.Sprintf("%s %s by %s in %s", e.Method, e.Path, cmp.Or(e.Owner, "an unknown user"), e.Namespace)
		}
		rows = append(rows, []string{k.Kind, strconv.Itoa(k.Count), strconv.Itoa(k.Allowed), first})
	}
	notJudged := 0
	for _, n := range f.NotJudged {
		notJudged += n
	}
	text := cli.Table(rows...) + fmt.Sprintf("requests judged: %d, not judged: %d\n", f.Judged, notJudged)
	if len(f.AllowedKinds) > 0 {
		text += "allowed until the next reset: " + strings.Join(f.AllowedKinds, ", ") + "\n"
	}
	return text
}

func newFindingsAllow(c *controls) *cobra.Command {
	return &cobra.Command{
		Use:   "allow KIND...",
		Short: "Allow kinds of findings until the next reset",
		Long: "Allows kinds of findings in the namespace from now on until its next reset, for a\n" +
			"test that breaks a rule on purpose. Checks report them as allowed.",
		Example: "  patmock exec -- patmock control findings allow unknown-property",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Usagef("KIND", "expected a kind of finding: %s", strings.Join(control.FindingKinds(), ", "))
			}
			for _, kind := range args {
				if err := cli.CheckName("KIND", "kind of finding", kind, control.FindingKinds()); err != nil {
					return err
				}
			}
			return nil
		},
		ValidArgs: control.FindingKinds(),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := c.tell(cmd, func(client *control.Client, ctx context.Context) error { return client.AllowFindings(ctx, args...) })
			if err != nil {
				return err
			}
			return c.print(fmt.Sprintf("allowed in namespace %s until its next reset: %s\n", cmp.Or(c.Namespace, "default"), strings.Join(args, ", ")))
		},
	}
}
