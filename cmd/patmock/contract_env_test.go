package main

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/mockserver"
)

// run and doctor log in to a patmock with the credentials of the environment if the target is env.
// They ignore the credentials if it is an address.
func TestContract_LogsInToPatmockOfEnvironment(t *testing.T) {
	mock := mockserver.Start(t)
	set := map[string]string{"SAIL_BASE_URL": mock.URL}
	for user, prefix := range map[string]string{
		"jane.doe": "SAIL_", "john.roe": "PATMOCK_SECOND_", "admin": "PATMOCK_ADMIN_",
	} {
		set[prefix+"CLIENT_ID"], set[prefix+"CLIENT_SECRET"] = mock.Credentials(user)
	}
	with := func(name, value string) map[string]string {
		changed := maps.Clone(set)
		changed[name] = value
		return changed
	}
	tests := []struct {
		name      string
		variables map[string]string
		target    string
		code      int
		about     string
		// naming is the variable that the error names with the response, or empty.
		naming string
		use    bool // printed text
	}{
		{"accepted", set, "env", cli.ExitOK, "", "", true},
		{"unset", map[string]string{"SAIL_BASE_URL": mock.URL}, "env", cli.ExitOK, "", "", true},
		{
			"rejected first", with("SAIL_CLIENT_SECRET", "wrong"), "env", cli.ExitUnreachable,
			"target", "SAIL_CLIENT_SECRET", false,
		},
		{
			"rejected second", with("PATMOCK_SECOND_CLIENT_SECRET", "wrong"), "env",
			cli.ExitUnreachable, "target", "PATMOCK_SECOND_CLIENT_SECRET", false,
		},
		{
			"rejected administrator", with("PATMOCK_ADMIN_CLIENT_SECRET", "wrong"), "env",
			cli.ExitUnreachable, "target", "PATMOCK_ADMIN_CLIENT_SECRET", false,
		},
		{
			"no secret", with("SAIL_CLIENT_SECRET", ""), "env", cli.ExitUsage, "SAIL_CLIENT_SECRET",
			"", false,
		},
		{
			"no client id of the second", with("PATMOCK_SECOND_CLIENT_ID", ""), "env",
			cli.ExitUsage, "PATMOCK_SECOND_CLIENT_ID", "", false,
		},
		{
			"rejected, but an address", with("SAIL_CLIENT_SECRET", "wrong"), mock.URL, cli.ExitOK,
			"", "", false,
		},
		{
			"no secret, but an address", with("SAIL_CLIENT_SECRET", ""), mock.URL, cli.ExitOK, "",
			"", false,
		},
	}
	for _, tt := range tests {
		for _, do := range []string{"run", "doctor"} {
			t.Run(tt.name+"/"+do, func(t *testing.T) {
				got := command(t.Context(), tt.variables, "contract", do, "--target", tt.target,
					"--run", "^list/keys", "--versions", "v3")
				if got.code != tt.code || tt.code == cli.ExitUsage && got.about != tt.about {
					t.Errorf("exit code %d, about %q, want %d, %q: %s", got.code, got.about,
						tt.code, tt.about, got.stderr)
				}
				if tt.naming != "" {
					for _, want := range []string{tt.naming, "401", "Bad client credentials"} {
						if !strings.Contains(got.stderr, want) {
							t.Errorf("%s lacks %s", got.stderr, want)
						}
					}
				}
				if lines := strings.Count(got.stderr, "SAIL_ credentials"); (lines == 1) != tt.use {
					t.Errorf("%d lines say what the credentials are used for: %s", lines,
						got.stderr)
				}
			})
		}
	}
	var d diagnosis
	got := command(t.Context(), set, "contract", "doctor", "--target", "env", "--run", "^list/keys",
		"--format", "json")
	if err := json.Unmarshal([]byte(got.stdout), &d); err != nil || len(d.Identities) != 3 {
		t.Fatalf("%v, identities %v", err, d.Identities)
	}
	if first := d.Identities[0]; first.ClientID != set["SAIL_CLIENT_ID"] ||
		first.Name != "jane.doe" {
		t.Errorf("the first identity is %+v", first)
	}
}
