package scenarios

import (
	"net/http"
	"slices"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
)

var listQuestions = []contract.Scenario{
	question("unknown-owner", contract.Scenario{
		ID:       "list/unknown-owner-id-is-empty",
		Promise:  "An unknown owner-id returns an empty list.",
		Sources:  []string{"#unknown-owner-id-is-empty"},
		Features: reads(contract.Admin),
	}, func(t *contract.T, record record) {
		t.Equal("the list", []string{}, record(t.Admin().List("owner-id", unknownID)).IDs())
	}),
	servedQuestion("limit-251", contract.Scenario{
		ID:       "list/question-limit-251",
		Promise:  "A limit of 251, one more than other lists allow, is ignored.",
		Sources:  []string{"#other-lists-have-at-most-250", "#list-is-not-paged"},
		Features: reads(), Rules: []rule.ID{"list-no-paging"},
	}, func(t *contract.T) *contract.Response { return listPaged(t, "limit", "251") }),
	servedQuestion("", contract.Scenario{
		ID:       "list/limit-of-999-is-tolerated",
		Promise:  "A limit beyond the 250 of other lists is no error.",
		Sources:  []string{"#list-tolerates-a-large-limit"},
		Features: reads(), Rules: []rule.ID{rule.ListNoPaging, rule.Limit251},
	}, func(t *contract.T) *contract.Response {
		return listPaged(t, "limit", "999", "offset", "0", "count", "true")
	}),
	question("list-paging", contract.Scenario{
		ID:      "list/question-paging",
		Promise: "A list with limit and count is complete, and has no X-Total-Count.",
		Sources: []string{"#list-is-not-paged"}, Rules: []rule.ID{rule.ListNoPaging},
	}, func(t *contract.T, record record) {
		t.Owner().MustCreate() // with two tokens a page of one differs from the list
		t.Owner().MustCreate()
		want := t.Owner().ListOwn().IDs()
		r := record(listPaged(t, "limit", "1", "count", "true")).ExpectStatus(http.StatusOK)
		t.Notef("%d of %d tokens, X-Total-Count %q", len(r.IDs()), len(want),
			r.Header("X-Total-Count"))
		t.Equal("the list", want, r.IDs())
		t.Equal("X-Total-Count", "", r.Header("X-Total-Count"))
	}),
	question("bad-filter", contract.Scenario{
		ID:       "filter/question-bad-filter",
		Promise:  "A filter of another field is 400 with the code 400.1.",
		Sources:  []string{"#filter-unsupported-is-400", "#rejected-filter-has-400-1"},
		Features: reads(), Rules: []rule.ID{"filter-supported"},
	}, func(t *contract.T, record record) {
		r := record(t.Owner().ListOwn("filters", `name eq "patmock"`))
		r.ExpectError(http.StatusBadRequest)
		if code := r.ErrorBody().DetailCode; !strings.HasPrefix(code.Value, "400.1") {
			t.Errorf("detailCode is %v, expected one that begins with 400.1", code)
		}
	}),
	rejectedQuestion("", contract.Scenario{
		ID:       "filter/case-of-fields-counts",
		Promise:  "Field names in filters are case-sensitive.",
		Sources:  []string{"#filter-field-names-have-a-case"},
		Features: reads(), Rules: []rule.ID{"filter-supported"},
	}, http.StatusBadRequest, func(t *contract.T) *contract.Response {
		return t.Owner().ListOwn("filters", "LASTUSED isnull")
	}),
	question("never-used-under-le", contract.Scenario{
		ID:      "filter/question-never-used-under-le",
		Promise: "A token that was never used does not match lastUsed le with any date.",
		Sources: []string{"#filter-never-used-under-le"},
	}, func(t *contract.T, record record) {
		unused := t.Owner().MustCreate()
		ids := record(t.Owner().ListOwn("filters",
			"lastUsed le "+contract.FormatTime(t.Now().AddDate(1, 0, 0)))).IDs()
		found := slices.Contains(ids, unused.ID)
		t.Notef("the token is listed: %t", found)
		t.Equal("whether the unused token is listed", false, found)
	}),
	question("quoted-timestamp", contract.Scenario{
		ID:      "filter/question-quoted-timestamp",
		Promise: "A date in a filter may be in quotes.",
		Sources: []string{"#filter-quoted-date"}, Features: reads(), Rules: []rule.ID{"filter-le"},
	}, func(t *contract.T, record record) {
		date := contract.FormatTime(t.Now().AddDate(1, 0, 0))
		want := t.Owner().ListOwn("filters", "lastUsed le "+date).IDs()
		t.Equal("the list", want,
			record(t.Owner().ListOwn("filters", `lastUsed le "`+date+`"`)).IDs())
	}),
}

var rightsQuestions = []contract.Scenario{
	rejectedQuestion("own-id-with-my-read", contract.Scenario{
		ID: "auth/question-own-real-id",
		Promise: "The caller's own id as owner-id is rejected with 403 if the caller may only " +
			"read their own tokens.",
		Sources: []string{"#own-id-needs-the-right"},
		Rules:   []rule.ID{"list-rights"},
	}, http.StatusForbidden, func(t *contract.T) *contract.Response {
		return ownerWithScopes(t, myRead).List("owner-id", userID(t, t.Owner()))
	}),
	rejectedQuestion("delete-of-anothers", contract.Scenario{
		ID:       "auth/question-delete-of-anothers",
		Promise:  "A delete of another user's token without the right to it is 403.",
		Sources:  []string{"#delete-without-the-right-is-403"},
		Features: writes(contract.SecondIdentity), Rules: []rule.ID{"delete-own-or-all"},
	}, http.StatusForbidden, func(t *contract.T) *contract.Response {
		return t.Second().Delete(t.Owner().MustCreate().ID)
	}),
	rejectedQuestion("helpdesk-list-all", contract.Scenario{
		ID:       "auth/question-helpdesk-lists-all",
		Promise:  "The user level HELPDESK has no right to all tokens: 403.",
		Sources:  []string{"#only-admins-have-all-rights"},
		Features: reads(contract.SecondIdentity), Rules: []rule.ID{"list-rights"},
	}, http.StatusForbidden, func(t *contract.T) *contract.Response { return helpdesk(t).List() }),
	servedQuestion("experimental-header", contract.Scenario{
		ID:       "auth/question-experimental-header",
		Promise:  "No operation requires X-SailPoint-Experimental.",
		Features: reads(), Sources: []string{"#experimental-header"},
	}, func(t *contract.T) *contract.Response { return t.Owner().ListOwn() }),
}

// helpdesk returns a client of a user with the user level HELPDESK: a new user on a patmock, else
// the second identity if it has that level.
func helpdesk(t *contract.T) *contract.Client {
	const level = "HELPDESK"
	if t.Control() != nil {
		return t.Login(t.SeedUser(t.UniqueName(), level))
	}
	c := t.Second()
	_, claims := decodeAccessToken(t, c.Bearer())
	if !slices.Contains(claims.Authorities.Value, level) {
		t.SkipUnsupported("user-level", "a second identity with the user level %s", level)
	}
	return c
}
