package scenarios

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

const (
	bulkPath      = "/personal-access-tokens/v1/bulk-update"
	bulkOperation = "v1 #/paths/~1personal-access-tokens~1v1~1bulk-update/patch"
)

// The facts about bulk updates.
const (
	bulkChanges    = "#bulk-update"
	bulkByMethod   = "#bulk-update-by-post"
	bulkSorted     = "#bulk-update-is-sorted-by-id"
	bulkToNever    = "#bulk-update-to-never"
	bulkCount      = "#bulk-update-has-1-to-25-ids"
	bulkUnknownID  = "#bulk-update-unknown-id-is-400"
	bulkAtomic     = "#bulk-update-is-atomic"
	bulkDistinct   = "#bulk-update-ids-are-distinct"
	bulkOperations = "#bulk-update-needs-an-operation"
	bulkFields     = "#bulk-update-fields"
	bulkFuture     = "#bulk-update-date-is-in-the-future"
)

func jsonText(value any) string {
	text, _ := json.Marshal(value) // values of scenarios always encode
	return string(text)
}

func bulkBody(ids []string, operations ...contract.Op) string {
	// The array is never null.
	return jsonText(contract.Body{"ids": ids, "patch": append([]contract.Op{}, operations...)})
}

func sendBulk(
	c *contract.Client, method string, ids []string, operations ...contract.Op,
) *contract.Response {
	return c.Send(contract.Request{
		Method: method, Path: bulkPath, ContentType: "application/json",
		Body: bulkBody(ids, operations...),
	})
}

func bulkByPost(c *contract.Client, ids []string, operations ...contract.Op) *contract.Response {
	return sendBulk(c, http.MethodPost, ids, operations...)
}

// neverExpireOps returns the operations that remove the expiry of a token.
func neverExpireOps() []contract.Op {
	return []contract.Op{replace("/userAwareTokenNeverExpires", true), remove("/expirationDate")}
}

// bulkScenario returns a scenario about the bulk update. Only v1 has it.
func bulkScenario(id, promise, fact string, level evidence.Level, run func(t *contract.T),
	features ...contract.Feature,
) contract.Scenario {
	return contract.Scenario{
		ID: id, Promise: promise, Sources: []string{bulkOperation, fact}, Evidence: level,
		Versions: []version.Version{version.V1},
		Features: writes(append([]contract.Feature{contract.Admin}, features...)...),
		Rules:    []rule.ID{"bulk-update"}, Run: run,
	}
}

// bulkUpdate is the body of a bulk update.
type bulkUpdate struct {
	ids        []string
	operations []contract.Op
	invalid    []string // locations of expected violations
}

// bulkRejected returns a scenario about an update of two tokens, one of them another user's. PATCH
// and POST reject it with 400, and nothing changes.
func bulkRejected(id, promise, fact string, level evidence.Level,
	build func(t *contract.T, ids []string) bulkUpdate,
) contract.Scenario {
	return bulkScenario(id, promise, fact, level, func(t *contract.T) {
		one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
		expectBothUnchanged(t, func() {
			u := build(t, []string{one.ID, other.ID})
			c := t.Admin().ExpectInvalid(u.invalid...)
			sendBulk(c, http.MethodPatch, u.ids, u.operations...).ExpectError(http.StatusBadRequest)
			sendBulk(c, http.MethodPost, u.ids, u.operations...).ExpectError(http.StatusBadRequest)
		})
	})
}

// expectBothUnchanged expects that f does not change the tokens of the owner and of the
// administrator.
func expectBothUnchanged(t *contract.T, during func()) {
	before := [][]contract.Token{ownTokens(t.Owner()), ownTokens(t.Admin())}
	during()
	t.Equal("tokens", before, [][]contract.Token{ownTokens(t.Owner()), ownTokens(t.Admin())})
}

// expectExpiry expects tokens with the date of an operation, and no secret.
func expectExpiry(t *contract.T, r *contract.Response, date contract.Op, ids ...string) {
	t.Equal("ids of the response", slices.Sorted(slices.Values(ids)), r.IDs())
	for _, listed := range r.Tokens() {
		t.Equal("expirationDate", date.Value(), listed.ExpirationDate.Value)
		if listed.Secret.Present {
			t.Errorf("the response has a secret")
		}
	}
}

var bulk = []contract.Scenario{
	withRules(bulkScenario("bulk/changes-tokens-of-any-owner",
		"A bulk update by PATCH changes and returns tokens of several owners.", bulkChanges,
		evidence.Published, func(t *contract.T) {
			one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
			date := laterExpiry(t)
			expectExpiry(t, t.Admin().Bulk([]string{one.ID, other.ID}, date), date, one.ID,
				other.ID)
			mine := t.Owner().MustFind(one.ID)
			t.Equal("expirationDate in the list", date.Value(), mine.ExpirationDate.Value)
			theirs := t.Admin().MustFind(other.ID)
			t.Equal("expirationDate in the administrator's list", date.Value(),
				theirs.ExpirationDate.Value)
		}), rule.BulkUpdate, rule.SecretOnce),
	bulkScenario("bulk/by-post", "A bulk update by POST does the same as by PATCH.",
		bulkByMethod,
		evidence.Published, func(t *contract.T) {
			one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
			date := laterExpiry(t)
			expectExpiry(t, bulkByPost(t.Admin(), []string{one.ID, other.ID}, date), date, one.ID,
				other.ID)
			mine := t.Owner().MustFind(one.ID)
			t.Equal("expirationDate in the list", date.Value(), mine.ExpirationDate.Value)
		}),
	bulkScenario("bulk/sorted-by-id",
		"The response is sorted by id, in whatever order the ids were sent.",
		bulkSorted, evidence.Published, func(t *contract.T) {
			ids := []string{
				t.Owner().MustCreate().ID, t.Owner().MustCreate().ID, t.Admin().MustCreate().ID,
			}
			slices.Sort(ids)
			for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
				date := laterExpiry(t)
				expectExpiry(t,
					t.Admin().Bulk([]string{ids[order[0]], ids[order[1]], ids[order[2]]}, date),
					date, ids...)
			}
		}),
	withRules(bulkScenario("bulk/never-expires",
		"Removing the date with the acknowledgment makes each token never expire.", bulkToNever,
		evidence.Published, func(t *contract.T) {
			one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
			for _, listed := range t.Admin().Bulk([]string{one.ID, other.ID},
				neverExpireOps()...).Tokens() {
				t.Equal("expirationDate", "", listed.ExpirationDate.Value)
			}
			t.Equal("expirationDate in the list", "",
				t.Owner().MustFind(one.ID).ExpirationDate.Value)
		}), rule.BulkUpdate, rule.PatchNever),
	withRules(bulkRejected("bulk/unknown-id",
		"A bulk update with an unknown id is rejected with 400, and changes no token.",
		bulkUnknownID, evidence.Assumed,
		func(t *contract.T, ids []string) bulkUpdate {
			return bulkUpdate{
				ids: []string{ids[0], unknownID, ids[1]}, operations: []contract.Op{laterExpiry(t)},
			}
		}), rule.BulkUpdate, rule.BulkKnown),
	withRules(bulkRejected("bulk/all-or-none",
		"A bulk update with one forbidden operation is rejected with 400, and changes nothing.",
		bulkToNever, evidence.Published,
		func(t *contract.T, ids []string) bulkUpdate {
			// The first operation by itself would be accepted.
			return bulkUpdate{
				ids: ids, operations: []contract.Op{laterExpiry(t), remove("/expirationDate")},
			}
		}), rule.BulkUpdate, rule.PatchNever),
	withRules(bulkScenario("bulk/one-token-rejects",
		"Withdrawing the acknowledgment from several tokens is rejected with 400 if one of them "+
			"has no date, and changes none.", bulkAtomic, evidence.Assumed,
		func(t *contract.T) {
			withDate, never := t.Owner().MustCreate(), t.Admin().MustCreate()
			t.Admin().Bulk([]string{withDate.ID},
				replace("/userAwareTokenNeverExpires", true)).ExpectStatus(http.StatusOK)
			t.Admin().Bulk([]string{never.ID}, neverExpireOps()...).ExpectStatus(http.StatusOK)
			expectBothUnchanged(t, func() {
				for _, ids := range [][]string{{withDate.ID, never.ID}, {never.ID, withDate.ID}} {
					t.Admin().Bulk(ids, flagFalseOp).ExpectError(http.StatusBadRequest)
				}
			})
		}), rule.BulkUpdate, rule.NeverKeepsAcknowledgment),
	withRules(bulkRejected("bulk/an-id-twice",
		"A bulk update with a duplicate id is rejected with 400.", bulkDistinct,
		evidence.Published,
		func(t *contract.T, ids []string) bulkUpdate {
			return bulkUpdate{
				ids: []string{ids[0], ids[1], ids[0]}, operations: []contract.Op{laterExpiry(t)},
				invalid: []string{"/ids"},
			}
		}), rule.BulkIDs),
	withRules(bulkRejected("bulk/an-empty-id",
		"A bulk update with an empty id is rejected with 400.", bulkDistinct,
		evidence.Published,
		func(t *contract.T, ids []string) bulkUpdate {
			return bulkUpdate{
				ids: []string{ids[0], ids[1], ""}, operations: []contract.Op{laterExpiry(t)},
			}
		}), rule.BulkIDs),
	withRules(bulkRejected("bulk/a-blank-id",
		"A bulk update with a blank id is rejected with 400.", bulkDistinct,
		evidence.Published,
		func(t *contract.T, ids []string) bulkUpdate {
			return bulkUpdate{
				ids: []string{ids[0], ids[1], "  "}, operations: []contract.Op{laterExpiry(t)},
			}
		}), rule.BulkIDs),
	withRules(bulkRejected("bulk/no-ids", "A bulk update without ids is rejected with 400.",
		bulkCount,
		evidence.Published,
		func(t *contract.T, _ []string) bulkUpdate {
			return bulkUpdate{
				ids: []string{}, operations: []contract.Op{laterExpiry(t)},
				invalid: []string{"/ids"},
			}
		}), rule.BulkIDs),
	withRules(bulkRejected("bulk/no-operations",
		"A bulk update without operations is rejected with 400.", bulkOperations,
		evidence.Published,
		func(_ *contract.T, ids []string) bulkUpdate {
			return bulkUpdate{ids: ids, invalid: []string{"/patch"}}
		}), rule.InvalidProperty),
	withRules(bulkRejected("bulk/name", "A bulk update of names is rejected with 400.", bulkFields,
		evidence.Published,
		func(t *contract.T, ids []string) bulkUpdate {
			return bulkUpdate{
				ids:        ids,
				operations: []contract.Op{laterExpiry(t), replace("/name", t.UniqueName())},
			}
		}), rule.BulkFields),
	withRules(bulkRejected("bulk/scope", "A bulk update of scopes is rejected with 400.",
		bulkFields,
		evidence.Published,
		func(t *contract.T, ids []string) bulkUpdate {
			return bulkUpdate{
				ids: ids, operations: []contract.Op{
					laterExpiry(t), replace("/scope", []string{defaultScope}),
				},
			}
		}), rule.BulkFields),
	withRules(bulkRejected("bulk/past-date",
		"A bulk update to a past date is rejected with 400.", bulkFuture,
		evidence.Published,
		func(t *contract.T, ids []string) bulkUpdate {
			return bulkUpdate{
				ids: ids, operations: []contract.Op{
					replace("/expirationDate", contract.FormatTime(t.Now().Add(-time.Hour))),
				},
			}
		}), rule.ExpiryFuture),
	withRules(bulkRejected("bulk/no-date-without-acknowledgement",
		"A bulk update that removes dates needs the acknowledgment in the same patch: 400.",
		bulkToNever, evidence.Published,
		func(_ *contract.T, ids []string) bulkUpdate {
			return bulkUpdate{ids: ids, operations: []contract.Op{remove("/expirationDate")}}
		}), rule.PatchNever),
	{
		ID:       "bulk/needs-the-right",
		Promise:  "A bulk update needs the right to all tokens, even for one's own: 403.",
		Sources:  []string{bulkOperation, "#bulk-update-right"},
		Versions: []version.Version{version.V1},
		Features: writes(contract.SecondIdentity), Rules: []rule.ID{"bulk-rights"},
		Run: func(t *contract.T) {
			token, date := t.Second().MustCreate(), laterExpiry(t)
			manager := loginWithScopes(t, t.Second(), allManage)
			before := ownTokens(t.Second())
			for _, c := range []*contract.Client{t.Second(), manager} {
				c.Bulk([]string{token.ID}, date).ExpectError(http.StatusForbidden)
				bulkByPost(c, []string{token.ID}, date).ExpectError(http.StatusForbidden)
			}
			t.Equal("tokens", before, ownTokens(t.Second()))
		},
	},
	{
		ID: "bulk/scopes",
		Promise: "A bulk update needs the scope all:manage or sp:scopes:all: other scopes get " +
			"403.",
		Sources:  []string{bulkOperation + "/security", "#bulk-update-scope", "#scope-all"},
		Versions: []version.Version{version.V1},
		Features: writes(contract.Admin), Rules: []rule.ID{"bulk-rights", "operation-scopes"},
		Run: func(t *contract.T) {
			one, date := t.Owner().MustCreate(), laterExpiry(t)
			for _, scope := range []string{
				myRead, myManage, allRead, defaultScope, allManage, scopeAll,
			} {
				want := http.StatusForbidden
				if scope == allManage || scope == scopeAll {
					want = http.StatusOK
				}
				token := t.Admin().MustCreate(withScopes(scope))
				checkStatus(t, scope, t.Login(token.Credentials()).Bulk([]string{one.ID}, date),
					want)
				t.Admin().MustDelete(token.ID)
			}
		},
	},
	{
		ID:       "bulk/api-client",
		Promise:  "An API client without a user cannot make a bulk update: 403.",
		Sources:  []string{bulkOperation, "#bulk-update-not-for-api-clients"},
		Versions: []version.Version{version.V1},
		Features: writes(contract.APIClient),
		Rules:    []rule.ID{"bulk-rights", "no-application-auth"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			_, _, _, client := t.Credentials()
			t.Login(client).Bulk([]string{token.ID},
				laterExpiry(t)).ExpectError(http.StatusForbidden)
			t.Equal("expirationDate", token.ExpirationDate,
				t.Owner().MustFind(token.ID).ExpirationDate)
		},
	},
	{
		ID: "bulk/has-no-other-method",
		Promise: "In v1 bulk-update is not the id of a token: other methods, even DELETE, are " +
			"405, and Allow has PATCH and POST.",
		Sources:  []string{"errata method-not-allowed", "#bulk-update-path-is-reserved"},
		Versions: []version.Version{version.V1},
		Rules:    []rule.ID{rule.MethodNotAllowed},
		Run: func(t *contract.T) {
			expectMethodNotAllowed(t, t.Owner(), bulkPath, []string{
				http.MethodGet, http.MethodPut, http.MethodDelete,
			}, http.MethodPatch, http.MethodPost)
		},
	},
	{
		ID:       "bulk/is-an-id-elsewhere",
		Promise:  "Versions before v1 treat bulk-update as the unknown id of a token: 404.",
		Sources:  []string{"#bulk-update-is-an-id-before-v1"},
		Evidence: evidence.Assumed,
		Versions: []version.Version{
			version.Beta, version.V3, version.V2024, version.V2025, version.V2026,
		},
		Rules: []rule.ID{"unknown-id"},
		Run: func(t *contract.T) {
			t.Owner().Patch("bulk-update",
				replace("/name", t.UniqueName())).ExpectError(http.StatusNotFound)
			t.Owner().Delete("bulk-update").ExpectError(http.StatusNotFound)
		},
	},
}

// seedTokens adds n tokens of new users, and returns their ids.
func seedTokens(t *contract.T, n int) []string {
	var ids []string
	var owner string
	for i := range n {
		if i%9 == 0 { // a user may have ten tokens, one of them for logins
			owner = t.UniqueName()
			t.SeedUser(owner, "USER")
		}
		ids = append(ids,
			t.SeedToken(control.NewToken{Owner: owner, Name: t.UniqueName()}).ClientID)
	}
	return ids
}
