package recording_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/recording"
)

const person = `{"id":"` + ownerID + `","name":"Jane Q. Doe","alias":"doe.j","email":` +
	`"jane.doe@acme.example","status":"Active","identityState":"ACTIVE","manager":null,` +
	`"attributes":[{"key":"phone","value":"555-0100"}]}`

// colleague is an identity that has nothing to do with the run.
const colleague = `{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","name":"Mary Major",` +
	`"alias":"major.m","email":null}`

func filtered(path, filter string) string {
	return path + "?filters=" + url.QueryEscape(filter) + "&limit=5"
}

// A recording has no name and no mail address of an identity, wherever a request or a response of
// the case has them.
func TestNormalize_RemovesPersonalData(t *testing.T) {
	const public = "/v2026/public-identities"
	c := normalize(
		exchange("GET", tokens+"?owner-id=me", "", 200, "["+token(`{"owner":{"id":"`+ownerID+
			`","name":"doe.j"}}`)+"]"),
		exchange("GET", filtered(public, `id eq "`+ownerID+`"`), "", 200, "["+person+"]"),
		exchange("GET", filtered(public, `alias eq "doe.j"`), "", 200,
			"["+person+","+colleague+"]"),
		exchange("GET", filtered(public, `alias sw "do" or email sw "JANE"`), "", 200, "[]"),
		exchange("GET", filtered(public, `email eq "jane.doe@acme.example-patmock"`), "", 400,
			`{"detailCode":"400.1","messages":[{"text":"no \"doe\" and no Jane Q. Doe"}]}`),
		exchange("GET", filtered(public, `email eq "" or name eq "Élodie (É)-pat"`), "", 200, "[]"),
		exchange("GET", filtered(public, `alias eq "élodie"`), "", 200, `[{"id":"`+ownerID+
			`","name":"Élodie (É)","alias":"élodie","email":null}]`),
		exchange("GET", public+"?limit=3", "", 200, "["+person+","+colleague+"]"),
		exchange("GET", "/identities/v1/"+ownerID, "", 200,
			`{"id":"`+ownerID+`","name":"Jane Q. Doe","attributes":{"city":"Springfield"},`+
				`"emailAddress":"jane.doe@acme.example","isManager":false}`),
	)
	text := encodeIndented(t, c)
	for _, personal := range []string{
		"Jane", "Doe", "doe", "Mary", "Major", "acme.example", "555", "Springfield", "Active",
		`"do`, "JANE", "lodie",
	} {
		if i := strings.Index(text, personal); i >= 0 {
			t.Errorf("the recording has %q: %s", personal, text[max(0, i-60):i+60])
		}
	}
	want := []any{map[string]any{
		"id": "⟨identity-1⟩", "name": "⟨any⟩", "alias": "⟨any⟩", "email": "⟨any⟩",
		"status": "⟨any⟩", "identityState": "ACTIVE", "manager": nil, "attributes": "⟨any⟩",
	}}
	for i, what := range map[int]string{1: "by id", 2: "without others"} {
		if diff := cmp.Diff(want, c.Exchanges[i].Response.Body.Value); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if diff := cmp.Diff([]any{}, c.Exchanges[5].Response.Body.Value); diff != "" {
		t.Errorf("without a filter (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{`alias sw "⟨any⟩" or email sw "⟨any⟩"`},
		c.Exchanges[3].Request.Query["filters"]); diff != "" {
		t.Errorf("filters (-want +got):\n%s", diff)
	}
}

// Two tenants with other identities give the same recording.
func TestNormalize_IdentitiesOfTwoTenants(t *testing.T) {
	record := func(id, name, alias string, others ...string) recording.Case {
		one := `{"id":"` + id + `","name":"` + name + `","alias":"` + alias + `"}`
		all := strings.Join(append([]string{one}, others...), ",")
		return normalize(
			exchange("GET", tokens+"?owner-id=me", "", 200, "["+token(`{"owner":{"id":"`+id+
				`","name":"`+alias+`"}}`)+"]"),
			exchange("GET", filtered("/v3/public-identities", `alias sw "`+alias[:4]+`"`), "", 200,
				"["+all+"]"),
		)
	}
	a := record(ownerID, "Jane Doe", "jane.doe")
	b := record(otherID, "Mary Major", "mary.major", colleague)
	if diff := cmp.Diff(encodeIndented(t, a), encodeIndented(t, b)); diff != "" {
		t.Errorf("recordings differ (-a +b):\n%s", diff)
	}
}
