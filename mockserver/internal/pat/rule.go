package pat

import "example.com/patmock/spec/standing"

// A Rule is one promise of the API that a refusal can point at.
type Rule struct {
	ID       string
	Standing standing.Standing
}

// Timed tells whether what the rule allows depends on the clock.
func (r Rule) Timed() bool { return r == ruleFuture || r == ruleSixMonths }

// The rules, in the order of the files that apply them. A rule's standing is that
// of the refusal itself; the status it gets is assumed wherever no document says one.
var (
	ruleNameRequired = Rule{"name-required", standing.Published}
	ruleNameNotBlank = Rule{"name-not-blank", standing.Assumed}
	ruleNameUnique   = Rule{"name-unique-per-owner", standing.Published}
	ruleValidity     = Rule{"access-token-validity-bounds", standing.Published}
	ruleTokenLimit   = Rule{"tokens-per-owner", standing.Published}
	ruleScopeDelay   = Rule{"scope-change-delay", standing.Published}
	ruleScopeKnown   = Rule{"scope-known", standing.Assumed}

	ruleDate           = Rule{"date-is-rfc3339", standing.Published}
	ruleDateZone       = Rule{"date-has-a-zone", standing.Assumed}
	ruleDateYear       = Rule{"date-year-of-four-digits", standing.Assumed}
	ruleFuture         = Rule{"expiration-in-the-future", standing.Published}
	ruleSixMonths      = Rule{"expiration-within-six-months", standing.Published}
	ruleAcknowledged   = Rule{"never-expires-needs-acknowledgement", standing.Published}
	ruleKeepsAwareness = Rule{"never-expires-keeps-acknowledgement", standing.Published}

	ruleFilterSyntax    = Rule{"filter-syntax", standing.Published}
	ruleFilterSupported = Rule{"filter-supported", standing.Published}
	ruleOwnerKnown      = Rule{"owner-known", standing.Assumed}

	rulePatchable    = Rule{"patchable-fields", standing.Published}
	rulePatchPointer = Rule{"patch-pointer", standing.Published}
	rulePatchValue   = Rule{"patch-value-required", standing.Published}
	rulePatchApplies = Rule{"patch-applies", standing.Published}
	rulePatchSize    = Rule{"patch-size", standing.Assumed}
	rulePatchEmpty   = Rule{"patch-not-empty", standing.Assumed}
	ruleFieldType    = Rule{"field-type", standing.Published}

	ruleBulkIDs   = Rule{"bulk-update-ids", standing.Observed}
	ruleBulkKnown = Rule{"bulk-update-known-ids", standing.Assumed}
	ruleBulkPatch = Rule{"bulk-update-fields", standing.Observed}

	ruleTokenExists  = Rule{"token-exists", standing.Published}
	ruleNoUser       = Rule{"operation-needs-a-user", standing.Published}
	ruleScopes       = Rule{"operation-scopes", standing.Published}
	ruleRightToList  = Rule{"list-rights", standing.Published}
	ruleRightToWrite = Rule{"write-rights", standing.Assumed}
	ruleOwnOnly      = Rule{"patch-own-tokens-only", standing.Observed}
)
