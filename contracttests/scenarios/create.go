package scenarios

import (
	"regexp"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/standing"
)

var create = []contract.Scenario{
	{
		ID:       "create/secret-is-shown-once",
		Promise:  "The answer to create has the secret, and no list and no patch shows it again.",
		Sources:  []string{"v2026 #/components/schemas/CreatePersonalAccessTokenResponse/properties/secret", "behaviour 6.1"},
		Standing: standing.Published,
		Needs:    []contract.Need{contract.Writes},
		Rules:    []string{"secret-once", "id-and-secret-form", "patch-no-secret"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.Made()
			if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(token.ID) {
				t.Errorf("the id is %q, expected 32 hexadecimal digits", token.ID)
			}
			if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(token.Secret) {
				t.Errorf("the secret has %d characters, expected 64 hexadecimal digits", len(token.Secret))
			}
			listed, found := c.Find(token.ID)
			if !found {
				t.Fatalf("the token is not listed")
			}
			if _, shown := listed["secret"]; shown {
				t.Errorf("the list shows a secret")
			}
			if _, shown := c.Patch(token.ID, contract.Replace("/name", t.Name())).Status(200).Object()["secret"]; shown {
				t.Errorf("the patch shows a secret")
			}
		},
	},
}
