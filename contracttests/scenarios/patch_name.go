package scenarios

import (
	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
)

var patchOfNames = []contract.Scenario{
	{
		ID: "patch/name-taken-is-rejected",
		Promise: "A patch to the name of another token of the owner is rejected, and both tokens " +
			"are unchanged.",
		Sources: []string{listItem + "/properties/name/description", "#name-is-unique-per-owner"},
		Rules:   []rule.ID{"name-unique", "patch-atomic"},
		Run: func(t *contract.T) {
			c, other := t.Owner(), t.Owner().MustCreate()
			expectNewTokenUnchanged(t, func(id string) {
				c.Patch(id, replace("/scope", []string{defaultScope}),
					replace("/name", other.Name)).ExpectRejected()
			})
			t.Equal("number of tokens with the other's name", 1, countNamed(c, other.Name))
		},
	},
	{
		ID:       "patch/name-of-another-owner-is-free",
		Promise:  "A token can be renamed to the name of another user's token.",
		Sources:  []string{listItem + "/properties/name/description", "#name-is-unique-per-owner"},
		Features: writes(contract.SecondIdentity),
		Rules:    []rule.ID{"name-unique"},
		Run: func(t *contract.T) {
			other := t.Second().MustCreate()
			patched := t.Owner().Patch(t.Owner().MustCreate().ID,
				replace("/name", other.Name)).Token()
			t.Equal("name", other.Name, patched.Name)
		},
	},
	{
		ID:      "patch/own-name-is-free",
		Promise: "A token can be renamed to its own name.",
		Sources: []string{listItem + "/properties/name/description", "#name-is-unique-per-owner"},
		Rules:   []rule.ID{"name-unique"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			patched := t.Owner().Patch(token.ID, replace("/name", token.Name)).Token()
			t.Equal("name", token.Name, patched.Name)
		},
	},
	{
		ID:      "patch/rejected-name-stays-free",
		Promise: "A rejected patch does not use its name: it is available for another token.",
		Sources: []string{patchFields, jsonPatch + "#section-5"},
		Rules:   []rule.ID{"patch-atomic", "name-unique"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token, name := c.MustCreate(), t.UniqueName()
			c.Patch(token.ID, replace("/name", name),
				replace("/created", "2020-01-01T00:00:00.000Z")).ExpectRejected()
			c.MustCreate(contract.Body{"name": name})
			createNamed(c, token.Name).ExpectRejected()
		},
	},
}
