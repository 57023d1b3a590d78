package scenarios

import (
	"net/http"
	"slices"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

const (
	patchDescription = "v2026 #/paths/~1personal-access-tokens~1{id}/patch/description"
	patchFields      = "v2026 #/paths/~1personal-access-tokens~1{id}/patch/requestBody/description"
	patchRejections  = "v2026 #/paths/~1personal-access-tokens~1{id}/patch/responses/400"
)

// The facts about patches of the expiry.
const (
	ackNeeded        = "#patch-to-never-needs-the-acknowledgment"
	ackFirst         = "#acknowledgment-may-come-first"
	ackRequired      = "#never-keeps-the-acknowledgment"
	onlyTrue         = "#only-true-acknowledges"
	dateRemoved      = "#removing-the-date"
	dateWithoutValue = "#date-without-value-is-null"
)

// The operations in patches of the expiry.
var (
	dateNullOp    = replace("/expirationDate", nil)
	dateRemovedOp = remove("/expirationDate")
	// Two SDKs cannot send null.
	dateWithoutValueOp = contract.Op{"op": "replace", "path": "/expirationDate"}
	flagTrueOp         = replace("/userAwareTokenNeverExpires", true)
	flagFalseOp        = replace("/userAwareTokenNeverExpires", false)
	flagNullOp         = replace("/userAwareTokenNeverExpires", nil)
	flagRemovedOp      = remove("/userAwareTokenNeverExpires")
)

var expiryPatches = slices.Concat(
	[]contract.Scenario{
		patchToNever("null-and-flag", ackNeeded, evidence.Published, dateNullOp, flagTrueOp),
		patchToNever("flag-and-null", ackFirst, evidence.Assumed, flagTrueOp, dateNullOp),
		patchToNever("removed-and-flag", dateRemoved, evidence.Assumed, dateRemovedOp, flagTrueOp),
		patchToNever("flag-and-removed", dateRemoved, evidence.Assumed, flagTrueOp, dateRemovedOp),
		patchToNever("no-value-and-flag", dateWithoutValue, evidence.Assumed, dateWithoutValueOp,
			flagTrueOp),

		patchToNeverRejected("null-alone", ackNeeded, evidence.Published, dateNullOp),
		patchToNeverRejected("null-and-flag-false", ackNeeded, evidence.Published, dateNullOp,
			flagFalseOp),
		patchToNeverRejected("null-and-flag-null", onlyTrue, evidence.Assumed, dateNullOp,
			flagNullOp),
		patchToNeverRejected("null-and-flag-removed", onlyTrue, evidence.Assumed, dateNullOp,
			flagRemovedOp),
		patchToNeverRejected("removed-alone", dateRemoved, evidence.Assumed, dateRemovedOp),
		patchToNeverRejected("no-value-alone", dateWithoutValue, evidence.Assumed,
			dateWithoutValueOp),
		patchToNeverRejected("null-and-name", ackNeeded, evidence.Published,
			replace("/name", namePlaceholder), dateNullOp),
		withRules(
			patchToNeverRejected("flag-in-quotes", ackNeeded, evidence.Published, dateNullOp,
				replace("/userAwareTokenNeverExpires", "true")),
			rule.PatchNever, rule.InvalidProperty,
		),

		flagRequired("flag-false", ackRequired, evidence.Published, flagFalseOp),
		flagRequired("flag-null", onlyTrue, evidence.Assumed, flagNullOp),
		flagRequired("flag-removed", onlyTrue, evidence.Assumed, flagRemovedOp),
	},
	expiryPatchDates,
)

// patchToNever returns a scenario about a patch that makes a token never expire.
func patchToNever(
	id, fact string, level evidence.Level, operations ...contract.Op,
) contract.Scenario {
	return contract.Scenario{
		ID: "expiry/patch-to-never/" + id,
		Promise: "A patch removes the date if it has the acknowledgment: " + readableID(id) +
			".",
		Sources:  []string{patchDescription, "errata patch-value-null", fact},
		Evidence: level,
		Versions: contract.Current,
		Rules:    []rule.ID{"patch-never"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate()
			patched := c.Patch(token.ID, operations...).Token()
			t.Equal("expirationDate", "", patched.ExpirationDate.Value)
			if flag := patched.UserAwareTokenNeverExpires; flag.Present {
				t.Equal("userAwareTokenNeverExpires", true, flag.Value)
			}
			t.Equal("the token in the list", patched, c.MustFind(token.ID))
		},
	}
}

// patchToNeverRejected returns a scenario about a patch that removes the date without the
// acknowledgment.
func patchToNeverRejected(
	id, fact string, level evidence.Level, operations ...contract.Op,
) contract.Scenario {
	return contract.Scenario{
		ID: "expiry/patch-to-never-rejected/" + id,
		Promise: "A patch that removes the date without the acknowledgment is rejected, and the " +
			"date does not change: " + readableID(id) + ".",
		Sources:  []string{patchDescription, patchRejections, fact},
		Evidence: level,
		Versions: contract.Current,
		Rules:    []rule.ID{"patch-never", "patch-atomic"},
		Run:      func(t *contract.T) { expectPatch400(t, t.Owner(), operations...) },
	}
}

// flagRequired returns a scenario about a patch that removes the acknowledgment of a token that
// never expires.
func flagRequired(id, fact string, level evidence.Level, operation contract.Op) contract.Scenario {
	return contract.Scenario{
		ID: "expiry/patch-never-needs-its-flag/" + id,
		Promise: "A token that never expires needs its acknowledgment until it gets a date: " +
			readableID(id) + " is rejected.",
		Sources:  []string{patchDescription, patchRejections, fact},
		Evidence: level,
		Versions: contract.Current,
		Rules:    []rule.ID{rule.NeverKeepsAcknowledgment},
		Run: func(t *contract.T) {
			id := newNeverExpiringToken(t)
			expectUnchanged(t, id, func() {
				t.Owner().Patch(id, operation).ExpectError(http.StatusBadRequest)
			})
		},
	}
}

// newNeverExpiringToken creates a token that never expires, and returns its id.
func newNeverExpiringToken(t *contract.T) string {
	body := contract.Body{"name": t.UniqueName(), "userAwareTokenNeverExpires": true}
	return t.Owner().Create(body).Token().ID
}

// seedExpired adds a token of the owner that expired a day ago.
func seedExpired(t *contract.T, name string) contract.Credentials {
	return t.SeedToken(control.NewToken{
		Owner: t.OwnerName(), Name: name, Created: "-40d", ExpirationDate: "-1d",
	})
}

// expectPatch400 expects that a patch of a new token is rejected with 400 and changes nothing.
func expectPatch400(t *contract.T, c *contract.Client, operations ...contract.Op) {
	expectNewTokenUnchanged(t, func(id string) {
		patchRaw(t, c, id, jsonPatchType,
			withName(t, jsonText(operations))).ExpectError(http.StatusBadRequest)
	})
}

// expectPatchRejected expects that a patch of a new token is rejected and changes nothing. A real
// tenant may choose another 4xx.
func expectPatchRejected(t *contract.T, operations ...contract.Op) {
	expectNewTokenUnchanged(t, func(id string) {
		t.Owner().Patch(id, operations...).ExpectRejected(http.StatusBadRequest)
	})
}

// expectNewTokenUnchanged expects that f does not change a new token of the owner.
func expectNewTokenUnchanged(t *contract.T, during func(id string)) {
	id := t.Owner().MustCreate().ID
	expectUnchanged(t, id, func() { during(id) })
}

// expectUnchanged expects that f does not change a token of the owner.
func expectUnchanged(t *contract.T, id string, during func()) {
	before := t.Owner().MustFind(id)
	during()
	t.Equal("the token", before, t.Owner().MustFind(id))
}
