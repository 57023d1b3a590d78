package pat

import (
	"slices"

	"example.com/patmock/spec/version"
)

// Shape is one of the two forms in which versions show a token.
type Shape int

// The shapes. Current shows userAwareTokenNeverExpires, Legacy does not.
const (
	Legacy Shape = iota
	Current
	shapes
)

// The fields that a patch may name, where the version has them.
const (
	fieldName       = "name"
	fieldScope      = "scope"
	fieldExpiration = "expirationDate"
	fieldNeverAware = "userAwareTokenNeverExpires"
)

// Policy is what one version of the API asks of a token. The versions differ in these values only.
type Policy struct {
	Shape Shape
	// LifetimeMonths is how long a token lives, in calendar months: at most, and when nothing
	// is said. Zero means that a token may live forever, once somebody acknowledges it.
	LifetimeMonths int
	// Patchable are the fields that a patch may change.
	Patchable []string
}

var (
	legacy = Policy{
		Shape: Legacy, LifetimeMonths: 6,
		Patchable: []string{fieldName, fieldScope},
	}
	current = Policy{
		Shape:     Current,
		Patchable: []string{fieldName, fieldScope, fieldExpiration, fieldNeverAware},
	}
)

// PolicyFor returns the policy of a version. The rules on expiration changed
// with v2025 (published); what came before keeps the older ones.
func PolicyFor(v version.Version) Policy {
	if slices.Contains([]version.Version{version.Beta, version.V3, version.V2024}, v) {
		return legacy
	}
	return current
}
