package control

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/mockserver/control"
)

type verifyFlags struct {
	matchFlags
	times, atLeast, atMost int
	timeout                time.Duration
}

func newVerify(c *controlCommand) *cobra.Command {
	var flags verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [@FILE|-]",
		Short: "Verify that requests were sent; exit with 1 if not",
		Long: "Compare the requests of clients with one expectation from flags, or with several " +
			"from JSON, which also supports order, headers, query and body: {\"expect\": " +
			"[{\"match\": {\"operation\": \"create\"}, \"times\": 1}], \"inOrder\": true}. " +
			"Without a number, at least one request is expected.",
		Example: "  patmock exec -- sh -c 'curl -s \"$SAIL_BASE_URL/oauth/info\" >info.json &&\n " +
			" " +
			"  patmock control verify --operation info --status 200 --times 1'",
		Args: cli.OptionalArg("FILE", "@FILE, or - for standard input"),
	}
	flags.register(cmd)
	cmd.Flags().IntVar(&flags.times, "times", 0, "exact number")
	cmd.Flags().IntVar(&flags.atLeast, "at-least", 1, "minimum number")
	cmd.Flags().IntVar(&flags.atMost, "at-most", 0, "maximum number")
	cmd.Flags().DurationVar(&flags.timeout, "timeout", 0,
		"how long to wait for the requests, such as 2s")
	var result control.VerifyResult
	query(c, cmd,
		func(
			ctx context.Context, client *control.Client, args []string,
		) (control.VerifyResult, error) {
			request, err := flags.request(cmd, args)
			if err == nil {
				result, err = client.Verify(ctx, request)
			}
			return result, err
		}, resultText)
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := run(cmd, args); err != nil || result.Verified {
			return err
		}
		return cli.SilentExit(cli.ExitFailed)
	}
	return cmd
}

// request returns the request of the file, or else of the flags.
func (f *verifyFlags) request(
	cmd *cobra.Command, args []string,
) (v control.VerifyRequest, err error) {
	if len(args) == 1 {
		if err := decodeInput(cmd, args[0], &v); err != nil {
			return v, err
		}
		for _, e := range v.Expect {
			if err := checkMatch(e.Match); err != nil {
				return v, err
			}
		}
		return v, nil
	}
	e := control.Expectation{Match: f.criteria(cmd)}
	changed := cmd.Flags().Changed
	if changed("times") {
		e.Times = &f.times
	}
	if changed("at-least") {
		e.AtLeast = &f.atLeast
	}
	if changed("at-most") {
		e.AtMost = &f.atMost
	}
	v.Expect = []control.Expectation{e}
	if f.timeout != 0 {
		// the API accepts no minutes
		v.Timeout = strconv.FormatFloat(f.timeout.Seconds(), 'f', -1, 64) + "s"
	}
	return v, nil
}

func checkMatch(m control.Match) error {
	return cmp.Or(
		cli.CheckName("--operation", "operation", m.Operation, operations),
		cli.CheckName("--version", "version", m.Version, cli.VersionNames()),
		cli.CheckName("--finding", "finding", m.Finding, append(control.FindingKinds(), "*")),
	)
}

func resultText(result control.VerifyResult) string {
	text := ""
	for _, o := range result.Outcomes {
		mark := "verified"
		if !o.Verified {
			mark = "NOT VERIFIED"
		}
		text += fmt.Sprintf("%s: expected %s, got %d\n", mark, o.Expected, o.Actual)
		for _, miss := range o.NearMisses {
			text += fmt.Sprintf("  nearest: #%d %s (%s)\n", miss.Sequence, miss.Request, miss.ID)
			for _, d := range miss.Differences {
				text += fmt.Sprintf("    %s: expected %s, got %s\n", d.Pointer,
					cli.Cell(d.Expected), cli.Cell(d.Actual))
			}
		}
	}
	return cli.Sanitize(text)
}
