package pat

import (
	"slices"

	"example.com/patmock/spec/version"
)

// Shape is the JSON representation of a token.
type Shape int

// The shapes. Only Current has the field userAwareTokenNeverExpires.
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

// Policy holds the rules that differ between API versions.
type Policy struct {
	Shape Shape
	// LifetimeMonths is both the maximum and the default lifetime of a token, in calendar months.
	// Zero means that a token may never expire if the caller acknowledges it.
	LifetimeMonths int
	// Patchable lists the fields that a patch may change.
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

// PolicyFor returns the policy of a version. The rules on expiration changed with v2025.
//
// published
func PolicyFor(v version.Version) Policy {
	if slices.Contains([]version.Version{version.Beta, version.V3, version.V2024}, v) {
		return legacyPolicy
	}
	return currentPolicy
}
