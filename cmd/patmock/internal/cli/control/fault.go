package control

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/mockserver/control"
)

// The values that a rule accepts.
var (
	faultOperations = []string{
		"token", "list", "create", "patch", "delete", "bulk", "publicIdentities", "identities",
		"identity", "stub",
	}
	faultEffects = []string{
		"reset", "hang", "html", "truncated-json", "wrong-content-type", "empty-body",
	}
	retryAfterForms = []string{"seconds", "date"}
)

func newFaultAdd(c *controlCommand) *cobra.Command {
	rule := control.Fault{Header: map[string]string{}}
	cmd := &cobra.Command{
		Use:   "add [@FILE|-]",
		Short: "Add a fault rule",
		Long: "Add a fault rule from flags, or from JSON with the same fields (retryAfter for " +
			"--retry-after). It needs --status, --latency or --effect; html can be combined with " +
			"a status. It applies once unless --times or --rate is set.",
		Example: "  patmock exec -- patmock control fault add \\\n    --operation list --version " +
			"v2026 --status 429 --retry-after 3s --times 2",
		Args: cli.OptionalArg("FILE", "@FILE, or - for standard input"),
	}
	registerRule(cmd.Flags(), &rule)
	return query(c, cmd,
		func(ctx context.Context, client *control.Client, args []string) (control.Fault, error) {
			if len(args) == 1 {
				if err := readRule(cmd, args[0], &rule); err != nil {
					return rule, err
				}
			} else if !cmd.Flags().Changed("status") && rule.Latency == "" && rule.Effect == "" {
				return rule,
					cli.Usagef("--status",
						"a rule needs --status, --latency or --effect, such as --status 503")
			}
			return client.AddFault(ctx, rule)
		}, func(added control.Fault) string {
			return faultsText(faultList{[]control.Fault{added}})
		})
}

func readRule(cmd *cobra.Command, source string, rule *control.Fault) error {
	if err := decodeInput(cmd, source, rule); err != nil {
		return err
	}
	return cmp.Or(
		cli.CheckName("--operation", "operation", rule.Operation, faultOperations),
		cli.CheckName("--version", "version", rule.Version, cli.VersionNames()),
		cli.CheckName("--effect", "effect", rule.Effect, faultEffects),
		cli.CheckName("--retry-after-as", "form of Retry-After", rule.RetryAfterAs,
			retryAfterForms),
	)
}

func registerRule(flags *pflag.FlagSet, rule *control.Fault) {
	cli.ChoiceVar(flags, &rule.Operation, "operation", "operation", faultOperations,
		strings.Join(faultOperations, ", ")+" (default any)")
	cli.ChoiceVar(flags, &rule.Version, "version", "version", cli.VersionNames(),
		strings.Join(cli.VersionNames(), ", ")+" (default any)")
	flags.StringVar(&rule.Owner, "owner", "",
		"name or ID of the user who sends the request (default any)")
	flags.Var(headers(rule.Header), "header",
		`that the request has, such as "X-Run: 7"; can be repeated`)
	flags.IntVar(&rule.After, "after", 0, "number of matching requests to skip first")
	flags.IntVar(&rule.Times, "times", 0, "number of requests to fail (default 1)")
	flags.Float64Var(&rule.Rate, "rate", 0,
		"share of requests to fail, from 0 to 1, instead of --after and --times")
	cli.SetGroup(flags, cli.GroupRequests)
	flags.StringVar(&rule.ID, "id", "", "ID of the rule (default generated)")
	flags.IntVar(&rule.Status, "status", 0, "status of the response, from 400 to 599")
	flags.StringVar(&rule.RetryAfter, "retry-after", "",
		"value of the Retry-After header, such as 3s")
	cli.ChoiceVar(flags, &rule.RetryAfterAs, "retry-after-as", "form of Retry-After",
		retryAfterForms, strings.Join(retryAfterForms, " or ")+" (default seconds)")
	flags.StringVar(&rule.Latency, "latency", "",
		"added latency, such as 200ms, or 100ms-300ms for a uniform range")
	cli.ChoiceVar(flags, &rule.Effect, "effect", "effect", faultEffects,
		strings.Join(faultEffects, ", "))
}

func newFaultList(c *controlCommand) *cobra.Command {
	return query(c, &cobra.Command{
		Use:     "list",
		Short:   "List the rules in matching order with their counts",
		Example: "  patmock exec -- patmock control fault list",
	}, func(ctx context.Context, client *control.Client, _ []string) (faultList, error) {
		rules, err := client.Faults(ctx)
		return faultList{rules}, err
	}, faultsText)
}

func newFaultRemove(c *controlCommand) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:               "rm ID | --all",
		ValidArgsFunction: cli.FirstArgument(CompleteFault(c.Env)),
		Short:             "Remove one rule, or all",
		Example: "  patmock exec -- sh -c 'patmock control fault add --id busy --status " +
			"503 &&\n    patmock control fault rm busy'",
		Args: cli.OptionalArg("ID", "the ID of a rule"),
	}
	cmd.Flags().BoolVar(&all, "all", false, "remove all rules")
	return action(c, cmd, func(ctx context.Context, client *control.Client, args []string) error {
		switch {
		case all == (len(args) == 1):
			return cli.Usagef("ID", "expected the ID of a rule, or --all")
		case all:
			return client.ClearFaults(ctx)
		}
		return client.RemoveFault(ctx, args[0])
	})
}

type faultList struct {
	Faults []control.Fault `json:"faults"`
}

func faultsText(list faultList) string {
	rows := [][]string{{"ID", "MATCHES", "EFFECT", "SCHEDULE", "MATCHED", "HITS"}}
	for _, f := range list.Faults {
		rows = append(rows, []string{
			f.ID, matchText(f), effectText(f), scheduleText(f), strconv.Itoa(f.Matched),
			strconv.Itoa(f.Hits),
		})
	}
	return cli.Table(rows...)
}

func matchText(f control.Fault) string {
	parts := nonEmpty(f.Operation, f.Version, prefixed("of ", f.Owner))
	for _, name := range slices.Sorted(maps.Keys(f.Header)) {
		parts = append(parts, name+": "+f.Header[name])
	}
	if len(parts) == 0 {
		return "every request"
	}
	return strings.Join(parts, " ")
}

func effectText(f control.Fault) string {
	status := ""
	if f.Status != 0 {
		status = strconv.Itoa(f.Status)
	}
	wait := prefixed("retry after ", f.RetryAfter)
	if f.RetryAfterAs == "date" {
		wait += " as a date"
	}
	return strings.Join(nonEmpty(f.Effect, status, wait, prefixed("latency ", f.Latency)), ", ")
}

func scheduleText(f control.Fault) string {
	if f.Rate != 0 {
		return fmt.Sprintf("%v of them", f.Rate)
	}
	text := fmt.Sprintf("%d times", max(f.Times, 1))
	if f.Times <= 1 {
		text = "once"
	}
	if f.After != 0 {
		text += fmt.Sprintf(", after %d", f.After)
	}
	return text
}

func nonEmpty(all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// prefixed returns prefix and text, or "" if text is empty.
func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}
