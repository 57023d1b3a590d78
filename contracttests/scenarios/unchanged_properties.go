package scenarios

import (
	"net/http"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

const nothingElseChanges = "https://www.rfc-editor.org/rfc/rfc6902#section-4.3"

// newCustomToken creates a token without default values and logs in with it.
func newCustomToken(t *contract.T) contract.Token {
	token := t.Owner().MustCreate(contract.Body{
		"scope": []string{myRead, defaultScope}, "accessTokenValiditySeconds": 900,
	})
	t.Login(token.Credentials())
	return t.Owner().MustFind(token.ID)
}

// otherProperties lists scenarios about properties that a write or a read does not change.
var otherProperties = []contract.Scenario{
	patchKeepsOtherProperties("name", nil, func(t *contract.T, k *contract.Token) contract.Op {
		k.Name = t.UniqueName()
		return replace("/name", k.Name)
	}),
	patchKeepsOtherProperties("scope", nil, func(_ *contract.T, k *contract.Token) contract.Op {
		k.Scope = contract.Value([]string{myManage})
		return replace("/scope", k.Scope.Value)
	}),
	patchKeepsOtherProperties("date", contract.Current,
		func(t *contract.T, k *contract.Token) contract.Op {
			date := laterExpiry(t)
			k.ExpirationDate.Value, _ = date.Value().(string)
			return date
		}),
	{
		ID: "bulk/leaves-the-rest",
		Promise: "A bulk update of a date changes no other property, in the response and in the " +
			"list.",
		Sources: []string{bulkOperation, bulkFields}, Versions: []version.Version{version.V1},
		Features: writes(contract.Admin),
		Rules:    []rule.ID{rule.BulkUpdate, rule.NothingElseChanges},
		Run: func(t *contract.T) {
			want, other := newCustomToken(t), t.Owner().MustFind(t.Owner().MustCreate().ID)
			date := laterExpiry(t)
			t.Admin().Bulk([]string{want.ID}, date).ExpectStatus(http.StatusOK)
			want.ExpirationDate.Value, _ = date.Value().(string)
			t.Equal("the token", want, t.Owner().MustFind(want.ID))
			t.Equal("a token that is not in the bulk update", other, t.Owner().MustFind(other.ID))
		},
	},
	{
		ID: "lifecycle/every-list-shows-the-same",
		Promise: "A token is the same in the list of its owner, of all tokens, of an owner's id, " +
			"and with a filter.",
		Sources:  []string{listPublished, "https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1"},
		Features: writes(contract.Admin), Rules: []rule.ID{rule.NothingElseChanges, rule.SameOwner},
		Run: func(t *contract.T) {
			want := newCustomToken(t)
			const used = "not lastUsed isnull"
			for _, form := range []struct {
				name   string
				client *contract.Client
				list   []string
			}{
				{
					"the owner's list with a filter", t.Owner(),
					[]string{"owner-id", "me", "filters", used},
				},
				{"the list of all tokens", t.Admin(), nil},
				{"the list of all tokens with a filter", t.Admin(), []string{"filters", used}},
				{
					"the list of the owner's id", t.Admin(),
					[]string{"owner-id", want.Owner.ID.Value},
				},
				{
					"the list of the owner's id with a filter", t.Admin(),
					[]string{"owner-id", want.Owner.ID.Value, "filters", used},
				},
				{"the owner's list again", t.Owner(), []string{"owner-id", "me"}},
			} {
				t.Equal("the token in "+form.name, want,
					form.client.List(form.list...).MustFind(want.ID))
			}
		},
	},
}

// patchKeepsOtherProperties returns a scenario about a patch of one property. change returns the
// operation, and applies it to the expected token.
func patchKeepsOtherProperties(
	id string, versions []version.Version, change func(*contract.T, *contract.Token) contract.Op,
) contract.Scenario {
	return contract.Scenario{
		ID: "patch/leaves-the-rest/" + id,
		Promise: "A patch of the " + id +
			" changes no other property, in its response and in the list.",
		Sources: []string{nothingElseChanges, "#patch-returns-the-token"}, Versions: versions,
		Rules: []rule.ID{rule.PatchFields, rule.NothingElseChanges},
		Run: func(t *contract.T) {
			want := newCustomToken(t)
			op := change(t, &want)
			expectPatched(t, want, op)
		},
	}
}
