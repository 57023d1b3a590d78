package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

func newCheck(env environment) *cobra.Command {
	c := &controls{env: env}
	var reports, allow []string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Tell whether your client keeps the rules",
		Long: "Judges what clients did to a running mock, by its journal: each request that broke a rule, the rule and where it is\n" +
			"published, and what to do. Looks at every namespace unless one is named. Exit code 1 when there is anything.\n" +
			"contract run proves the mock, check proves your client; patmock exec --check does it after a command.",
		Example: "  patmock exec -- patmock check --report markdown=-",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if env.reports.err != nil {
				return env.reports.err
			}
			client, err := c.client()
			if err != nil {
				return err
			}
			if err := checkKinds(allow); err != nil {
				return err
			}
			var names []string // all
			if c.namespace != "" {
				names = []string{c.namespace}
			}
			result, err := checkClients(cmd.Context(), client, names, allow)
			if err != nil {
				return refusal(err)
			}
			result.Target.Name = c.url
			if err := env.reports.write(env, result); err != nil {
				return err
			}
			if result.Counts[report.Fail] > 0 {
				return &exitError{code: exitFound}
			}
			return nil
		},
	}
	c.register(cmd.Flags())
	cmd.Flags().StringArrayVar(&reports, "report", nil, "FORMAT=FILE, or - for standard output (default text=-)")
	cmd.Flags().StringArrayVar(&allow, "allow", nil, "kind of finding that is none here; may be given several times")
	ignoreVariable(cmd.Flags().Lookup("report"))
	ignoreVariable(cmd.Flags().Lookup("allow"))
	complete(cmd, "allow", control.FindingKinds())
	return cmd
}

func checkKinds(kinds []string) error {
	for _, kind := range kinds {
		if err := checkNames(name{"--allow", "kind of finding", kind, control.FindingKinds()}); err != nil {
			return err
		}
	}
	return nil
}

// checkClients judges the journals of namespaces together, of all where none is named.
func checkClients(ctx context.Context, mock *control.Client, names, allow []string) (*report.Report, error) {
	if names == nil {
		all, err := mock.Namespaces(ctx)
		if err != nil {
			return nil, err
		}
		for _, n := range all {
			names = append(names, n.Name)
		}
	}
	var together *report.Report
	for _, n := range names {
		one, err := contracttests.CheckClient(ctx, mock.In(n), allow)
		if err != nil {
			return nil, err
		}
		if together == nil {
			together = one
			continue
		}
		together.Warnings = append(together.Warnings, one.Warnings...)
		for i, r := range one.Results {
			into := &together.Results[i]
			into.Requests += r.Requests
			into.Failures = append(into.Failures, r.Failures...)
			if r.Outcome == report.Fail {
				into.Outcome, into.Kind, into.Message = r.Outcome, r.Kind, r.Message
			}
		}
	}
	if together == nil {
		return nil, errors.New("the mock has no namespace")
	}
	idle := func(w report.Warning) bool { return w.Kind == report.WarnNoRequests }
	if together.Results[0].Requests > 0 {
		together.Warnings = slices.DeleteFunc(together.Warnings, idle)
	}
	together.Warnings = slices.Compact(together.Warnings)
	together.Tool = "patmock " + mockserver.Version()
	together.Count()
	return together, nil
}

// checkAfter tells on standard error what a command did wrong that has just ended against a mock of its own.
func checkAfter(env environment, m *mock) error {
	result, err := checkClients(context.Background(), m.handler.Control(), nil, nil)
	if err != nil {
		return err
	}
	result.Target.Name = m.local
	if err := report.Write("text", env.stderr, result); err != nil {
		return fmt.Errorf("--check: %w", err)
	}
	if result.Counts[report.Fail] > 0 {
		return &exitError{code: exitFound}
	}
	return nil
}
