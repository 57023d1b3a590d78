// Package remote connects commands to the running mock that their flags name, and explains its
// errors.
package remote

import (
	"cmp"
	"errors"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// A Mock is the running mock that a command connects to.
type Mock struct {
	Env                   cli.Env
	URL, Namespace, token string
	// CA is a file with certificate authorities, or empty for those of the system.
	CA             string
	AllowPlaintext bool
}

// Register adds the flags that select the mock.
func (c *Mock) Register(flags *pflag.FlagSet) {
	flags.StringVar(&c.URL, "url", cli.DefaultURL, "the running mock, or its control listener")
	flags.StringVar(&c.Namespace, "namespace", "", "the namespace to use (default \"default\")")
	flags.StringVar(&c.token, "control-token", "",
		"file with the control token, written @FILE; or set "+cli.ControlToken+
			" to the token")
	CAFlag(flags, &c.CA)
	AllowPlaintextFlag(flags, &c.AllowPlaintext)
	cli.SetGroup(flags, cli.GroupRunning)
	cli.SetVariables(flags, "url", "namespace")
}

// AllowPlaintextFlag adds --allow-plaintext to a command that sends a control token.
func AllowPlaintextFlag(flags *pflag.FlagSet, allow *bool) {
	flags.BoolVar(allow, "allow-plaintext", false,
		"send the control token over http to a public host, such as a staging host behind a VPN")
}

// NewClient returns a client of the mock at --url. It returns a usage error if the token would be
// sent to a public host over plain HTTP.
func NewClient(config control.Config) (*control.Client, error) {
	if err := config.Validate(); err != nil {
		return nil, PlaintextError(err)
	}
	return control.New(config), nil
}

// PlaintextError adds advice to a [control.ErrPlaintext].
func PlaintextError(err error) error {
	return cli.Flagf("url", ": %w: use https, or --allow-plaintext for a staging host behind a VPN",
		err)
}

// Client returns a client of the mock.
func (c *Mock) Client() (*control.Client, error) {
	address, err := mockserver.CheckBaseURL(c.URL)
	if err != nil {
		return nil, cli.Flagf("url", " %w", err)
	}
	if err := cli.CheckSegment("--namespace", "the name of a namespace",
		cmp.Or(c.Namespace, "default")); err != nil {
		return nil, err
	}
	token, err := ReadControlToken(c.token, c.Env)
	if err != nil {
		return nil, err
	}
	roots, err := ReadCA(c.CA)
	if err != nil {
		return nil, err
	}
	return NewClient(control.Config{
		URL: address, Namespace: c.Namespace, Token: token, RootCAs: roots,
		AllowPlaintext: c.AllowPlaintext,
	})
}

// ReadSecret reads a secret from the file @FILE. It rejects a secret on the command line without
// printing it: other users can read command lines, and shells save them.
func ReadSecret(flag, value, advice string) (string, error) {
	path, ok := strings.CutPrefix(value, "@")
	if !ok {
		return "",
			cli.Usagef("--"+flag, "--%s: a secret must not be on the command line: write %s",
				flag, advice)
	}
	content, err := os.ReadFile(path) //nolint:gosec // named by the user
	if err != nil {
		return "", cli.Usagef("--"+flag, "--%s: %w", flag, err)
	}
	secret := strings.TrimSpace(string(content))
	if secret == "" {
		return "", cli.Usagef("--"+flag, "--%s: %s is empty", flag, path)
	}
	if err := contracttests.CheckSecret(secret); err != nil {
		return "", cli.Usagef("--"+flag, "--%s: %s: %w", flag, path, err)
	}
	return secret, nil
}

// controlError is a problem reported by the control API, with a line for each invalid field.
type controlError struct {
	text    string
	problem *control.Problem
}

func (e *controlError) Error() string { return e.text }

func (e *controlError) Unwrap() error { return e.problem }

// ExplainError adds the exit code and advice to an error of the control client.
func ExplainError(err error) error {
	var usage *cli.UsageError
	if errors.As(err, &usage) {
		return err
	}
	if errors.Is(err, control.ErrPlaintext) {
		return PlaintextError(err)
	}
	if errors.Is(err, control.ErrNoMock) { // Run appends noMockAdvice
		return cli.Exitf(cli.ExitUnreachable, "%w", err)
	}
	var problem *control.Problem
	if !errors.As(err, &problem) {
		return cli.Exitf(cli.ExitUnreachable,
			"%w; set --url (PATMOCK_URL) to the address of the mock", err)
	}
	text := problem.Detail
	for _, fieldErr := range problem.Errors {
		text += "\n  " + cmp.Or(fieldErr.Pointer, "document") + ": " + fieldErr.Detail
	}
	switch {
	case problem.Status == 401:
		text += "; set the control token with --control-token @FILE, or in " + cli.ControlToken
		return cli.Exitf(cli.ExitUnreachable, "%w", &controlError{text, problem})
	case problem.Status >= 500:
		return cli.Exitf(cli.ExitUnreachable, "%w", &controlError{text, problem})
	}
	return cli.Exitf(cli.ExitUsage, "%w", &controlError{text, problem})
}

// DegradedText returns why a mock cannot write its state, or "" if it can.
func DegradedText(h control.Health) string {
	if h.Cause == "" {
		return ""
	}
	return ", but degraded: " + cli.Sanitize(h.Cause)
}

// ReadControlToken returns the token for the control API, or "" if none is configured.
func ReadControlToken(flag string, env cli.Env) (string, error) {
	if flag != "" {
		return ReadSecret("control-token", flag, "@FILE, or set "+cli.ControlToken)
	}
	token, _ := env.Lookup(cli.ControlToken)
	return strings.TrimSpace(token), nil
}
