package scenarios

import (
	"net/http"
	"slices"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

const (
	listOfAll = "v2026 #/paths/~1personal-access-tokens/get/description"
	listOwner = "v2026 #/paths/~1personal-access-tokens/get/parameters/0/description"
)

var list = slices.Concat(listOwners, listComplete, listManaged)

var listOwners = []contract.Scenario{
	{
		ID:       "list/me-is-the-caller",
		Promise:  "With owner-id=me the list has the caller's own tokens and no others.",
		Sources:  []string{listOwner, "#owner-id-me"},
		Features: writes(contract.SecondIdentity),
		Rules:    []rule.ID{"list-own"},
		Run: func(t *contract.T) {
			mine, theirs := t.Owner().MustCreate(), t.Second().MustCreate()
			for _, user := range []struct {
				c          *contract.Client
				own, other contract.Token
			}{{t.Owner(), mine, theirs}, {t.Second(), theirs, mine}} {
				tokens := user.c.ListOwn()
				expectListedWithout(t, tokens, user.own.ID, user.other.ID)
				for _, token := range tokens.Tokens() {
					t.Equal("the owner", user.own.Owner.ID, token.Owner.ID)
				}
			}
		},
	},
	{
		ID: "list/me-is-who-logged-in",
		Promise: "With owner-id=me the list has the token of the login, and all its tokens " +
			"belong to the user of the login.",
		Sources:  []string{listOwner, "#owner-id-me", "#login-names-tenant-and-user"},
		Evidence: evidence.Observed,
		Features: reads(), Rules: []rule.ID{"list-own"},
		Run: func(t *contract.T) {
			credentials := ownerCredentials(t)
			identity := mustLogin(t, credentials).IdentityID
			tokens := t.Owner().ListOwn().ExpectStatus(http.StatusOK)
			expectListed(t, tokens, credentials.ClientID)
			for _, token := range tokens.Tokens() {
				t.Equal("the owner", contract.Value(identity.Value), token.Owner.ID)
			}
		},
	},
	{
		ID:       "list/all-for-an-administrator",
		Promise:  "Without owner-id an administrator lists the tokens of all users.",
		Sources:  []string{listOfAll, "#list-of-others-needs-the-right", "#admin-has-all-rights"},
		Features: reads(contract.SecondIdentity, contract.Admin),
		Rules:    []rule.ID{"list-rights"},
		Run: func(t *contract.T) {
			own := allOwnIDs(t)
			expectListed(t, t.Admin().List(), own...)
		},
	},
	{
		ID: "list/owner-id-for-an-administrator",
		Promise: "With an owner's id an administrator lists the tokens of that owner and no " +
			"others.",
		Sources:  []string{listOwner, "#list-of-others-needs-the-right", "#admin-has-all-rights"},
		Features: reads(contract.SecondIdentity, contract.Admin),
		Rules:    []rule.ID{"list-rights"},
		Run: func(t *contract.T) {
			id := userID(t, t.Second())
			if id == userID(t, t.Owner()) {
				t.Fatalf("the two identities of the run are the same user")
			}
			own := t.Second().ListOwn().IDs()
			tokens := t.Admin().List("owner-id", id).ExpectStatus(http.StatusOK)
			expectListed(t, tokens, own...)
			for _, listed := range tokens.Tokens() {
				t.Equal("the owner", id, listed.Owner.ID.Value)
			}
		},
	},
	{
		ID:       "list/empty-owner-id-is-none",
		Promise:  "An empty owner-id is the same as none.",
		Sources:  []string{"#empty-owner-id-is-absent"},
		Evidence: evidence.Assumed,
		Features: reads(contract.SecondIdentity, contract.Admin),
		Rules:    []rule.ID{"list-rights"},
		Run: func(t *contract.T) {
			own := allOwnIDs(t)
			expectListed(t, t.Admin().List("owner-id", ""), own...)
			t.Second().List("owner-id", "").ExpectError(http.StatusForbidden)
		},
	},
}

var listComplete = []contract.Scenario{
	{
		ID:       "list/each-token-once",
		Promise:  "A list has each token once.",
		Sources:  []string{listOfAll, "#list-names-each-token-once"},
		Features: writes(contract.Admin),
		Rules:    []rule.ID{"list-each-once"},
		Run: func(t *contract.T) {
			one, two := t.Owner().MustCreate(), t.Owner().MustCreate()
			for _, tokens := range []*contract.Response{t.Owner().ListOwn(), t.Admin().List()} {
				expectListed(t, tokens, append(tokens.IDs(), one.ID, two.ID)...)
			}
		},
	},
	{
		ID: "list/own-tokens-once",
		Promise: "The caller's own list has each token once, and the same tokens again if " +
			"nothing changes.",
		Sources:  []string{listOfAll, "#list-names-each-token-once"},
		Features: reads(), Rules: []rule.ID{"list-each-once"},
		Run: func(t *contract.T) {
			tokens := t.Owner().ListOwn().ExpectStatus(http.StatusOK)
			expectListed(t, tokens, tokens.IDs()...)
			again := t.Owner().ListOwn().IDs()
			t.Equal("the ids of the second list", slices.Sorted(slices.Values(tokens.IDs())),
				slices.Sorted(slices.Values(again)))
		},
	},
	{
		ID:       "list/paging-is-ignored",
		Promise:  "Paging and sorting parameters are ignored: the list is complete.",
		Sources:  []string{"#list-is-not-paged", "#list-parameters"},
		Features: reads(), Rules: []rule.ID{"list-no-paging", "unknown-ignored"},
		Run: func(t *contract.T) {
			want := t.Owner().ListOwn().IDs()
			for _, paging := range [][]string{
				{"limit", "1"},
				{"limit", "0"},
				{"offset", "1"},
				{"limit", "1", "offset", "1", "count", "true"},
				{"sorters", "-name"},
			} {
				r := listPaged(t, paging...).ExpectStatus(http.StatusOK)
				t.Equal("the list with "+strings.Join(paging, " "), want, r.IDs())
				t.Equal("X-Total-Count", "", r.Header("X-Total-Count"))
			}
		},
	},
	{
		ID:       "list/unknown-parameters-are-ignored",
		Promise:  "An unknown query parameter is ignored.",
		Sources:  []string{"#unknown-parameters-are-ignored"},
		Features: reads(), Rules: []rule.ID{"unknown-ignored"},
		Run: func(t *contract.T) {
			want := t.Owner().ListOwn().IDs()
			c := t.Owner().ExpectInvalid("query parameter colour", "query parameter name")
			t.Equal("the list", want,
				c.ListOwn("colour", "blue", "name", "patmock has no such name").IDs())
		},
	},
	{
		ID: "list/keys-are-present",
		Promise: "Each token in a list has id, name, scope, owner and created, and the owner has " +
			"a type, an id and a name.",
		Sources: []string{
			listItem + "/required",
			"v2026 #/components/schemas/PatOwner/properties",
			"#list-keys",
			"#owner-form",
		},
		Features: reads(), Rules: []rule.ID{rule.TokenKeys},
		Run: func(t *contract.T) {
			tokens := t.Owner().ListOwn().Tokens()
			if len(tokens) == 0 {
				t.Errorf("the list is empty, but must have the token of this login")
			}
			for _, token := range tokens {
				for _, key := range []string{"id", "name", "scope", "owner", "created"} {
					if !slices.Contains(token.Keys(), key) {
						t.Errorf("a token lacks %s", key)
					}
				}
				o := token.Owner
				if o.Type.Value == "" || o.ID.Value == "" || o.Name.Value == "" {
					t.Errorf("an owner lacks a type, an id or a name: %v", o)
				}
			}
		},
	},
	{
		ID: "list/has-every-key",
		Promise: "Each token in a list has every key that its document declares, null if it has " +
			"no value.",
		Sources: []string{
			listItem + "/properties",
			"#list-has-every-key",
			"#list-shows-the-acknowledgment",
		},
		Evidence: evidence.Assumed,
		Features: reads(), Rules: []rule.ID{rule.TokenKeys},
		Run: func(t *contract.T) {
			for _, listed := range t.Owner().ListOwn().Tokens() {
				t.Equal("the keys", listKeys(t.Current()), listed.Keys())
			}
		},
	},
	{
		ID:       "list/expired-token-stays",
		Promise:  "An expired token stays in the list.",
		Sources:  []string{"#expired-token-stays-listed"},
		Features: reads(contract.SeededTokens),
		Rules:    []rule.ID{rule.ExpiredTokenStays},
		Run: func(t *contract.T) {
			t.Owner().MustFind(seedExpired(t, t.UniqueName()).ClientID)
		},
	},
}

func get(path string) contract.Request {
	return contract.Request{Method: http.MethodGet, Path: path}
}

// listPaged lists the owner's own tokens with undeclared paging parameters.
func listPaged(t *contract.T, paging ...string) *contract.Response {
	var invalid []string
	for _, name := range []string{"limit", "offset", "count", "sorters"} {
		if slices.Contains(paging, name) {
			invalid = append(invalid, "query parameter "+name)
		}
	}
	return t.Owner().ExpectInvalid(invalid...).List(append([]string{"owner-id", "me"},
		paging...)...)
}

// ownTokens returns the client's own tokens without lastUsed, since concurrent logins may change
// it.
func ownTokens(c *contract.Client) []contract.Token {
	tokens := c.ListOwn().Tokens()
	for i := range tokens {
		tokens[i].LastUsed = contract.Field[string]{}
	}
	return tokens
}

// allOwnIDs returns the ids of the tokens of the three identities, each from their own list.
func allOwnIDs(t *contract.T) []string {
	var ids []string
	for _, c := range []*contract.Client{t.Owner(), t.Second(), t.Admin()} {
		ids = append(ids, c.ListOwn().IDs()...)
	}
	return ids
}
