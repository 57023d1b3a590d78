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
	patchText     = "v2026 #/paths/~1personal-access-tokens~1{id}/patch/description"
	patchFields   = "v2026 #/paths/~1personal-access-tokens~1{id}/patch/requestBody/description"
	patchRefusals = "v2026 #/paths/~1personal-access-tokens~1{id}/patch/responses/400"
)

// The facts that patches of the expiry rest on.
const (
	ackNeeded        = "#patch-to-never-needs-the-acknowledgment"
	ackFirst         = "#acknowledgment-may-come-first"
	ackKept          = "#never-keeps-the-acknowledgment"
	onlyTrue         = "#only-true-acknowledges"
	dateRemoved      = "#removing-the-date"
	dateWithoutValue = "#date-without-value-is-null"
)

// The operations of which patches of the expiry are made.
var (
	dateNull = replace("/expirationDate", nil)
	dateGone = remove("/expirationDate")
	// two SDKs cannot send null
	dateSilent = contract.Op{"op": "replace", "path": "/expirationDate"}
	flagTrue   = replace("/userAwareTokenNeverExpires", true)
	flagFalse  = replace("/userAwareTokenNeverExpires", false)
	flagNull   = replace("/userAwareTokenNeverExpires", nil)
	flagGone   = remove("/userAwareTokenNeverExpires")
)

var expiryPatches = slices.Concat(
	[]contract.Scenario{
		undated("null-and-flag", ackNeeded, evidence.Published, dateNull, flagTrue),
		undated("flag-and-null", ackFirst, evidence.Assumed, flagTrue, dateNull),
		undated("removed-and-flag", dateRemoved, evidence.Assumed, dateGone, flagTrue),
		undated("flag-and-removed", dateRemoved, evidence.Assumed, flagTrue, dateGone),
		undated("no-value-and-flag", dateWithoutValue, evidence.Assumed, dateSilent, flagTrue),

		undatedRefused("null-alone", ackNeeded, evidence.Published, dateNull),
		undatedRefused("null-and-flag-false", ackNeeded, evidence.Published, dateNull, flagFalse),
		undatedRefused("null-and-flag-null", onlyTrue, evidence.Assumed, dateNull, flagNull),
		undatedRefused("null-and-flag-removed", onlyTrue, evidence.Assumed, dateNull, flagGone),
		undatedRefused("removed-alone", dateRemoved, evidence.Assumed, dateGone),
		undatedRefused("no-value-alone", dateWithoutValue, evidence.Assumed, dateSilent),
		undatedRefused("null-and-name", ackNeeded, evidence.Published, replace("/name", newName),
			dateNull),
		covers(
			undatedRefused("flag-in-quotes", ackNeeded, evidence.Published, dateNull,
				replace("/userAwareTokenNeverExpires", "true")),
			rule.PatchNever, rule.InvalidProperty,
		),

		stillNever("flag-false", ackKept, evidence.Published, flagFalse),
		stillNever("flag-null", onlyTrue, evidence.Assumed, flagNull),
		stillNever("flag-removed", onlyTrue, evidence.Assumed, flagGone),
	},
	expiryPatchDates,
)

// undated is a patch after which a dated token never expires.
func undated(id, fact string, s evidence.Level, operations ...contract.Op) contract.Scenario {
	return contract.Scenario{
		ID:       "expiry/patch-to-never/" + id,
		Promise:  "A patch takes the date away when it acknowledges so itself: " + words(id) + ".",
		Sources:  []string{patchText, "errata patch-value-null", fact},
		Evidence: s,
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

// undatedRefused is a patch that would take the date away without acknowledging it.
func undatedRefused(id, fact string, s evidence.Level,
	operations ...contract.Op,
) contract.Scenario {
	return contract.Scenario{
		ID: "expiry/patch-to-never-rejected/" + id,
		Promise: "A patch that takes the date away has to acknowledge so itself, else it is " +
			"refused and the date stays: " + words(id) + ".",
		Sources:  []string{patchText, patchRefusals, fact},
		Evidence: s,
		Versions: contract.Current,
		Rules:    []rule.ID{"patch-never", "patch-atomic"},
		Run:      func(t *contract.T) { patchRefused(t, t.Owner(), operations...) },
	}
}

// stillNever is a patch that takes the acknowledgement from a token that never expires.
func stillNever(id, fact string, s evidence.Level, operation contract.Op) contract.Scenario {
	return contract.Scenario{
		ID: "expiry/patch-never-needs-its-flag/" + id,
		Promise: "A token that never expires keeps its acknowledgement, until it gets a date: " +
			words(id) + " is refused.",
		Sources:  []string{patchText, patchRefusals, fact},
		Evidence: s,
		Versions: contract.Current,
		Rules:    []rule.ID{rule.NeverKeepsAcknowledgment},
		Run: func(t *contract.T) {
			id := never(t)
			stays(t, id, func() {
				t.Owner().Patch(id, operation).ExpectError(http.StatusBadRequest)
			})
		},
	}
}

// never makes a token that never expires, in a current version.
func never(t *contract.T) string {
	body := contract.Body{"name": t.UniqueName(), "userAwareTokenNeverExpires": true}
	return t.Owner().Create(body).Token().ID
}

// expired adds a token of the owner that expired a day ago.
func expired(t *contract.T, name string) contract.Credentials {
	return t.SeedToken(control.NewToken{
		Owner: t.OwnerName(), Name: name, Created: "-40d", ExpirationDate: "-1d",
	})
}

// patchRefused expects 400 to a patch of a new token, and that the token stays as it is.
func patchRefused(t *contract.T, c *contract.Client, operations ...contract.Op) {
	newStays(t, func(id string) {
		patchAs(t, c, id, jsonPatchType,
			named(t, jsonText(operations))).ExpectError(http.StatusBadRequest)
	})
}

// patchRejected expects a patch of a new token to be rejected, and that the token stays as it is.
func patchRejected(t *contract.T, operations ...contract.Op) {
	newStays(t, func(id string) {
		t.Owner().Patch(id, operations...).ExpectRejected(http.StatusBadRequest)
	})
}

// newStays expects that a new token of the owner stays as it is.
func newStays(t *contract.T, during func(id string)) {
	id := t.Owner().MustCreate().ID
	stays(t, id, func() { during(id) })
}

// stays expects that a token of the owner is the same before and after.
func stays(t *contract.T, id string, during func()) {
	before := t.Owner().MustFind(id)
	during()
	t.Equal("the token", before, t.Owner().MustFind(id))
}
