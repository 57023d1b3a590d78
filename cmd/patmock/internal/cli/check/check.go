// Package check implements the command check, which judges the requests of clients to a mock.
package check

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/cmd/patmock/internal/cli/reports"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver/control"
)

// New returns the command check.
func New(env cli.Env, out *reports.Writer) *cobra.Command {
	c := &remote.Mock{Env: env}
	f, list := Flags{}, false
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check whether your client follows the rules",
		Long: "Judge the requests that clients sent to a running mock since it started. The " +
			"report lists each request that broke a rule, the source of the rule, and what to " +
			"do. " +
			"It covers all namespaces, including reset and removed ones, unless you name one. " +
			"The " +
			"exit code is 1 if there are findings, or if no request was judged. contract run " +
			"tests the mock; check tests your client. patmock exec --check does the same after a " +
			"command.",
		Example: "  patmock exec -- patmock check --allow-empty --report markdown=-",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out.Err != nil {
				return out.Err
			}
			format := cli.Format(cmd)
			if list {
				return listKinds(env, format)
			}
			if cmd.Flags().Changed("format") {
				return cli.Flagf("format",
					" is for --list only; use --report FORMAT=FILE for the report")
			}
			client, err := c.Client()
			if err != nil {
				return err
			}
			if err := f.Validate(); err != nil {
				return err
			}
			result, err := f.Judge(cmd.Context(), client, c.Namespace, c.URL)
			if err != nil {
				return err
			}
			if err := out.Write(env, result); err != nil {
				if f.clear { // the findings exist nowhere else
					err = errors.Join(err, report.Write("text", env.Stderr, result))
				}
				return err
			}
			return Verdict(result)
		},
	}
	c.Register(cmd.Flags())
	cmd.Flags().Lookup("namespace").Usage = "the namespace to judge (default all)"
	f.Register(cmd.Flags())
	cmd.Flags().BoolVar(&f.clear, "clear", false, "clear the findings afterwards")
	cmd.Flags().BoolVar(&list, "list", false, "list the kinds of findings instead")
	cli.FormatFlag(cmd)
	return cmd
}

// Flags are the flags of check and of exec --check.
type Flags struct {
	allow             []string
	allowEmpty, clear bool
}

// Register adds the flags.
func (f *Flags) Register(flags *pflag.FlagSet) {
	// parsed by package reports
	flags.StringArray("report", nil, "FORMAT=FILE, or - for standard output (default text=-)")
	flags.StringArrayVar(&f.allow, "allow", nil, "kind of finding to ignore (repeatable)")
	flags.BoolVar(&f.allowEmpty, "allow-empty", false, "pass even if no request was judged")
}

// Validate returns a usage error if --allow has an unknown kind of finding.
func (f Flags) Validate() error {
	for _, kind := range f.allow {
		if err := cli.CheckName("--allow", "kind of finding", kind,
			control.FindingKinds()); err != nil {
			return err
		}
	}
	return nil
}

// Judge judges the requests of a namespace, or of all namespaces if it is empty. The report names
// the mock as target.
func (f Flags) Judge(ctx context.Context, mock *control.Client, namespace,
	target string,
) (*report.Report, error) {
	result, err := contracttests.LintClient(ctx, mock.WithNamespace(namespace),
		contracttests.LintOptions{
			AllNamespaces: namespace == "", AllowedKinds: f.allow, AllowEmpty: f.allowEmpty,
			Clear: f.clear,
		})
	if err != nil {
		return nil, remote.ExplainError(err)
	}
	result.Tool, result.Target.Name = cli.Tool(), target
	return result, nil
}

// AllowsEmpty reports whether a check passes even if no request was judged.
func (f Flags) AllowsEmpty() bool { return f.allowEmpty }

// Verdict returns the error that sets the exit code of a check.
func Verdict(result *report.Report) error {
	if result.Counts[report.Fail] > 0 {
		return cli.SilentExit(cli.ExitFailed)
	}
	return nil
}

type findingKind struct {
	Kind     string   `json:"kind"`
	Rule     string   `json:"rule"`
	Evidence string   `json:"evidence"`
	Sources  []string `json:"sources"`
	Remedy   string   `json:"remedy"`
	Docs     string   `json:"docs"`
}

// kindsPage is the page that explains every kind of finding, with an anchor for each.
const kindsPage = "docs/checking.md"

func listKinds(env cli.Env, format string) error {
	var kinds []findingKind
	for _, r := range contracttests.LintRules() {
		kinds = append(kinds, findingKind{
			r.Kind(), r.Text, string(r.Evidence), r.Sources, r.Advice, kindsPage + "#" + r.Kind(),
		})
	}
	if format == "json" {
		return cli.PrintJSON(env.Stdout, kinds)
	}
	var b strings.Builder
	for _, k := range kinds {
		fmt.Fprintf(&b, "%-21s  %s\n", k.Kind, k.Rule)
	}
	return env.Print(b.String())
}
