package mockserver_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/patmock/fixtures"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec/version"
)

func TestNew_ReportsConfigError(t *testing.T) {
	damaged := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(damaged, []byte("my notes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	future, err := fixtures.Parse("future.yaml", []byte(`
identities:
- {id: cafedadacafedadacafedadacafedada, name: ann}
tokens:
- id: cafecafecafecafecafecafecafecafe
  secret: cafecafecafecafecafecafecafecafecafecafecafecafecafecafecafecafe
  owner: ann
  name: login
  created: 2999-01-01T00:00:00Z
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		config mockserver.Config
		field  string
	}{
		{"unknown version", mockserver.Config{Versions: []version.Version{"v4"}}, "Versions"},
		{"URL without a host", mockserver.Config{PublicURL: "mock:17280"}, "PublicURL"},
		{
			"status of success in a dialect",
			mockserver.Config{Dialect: dialect.Dialect{dialect.DuplicateName: {Status: 200}}},
			"Dialect",
		},
		{
			"unknown entry of a dialect",
			mockserver.Config{Dialect: dialect.Dialect{"duplicate": {Status: 409}}},
			"Dialect",
		},
		{
			"contradictory dialect and profile",
			mockserver.Config{
				Profile: mockserver.Profile{NeverExpiresAs: mockserver.NeverExpiresAsFarDate},
				Dialect: dialect.Dialect{dialect.NeverExpiringResponse: {Value: dialect.Absent}},
			},
			"Dialect",
		},
		{
			"dialect that contradicts null",
			mockserver.Config{
				Profile: mockserver.Profile{NeverExpiresAs: mockserver.NeverExpiresAsNull},
				Dialect: dialect.Dialect{dialect.NeverExpiringResponse: {Value: dialect.Absent}},
			},
			"Dialect",
		},
		{"negative number of namespaces", mockserver.Config{MaxNamespaces: -1}, "MaxNamespaces"},
		{"negative size of the journal", mockserver.Config{JournalSize: -1}, "JournalSize"},
		{"public fallback", mockserver.Config{Fallback: "https://sailpoint.com"}, "Fallback"},
		{"damaged state file", mockserver.Config{StateFile: damaged}, "StateFile"},
		{"token of the future", mockserver.Config{Tenant: future}, "Tenant"},
		{
			"token of the future in a new state file",
			mockserver.Config{Tenant: future, StateFile: filepath.Join(t.TempDir(), "new.db")},
			"Tenant",
		},
		{
			"rate limit without a window",
			mockserver.Config{Profile: mockserver.Profile{RateLimit: "many"}},
			"Profile.RateLimit",
		},
		{
			"rate limit of zero requests",
			mockserver.Config{Profile: mockserver.Profile{RateLimit: "0/10s"}},
			"Profile.RateLimit",
		},
		{
			"negative token limit",
			mockserver.Config{Profile: mockserver.Profile{TokenLimit: -1}},
			"Profile.TokenLimit",
		},
		{
			"negative scope delay",
			mockserver.Config{Profile: mockserver.Profile{ScopeDelay: -1}},
			"Profile.ScopeDelay",
		},
		{
			"unknown form of never",
			mockserver.Config{Profile: mockserver.Profile{NeverExpiresAs: "soon"}},
			"Profile.NeverExpiresAs",
		},
		{
			"unknown behavior",
			mockserver.Config{Profile: mockserver.Profile{
				Hostile: []string{"rudeness"}, HostileRate: 1, HostileMaxConsecutive: 1,
			}},
			"Profile.Hostile",
		},
		{
			"behavior without a rate",
			mockserver.Config{Profile: mockserver.Profile{Hostile: []string{"outages"}}},
			"Profile.Hostile",
		},
		{
			"rate above one",
			mockserver.Config{Profile: mockserver.Profile{HostileRate: 2}},
			"Profile.HostileRate",
		},
		{
			"negative number in a row",
			mockserver.Config{Profile: mockserver.Profile{HostileMaxConsecutive: -1}},
			"Profile.HostileMaxConsecutive",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.Log, tt.config.Now = slog.New(slog.DiscardHandler), (&clock{now: noon}).Now
			_, err := mockserver.New(tt.config)
			var wrong *mockserver.ConfigError
			if !errors.As(err, &wrong) || wrong.Field != tt.field {
				t.Fatalf("error %v does not mention %s", err, tt.field)
			}
			text := strings.ReplaceAll(err.Error(), filepath.Dir(damaged), "DIR")
			golden.Check(t, configTexts, golden.Key(t), text)
		})
	}
}
