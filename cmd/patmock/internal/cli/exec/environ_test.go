package exec

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli/credentials"
	"example.com/patmock/cmd/patmock/internal/cli/serve"
)

func TestEnviron(t *testing.T) {
	inherited := []string{
		"HOME=/home/jane", "SAIL_BASE_URL=tenant", "SAIL_CLIENT_SECRET_FILE=tenant",
		"SAIL_NERM_BASE_URL=tenant",
		"PATMOCK_SECOND_CLIENT_ID=tenant", "PATMOCK_SECOND_CLIENT_SECRET_FILE=tenant",
		"PATMOCK_ADMIN_CLIENT_ID=tenant", "PATMOCK_ADMIN_CLIENT_SECRET_FILE=tenant",
		"PATMOCK_CONTROL_TOKEN=other", "PATMOCK_CONTROL_TOKEN_FILE=other", "PATMOCK_URL=other",
		"PATMOCK_USER=other", "PATMOCK_BASE_URL=other", "PATMOCK_CA=other",
		"PATMOCK_LOG_LEVEL=warn",
	}
	const hosts = "127.0.0.1,localhost"
	own := []string{
		"HOME=/home/jane", "NO_PROXY=" + hosts, "PATMOCK_LOG_LEVEL=warn", "PATMOCK_URL=mock",
		"SAIL_BASE_URL=mock", "SAIL_CLIENT_ID=id", "SAIL_CLIENT_SECRET=secret", "no_proxy=" + hosts,
	}
	for _, tt := range []struct {
		name  string
		token string
		pass  []string
		more  []string // next to own
	}{
		{name: "a tenant's variables"},
		{name: "a control token", token: "mine", more: []string{"PATMOCK_CONTROL_TOKEN=mine"}},
		{
			name: "variables that are named",
			pass: []string{
				"SAIL_NERM_BASE_URL", "PATMOCK_ADMIN_CLIENT_SECRET_FILE",
				"PATMOCK_SECOND_CLIENT_ID", "NOT_SET",
			},
			more: []string{
				"SAIL_NERM_BASE_URL=tenant", "PATMOCK_ADMIN_CLIENT_SECRET_FILE=tenant",
				"PATMOCK_SECOND_CLIENT_ID=tenant",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := &serve.Mock{ControlURL: "mock", ControlToken: tt.token}
			got := effective(Flags{
				passEnv: tt.pass,
			}.environ(inherited, m, credentials.Login{
				BaseURL: "mock", ClientID: "id", ClientSecret: "secret",
			}, &setup{}))
			want := effective(slices.Concat(own, tt.more))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// effective returns the variables in order. The last value of a name counts, as in exec.Cmd.
func effective(environ []string) []string {
	values := map[string]string{}
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		values[name] = entry
	}
	var entries []string
	for _, entry := range values {
		entries = append(entries, entry)
	}
	slices.Sort(entries)
	return entries
}
