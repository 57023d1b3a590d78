package exec

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/check"
	"example.com/patmock/cmd/patmock/internal/cli/serve"
	"example.com/patmock/contracttests/report"
)

// checkAfter judges what a command did that has just ended against a mock of its own. Standard error
// has the report, beside those that --report names.
func (f Flags) checkAfter(env cli.Env, m *serve.Mock) error {
	result, err := f.Judge(context.Background(), m.Handler.Control(), f.namespace, m.Local)
	if err != nil {
		return err
	}
	hintOwnMock(result)
	if err := report.Write("text", env.Stderr, result); err != nil {
		return fmt.Errorf("--check: %w", err)
	}
	if err := f.out.WriteNamed(env, result); err != nil {
		return err
	}
	return check.Verdict(result)
}

// hintOwnMock adds a note to a report in which no request was judged: tests often start a mock in
// their own process.
func hintOwnMock(result *report.Report) {
	for i, r := range result.Results {
		if r.Kind == report.KindNoRequests {
			result.Results[i].Notes = append(result.Results[i].Notes, "exec judges requests to the mock that it started, at SAIL_BASE_URL and PATMOCK_URL: "+
				"tests that start a mock of their own have to check that one (in Go, contracttests.LintClient)")
		}
	}
}

// validateCheck returns a usage error if the flags of --check are wrong, or have no --check.
func (f Flags) validateCheck(flags *pflag.FlagSet) error {
	if !f.check {
		for _, name := range []string{"report", "allow", "allow-empty", "namespace"} {
			if flags.Changed(name) {
				return cli.Usagef("--"+name, "--%s needs --check, which judges what the command did", name)
			}
		}
	}
	if f.out.Err != nil {
		return f.out.Err
	}
	if f.namespace != "" {
		if err := cli.CheckSegment("--namespace", "the name of a namespace", f.namespace); err != nil {
			return err
		}
	}
	return f.Validate()
}
