package scenarios

import (
	"regexp"
	"slices"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// The published schemas and responses that several scenarios cite.
const (
	createResponse   = "v2026 #/components/schemas/CreatePersonalAccessTokenResponse"
	createRequest    = "v2026 #/components/schemas/CreatePersonalAccessTokenRequest"
	createRejections = "v2026 #/paths/~1personal-access-tokens/post/responses/400"
	listItem         = "v2026 #/components/schemas/GetPersonalAccessTokenResponse"
)

var create = slices.Concat(createResponses, createNames, createProperties)

// createdKeys are the properties of the published response to create.
var createdKeys = []string{
	"accessTokenValiditySeconds", "created", "expirationDate", "id", "name", "owner", "scope",
	"secret",
}

var createResponses = []contract.Scenario{
	{
		ID: "create/secret-is-shown-once",
		Promise: "The response to create includes the secret. Lists and responses to patch never " +
			"do.",
		Sources: []string{
			createResponse + "/properties/secret",
			"#secret-is-shown-once",
			"#id-and-secret-form",
		},
		Rules: []rule.ID{"secret-once", "id-and-secret-form"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate()
			if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(token.ID) {
				t.Errorf("the id is %q, expected 32 hexadecimal digits", token.ID)
			}
			if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(token.Secret.Value) {
				t.Errorf("the secret has %d characters, expected 64 hexadecimal digits",
					len(token.Secret.Value))
			}
			if c.MustFind(token.ID).Secret.Present {
				t.Errorf("the list has a secret")
			}
			if c.Patch(token.ID, replace("/name", t.UniqueName())).Token().Secret.Present {
				t.Errorf("the response to patch has a secret")
			}
		},
	},
	{
		ID:      "create/name-comes-back-as-it-was",
		Promise: "A name with blanks, quotes and letters of any script is returned unchanged.",
		Sources: []string{
			"v2026 #/components/schemas/CreatePersonalAccessTokenRequest/properties/name",
			"#name-is-kept",
		},
		Rules: []rule.ID{rule.NameUnchanged},
		Run: func(t *contract.T) {
			c := t.Owner()
			name := t.UniqueName() + ` "Zürich" / 日本 <&> 🔑`
			token := c.MustCreate(contract.Body{"name": name})
			t.Equal("the name in the response", name, token.Name)
			t.Equal("the name in the list", name, c.MustFind(token.ID).Name)
		},
	},
	{
		ID:      "create/returns-200-with-eight-keys",
		Promise: "Create returns 200, and its response has each of the eight published keys.",
		Sources: []string{
			createResponse + "/required",
			"v2026 #/paths/~1personal-access-tokens/post/responses/200",
			"#create-is-200",
			"#create-has-eight-keys",
		},
		Rules: []rule.ID{"create-is-200"},
		Run: func(t *contract.T) {
			keys := t.Owner().MustCreate().Keys()
			for _, key := range createdKeys {
				if !slices.Contains(keys, key) {
					t.Errorf("the response lacks %s", key)
				}
			}
		},
	},
	{
		ID: "create/has-no-other-keys",
		Promise: "The response to create has no keys but the published ones, since strict " +
			"clients would reject others.",
		Sources:  []string{createResponse + "/properties", "#create-has-no-other-keys"},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{"create-is-200"},
		Run: func(t *contract.T) {
			for _, key := range t.Owner().MustCreate().Keys() {
				if !slices.Contains(createdKeys, key) {
					t.Errorf("the response has the unpublished key %s", key)
				}
			}
		},
	},
	{
		ID:      "create/response-equals-the-list",
		Promise: "The list shows a new token exactly as create returned it, unused and unmanaged.",
		Sources: []string{
			listItem + "/properties/lastUsed",
			listItem + "/properties/managed",
			"#one-store",
			"#last-used-is-the-last-login",
		},
		Rules: []rule.ID{rule.TokenKeys, rule.LastUsed},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate(contract.Body{
				"scope": []string{defaultScope}, "accessTokenValiditySeconds": 900,
			})
			listed := t.Owner().MustFind(token.ID)
			t.Equal("the token in the list", createdPart(token), createdPart(listed))
			t.Equal("lastUsed in the list", "", listed.LastUsed.Value)
			if listed.Managed.Value {
				t.Errorf("the token is managed, but a user created it")
			}
		},
	},
	{
		ID:      "create/created-is-now",
		Promise: "The created date of a token is the time of the request.",
		Sources: []string{createResponse + "/properties/created"},
		Rules:   []rule.ID{rule.CreatedNow},
		Run: func(t *contract.T) {
			before := t.Now()
			created := parseTime(t, t.Owner().MustCreate().Created)
			const skew = time.Minute // between the clocks of a tenant and the runner
			if created.Before(before.Add(-skew)) || created.After(t.Now().Add(skew)) {
				t.Errorf("created is %s, expected a time near %s", contract.FormatTime(created),
					contract.FormatTime(before))
			}
		},
	},
	{
		ID:      "create/is-for-the-caller",
		Promise: "A token belongs to the caller, even if the request names another owner.",
		Sources: []string{
			createRequest + "/properties",
			"v2026 #/components/schemas/PatOwner",
			"#create-is-for-the-caller",
			"#unknown-properties-are-ignored",
		},
		Evidence: evidence.Assumed,
		Features: writes(contract.SecondIdentity),
		Rules:    []rule.ID{"create-for-caller"},
		Run: func(t *contract.T) {
			other := t.Second().MustCreate().Owner
			token := t.Owner().ExpectInvalid("/owner").MustCreate(contract.Body{"owner": other})
			t.Equal("the type of the owner", "IDENTITY", token.Owner.Type.Value)
			if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(token.Owner.ID.Value) {
				t.Errorf("the owner's id is %v, expected 32 hexadecimal digits", token.Owner.ID)
			}
			if token.Owner.Name.Value == "" {
				t.Errorf("the owner has no name")
			}
			if _, found := t.Second().Find(token.ID); found {
				t.Errorf("the token belongs to the owner in the request")
			}
			if _, found := t.Owner().Find(token.ID); !found {
				t.Errorf("the token does not belong to the caller")
			}
		},
	},
	{
		ID:      "create/makes-different-tokens",
		Promise: "Two tokens have different ids and secrets.",
		Sources: []string{createResponse + "/properties/id", "#id-and-secret-form"},
		Rules:   []rule.ID{rule.IDAndSecretForm},
		Run: func(t *contract.T) {
			one, two := t.Owner().MustCreate(), t.Owner().MustCreate()
			if one.ID == two.ID || one.Secret.Value == two.Secret.Value {
				t.Errorf("two tokens have the same id or the same secret")
			}
		},
	},
}

// createdPart returns a token with only the published properties of the response to create, without
// the secret.
func createdPart(token contract.Token) contract.Token {
	return contract.Token{
		ID: token.ID, Name: token.Name, Owner: token.Owner, Created: token.Created,
		Scope:                      token.Scope,
		AccessTokenValiditySeconds: token.AccessTokenValiditySeconds,
		ExpirationDate:             token.ExpirationDate,
	}
}

// withScopes returns the property scope of a create request. It is never null.
func withScopes(scopes ...string) contract.Body {
	return contract.Body{"scope": append([]string{}, scopes...)}
}

// parseTime parses a date of a token, and ends the scenario if it is invalid.
func parseTime(t *contract.T, date string) time.Time {
	instant, err := time.Parse(time.RFC3339Nano, date)
	if err != nil {
		t.Fatalf("invalid token date %q, expected one such as 2027-01-31T00:00:00.000Z", date)
	}
	return instant
}
