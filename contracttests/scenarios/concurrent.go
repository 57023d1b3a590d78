package scenarios

import (
	"net/http"
	"slices"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// concurrentRequests is the fact about the outcome of concurrent requests. No document states one.
const concurrentRequests = "#requests-at-once"

// concurrency is the number of concurrent requests.
const concurrency = 4

// concurrent lists scenarios about concurrent requests.
var concurrent = []contract.Scenario{
	{
		ID:      "atonce/creates-of-one-name",
		Promise: "Of several concurrent creates with one name, one succeeds.",
		Sources: []string{nameIsUnique, "#name-is-unique-per-owner", concurrentRequests},
		Rules:   []rule.ID{rule.NameUnique},
		Run: func(t *contract.T) {
			c := t.Owner()
			body := c.NewTokenBody()
			created := 0
			for _, r := range c.Concurrent(slices.Repeat([]contract.Request{c.CreateRequest(body)},
				concurrency)...) {
				if r.StatusCode() == http.StatusOK {
					created++
					continue
				}
				r.ExpectRejected()
			}
			t.Equal("number of creates that succeed", 1, created)
			t.Equal("number of tokens with the name", 1, countNamed(c, body.Text("name")))
		},
	},
	{
		ID:       "atonce/patches-of-two-properties",
		Promise:  "Two concurrent patches of different properties of one token both take effect.",
		Sources:  []string{patchFields, concurrentRequests},
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
			expectVisible(t, c, want)
		},
	},
	{
		ID: "atonce/deletes-of-one-id",
		Promise: "Of several concurrent deletes of one token one is 204 and the others are 404, " +
			"and the token is deleted.",
		Sources:  []string{"#delete-is-final", "#unknown-id-is-404", concurrentRequests},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{rule.DeleteIsFinal},
		Run: func(t *contract.T) {
			c := t.Owner()
			token, other := c.MustCreate(), c.MustCreate()
			deleted := 0
			for _, r := range c.Concurrent(slices.Repeat([]contract.Request{
				c.DeleteRequest(token.ID),
			}, concurrency)...) {
				if r.StatusCode() == http.StatusNoContent {
					deleted++
					continue
				}
				r.ExpectError(http.StatusNotFound)
			}
			t.Equal("number of deletes that are 204", 1, deleted)
			c.Delete(token.ID).ExpectError(http.StatusNotFound)
			c.MustFind(other.ID)
		},
	},
	{
		ID: "atonce/bulk-and-patch",
		Promise: "A bulk update of several dates and concurrent patches of the tokens' names all " +
			"take effect.",
		Sources:  []string{bulkOperation, concurrentRequests},
		Evidence: evidence.Assumed,
		Versions: []version.Version{version.V1},
		Features: writes(contract.Admin),
		Rules:    []rule.ID{rule.BulkUpdate, rule.PatchFields},
		Run: func(t *contract.T) {
			c, date := t.Admin(), laterExpiry(t)
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
				expectVisible(t, c, want)
			}
		},
	},
}

// expectVisible expects a token in the response to a patch and in the list. The patch changes
// nothing. It makes the harness wait until the list of a tenant shows the concurrent writes.
func expectVisible(t *contract.T, c *contract.Client, want contract.Token) {
	patched := c.Patch(want.ID, test("/name", want.Name))
	t.Equal("the token", want, patched.Token())
	t.Equal("the token in the list", want, c.MustFind(want.ID))
}
