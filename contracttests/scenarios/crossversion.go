package scenarios

import (
	"net/http"
	"net/url"
	"slices"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

var crossversion = []contract.Scenario{
	{
		ID: "crossversion/made-in-one-listed-in-all",
		Promise: "A token created in one version is in the list of every other version, with the " +
			"same values and the keys of that version.",
		Sources: []string{"#one-store", "#list-shows-the-acknowledgment"},
		Rules:   []rule.ID{rule.OneStore, rule.TokenKeys},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate(contract.Body{
				"scope": []string{defaultScope}, "accessTokenValiditySeconds": 900,
			})
			for _, v := range version.All() {
				listed := findIn(t, v, token.ID)
				t.Equal("the keys in "+string(v), listKeys(slices.Contains(contract.Current, v)),
					listed.Keys())
				t.Equal("the token in "+string(v), createdPart(token), createdPart(listed))
			}
		},
	},
	{
		ID:       "crossversion/own-list-is-the-same-in-all",
		Promise:  "The caller's own list has the same tokens and values in every version.",
		Sources:  []string{"#one-store", "#list-shows-the-acknowledgment"},
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{"one-store"},
		Run: func(t *contract.T) {
			listIn := func(v version.Version) map[string]contract.Token {
				tokens := map[string]contract.Token{}
				for _, token := range sendIn(t, v, http.MethodGet, "", "").Tokens() {
					// Only current versions have this property.
					token.UserAwareTokenNeverExpires = contract.Field[bool]{}
					tokens[token.ID] = token
				}
				return tokens
			}
			want := listIn(version.V2026)
			for _, v := range version.All() {
				t.Equal("the list in "+string(v), want, listIn(v))
			}
		},
	},
	{
		ID: "crossversion/never-is-null-in-all",
		Promise: "A token that never expires has expirationDate null in every version, even in " +
			"legacy ones.",
		Sources:  []string{"errata list-never-expires", "#never-expiring-is-null-everywhere"},
		Versions: contract.Current,
		Rules:    []rule.ID{"one-store", "expiry-never"},
		Run: func(t *contract.T) {
			id := newNeverExpiringToken(t)
			for _, v := range version.All() {
				listed := findIn(t, v, id)
				t.Equal("expirationDate in "+string(v), contract.Null[string](),
					listed.ExpirationDate)
			}
		},
	},
	{
		ID:       "crossversion/far-date-is-shown-in-all",
		Promise:  "Legacy versions also list a date beyond their six months.",
		Sources:  []string{"#one-store"},
		Versions: contract.Current,
		Rules:    []rule.ID{"one-store"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate(contract.Body{
				"expirationDate": "9999-12-31T23:59:59.999Z",
			})
			for _, v := range version.All() {
				date := findIn(t, v, token.ID).ExpirationDate.Value
				t.Equal("expirationDate in "+string(v), "9999-12-31T23:59:59.999Z", date)
			}
		},
	},
	{
		ID: "crossversion/renamed-in-another",
		Promise: "A patch in one version changes the token in all versions, and keeps what the " +
			"version cannot change.",
		Sources:  []string{"#one-store"},
		Versions: contract.Current,
		Rules:    []rule.ID{"one-store", "patch-fields"},
		Run: func(t *contract.T) {
			id := newNeverExpiringToken(t)
			for _, v := range version.All() {
				want, name := findIn(t, t.Version(), id), t.UniqueName()
				want.Name = name
				body := jsonText([]contract.Op{replace("/name", name)})
				t.Equal("name", name, sendIn(t, v, http.MethodPatch, "/"+id, body).Token().Name)
				t.Equal("the token that was renamed in "+string(v), want,
					findIn(t, t.Version(), id))
			}
		},
	},
	{
		ID:      "crossversion/patched-here-seen-elsewhere",
		Promise: "A patch in one version is visible in the list of every other version.",
		Sources: []string{"#one-store"},
		Rules:   []rule.ID{"one-store"},
		Run: func(t *contract.T) {
			token, name := t.Owner().MustCreate(), t.UniqueName()
			t.Owner().Patch(token.ID, replace("/name", name),
				replace("/scope", []string{defaultScope})).ExpectStatus(http.StatusOK)
			for _, v := range version.All() {
				listed := findIn(t, v, token.ID)
				t.Equal("name in "+string(v), name, listed.Name)
				t.Equal("scope in "+string(v), []string{defaultScope}, listed.Scope.Value)
			}
		},
	},
	{
		ID:      "crossversion/name-is-taken-in-all",
		Promise: "A name that was used in one version is not available in any other.",
		Sources: []string{"#one-store", "#name-is-unique-per-owner"},
		Rules:   []rule.ID{"one-store", "name-unique"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			for _, v := range version.All() {
				r := sendIn(t, v, http.MethodPost, "",
					`{"name":"`+token.Name+`","expirationDate":"`+defaultExpiry(t)+`"}`)
				if r.StatusCode() == http.StatusOK { // delete a token that should not exist
					t.Owner().Delete(r.Token().ID)
				}
				r.ExpectRejected()
			}
			t.Equal("number of tokens with the name", 1, countNamed(t.Owner(), token.Name))
		},
	},
	{
		ID:      "crossversion/deleted-in-one-gone-from-all",
		Promise: "A token that is deleted in one version is unknown in every other version.",
		Sources: []string{"#one-store", "#delete-is-final"},
		Rules:   []rule.ID{"one-store", "delete-is-final"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			t.Owner().MustDelete(token.ID)
			for _, v := range version.All() {
				if slices.Contains(sendIn(t, v, http.MethodGet, "", "").IDs(), token.ID) {
					t.Errorf("the deleted token is listed in %s", v)
				}
				sendIn(t, v, http.MethodDelete, "/"+token.ID, "").ExpectError(http.StatusNotFound)
			}
		},
	},
	{
		ID:      "crossversion/deleted-in-another",
		Promise: "A token that was created in one version can be deleted in every other.",
		Sources: []string{"#one-store"},
		Rules:   []rule.ID{"one-store", "delete-is-final"},
		Run: func(t *contract.T) {
			for _, v := range version.All() {
				if v == t.Version() {
					continue
				}
				token := t.Owner().MustCreate()
				sendIn(t, v, http.MethodDelete, "/"+token.ID, "").ExpectStatus(http.StatusNoContent)
				if _, found := t.Owner().Find(token.ID); found {
					t.Errorf("the token that was deleted in %s is listed", v)
				}
			}
		},
	},
}

// sendIn makes a request of the owner in a version. GET lists the owner's own tokens.
func sendIn(t *contract.T, v version.Version, method, suffix, body string) *contract.Response {
	r := contract.Request{Method: method, Path: v.CollectionPath() + suffix, Body: body}
	switch method {
	case http.MethodGet:
		r.Query = url.Values{"owner-id": {"me"}}
	case http.MethodPost:
		r.ContentType = "application/json"
	case http.MethodPatch:
		r.ContentType = jsonPatchType
	}
	return t.Owner().Send(r)
}

// findIn returns a token from the owner's list in a version, and ends the scenario if there is
// none.
func findIn(t *contract.T, v version.Version, id string) contract.Token {
	return sendIn(t, v, http.MethodGet, "", "").MustFind(id)
}

// listKeys returns the properties of listed tokens in current or legacy versions.
func listKeys(current bool) []string {
	keys := []string{
		"accessTokenValiditySeconds", "created", "expirationDate", "id", "lastUsed", "managed",
		"name", "owner", "scope",
	}
	if current {
		keys = append(keys, "userAwareTokenNeverExpires")
	}
	return keys
}
