package scenarios

import (
	"net/http"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

const nameIsUnique = createRequest + "/properties/name/description"

var createNames = []contract.Scenario{
	{
		ID:      "create/name-taken-is-rejected",
		Promise: "A second token with the same name is rejected for its owner, and is not created.",
		Sources: []string{nameIsUnique, "#name-is-unique-per-owner"},
		Rules:   []rule.ID{"name-unique"},
		Run:     func(t *contract.T) { expectNameTaken(t, t.Owner(), t.Owner().MustCreate().Name) },
	},
	{
		ID:       "create/name-is-free-for-others",
		Promise:  "Two users may have tokens with the same name.",
		Sources:  []string{nameIsUnique, "#name-is-unique-per-owner"},
		Features: writes(contract.SecondIdentity),
		Rules:    []rule.ID{"name-unique"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			t.Equal("the name of the other user's token", token.Name,
				t.Second().MustCreate(contract.Body{"name": token.Name}).Name)
		},
	},
	{
		ID:      "create/name-is-free-after-delete",
		Promise: "The name of a deleted token is available.",
		Sources: []string{nameIsUnique, "#name-is-unique-per-owner", "#delete-is-final"},
		Rules:   []rule.ID{"name-unique", "delete-is-final"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate()
			c.MustDelete(token.ID)
			again := c.MustCreate(contract.Body{"name": token.Name})
			if again.ID == token.ID || again.Secret.Value == token.Secret.Value {
				t.Errorf("the new token has the id or the secret of the deleted one")
			}
		},
	},
	{
		ID:      "create/name-is-free-after-rename",
		Promise: "The former name of a renamed token is available, and its new name is not.",
		Sources: []string{nameIsUnique, "#name-is-unique-per-owner"},
		Rules:   []rule.ID{"name-unique"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token, renamed := c.MustCreate(), t.UniqueName()
			c.Patch(token.ID, replace("/name", renamed)).ExpectStatus(http.StatusOK)
			c.MustCreate(contract.Body{"name": token.Name})
			expectNameTaken(t, c, renamed)
		},
	},
	{
		ID:      "create/name-is-free-after-rejection",
		Promise: "A rejected request leaves its name available.",
		Sources: []string{nameIsUnique, "#name-is-unique-per-owner"},
		Rules:   []rule.ID{rule.NameUnique},
		Run: func(t *contract.T) {
			c := t.Owner()
			body := c.NewTokenBody()
			body["accessTokenValiditySeconds"] = 1
			c.ExpectInvalid("/accessTokenValiditySeconds").Create(body).
				ExpectError(http.StatusBadRequest)
			delete(body, "accessTokenValiditySeconds")
			c.Create(body).ExpectStatus(http.StatusOK)
		},
	},
	{
		ID:       "create/name-of-an-expired-token-is-taken",
		Promise:  "An expired token keeps its name.",
		Sources:  []string{"#expired-token-keeps-its-name"},
		Features: writes(contract.SeededTokens),
		Rules:    []rule.ID{rule.NameUnique, rule.ExpiredTokenStays},
		Run: func(t *contract.T) {
			name := t.UniqueName()
			seedExpired(t, name)
			expectNameTaken(t, t.Owner(), name)
		},
	},
	withRules(
		nameRejected("absent", evidence.Published, func(body contract.Body) {
			delete(body, "name")
		},
			"/name"),
		rule.NameRequired, rule.MissingProperty,
	),
	nameRejected("null", evidence.Published, func(body contract.Body) { body["name"] = nil },
		"/name"),
	withRules(
		nameRejected("a-number", evidence.Published, func(body contract.Body) { body["name"] = 7 },
			"/name"),
		rule.NameRequired, rule.InvalidProperty,
	),
	withRules(
		nameRejected("empty", evidence.Assumed, func(body contract.Body) { body["name"] = "" }),
		rule.NameRequired, rule.NameNotBlank,
	),
	withRules(
		nameRejected("blank", evidence.Assumed, func(body contract.Body) { body["name"] = "  \t" }),
		rule.NameNotBlank,
	),
}

func nameRejected(
	kind string, level evidence.Level, change func(contract.Body), invalid ...string,
) contract.Scenario {
	return contract.Scenario{
		ID: "create/name-is-required/" + kind,
		Promise: "A token needs a name, which is a non-blank string: " +
			readableID(kind) +
			" is rejected.",
		Sources: []string{
			createRequest + "/required",
			createRequest + "/properties/name/type",
			createRejections,
			"#name-is-required",
			"#empty-name-is-400",
		},
		Evidence: level,
		Rules:    []rule.ID{"name-required"},
		Run: func(t *contract.T) {
			body := t.Owner().NewTokenBody()
			change(body)
			expectNothingCreated(t, func() {
				t.Owner().ExpectInvalid(invalid...).Create(body).ExpectError(http.StatusBadRequest)
			})
		},
	}
}

// createNamed creates a token with a name.
func createNamed(c *contract.Client, name string) *contract.Response {
	body := c.NewTokenBody()
	body["name"] = name
	return c.Create(body)
}

// expectNameTaken expects that a create with a name is rejected, and that one token has the name.
func expectNameTaken(t *contract.T, c *contract.Client, name string) {
	createNamed(c, name).ExpectRejected()
	t.Equal("number of tokens with the name", 1, countNamed(c, name))
}

// expectNothingCreated expects that f does not change the owner's tokens.
func expectNothingCreated(t *contract.T, during func()) {
	before := t.Owner().ListOwn().IDs()
	during()
	t.Equal("the tokens of the owner", before, t.Owner().ListOwn().IDs())
}

// countNamed returns the number of the caller's own tokens with a name.
func countNamed(c *contract.Client, name string) int {
	n := 0
	for _, listed := range c.ListOwn().Names() {
		if listed == name {
			n++
		}
	}
	return n
}
