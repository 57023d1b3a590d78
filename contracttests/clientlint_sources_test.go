package contracttests

import (
	"testing"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// SourcesOf returns the sources of every lint rule for findings of a version.
func SourcesOf(v version.Version) map[string][]string {
	out := map[string][]string{}
	for _, r := range LintRules() {
		out[r.Kind()] = sourcesOf(r.Sources, []control.FindingExample{
			{Path: "/t/a" + v.CollectionPath(), Namespace: "a"},
		})
	}
	return out
}

func TestVersionOf(t *testing.T) {
	for _, test := range []struct {
		path string
		want version.Version
	}{
		{"/t/v3/v2024/personal-access-tokens/x", version.V2024},
		{"/v3/personal-access-tokens", version.V3},
		{"/beta/accounts", version.Beta},
		{"/personal-access-tokens/v1/bulk-update", version.V1},
		{"/oauth/token", ""},
		{"/v3x", ""},
		{"/t/v3/nothing", ""},
	} {
		if got := versionOf(control.FindingExample{
			Path: test.path, Namespace: "v3",
		}); got != test.want {
			t.Errorf("%s is of %q, want %q", test.path, got, test.want)
		}
	}
}
