package pat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

func TestPolicyFor(t *testing.T) {
	legacy := pat.Policy{Shape: pat.Legacy, LifetimeMonths: 6, Patchable: []string{"name", "scope"}}
	current := pat.Policy{
		Shape: pat.Current, Patchable: []string{
			"name", "scope", "expirationDate", "userAwareTokenNeverExpires",
		},
	}
	tests := []struct {
		version version.Version
		want    pat.Policy
	}{
		{version.Beta, legacy},
		{version.V3, legacy},
		{version.V2024, legacy},
		{version.V2025, current},
		{version.V2026, current},
		{version.V1, current},
	}
	for _, test := range tests {
		t.Run(string(test.version), func(t *testing.T) {
			if diff := cmp.Diff(test.want, pat.PolicyFor(test.version)); diff != "" {
				t.Errorf("policy (-want +got):\n%s", diff)
			}
		})
	}
}
