package pat

import (
	"slices"

	"example.com/patmock/spec/version"
)

// Shape is the form of a token in JSON.
type Shape int

// The shapes. Only Current has userAwareTokenNeverExpires.
const (
	Legacy Shape = iota
	Current
	numShapes
)

// The fields that a patch may change in some version.
const (
	fieldName            = "name"
	fieldScope           = "scope"
	fieldExpiration      = "expirationDate"
	fieldNeverExpiresAck = "userAwareTokenNeverExpires"
)

// Policy has the rules of a version of the API. The versions differ in these values only.
type Policy struct {
	Shape Shape
	// LifetimeMonths is the longest life of a token, and the default, in calendar months. Zero
	// means that a token may live forever if that is acknowledged.
	LifetimeMonths int
	// Patchable are the fields that a patch may change.
	Patchable []string
}

var (
	legacyPolicy = Policy{
		Shape: Legacy, LifetimeMonths: 6,
		Patchable: []string{fieldName, fieldScope},
	}
	currentPolicy = Policy{
		Shape:     Current,
		Patchable: []string{fieldName, fieldScope, fieldExpiration, fieldNeverExpiresAck},
	}
)

// PolicyFor returns the policy of a version. The rules on expiration changed with v2025. //
// published
func PolicyFor(v version.Version) Policy {
	if slices.Contains([]version.Version{version.Beta, version.V3, version.V2024}, v) {
		return legacyPolicy
	}
	return currentPolicy
}
