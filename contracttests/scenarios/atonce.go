package scenarios

import (
	"net/http"
	"slices"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// requestsAtOnce is the fact that requests at once rest on if no document speaks of what they do.
const requestsAtOnce = "#requests-at-once"

// side is how many requests are made side by side.
const side = 4

// atOnce are scenarios about requests that are made side by side.
var atOnce = []contract.Scenario{
	{
		ID:      "atonce/creates-of-one-name",
		Promise: "Of several creates of one name at once one succeeds, and one token has the name.",
		Sources: []string{nameIsUnique, "#name-is-unique-per-owner", requestsAtOnce},
		Rules:   []rule.ID{rule.NameUnique},
		Run: func(t *contract.T) {
			c := t.Owner()
			body := c.NewTokenBody()
			made := 0
			for _, r := range c.Concurrent(slices.Repeat([]contract.Request{c.CreateRequest(body)},
				side)...) {
				if r.StatusCode() == http.StatusOK {
					made++
					continue
				}
				r.ExpectRejected()
			}
			t.Equal("how many creates succeed", 1, made)
			t.Equal("how many tokens have the name", 1, countOf(c, body.Text("name")))
		},
	},
	{
		ID:       "atonce/patches-of-two-properties",
		Promise:  "Two patches of different properties of one token at once both count.",
		Sources:  []string{patchFields, requestsAtOnce},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{rule.PatchFields},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate()
			want := c.MustFind(token.ID)
			want.Name, want.Scope = t.UniqueName(), contract.Value([]string{defaultScope})
			for _, r := range c.Concurrent(
				c.PatchRequest(token.ID, replace("/name", want.Name)),
				c.PatchRequest(token.ID, replace("/scope", want.Scope)),
			) {
				r.ExpectStatus(http.StatusOK)
			}
			visible(t, c, want)
		},
	},
	{
		ID: "atonce/deletes-of-one-id",
		Promise: "Of several deletes of one token at once one is 204 and the others 404, and the " +
			"token is gone.",
		Sources:  []string{"#delete-is-final", "#unknown-id-is-404", requestsAtOnce},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{rule.DeleteIsFinal},
		Run: func(t *contract.T) {
			c := t.Owner()
			token, other := c.MustCreate(), c.MustCreate()
			gone := 0
			for _, r := range c.Concurrent(slices.Repeat([]contract.Request{
				c.DeleteRequest(token.ID),
			}, side)...) {
				if r.StatusCode() == http.StatusNoContent {
					gone++
					continue
				}
				r.ExpectError(http.StatusNotFound)
			}
			t.Equal("how many deletes are 204", 1, gone)
			c.Delete(token.ID).ExpectError(http.StatusNotFound)
			c.MustFind(other.ID)
		},
	},
	{
		ID: "atonce/bulk-and-patch",
		Promise: "A bulk update of several dates and patches of the names of its tokens at once " +
			"all count.",
		Sources:  []string{bulkOperation, requestsAtOnce},
		Evidence: evidence.Assumed,
		Versions: []version.Version{version.V1},
		Features: writes(contract.Admin),
		Rules:    []rule.ID{rule.BulkUpdate, rule.PatchFields},
		Run: func(t *contract.T) {
			c, date := t.Admin(), later(t)
			ids, wants, requests := []string{}, []contract.Token{}, []contract.Request{}
			for range 3 {
				token := c.MustCreate()
				want := c.MustFind(token.ID)
				want.Name = t.UniqueName()
				want.ExpirationDate = contract.Value(contract.Body(date).Text("value"))
				ids, wants = append(ids, token.ID), append(wants, want)
				requests = append(requests, c.PatchRequest(token.ID, replace("/name", want.Name)))
			}
			for _, r := range c.Concurrent(append(requests, c.BulkRequest(ids, date))...) {
				r.ExpectStatus(http.StatusOK)
			}
			for _, want := range wants {
				visible(t, c, want)
			}
		},
	},
}

// visible expects a token to be listed so. A patch that changes nothing lets the harness wait until
// the list of a tenant shows what was written at once.
func visible(t *contract.T, c *contract.Client, want contract.Token) {
	patched := c.Patch(want.ID, test("/name", want.Name))
	t.Equal("the token", want, patched.Token())
	t.Equal("the token in the list", want, c.MustFind(want.ID))
}
