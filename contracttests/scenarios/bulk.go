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

// The facts that bulk updates rest on.
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
	text, _ := json.Marshal(value) // what scenarios send always encodes
	return string(text)
}

func bulkBody(ids []string, operations ...contract.Op) string {
	// never null
	return jsonText(contract.Body{"ids": ids, "patch": append([]contract.Op{}, operations...)})
}

func sendBulk(c *contract.Client, method string, ids []string,
	operations ...contract.Op,
) *contract.Response {
	return c.Send(contract.Request{
		Method: method, Path: bulkPath, ContentType: "application/json",
		Body: bulkBody(ids, operations...),
	})
}

func bulkByPost(c *contract.Client, ids []string, operations ...contract.Op) *contract.Response {
	return sendBulk(c, http.MethodPost, ids, operations...)
}

// endless are the operations that make a token live for ever.
func endless() []contract.Op {
	return []contract.Op{replace("/userAwareTokenNeverExpires", true), remove("/expirationDate")}
}

// onV1 makes a scenario about the bulk update, which v1 alone has.
func onV1(id, promise, fact string, level evidence.Level, run func(t *contract.T),
	needs ...contract.Feature,
) contract.Scenario {
	return contract.Scenario{
		ID: id, Promise: promise, Sources: []string{bulkOperation, fact}, Evidence: level,
		Versions: []version.Version{version.V1},
		Features: writes(append([]contract.Feature{contract.Admin}, needs...)...), Rules: []rule.ID{
			"bulk-update",
		}, Run: run,
	}
}

// update is what a bulk update asks for.
type update struct {
	ids        []string
	operations []contract.Op
	wrong      []string // where it breaks the document
}

// bulkRefuses makes a scenario about an update of two tokens, one of them another user's, that is
// refused with 400 by PATCH as by POST, and changes nothing.
func bulkRefuses(id, promise, fact string, level evidence.Level,
	made func(t *contract.T, ids []string) update,
) contract.Scenario {
	return onV1(id, promise, fact, level, func(t *contract.T) {
		one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
		bothStay(t, func() {
			u := made(t, []string{one.ID, other.ID})
			c := t.Admin().ExpectInvalid(u.wrong...)
			sendBulk(c, http.MethodPatch, u.ids, u.operations...).ExpectError(http.StatusBadRequest)
			sendBulk(c, http.MethodPost, u.ids, u.operations...).ExpectError(http.StatusBadRequest)
		})
	})
}

// bothStay expects that the tokens of the owner and of the administrator are the same before and
// after.
func bothStay(t *contract.T, during func()) {
	before := [][]contract.Token{own(t.Owner()), own(t.Admin())}
	during()
	t.Equal("tokens", before, [][]contract.Token{own(t.Owner()), own(t.Admin())})
}

// moved expects tokens to expire as later says.
func moved(t *contract.T, r *contract.Response, date contract.Op, ids ...string) {
	t.Equal("ids of the answer", slices.Sorted(slices.Values(ids)), r.IDs())
	for _, listed := range r.Tokens() {
		t.Equal("expirationDate", date.Value(), listed.ExpirationDate.Value)
		if listed.Secret.Present {
			t.Errorf("the answer shows a secret")
		}
	}
}

var bulk = []contract.Scenario{
	covers(onV1("bulk/changes-tokens-of-any-owner",
		"One patch changes several tokens, whosever they are, and answers them.", bulkChanges,
		evidence.Published, func(t *contract.T) {
			one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
			date := later(t)
			moved(t, t.Admin().Bulk([]string{one.ID, other.ID}, date), date, one.ID, other.ID)
			mine := t.Owner().MustFind(one.ID)
			t.Equal("expirationDate in the list", date.Value(), mine.ExpirationDate.Value)
			theirs := t.Admin().MustFind(other.ID)
			t.Equal("expirationDate in the administrator's list", date.Value(),
				theirs.ExpirationDate.Value)
		}), rule.BulkUpdate, rule.SecretOnce),
	onV1("bulk/by-post", "The bulk update can be asked for by POST as by PATCH.", bulkByMethod,
		evidence.Published, func(t *contract.T) {
			one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
			date := later(t)
			moved(t, bulkByPost(t.Admin(), []string{one.ID, other.ID}, date), date, one.ID,
				other.ID)
			mine := t.Owner().MustFind(one.ID)
			t.Equal("expirationDate in the list", date.Value(), mine.ExpirationDate.Value)
		}),
	onV1("bulk/sorted-by-id", "The answer is sorted by id, in whatever order the ids were sent.",
		bulkSorted, evidence.Published, func(t *contract.T) {
			ids := []string{
				t.Owner().MustCreate().ID, t.Owner().MustCreate().ID, t.Admin().MustCreate().ID,
			}
			slices.Sort(ids)
			for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
				date := later(t)
				moved(t,
					t.Admin().Bulk([]string{ids[order[0]], ids[order[1]], ids[order[2]]}, date),
					date, ids...)
			}
		}),
	covers(onV1("bulk/never-expires",
		"Removing the date together with the acknowledgement makes each of the tokens live for "+
			"ever.", bulkToNever, evidence.Published, func(t *contract.T) {
			one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
			for _, listed := range t.Admin().Bulk([]string{one.ID, other.ID},
				endless()...).Tokens() {
				t.Equal("expirationDate", "", listed.ExpirationDate.Value)
			}
			t.Equal("expirationDate in the list", "",
				t.Owner().MustFind(one.ID).ExpirationDate.Value)
		}), rule.BulkUpdate, rule.PatchNever),
	covers(bulkRefuses("bulk/unknown-id",
		"A bulk update that names an id which no token has is refused with 400 and changes none "+
			"of the others.", bulkUnknownID, evidence.Assumed,
		func(t *contract.T, ids []string) update {
			return update{
				ids: []string{ids[0], strangerID, ids[1]}, operations: []contract.Op{later(t)},
			}
		}), rule.BulkUpdate, rule.BulkKnown),
	covers(bulkRefuses("bulk/all-or-none",
		"A bulk update of which one operation is not allowed is refused with 400, and the others "+
			"change nothing.", bulkToNever, evidence.Published,
		func(t *contract.T, ids []string) update {
			// Of two operations the first would do by itself.
			return update{ids: ids, operations: []contract.Op{later(t), remove("/expirationDate")}}
		}), rule.BulkUpdate, rule.PatchNever),
	covers(onV1("bulk/one-token-rejects",
		"Withdrawing the acknowledgement from several tokens is refused with 400 where one of "+
			"them has no date, and changes none.", bulkAtomic, evidence.Assumed,
		func(t *contract.T) {
			dated, never := t.Owner().MustCreate(), t.Admin().MustCreate()
			t.Admin().Bulk([]string{dated.ID},
				replace("/userAwareTokenNeverExpires", true)).ExpectStatus(http.StatusOK)
			t.Admin().Bulk([]string{never.ID}, endless()...).ExpectStatus(http.StatusOK)
			bothStay(t, func() {
				for _, ids := range [][]string{{dated.ID, never.ID}, {never.ID, dated.ID}} {
					t.Admin().Bulk(ids, flagFalse).ExpectError(http.StatusBadRequest)
				}
			})
		}), rule.BulkUpdate, rule.NeverKeepsAcknowledgment),
	covers(bulkRefuses("bulk/an-id-twice",
		"A bulk update that names an id twice is refused with 400.", bulkDistinct,
		evidence.Published,
		func(t *contract.T, ids []string) update {
			return update{
				ids: []string{ids[0], ids[1], ids[0]}, operations: []contract.Op{later(t)},
				wrong: []string{"/ids"},
			}
		}), rule.BulkIDs),
	covers(bulkRefuses("bulk/an-empty-id",
		"A bulk update that names an empty id is refused with 400.", bulkDistinct,
		evidence.Published,
		func(t *contract.T, ids []string) update {
			return update{ids: []string{ids[0], ids[1], ""}, operations: []contract.Op{later(t)}}
		}), rule.BulkIDs),
	covers(bulkRefuses("bulk/a-blank-id",
		"A bulk update that names an id of blanks is refused with 400.", bulkDistinct,
		evidence.Published,
		func(t *contract.T, ids []string) update {
			return update{ids: []string{ids[0], ids[1], "  "}, operations: []contract.Op{later(t)}}
		}), rule.BulkIDs),
	covers(bulkRefuses("bulk/no-ids", "A bulk update of no token is refused with 400.", bulkCount,
		evidence.Published,
		func(t *contract.T, _ []string) update {
			return update{
				ids: []string{}, operations: []contract.Op{later(t)}, wrong: []string{"/ids"},
			}
		}), rule.BulkIDs),
	covers(bulkRefuses("bulk/no-operations",
		"A bulk update without an operation is refused with 400.", bulkOperations,
		evidence.Published,
		func(_ *contract.T, ids []string) update {
			return update{ids: ids, wrong: []string{"/patch"}}
		}), rule.InvalidProperty),
	covers(bulkRefuses("bulk/name", "A bulk update does not change names: 400.", bulkFields,
		evidence.Published,
		func(t *contract.T, ids []string) update {
			return update{ids: ids, operations: []contract.Op{later(t), replace("/name", t.UniqueName())}}
		}), rule.BulkFields),
	covers(bulkRefuses("bulk/scope", "A bulk update does not change scopes: 400.", bulkFields,
		evidence.Published,
		func(t *contract.T, ids []string) update {
			return update{
				ids: ids, operations: []contract.Op{
					later(t), replace("/scope", []string{defaultScope}),
				},
			}
		}), rule.BulkFields),
	covers(bulkRefuses("bulk/past-date",
		"A bulk update to a date that has passed is refused with 400.", bulkFuture,
		evidence.Published,
		func(t *contract.T, ids []string) update {
			return update{
				ids: ids, operations: []contract.Op{
					replace("/expirationDate", contract.FormatTime(t.Now().Add(-time.Hour))),
				},
			}
		}), rule.ExpiryFuture),
	covers(bulkRefuses("bulk/no-date-without-acknowledgement",
		"A bulk update that removes dates needs the acknowledgement in the same patch: 400.",
		bulkToNever, evidence.Published,
		func(_ *contract.T, ids []string) update {
			return update{ids: ids, operations: []contract.Op{remove("/expirationDate")}}
		}), rule.PatchNever),
	{
		ID:       "bulk/needs-the-right",
		Promise:  "A bulk update needs the right to all tokens, for one's own as well: 403.",
		Sources:  []string{bulkOperation, "#bulk-update-right"},
		Versions: []version.Version{version.V1},
		Features: writes(contract.SecondIdentity), Rules: []rule.ID{"bulk-rights"},
		Run: func(t *contract.T) {
			made, date := t.Second().MustCreate(), later(t)
			manager := scopedBy(t, t.Second(), allManage)
			before := own(t.Second())
			for _, c := range []*contract.Client{t.Second(), manager} {
				c.Bulk([]string{made.ID}, date).ExpectError(http.StatusForbidden)
				bulkByPost(c, []string{made.ID}, date).ExpectError(http.StatusForbidden)
			}
			t.Equal("tokens", before, own(t.Second()))
		},
	},
	{
		ID:       "bulk/scopes",
		Promise:  "A bulk update needs the scope all:manage or sp:scopes:all: others are 403.",
		Sources:  []string{bulkOperation + "/security", "#bulk-update-scope", "#scope-all"},
		Versions: []version.Version{version.V1},
		Features: writes(contract.Admin), Rules: []rule.ID{"bulk-rights", "operation-scopes"},
		Run: func(t *contract.T) {
			one, date := t.Owner().MustCreate(), later(t)
			for _, scope := range []string{
				myRead, myManage, allRead, defaultScope, allManage, scopeAll,
			} {
				want := http.StatusForbidden
				if scope == allManage || scope == scopeAll {
					want = http.StatusOK
				}
				made := t.Admin().MustCreate(withScopes(scope))
				answers(t, scope, t.Login(made.Credentials()).Bulk([]string{one.ID}, date), want)
				t.Admin().MustDelete(made.ID)
			}
		},
	},
	{
		ID: "bulk/api-client", Promise: "An API client without a user makes no bulk update: 403.",
		Sources:  []string{bulkOperation, "#bulk-update-not-for-api-clients"},
		Versions: []version.Version{version.V1},
		Features: writes(contract.APIClient), Rules: []rule.ID{
			"bulk-rights", "no-application-auth",
		},
		Run: func(t *contract.T) {
			made := t.Owner().MustCreate()
			_, _, _, client := t.Credentials()
			t.Login(client).Bulk([]string{made.ID}, later(t)).ExpectError(http.StatusForbidden)
			t.Equal("expirationDate", made.ExpirationDate,
				t.Owner().MustFind(made.ID).ExpirationDate)
		},
	},
	{
		ID: "bulk/has-no-other-method",
		Promise: "In v1 bulk-update is no id of a token: another method, DELETE too, is 405, and " +
			"Allow names PATCH and POST.",
		Sources:  []string{"errata method-not-allowed", "#bulk-update-path-is-reserved"},
		Versions: []version.Version{version.V1},
		Rules:    []rule.ID{rule.MethodNotAllowed},
		Run: func(t *contract.T) {
			notAllowed(t, t.Owner(), bulkPath, []string{
				http.MethodGet, http.MethodPut, http.MethodDelete,
			}, http.MethodPatch, http.MethodPost)
		},
	},
	{
		ID:       "bulk/is-an-id-elsewhere",
		Promise:  "Versions before v1 take bulk-update for the id of a token, which none has: 404.",
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

// seeded are the ids of as many tokens, which new users have.
func seeded(t *contract.T, n int) []string {
	var ids []string
	var owner string
	for i := range n {
		if i%9 == 0 { // a user may have ten, and has one to log in with
			owner = t.UniqueName()
			t.SeedUser(owner, "USER")
		}
		ids = append(ids, t.SeedToken(control.NewToken{Owner: owner, Name: t.UniqueName()}).ClientID)
	}
	return ids
}
