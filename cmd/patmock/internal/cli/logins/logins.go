// Package logins implements the commands that list and print the credentials of users.
package logins

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
)

type userRow struct {
	User         string   `json:"user"`
	UserLevels   []string `json:"userLevels"`
	ClientID     string   `json:"clientId"`
	ClientSecret string   `json:"clientSecret,omitempty"`
}

// tokenRow is a token with the levels of its owner.
type tokenRow struct {
	Owner        string   `json:"owner"`
	UserLevels   []string `json:"userLevels"`
	Name         string   `json:"name"`
	ClientID     string   `json:"clientId"`
	ClientSecret string   `json:"clientSecret,omitempty"`
	Scope        []string `json:"scope"`
	Managed      bool     `json:"managed"`
	// ExpirationDate is empty for a token that never expires. That of a fixture may be an offset
	// from the start.
	ExpirationDate string `json:"expirationDate,omitempty"`
	Expired        bool   `json:"expired"`
}

type logins struct {
	remote.Mock
	fixture string
	secrets bool
}

// NewUsers returns the command users.
func NewUsers(env cli.Env) *cobra.Command {
	return newLogins(env, &cobra.Command{
		Use:   "users",
		Short: "List the users of a mock or fixture that can log in",
		Long: "List the users of a running mock or fixture that can log in, with their levels " +
			"and " +
			"client IDs. patmock env --user NAME prints the variables of one user, with the " +
			"secret.",
		Example: "  patmock users --fixture default",
	}, (*logins).users)
}

// NewTokens returns the command tokens.
func NewTokens(env cli.Env) *cobra.Command {
	return newLogins(env, &cobra.Command{
		Use:   "tokens",
		Short: "List the personal access tokens of a mock or fixture",
		Long: "List the personal access tokens of a running mock or fixture, with their owners, " +
			"the owners' levels, and whether they can log in.",
		Example: "  patmock tokens --fixture expiring",
	}, (*logins).tokens)
}

func newLogins(env cli.Env, cmd *cobra.Command,
	list func(l *logins, ctx context.Context) (rows any, text string, err error),
) *cobra.Command {
	l := &logins{Mock: remote.Mock{Env: env}}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		format := cli.Format(cmd)
		rows, text, err := list(l, cmd.Context())
		if err != nil {
			return err
		}
		if format == "json" {
			return cli.PrintJSON(env.Stdout, map[string]any{cmd.Name(): rows})
		}
		return env.Print(text)
	}
	flags := cmd.Flags()
	l.Register(flags)
	flags.StringVar(&l.fixture, "fixture", "",
		"tenant to read instead of a mock: "+strings.Join(fixtures.Names(), ", ")+", or a file")
	flags.BoolVar(&l.secrets, "secrets", false, "show the client secrets")
	cli.FormatFlag(cmd)
	return cmd
}

// users lists the users that can log in, the first administrator first.
func (l *logins) users(ctx context.Context) (any, string, error) {
	rows := []userRow{}
	if l.fixture != "" {
		tenant, err := fixtures.Open(l.fixture)
		if err != nil {
			return nil, "", cli.Usagef("--fixture", "%w", err)
		}
		for _, identity := range tenant.Identities {
			// other users cannot log in
			if token, err := tenant.LoginToken(identity.Name); err == nil {
				rows = append(rows, userRow{
					identity.Name, identity.UserLevels, token.ID, token.Secret,
				})
			}
		}
		admin := tenant.Admin()
		slices.SortStableFunc(rows, func(a, b userRow) int {
			return rank(b.User == admin) - rank(a.User == admin)
		})
	} else {
		client, err := l.Client()
		if err != nil {
			return nil, "", err
		}
		c, err := client.Credentials(ctx)
		if err != nil {
			return nil, "", remote.ExplainError(err)
		}
		for _, u := range c.Users {
			rows = append(rows, userRow{u.Name, u.UserLevels, u.ClientID, u.ClientSecret})
		}
	}
	text := [][]string{l.header("USER", "LEVELS", "CLIENT ID")}
	for i := range rows {
		r := &rows[i]
		text = append(text,
			l.row(&r.ClientSecret, r.User, strings.Join(r.UserLevels, ","), r.ClientID))
	}
	if len(rows) == 0 {
		return rows, "no user can log in\n", nil
	}
	return rows, cli.Table(text...), nil
}

func rank(first bool) int {
	if first {
		return 1
	}
	return 0
}

func (l *logins) header(columns ...string) []string {
	if l.secrets {
		columns = append(columns, "CLIENT SECRET")
	}
	return columns
}

// row returns the cells of a row. It clears the secret unless --secrets is set.
func (l *logins) row(secret *string, cells ...string) []string {
	if !l.secrets {
		*secret = ""
		return cells
	}
	return append(cells, *secret)
}

func (l *logins) tokens(ctx context.Context) (any, string, error) {
	tenant, now, err := l.tenant(ctx)
	if err != nil {
		return nil, "", err
	}
	levels := map[string][]string{}
	for _, identity := range tenant.Identities {
		levels[identity.Name] = identity.UserLevels
	}
	rows := []tokenRow{}
	text := [][]string{l.header("OWNER", "LEVELS", "NAME", "CLIENT ID", "EXPIRES", "LOGS IN")}
	for _, t := range tenant.Tokens {
		expired := !t.ExpirationDate.IsZero() && !t.ExpirationDate.Resolve(now).After(now)
		r := tokenRow{
			Owner: t.Owner, UserLevels: levels[t.Owner], Name: t.Name, ClientID: t.ID,
			ClientSecret: t.Secret, Scope: t.Scope,
			Managed: t.Managed, ExpirationDate: t.ExpirationDate.String(), Expired: expired,
		}
		text = append(text,
			l.row(&r.ClientSecret, r.Owner, strings.Join(r.UserLevels, ","), r.Name, r.ClientID,
				r.ExpirationDate, loginText(r)))
		rows = append(rows, r)
	}
	return rows, cli.Table(text...), nil
}

func loginText(r tokenRow) string {
	switch {
	case r.Expired:
		return "no, expired"
	case r.Managed:
		return "yes, managed"
	}
	return "yes"
}

// tenant returns the fixture, or the state of the mock, and the current time of either.
func (l *logins) tenant(ctx context.Context) (*fixtures.Tenant, time.Time, error) {
	if l.fixture != "" {
		tenant, err := fixtures.Open(l.fixture)
		if err != nil {
			return nil, time.Time{}, cli.Usagef("--fixture", "%w", err)
		}
		return tenant, startTime(tenant), nil
	}
	client, err := l.Client()
	if err != nil {
		return nil, time.Time{}, err
	}
	clock, err := client.Clock(ctx)
	if err != nil {
		return nil, time.Time{}, remote.ExplainError(err)
	}
	state, err := client.State(ctx, control.StateOptions{Secrets: l.secrets})
	if err != nil {
		return nil, time.Time{}, remote.ExplainError(err)
	}
	tenant, err := fixtures.Parse("the state of "+l.URL, state)
	if err != nil {
		return nil, time.Time{}, cli.Exitf(cli.ExitUnreachable, "%w", err)
	}
	return tenant, clock.Now, nil
}

// startTime returns the clock time of a mock that starts now from the fixture.
func startTime(t *fixtures.Tenant) time.Time {
	if t.Clock.IsZero() {
		return time.Now()
	}
	return t.Clock.Resolve(time.Time{})
}
