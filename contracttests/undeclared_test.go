package contracttests_test

import (
	"log/slog"
	"net/http"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec/version"
)

// A real tenant may reject a duplicate name with an undeclared status, since none is published.
// This is a warning, and the promise of a rejection passes. On a patmock it is a failure.
func TestUndeclaredStatus_IsWarning(t *testing.T) {
	dialect, err := dialect.Parse("test",
		[]byte("duplicate-name: {status: 409, detailCode: 409 Conflict, text: There is one.}"))
	if err != nil {
		t.Fatal(err)
	}
	mock, err := mockserver.New(mockserver.Config{
		Dialect: dialect, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	credentials, err := mock.Control().Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	realTenant := contracttests.Target{
		Name: "tenant", BaseURL: tenantURL, HTTP: &http.Client{Transport: mock.Transport()},
	}
	realTenant.Owner = contracttests.Credentials{
		ClientID: credentials.Users[0].ClientID, ClientSecret: credentials.Users[0].ClientSecret,
	}
	for _, tt := range []struct {
		name    string
		target  contracttests.Target
		outcome map[string]report.Outcome
		warning report.WarningKind // empty if there is none
	}{
		{
			"real tenant", realTenant, map[string]report.Outcome{
				"create/name-taken-is-rejected": report.Pass,
				"create/name-taken-is-400":      report.Provisional,
			}, report.WarnUndeclaredStatus,
		},
		{
			"a patmock", target(mock.Transport(), mock), map[string]report.Outcome{
				"create/name-taken-is-rejected": report.Fail,
				"create/name-taken-is-400":      report.Fail,
			}, "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := contracttests.Options{
				Run:      regexp.MustCompile("^create/name-taken-is"),
				Versions: []version.Version{version.V3},
			}
			runner, err := contracttests.NewRunner(tt.target, o)
			if err != nil {
				t.Fatal(err)
			}
			got := runner.Run(t.Context(), contracttests.Select(scenarios.All(), o))
			outcome := map[string]report.Outcome{}
			for _, r := range got.Results {
				outcome[r.ID] = r.Outcome
			}
			if diff := cmp.Diff(tt.outcome, outcome); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			checkWarnings(t, tt.warning, got.Warnings)
		})
	}
}
