package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

const defaultURL = "http://" + defaultAddr

// envFlags are the flags of env, as they were given.
type envFlags struct {
	user, url, namespace, fixture, baseURL, format string

	token          string // of the control surface
	allowPlaintext bool
}

func newEnv(env environment) *cobra.Command {
	var f envFlags
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print the variables that SDKs read",
		Long: "Prints base URL, client id and client secret of a user, and nothing else. Asks the running mock, so that free ports\n" +
			"and tenants of one's own work; with --fixture it reads the tenant instead, and no mock has to run.",
		Example: `  eval "$(patmock env --fixture default --user jane.doe)"`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write := formats[f.format]
			if write == nil {
				return usagef("--format", "--format %q: expected one of %s%s", f.format, strings.Join(formatNames(), ", "), didYouMean(f.format, formatNames()))
			}
			var err error
			if f.url, err = mockserver.CheckBaseURL(f.url); err != nil {
				return usagef("--url", "--url %w", err)
			}
			if cmd.Flags().Changed("base-url") {
				if f.baseURL, err = mockserver.CheckBaseURL(f.baseURL); err != nil {
					return usagef("--base-url", "--base-url %w", err)
				}
			}
			f.token, _ = env.lookup(controlToken)
			v, err := f.variables(cmd.Context())
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(env.stdout, write(v))
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.user, "user", "", "whose credentials (default the first administrator)")
	flags.StringVar(&f.url, "url", defaultURL, "the running mock")
	flags.StringVar(&f.namespace, "namespace", "", "the namespace of the mock (default the default one)")
	flags.StringVar(&f.fixture, "fixture", "", "tenant to read instead: "+strings.Join(fixtures.Names(), ", ")+", or a file")
	flags.StringVar(&f.baseURL, "base-url", "", "address to print (default that of the mock)")
	flags.StringVar(&f.format, "format", "sh", strings.Join(formatNames(), ", "))
	allowPlaintextFlag(flags, &f.allowPlaintext)
	for _, own := range []string{"fixture", "base-url", "format"} { // the mock's count, and what is asked for here
		ignoreVariable(flags.Lookup(own))
	}
	return cmd
}

func (f envFlags) variables(ctx context.Context) (variables, error) {
	if f.fixture == "" {
		return f.ask(ctx)
	}
	tenant, err := fixtures.Open(f.fixture)
	if err != nil {
		return variables{}, &usageError{"--fixture", err}
	}
	if f.user == "" {
		f.user = tenant.Admin()
	}
	token, err := tenant.Login(f.user)
	if err != nil {
		return variables{}, &usageError{"--user", err}
	}
	if f.baseURL == "" {
		f.baseURL = f.url
	}
	return variables{f.baseURL, token.ID, token.Secret}, nil
}

// ask gets the variables from the running mock.
func (f envFlags) ask(ctx context.Context) (variables, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	mock, err := newControlClient(control.Config{
		URL: f.url, Namespace: f.namespace, Token: strings.TrimSpace(f.token), AllowPlaintext: f.allowPlaintext,
	})
	if err != nil {
		return variables{}, err
	}
	c, err := mock.Credentials(ctx)
	if err != nil {
		return variables{}, unreachable(f.url, err)
	}
	if f.baseURL == "" {
		if f.baseURL, err = mockserver.CheckBaseURL(c.BaseURL); err != nil {
			return variables{}, &exitError{exitUnreachable, fmt.Errorf("%s tells a base URL that is none: %w", f.url, err)}
		}
	}
	if len(c.Users) == 0 {
		return variables{}, usagef("--user", "nobody at %s has a token to log in with", f.url)
	}
	var names []string
	for _, u := range c.Users {
		if !plain(u.ClientID) || !plain(u.ClientSecret) {
			return variables{}, &exitError{exitUnreachable, fmt.Errorf("%s tells credentials with characters that none have", f.url)}
		}
		if f.user == "" || f.user == u.Name {
			return variables{f.baseURL, u.ClientID, u.ClientSecret}, nil
		}
		names = append(names, u.Name)
	}
	return variables{}, usagef("--user", "nobody at %s is named %q%s; there are %s", f.url, f.user, didYouMean(f.user, names), strings.Join(names, ", "))
}

// unreachable says what to do where a mock tells no credentials.
func unreachable(url string, err error) error {
	if errors.Is(err, control.ErrPlaintext) {
		return plaintextError(err)
	}
	var refused *control.Problem
	if errors.As(err, &refused) {
		return &exitError{exitUnreachable, fmt.Errorf("%s keeps its credentials to itself: %w (%s holds the control token)", url, err, controlToken)}
	}
	return &exitError{exitUnreachable, fmt.Errorf("%w; or read a tenant with --fixture", err)}
}
