package scenarios

import (
	"net/http"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

const (
	deleteResponse = "v2026 #/paths/~1personal-access-tokens~1{id}/delete/responses/204"
	deleteUnknown  = "v2026 #/paths/~1personal-access-tokens~1{id}/delete/responses/404"
)

var deletion = []contract.Scenario{
	{
		ID:      "delete/returns-204-without-body",
		Promise: "A delete returns 204 without a body.",
		Sources: []string{deleteResponse, "#delete-is-204"},
		Rules:   []rule.ID{rule.DeleteIs204},
		Run: func(t *contract.T) {
			r := t.Owner().MustDelete(t.Owner().MustCreate().ID)
			t.Equal("the body", "", r.Text())
			t.Equal("Content-Type", "", r.Header("Content-Type"))
		},
	},
	{
		ID:      "delete/is-gone-from-every-list",
		Promise: "A deleted token is not listed, neither for its owner nor among all tokens.",
		Sources: []string{
			"v2026 #/paths/~1personal-access-tokens~1{id}/delete/description",
			"#delete-is-final",
		},
		Features: writes(contract.Admin),
		Rules:    []rule.ID{"delete-is-final"},
		Run: func(t *contract.T) {
			token, other := t.Owner().MustCreate(), t.Owner().MustCreate()
			t.Owner().MustDelete(token.ID)
			for _, tokens := range []*contract.Response{
				t.Owner().ListOwn(), t.Admin().List(),
				t.Admin().List("owner-id", token.Owner.ID.Value),
				t.Owner().ListOwn("filters", "lastUsed isnull"),
			} {
				expectListedWithout(t, tokens, other.ID, token.ID)
			}
		},
	},
	{
		ID:      "delete/twice-is-404",
		Promise: "A deleted token is unknown to delete and patch: 404.",
		Sources: []string{deleteUnknown, "#delete-is-final", "#unknown-id-is-404"},
		Rules:   []rule.ID{"delete-is-final", "unknown-id"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate()
			c.MustDelete(token.ID)
			c.Delete(token.ID).ExpectError(http.StatusNotFound)
			c.Patch(token.ID, replace("/name", t.UniqueName())).ExpectError(http.StatusNotFound)
		},
	},
	{
		ID:      "delete/unknown-id-is-404",
		Promise: "A delete of an unknown id is 404, and deletes no token.",
		Sources: []string{deleteUnknown, "#unknown-id-is-404"},
		Rules:   []rule.ID{"unknown-id"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			t.Owner().Delete(unknownID).ExpectError(http.StatusNotFound)
			expectListed(t, t.Owner().ListOwn(), token.ID)
		},
	},
	{
		ID:       "delete/malformed-id-is-404",
		Promise:  "A delete of a malformed id is 404.",
		Sources:  []string{"#malformed-id-is-404"},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{"unknown-id"},
		Run: func(t *contract.T) {
			for _, id := range []string{
				"no-such-token", "patmock token", "me", strings.Repeat("0", 300),
			} {
				t.Owner().Delete(id).ExpectError(http.StatusNotFound)
			}
		},
	},
	{
		ID:      "delete/name-is-no-id",
		Promise: "A token is deleted by its id, not by its name.",
		Sources: []string{"v2026 #/paths/~1personal-access-tokens~1{id}/delete/parameters/0"},
		Rules:   []rule.ID{"unknown-id"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			t.Owner().Delete(token.Name).ExpectRejected()
			expectListed(t, t.Owner().ListOwn(), token.ID)
		},
	},
	{
		ID:       "delete/expired-token",
		Promise:  "An expired token can be deleted.",
		Sources:  []string{"#expired-token-can-be-deleted"},
		Features: writes(contract.SeededTokens),
		Rules:    []rule.ID{rule.DeleteIsFinal, rule.ExpiredTokenStays},
		Run: func(t *contract.T) {
			credentials := seedExpired(t, t.UniqueName())
			t.Owner().MustDelete(credentials.ClientID)
			if _, found := t.Owner().Find(credentials.ClientID); found {
				t.Errorf("the deleted token is listed")
			}
		},
	},
	{
		ID: "delete/no-get-by-id",
		Promise: "A single token cannot be read or replaced by its id: GET, PUT and POST are " +
			"405, and Allow has PATCH and DELETE.",
		Sources: []string{"errata method-not-allowed", "#no-get-by-id"},
		Rules:   []rule.ID{rule.NoGetByID, rule.MethodNotAllowed},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			expectMethodNotAllowed(t, t.Owner(), t.CollectionPath()+"/"+token.ID, []string{
				http.MethodGet, http.MethodPut, http.MethodPost,
			}, "DELETE", "PATCH")
			expectListed(t, t.Owner().ListOwn(), token.ID)
		},
	},
	{
		ID: "delete/no-delete-of-all",
		Promise: "The collection of tokens cannot be replaced, changed or deleted: PUT, PATCH " +
			"and DELETE are 405, and Allow has GET, HEAD and POST.",
		Sources:  []string{"errata method-not-allowed", "#collection-methods"},
		Features: writes(contract.DisposableTokens),
		Rules:    []rule.ID{rule.MethodNotAllowed},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			expectMethodNotAllowed(t, t.Owner(), t.CollectionPath(), []string{
				http.MethodPut, http.MethodPatch, http.MethodDelete,
			}, "GET", "HEAD", "POST")
			expectListed(t, t.Owner().ListOwn(), token.ID)
		},
	},
}
