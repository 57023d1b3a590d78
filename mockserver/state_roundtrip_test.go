package mockserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/patmock/internal/sample"
	"example.com/patmock/mockserver/control"
)

// stateForms are the media types of a state.
var stateForms = []string{"application/json", "application/yaml"}

// oddNames generates JSON strings that a format may not preserve.
func oddNames() *rapid.Generator[string] {
	specialNames := rapid.SampledFrom([]string{
		`\u0000`, `\u000b`, `\u0007`, `\u001b`, `\u007f`, `\u0085`, `\u2028`, `\ufeff`, `\ufffe`,
		`\uffff`, `\ud83f\udffe`, `\udbff\udfff`, `\ud800`, `\udfff`, `\ud83d\ude00`, "é", `\r`,
		`\n`, `\t`, `\"`, `\\`,
		" ", "'", "#", ": ", "- ", "[", "{", ", ", "&", "*", "!", "|", "%", "@", "~", "null",
		"true", "no", "1", "-1d", "2026-01-31T00:00:00Z", "---", "${HOME}", "<a>",
	})
	return rapid.OneOf(
		specialNames,
		rapid.Map(rapid.SliceOfN(specialNames, 1, 5), func(parts []string) string {
			return strings.Join(parts, "")
		}),
		rapid.Map(rapid.IntRange(50, 5_000), func(n int) string {
			return strings.Repeat(`long \u000b`, n)
		}),
	)
}

// scopes generates forms of a scope in a request: absent, null, empty, with some and with many
// names.
func scopes() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			``, `,"scope":null`, `,"scope":[]`, `,"scope":["sp:scopes:all"]`,
		}),
		rapid.Map(oddNames(), func(name string) string {
			return `,"scope":["x` + name + `","x` + name + `"]`
		}),
		rapid.Map(rapid.IntRange(20, 200), func(n int) string {
			return `,"scope":["a` + strings.Repeat(`","idn:something:read`, n) + `"]`
		}),
	)
}

// Every reachable state can be fetched and restored, in both formats.
func TestState_RoundTrips(t *testing.T) {
	m := start(t, "empty")
	m.skipValidation = true // the document's YAML decoder lacks some escapes
	c := m.as("admin")
	const collection = "/v2026/personal-access-tokens"
	accepted := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		c.post("/_mock/reset", "").is(http.StatusNoContent)
		post := func(path, body string) {
			accepted[fmt.Sprint(path, " ", c.post(path, body).status/100)]++
		}
		users := rapid.SliceOfN(oddNames(), 0, 3).Draw(t, "users")
		for _, user := range users {
			post("/_mock/identities", `{"name":"`+user+`"}`)
		}
		for i, name := range rapid.SliceOfN(oddNames(), 1, 4).Draw(t, "tokens") {
			owner := rapid.SampledFrom(append(users, "admin")).Draw(t, "owner")
			post("/_mock/tokens",
				fmt.Sprintf(`{"owner":"%s","name":"%s","managed":%t%s}`, owner, name, i%2 == 0,
					scopes().Draw(t, "scope")))
			post(collection,
				fmt.Sprintf(`{"name":"of the API %s","userAwareTokenNeverExpires":true%s}`, name,
					scopes().Draw(t, "scope of the API")))
		}
		all := c.get(collection)
		for _, form := range stateForms {
			for _, query := range []string{"", "?secrets=true"} {
				snapshot := c.getAs(form, "/_mock/state"+query).is(http.StatusOK).text
				if put := c.send("PUT", "/_mock/state", form,
					snapshot); put.status != http.StatusNoContent {
					t.Fatalf("%s is rejected: %s\n%s", form, put.text, snapshot)
				}
				if diff := cmp.Diff(snapshot,
					c.getAs(form, "/_mock/state"+query).text); diff != "" {
					t.Fatalf("%s (-want +got):\n%s", form, diff)
				}
				if again := c.get(collection); again.status != all.status ||
					again.text != all.text {
					t.Fatalf("%s: the list (-want +got):\n%s", form, cmp.Diff(all.text, again.text))
				}
			}
		}
	})
	for _, path := range []string{"/_mock/identities", "/_mock/tokens", collection} {
		if accepted[path+" 2"] == 0 {
			t.Errorf("every request to %s was rejected: %v", path, accepted)
		}
	}
}

// A state of 100,000 tokens can be fetched and restored.
func TestState_RoundTripsLargeTenant(t *testing.T) {
	m := start(t, "empty")
	m.skipValidation = true // validation takes a minute
	c := m.anonymous()
	body := strings.Builder{}
	body.WriteString(`{"identities":[{"name":"admin","userLevels":["ORG_ADMIN"]}],` +
		`"tokens":[{"owner":"admin","name":"login"}`)
	tokens := sample.Count(t, 10_000, 100_000)
	for i := range tokens - 1 {
		fmt.Fprintf(&body, `,{"owner":"admin","name":"token %d","lastUsed":"-1h"}`, i)
	}
	body.WriteString("]}")
	c.put("/_mock/state", body.String()).is(http.StatusNoContent)
	client := control.New(control.Config{URL: m.url})
	for _, form := range stateForms {
		snapshot, err := client.State(t.Context(), control.StateOptions{
			Secrets: true, YAML: form == "application/yaml",
		})
		if err != nil {
			t.Fatal(err)
		}
		c.put("/_mock/state", `{"identities":[{"name":"admin"}]}`).is(http.StatusNoContent)
		if err := client.PutState(t.Context(), snapshot); err != nil {
			t.Fatal(err)
		}
		var health struct{ Counters struct{ Tokens int } }
		if err := json.Unmarshal([]byte(c.get("/_mock/health").text), &health); err != nil ||
			health.Counters.Tokens != tokens {
			t.Errorf("%s: %d tokens, %v", form, health.Counters.Tokens, err)
		}
	}
}
