package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/contracttests"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// A connection is how a command reaches a running mock.
type connection struct {
	env                   environment
	url, namespace, token string
	allowPlaintext        bool
}

// controls are what all commands under control share: where the mock is, and how to print.
type controls struct{ connection }

func newControl(env environment) *cobra.Command {
	c := &controls{connection{env: env}}
	cmd := &cobra.Command{
		Use:   "control",
		Short: "Look into a running mock, and change what it does",
		Long: "Speaks to the control surface of a running mock, about one namespace of it. Exit codes: 1 not verified, 2 what was\n" +
			"asked is wrong or refused, 3 no mock answers, or it wants another control token.",
		Example: "  patmock exec -- patmock control health",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.register(cmd.PersistentFlags())
	cmd.AddCommand(
		newHealth(c), newReset(c), newState(c), newClock(c), newFault(c), newRequests(c), newFindings(c), newVerify(c), newNamespace(c),
		newIdentity(c), newToken(c),
	)
	askedHere(cmd)
	return cmd
}

// register adds the flags that say which mock is meant.
func (c *connection) register(flags *pflag.FlagSet) {
	flags.StringVar(&c.url, "url", defaultURL, "the running mock, or its control listener")
	flags.StringVar(&c.namespace, "namespace", "", "the namespace that is meant (default the default one)")
	flags.StringVar(&c.token, "control-token", "", "file that holds the control token, written @FILE; "+controlToken+" holds the token itself")
	ignoreVariable(flags.Lookup("control-token"))
	allowPlaintextFlag(flags, &c.allowPlaintext)
	setGroup(flags, groupRunning, "url", "namespace", "control-token", "allow-plaintext")
}

// allowPlaintextFlag adds --allow-plaintext to a command that sends a control token.
func allowPlaintextFlag(flags *pflag.FlagSet, allow *bool) {
	flags.BoolVar(allow, "allow-plaintext", false, "send the control token over http to a public host, such as a staging host behind a VPN")
	ignoreVariable(flags.Lookup("allow-plaintext"))
}

// newControlClient returns a client of the mock at the address of --url, or a usage error if the token would
// go to a public host over plain http.
func newControlClient(config control.Config) (*control.Client, error) {
	if err := config.Validate(); err != nil {
		return nil, plaintextError(err)
	}
	return control.New(config), nil
}

// plaintextError says what to do about a [control.ErrPlaintext].
func plaintextError(err error) error {
	return usagef("--url", "--url: %w: use https, or --allow-plaintext for a staging host behind a VPN", err)
}

// controlToken is the variable that holds the control token itself.
const controlToken = "PATMOCK_CONTROL_TOKEN"

// askedHere keeps the variables of a mock, such as its fixture, from becoming a part of what is asked of it.
func askedHere(cmd *cobra.Command) {
	for _, child := range cmd.Commands() {
		child.LocalNonPersistentFlags().VisitAll(ignoreVariable)
		askedHere(child)
	}
}

// group makes a command that has others below it.
func group(use, short string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: noArgs,
		Example: children[0].Example,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(children...)
	return cmd
}

func (c *connection) client() (*control.Client, error) {
	address, err := mockserver.CheckBaseURL(c.url)
	if err != nil {
		return nil, usagef("--url", "--url %w", err)
	}
	if err := checkSegment("--namespace", "the name of a namespace", cmp.Or(c.namespace, "default")); err != nil {
		return nil, err
	}
	token, _ := c.env.lookup(controlToken)
	if c.token != "" {
		if token, err = secretFrom("control-token", c.token, "@FILE, or set "+controlToken); err != nil {
			return nil, err
		}
	}
	return newControlClient(control.Config{
		URL: address, Namespace: c.namespace, Token: strings.TrimSpace(token), AllowPlaintext: c.allowPlaintext,
	})
}

// secretFrom reads a secret from a file. A flag that holds the secret itself is refused without
// showing it: others on the machine can read a command line, and shells remember it.
func secretFrom(flag, value, instead string) (string, error) {
	path, found := strings.CutPrefix(value, "@")
	if !found {
		return "", usagef("--"+flag, "--%s: a secret does not belong on a command line: write %s", flag, instead)
	}
	content, err := os.ReadFile(path) //nolint:gosec // the file that the person names
	if err != nil {
		return "", usagef("--"+flag, "--%s: %w", flag, err)
	}
	secret := strings.TrimSpace(string(content))
	if secret == "" {
		return "", usagef("--"+flag, "--%s: %s is empty", flag, path)
	}
	if err := contracttests.CheckSecret(secret); err != nil {
		return "", usagef("--"+flag, "--%s: %s: %w", flag, path, err)
	}
	return secret, nil
}

// show asks the mock, and prints the answer as it came over the wire or for people.
func show[T any](c *controls, cmd *cobra.Command, ask func(*control.Client, context.Context) (T, error), text func(T) string) error {
	format, err := formatOf(cmd, textOrJSON)
	if err != nil {
		return err
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	answered, err := ask(client, cmd.Context())
	if err != nil {
		return refusal(err)
	}
	if format == "json" {
		return c.printJSON(answered)
	}
	return c.print(text(answered))
}

// tell asks the mock for something that it answers without a word.
func (c *controls) tell(cmd *cobra.Command, ask func(*control.Client, context.Context) error) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	if err := ask(client, cmd.Context()); err != nil {
		return refusal(err)
	}
	return nil
}

// controlError is a problem that the control API reported, with a line for each place.
type controlError struct {
	text    string
	problem *control.Problem
}

func (e *controlError) Error() string { return e.text }
func (e *controlError) Unwrap() error { return e.problem }

// refusal gives an error of the client its exit code.
func refusal(err error) error {
	var usage *usageError
	if errors.As(err, &usage) {
		return err
	}
	if errors.Is(err, control.ErrPlaintext) {
		return plaintextError(err)
	}
	if errors.Is(err, control.ErrNoMock) { // noMockAdvice follows
		return exitf(exitUnreachable, "%w", err)
	}
	var problem *control.Problem
	if !errors.As(err, &problem) {
		return exitf(exitUnreachable, "%w; --url (PATMOCK_URL) says where the mock is", err)
	}
	text := problem.Detail
	for _, place := range problem.Errors {
		text += "\n  " + cmp.Or(place.Pointer, "all of it") + ": " + place.Detail
	}
	switch {
	case problem.Status == 401:
		text += "; give the control token with --control-token @FILE, or in " + controlToken
		return exitf(exitUnreachable, "%w", &controlError{text, problem})
	case problem.Status >= 500:
		return exitf(exitUnreachable, "%w", &controlError{text, problem})
	}
	return exitf(exitUsage, "%w", &controlError{text, problem})
}

var textOrJSON = []string{"text", "json"}

// formatFlag adds --format to a command. The first format is the default.
func formatFlag(cmd *cobra.Command, formats ...string) {
	cmd.Flags().String("format", formats[0], strings.Join(formats, ", "))
	ignoreVariable(cmd.Flags().Lookup("format")) // scripts read one form, whatever a person prefers
	complete(cmd, "format", formats)
}

func formatOf(cmd *cobra.Command, formats []string) (string, error) {
	format := cmd.Flags().Lookup("format").Value.String()
	return format, checkName("--format", "format", format, formats)
}

func (c *controls) print(text string) error { return c.env.print(text) }

// print writes to standard output.
func (env environment) print(text string) error {
	_, err := io.WriteString(env.stdout, text)
	return err
}

func (c *controls) printJSON(value any) error {
	return printJSON(c.env.stdout, value)
}

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// table aligns rows, the first of which names the columns.
func table(rows ...[]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cmp.Or(strings.ReplaceAll(visible(cell), "\n", " "), "-")
		}
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t")) // a Builder takes everything
	}
	_ = w.Flush()
	return b.String()
}

// visible replaces what a terminal would act on: clients sent it.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		if r == '\t' {
			return ' '
		}
		return unicode.ReplacementChar
	}, s)
}
