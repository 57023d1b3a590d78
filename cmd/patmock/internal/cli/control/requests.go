package control

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/mockserver/control"
)

var operations = []string{
	"token", "checkToken", "info", "list", "create", "patch", "delete", "bulk", "publicIdentities",
	"identities", "identity", "stub",
}

type matchFlags struct {
	match     control.Match
	unmatched bool
}

func (m *matchFlags) register(cmd *cobra.Command) {
	flags, match := cmd.Flags(), &m.match
	cli.ChoiceVar(flags, &match.Operation, "operation", "operation", operations,
		strings.Join(operations, ", "))
	cli.ChoiceVar(flags, &match.Version, "version", "version", cli.VersionNames(),
		strings.Join(cli.VersionNames(), ", "))
	flags.StringVar(&match.Method, "method", "", "method")
	flags.StringVar(&match.Path, "path", "", "path; * matches one segment")
	flags.IntVar(&match.Status, "status", 0, "status of the response")
	flags.StringVar(&match.Owner, "owner", "", "name of the user who sent the request")
	flags.StringVar(&match.ClientID, "client-id", "", "client ID of the token")
	flags.StringVar(&match.Fault, "fault", "", "ID of the fault rule that applied, or * for any")
	cli.ChoiceVar(flags, &match.Finding, "finding", "finding", append(control.FindingKinds(), "*"),
		"kind of finding, or * for any: "+
			strings.Join(control.FindingKinds(), ", "))
	flags.BoolVar(&m.unmatched, "unmatched", false, "whether the request matched no operation")
	cli.SetGroup(flags, cli.GroupRequests)
}

func (m *matchFlags) criteria(cmd *cobra.Command) control.Match {
	if cmd.Flags().Changed("unmatched") {
		m.match.Unmatched = &m.unmatched
	}
	return m.match
}

func newRequestsList(c *controlCommand) *cobra.Command {
	var flags matchFlags
	var limit int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List requests, oldest first",
		Example: "  patmock exec -- patmock control requests list \\\n    --operation create " +
			"--status 400 --finding unknown-property --limit 20",
	}
	flags.register(cmd)
	cmd.Flags().IntVar(&limit, "limit", 0, "maximum number, keeping the latest (default all)")
	return query(c, cmd,
		func(ctx context.Context, client *control.Client, _ []string) (control.Journal, error) {
			return client.Requests(ctx, flags.criteria(cmd), limit)
		}, journalText)
}

func journalText(journal control.Journal) string {
	rows := [][]string{{"#", "TIME", "REQUEST", "STATUS", "OWNER", "NOTES", "ID"}}
	for _, r := range journal.Requests {
		rows = append(rows, []string{
			strconv.Itoa(r.Sequence), r.Time.Format(time.RFC3339), r.Method + " " + target(r),
			status(r), r.Owner, notesText(r), r.ID,
		})
	}
	text := cli.Table(rows...)
	if left := journal.Matched - len(journal.Requests); left > 0 {
		text += fmt.Sprintf("%d earlier requests also match: see --limit.\n", left)
	}
	if journal.Dropped > 0 {
		text += fmt.Sprintf("%d older requests were dropped from the journal.\n", journal.Dropped)
	}
	return text
}

func target(r control.Request) string { return r.Path + prefixed("?", r.Query) }

func status(r control.Request) string {
	if r.Status == 0 {
		return "no response"
	}
	return strconv.Itoa(r.Status)
}

// notesText returns the fault and the kinds of findings of a request, for a table.
func notesText(r control.Request) string {
	parts := nonEmpty(prefixed("fault ", r.Fault), prefixed("stub ", r.Stub))
	for _, f := range r.Findings {
		parts = append(parts, f.Kind)
	}
	return strings.Join(parts, ", ")
}

func newRequestsShow(c *controlCommand) *cobra.Command {
	return query(c, &cobra.Command{
		Use:               "show [ID]",
		ValidArgsFunction: cli.FirstArgument(completeRequest(c.Env)),
		Short:             "Show a request and its response with headers and bodies",
		Long: "Show a request and its response. The ID is the SLPT-Request-ID of the response " +
			"(default the last request).",
		Example: "  patmock exec -- sh -c 'curl -s \"$SAIL_BASE_URL/oauth/info\" " +
			">info.json &&\n    patmock control requests show'",
		Args: cli.OptionalArg("ID", "the ID of a request"),
	}, func(ctx context.Context, client *control.Client, args []string) (control.Request, error) {
		if len(args) == 1 {
			return client.Request(ctx, args[0])
		}
		return lastRequest(ctx, client)
	}, requestText)
}

func lastRequest(ctx context.Context, client *control.Client) (control.Request, error) {
	journal, err := client.Requests(ctx, control.Match{}, 1)
	if err != nil {
		return control.Request{}, err
	}
	if len(journal.Requests) == 0 {
		return control.Request{},
			cli.Usagef("ID", "the journal is empty: no client has sent a request")
	}
	return client.Request(ctx, journal.Requests[0].ID)
}

func requestText(r control.Request) string {
	lines := []string{
		fmt.Sprintf("#%d %s %s: %s, in %v ms", r.Sequence, r.Method, target(r), status(r),
			r.DurationMS),
	}
	lines = append(lines, strings.Join(nonEmpty(
		r.Time.Format(timeForm), prefixed("operation ", r.Operation), r.Version,
		prefixed("by ", r.Owner),
		prefixed("client ID ", r.ClientID), prefixed("fault ", r.Fault),
		prefixed("stub ", r.Stub),
	), ", "))
	if r.Unmatched {
		lines = append(lines, "matched no operation")
	}
	if r.Forwarded {
		lines = append(lines, "response from the fallback")
	}
	for _, f := range r.Findings {
		lines = append(lines, "finding "+f.Kind+": "+f.Detail)
	}
	for _, reason := range r.Reasons {
		lines = append(lines, "reason: "+reason)
	}
	for _, note := range r.Notes {
		lines = append(lines, "note: "+note)
	}
	lines = append(lines, messageLines("> ", r.Request)...)
	lines = append(lines, messageLines("< ", r.Response)...)
	return cli.Sanitize(strings.Join(lines, "\n")) + "\n"
}

// messageLines returns the headers and the body of a message. Each line begins with mark.
func messageLines(mark string, m *control.Message) []string {
	if m == nil {
		return nil
	}
	lines := []string{""}
	for _, key := range slices.Sorted(maps.Keys(m.Header)) {
		for _, value := range m.Header[key] {
			lines = append(lines, mark+key+": "+value)
		}
	}
	if m.Body != "" {
		lines = append(lines, mark)
		for line := range strings.Lines(m.Body) {
			lines = append(lines, mark+strings.TrimRight(line, "\r\n"))
		}
	}
	if m.Truncated {
		lines = append(lines, fmt.Sprintf("%s(truncated, %d bytes in total)", mark, m.Size))
	}
	return lines
}

func newRequestsClear(c *controlCommand) *cobra.Command {
	return action(c, &cobra.Command{
		Use:     "clear",
		Short:   "Clear the journal but not the counters",
		Example: "  patmock exec -- patmock control requests clear",
	}, func(ctx context.Context, client *control.Client, _ []string) error {
		return client.ClearRequests(ctx)
	})
}
