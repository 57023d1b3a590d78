package cli

import (
	"slices"
	"strings"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/version"
)

// Tool is what confirms.
func Tool() string { return "patmock " + mockserver.Version() }

// ParseVersions parses the value of --versions.
func ParseVersions(list string) ([]version.Version, error) {
	var versions []version.Version
	for _, name := range strings.Split(list, ",") {
		v, err := version.Parse(strings.TrimSpace(name))
		if err != nil {
			return nil, Flagf("versions", ": %w%s", err, DidYouMean(name, VersionNames()))
		}
		if !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	return versions, nil
}

// VersionNames returns the names of all versions.
func VersionNames() []string {
	var names []string
	for _, v := range version.All() {
		names = append(names, string(v))
	}
	return names
}
