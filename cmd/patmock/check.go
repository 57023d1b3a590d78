package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver/control"
)

func newCheck(env environment, out *reports) *cobra.Command {
	c := &connection{env: env}
	f, list := checkFlags{}, false
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Tell whether your client keeps the rules",
		Long: "Judges what clients did to a running mock since it was started: each request\n" +
			"that broke a rule, the rule and where it is published, and what to do. Looks at\n" +
			"every namespace unless one is named, also at those that were reset or removed.\n" +
			"Exit code 1 when there is anything, or when no request was judged. contract run\n" +
			"proves the mock, check proves your client; patmock exec --check does it after a\n" +
			"command.",
		Example: "  patmock exec -- patmock check --allow-empty --report markdown=-",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out.err != nil {
				return out.err
			}
			format, err := formatOf(cmd, textOrJSON)
			if err != nil {
				return err
			}
			if list {
				return listKinds(env, format)
			}
			if cmd.Flags().Changed("format") {
				return usagef("--format", "--format is for --list; a verdict is written by --report FORMAT=FILE")
			}
			client, err := c.client()
			if err != nil {
				return err
			}
			if err := f.validate(); err != nil {
				return err
			}
			result, err := f.judge(cmd.Context(), client, c.namespace, c.url)
			if err != nil {
				return err
			}
			if err := out.write(env, result); err != nil {
				if f.clear { // there is no other copy
					err = errors.Join(err, report.Write("text", env.stderr, result))
				}
				return err
			}
			return verdict(result)
		},
	}
	c.register(cmd.Flags())
	cmd.Flags().Lookup("namespace").Usage = "the namespace to judge (default every namespace)"
	f.register(cmd.Flags())
	cmd.Flags().BoolVar(&f.clear, "clear", false, "clear the findings after they were judged")
	ignoreVariable(cmd.Flags().Lookup("clear"))
	cmd.Flags().BoolVar(&list, "list", false, "list the kinds of findings, and judge nothing")
	formatFlag(cmd, textOrJSON...)
	ignoreVariable(cmd.Flags().Lookup("list"))
	complete(cmd, "allow", control.FindingKinds())
	return cmd
}

// checkFlags say what is judged, by check and by exec --check.
type checkFlags struct {
	allow             []string
	allowEmpty, clear bool
}

func (f *checkFlags) register(flags *pflag.FlagSet) {
	flags.StringArray("report", nil, "FORMAT=FILE, or - for standard output (default text=-)") // see reports
	flags.StringArrayVar(&f.allow, "allow", nil, "kind of finding to ignore (repeatable)")
	flags.BoolVar(&f.allowEmpty, "allow-empty", false, "pass if no request was judged")
	for _, name := range []string{"report", "allow", "allow-empty"} {
		ignoreVariable(flags.Lookup(name))
	}
}

// validate returns a usage error if --allow names no kind of finding.
func (f checkFlags) validate() error {
	for _, kind := range f.allow {
		if err := checkName("--allow", "kind of finding", kind, control.FindingKinds()); err != nil {
			return err
		}
	}
	return nil
}

// judge judges what clients did in a namespace, in all for an empty name. The target is how the
// report names the mock.
func (f checkFlags) judge(ctx context.Context, mock *control.Client, namespace, target string) (*report.Report, error) {
	result, err := contracttests.CheckClient(ctx, mock.WithNamespace(namespace), contracttests.CheckOptions{
		AllNamespaces: namespace == "", Allowed: f.allow, AllowEmpty: f.allowEmpty, Clear: f.clear,
	})
	if err != nil {
		return nil, refusal(err)
	}
	result.Tool, result.Target.Name = tool(), target
	return result, nil
}

// verdict returns the exit code of a check.
func verdict(result *report.Report) error {
	if result.Counts[report.Fail] > 0 {
		return silentExit(exitFound)
	}
	return nil
}

// checkAfter judges what a command did that has just ended against a mock of its own. Standard error
// has the report, beside those that --report names.
func (f execFlags) checkAfter(env environment, m *mock) error {
	result, err := f.judge(context.Background(), m.handler.Control(), f.namespace, m.local)
	if err != nil {
		return err
	}
	hintOwnMock(result)
	if err := report.Write("text", env.stderr, result); err != nil {
		return fmt.Errorf("--check: %w", err)
	}
	if err := f.out.writeNamed(env, result); err != nil {
		return err
	}
	return verdict(result)
}

// hintOwnMock adds a note to a report in which no request was judged: tests often start a mock in
// their own process.
func hintOwnMock(result *report.Report) {
	for i, r := range result.Results {
		if r.Kind == report.KindNoRequests {
			result.Results[i].Notes = append(result.Results[i].Notes, "exec judges requests to the mock that it started, at SAIL_BASE_URL and PATMOCK_URL: "+
				"tests that start a mock of their own have to check that one (in Go, contracttests.CheckClient)")
		}
	}
}

// validateCheck returns a usage error if the flags of --check are wrong, or have no --check.
func (f execFlags) validateCheck(flags *pflag.FlagSet) error {
	if !f.check {
		for _, name := range []string{"report", "allow", "allow-empty", "namespace"} {
			if flags.Changed(name) {
				return usagef("--"+name, "--%s needs --check, which judges what the command did", name)
			}
		}
	}
	if f.out.err != nil {
		return f.out.err
	}
	if f.namespace != "" {
		if err := checkSegment("--namespace", "the name of a namespace", f.namespace); err != nil {
			return err
		}
	}
	return f.checkFlags.validate()
}
