package control

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/mockserver/control"
)

func newRequestsFollow(c *controlCommand) *cobra.Command {
	var flags matchFlags
	cmd := &cobra.Command{
		Use:   "follow",
		Short: "Print requests as they arrive",
		Long: "Print new matching requests until interrupted: one line each, or one JSON object " +
			"per line. The exit code is 0 after an interrupt, and 3 when the mock stops or the " +
			"namespace is removed.",
		Example: "  patmock exec -- sh -c 'patmock control requests follow & sleep 1;\n" +
			`    curl -s "$SAIL_BASE_URL/oauth/info" >info.json; kill -INT $!; wait'`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := c.Client()
			if err != nil {
				return err
			}
			ctx, stop := cli.InterruptContext(cmd.Context())
			defer stop()
			err = c.follow(ctx, client, flags.criteria(cmd), cli.Format(cmd))
			if errors.Is(context.Cause(ctx), cli.ErrInterrupted) {
				return nil
			}
			return err
		},
	}
	flags.register(cmd)
	cli.FormatFlag(cmd)
	return cmd
}

// follow prints requests until the stream ends. It prints other events on standard error.
func (c *controlCommand) follow(
	ctx context.Context, client *control.Client, match control.Match, format string,
) error {
	stream, err := client.FollowRequests(ctx, match, "")
	if err != nil {
		return remote.ExplainError(err)
	}
	defer func() { _ = stream.Close() }() // it has ended, or is no longer needed
	if err := c.printStatus("following requests of " + c.URL + "; interrupt to stop"); err != nil {
		return err
	}
	for {
		event, err := stream.Next()
		switch {
		case errors.Is(err, control.ErrStopped), errors.Is(err, control.ErrRemoved):
			return cli.Exitf(cli.ExitUnreachable, "%w", err)
		case err != nil:
			return cli.Exitf(cli.ExitUnreachable, "the request stream ended: %w", err)
		}
		switch event.Type {
		case control.EventMissed:
			err = c.printStatus(missedText(event.Missed))
		case control.EventCleared:
			err = c.printStatus("the journal was cleared")
		default:
			err = c.printRequest(event.Request, format)
		}
		if err != nil {
			return err
		}
	}
}

func missedText(n int) string {
	if n == 0 {
		return "some requests are missing: the journal dropped them"
	}
	return strconv.Itoa(n) +
		" requests are missing: the journal dropped them before they were read (see serve " +
		"--journal-size)"
}

func (c *controlCommand) printStatus(text string) error {
	_, err := io.WriteString(c.Env.Stderr, "patmock: "+text+"\n")
	return err
}

func (c *controlCommand) printRequest(r control.Request, format string) error {
	if format == "json" {
		encoder := json.NewEncoder(c.Env.Stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	return c.Env.Print(requestLine(r))
}

// remarksText returns the fault, the broken rules and the findings of a request.
func remarksText(r control.Request) string {
	parts := nonEmpty(prefixed("fault ", r.Fault))
	hasFinding := func(kind string) bool {
		return slices.ContainsFunc(r.Findings, func(f control.Finding) bool {
			return f.Kind == kind
		})
	}
	for _, rule := range r.Rules {
		if !hasFinding(rule) { // otherwise the finding follows
			parts = append(parts, "rule "+rule)
		}
	}
	for _, f := range r.Findings {
		parts = append(parts, f.Kind+" ("+f.Detail+")")
	}
	return strings.Join(parts, ", ")
}

func requestLine(r control.Request) string {
	line := strings.Join(nonEmpty(r.Time.Format(time.RFC3339), status(r), r.Method, target(r),
		prefixed("by ", r.Owner)), " ")
	if about := remarksText(r); about != "" {
		line += ": " + about
	}
	return strings.ReplaceAll(cli.Sanitize(line), "\n", " ") + "\n"
}
