package version_test

import (
	"testing"

	"example.com/patmock/spec/version"
)

func TestParse(t *testing.T) {
	for _, v := range version.All() {
		if got, err := version.Parse(string(v)); got != v || err != nil {
			t.Errorf("Parse(%q) = %q, %v", v, got, err)
		}
	}
	for _, name := range []string{"", "V3", "v3 ", "v2027", "latest"} {
		if got, err := version.Parse(name); err == nil {
			t.Errorf("Parse(%q) = %q, want an error", name, got)
		}
	}
}

func TestLacks(t *testing.T) {
	for _, v := range version.All() {
		if got, want := v.Lacks("identities"), v == version.V3; got != want {
			t.Errorf("%s lacks identities: %t, want %t", v, got, want)
		}
		if got, want := v.Lacks("public-identities"), v == version.Beta; got != want {
			t.Errorf("%s lacks public identities: %t, want %t", v, got, want)
		}
		if v.Lacks("personal-access-tokens") {
			t.Errorf("%s lacks personal access tokens", v)
		}
	}
}

func TestCollectionPath(t *testing.T) {
	for v, want := range map[version.Version]string{
		version.Beta:  "/beta/personal-access-tokens",
		version.V2026: "/v2026/personal-access-tokens", version.V1: "/personal-access-tokens/v1",
	} {
		if got := v.CollectionPath(); got != want {
			t.Errorf("%s: %s, want %s", v, got, want)
		}
	}
}
