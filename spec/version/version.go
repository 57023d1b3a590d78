// Package version names the published versions of the personal access token API.
package version

import (
	"fmt"
	"slices"
	"strings"
)

// Version is a published version of the API, named as in its paths.
type Version string

// The published versions. All but V1 precede the resource (/v3/personal-access-tokens). V1 is the
// version of the resource itself (/personal-access-tokens/v1).
const (
	Beta  Version = "beta"
	V3    Version = "v3"
	V2024 Version = "v2024"
	V2025 Version = "v2025"
	V2026 Version = "v2026"
	V1    Version = "v1"
)

// All returns every version, oldest first.
func All() []Version { return []Version{Beta, V3, V2024, V2025, V2026, V1} }

// Legacy returns the versions in which every token expires, oldest first.
func Legacy() []Version { return []Version{Beta, V3, V2024} }

// Current returns the versions in which a token may never expire, oldest first.
func Current() []Version { return []Version{V2025, V2026, V1} }

// CollectionPath returns the path of the token collection, with a leading slash.
func (v Version) CollectionPath() string { return v.Path("personal-access-tokens") }

// lacking has the version that lacks a resource.
//
// published
var lacking = map[string]Version{"public-identities": Beta, "identities": V3}

// Lacks reports whether the version does not have a resource that others have, such as identities.
func (v Version) Lacks(resource string) bool { return lacking[resource] == v }

// Path returns the path of a resource, such as identities, with a leading slash. The version may
// lack it.
func (v Version) Path(resource string) string {
	if v == V1 {
		return "/" + resource + "/v1"
	}
	return "/" + string(v) + "/" + resource
}

// Parse returns the version of that name. The error for an unknown name lists the known ones.
func Parse(name string) (Version, error) {
	if v := Version(name); slices.Contains(All(), v) {
		return v, nil
	}
	return "", fmt.Errorf("unknown API version %q: expected one of %s", name, Join(All()))
}

// Join returns the names of versions, separated by commas: "beta, v3, v2024".
func Join(versions []Version) string {
	names := make([]string, len(versions))
	for i, v := range versions {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}
