package scenarios

import (
	"net/http"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

var createProperties = []contract.Scenario{
	{
		ID:      "create/scope-defaults-to-all",
		Promise: "A token created without scopes, or with null, has the scope sp:scopes:all.",
		Sources: []string{
			createRequest + "/properties/scope/description",
			"#scope-defaults-to-all",
		},
		Rules: []rule.ID{"scope-defaults-to-all"},
		Run: func(t *contract.T) {
			c := t.Owner()
			for _, body := range []contract.Body{{}, {"scope": nil}} {
				token := c.MustCreate(body)
				t.Equal("scope", []string{scopeAll}, token.Scope.Value)
			}
		},
	},
	{
		ID:      "create/scope-is-kept",
		Promise: "A token has the scopes of the request, even those beyond its owner's level.",
		Sources: []string{createRequest + "/properties/scope", "#scope-beyond-the-level"},
		Rules:   []rule.ID{"scope-out-of-level"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate(withScopes(defaultScope, allManage))
			want := []string{defaultScope, allManage}
			t.Equal("scope", want, token.Scope.Value)
			t.Equal("scope in the list", want, t.Owner().MustFind(token.ID).Scope.Value)
		},
	},
	{
		ID:      "create/validity-defaults-to-twelve-hours",
		Promise: "A token created without accessTokenValiditySeconds, or with null, has 43200.",
		Sources: []string{
			createRequest + "/properties/accessTokenValiditySeconds/description",
			"#validity-defaults-to-43200",
		},
		Rules: []rule.ID{"validity-bounds"},
		Run: func(t *contract.T) {
			c := t.Owner()
			for _, body := range []contract.Body{{}, {"accessTokenValiditySeconds": nil}} {
				t.Equal("accessTokenValiditySeconds", 43200.0,
					c.MustCreate(body).AccessTokenValiditySeconds.Value)
			}
		},
	},
	{
		ID:      "create/validity-bounds-are-taken",
		Promise: "Create accepts 15 and 43200 as accessTokenValiditySeconds, and stores them.",
		Sources: []string{validityPointer + "/minimum"},
		Rules:   []rule.ID{"validity-bounds"},
		Run: func(t *contract.T) {
			c := t.Owner()
			for _, seconds := range []float64{15, 43200} {
				token := c.MustCreate(contract.Body{"accessTokenValiditySeconds": seconds})
				t.Equal("accessTokenValiditySeconds", seconds,
					token.AccessTokenValiditySeconds.Value)
				listed := c.MustFind(token.ID)
				t.Equal("listed accessTokenValiditySeconds", seconds,
					listed.AccessTokenValiditySeconds.Value)
			}
		},
	},
	withRules(propertyRejected("validity-below-15", "accessTokenValiditySeconds", 14),
		rule.ValidityBounds),
	withRules(propertyRejected("validity-above-43200", "accessTokenValiditySeconds", 43201),
		rule.ValidityBounds),
	propertyRejected("validity-in-quotes", "accessTokenValiditySeconds", "900"),
	propertyRejected("validity-with-fraction", "accessTokenValiditySeconds", 900.5),
	propertyRejected("scope-as-string", "scope", scopeAll),
	propertyRejected("scope-of-numbers", "scope", []int{1}),
	propertyRejected("date-as-number", "expirationDate", 1893456000),
	{
		ID:      "create/flag-in-quotes-is-rejected",
		Promise: "userAwareTokenNeverExpires is true, false or null: a string is rejected.",
		Sources: []string{
			createRequest + "/properties/userAwareTokenNeverExpires/type", createRejections,
		},
		Versions: contract.Current,
		Rules:    []rule.ID{rule.InvalidProperty},
		Run: func(t *contract.T) {
			c := t.Owner()
			name := t.UniqueName()
			c.ExpectInvalid("/userAwareTokenNeverExpires").Create(contract.Body{
				"name": name, "userAwareTokenNeverExpires": "true",
			}).ExpectError(http.StatusBadRequest)
			t.Equal("number of tokens with the name", 0, countNamed(c, name))
		},
	},
	{
		ID:      "create/unknown-properties-are-ignored",
		Promise: "Create ignores an unknown property.",
		Sources: []string{"#unknown-properties-are-ignored"},
		Rules:   []rule.ID{"unknown-ignored"},
		Run: func(t *contract.T) {
			c := t.Owner()
			id := "0123456789abcdef0123456789abcdef"
			token := c.ExpectInvalid("/colour", "/id", "/managed", "/lastUsed",
				"/secret").MustCreate(contract.Body{
				"colour": "blue", "id": id, "managed": true,
				"lastUsed": contract.FormatTime(t.Now()),
				"secret":   strings.Repeat(id, 2),
			})
			if token.ID == id || token.Secret.Value == strings.Repeat(id, 2) {
				t.Errorf("the token has the id or the secret of the request")
			}
			listed := c.MustFind(token.ID)
			t.Equal("lastUsed", "", listed.LastUsed.Value)
			if listed.Managed.Value {
				t.Errorf("the token is managed as in the request")
			}
		},
	},
	withRules(malformedBody("broken-json", "a body that is not JSON", `{"name": `),
		rule.JSONSyntax),
	withRules(malformedBody("no-body", "an empty body", ``), rule.JSONSyntax),
	withRules(
		malformedBody("an-array", "an array instead of an object",
			`[{"name": "`+namePlaceholder+`"}]`),
		rule.InvalidProperty,
	),
	{
		ID:       "create/malformed-body/not-in-utf-8",
		Promise:  "A create whose body is not UTF-8 is rejected with 400, and creates nothing.",
		Sources:  []string{createRejections, "#body-in-other-bytes-is-400"},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{rule.JSONSyntax},
		Run: func(t *contract.T) {
			body := t.Owner().NewTokenBody()
			name := body.Text("name")
			expectNothingCreated(t, func() {
				other := strings.Replace(jsonText(body), name, name+"\xff", 1)
				createRaw(t, t.Owner(), jsonType, other).ExpectError(http.StatusBadRequest)
			})
		},
	},
	{
		ID: "create/other-content-type-is-rejected",
		Promise: "Create accepts only JSON: another content type is rejected, and nothing is " +
			"created.",
		Sources: []string{
			"v2026 #/paths/~1personal-access-tokens/post/requestBody/content",
			"errata unsupported-media-type",
		},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{rule.WrongContentType},
		Run: func(t *contract.T) {
			name := t.UniqueName()
			createWithContentType(t, "text/plain", name).ExpectRejected()
			t.Equal("number of tokens with the name", 0, countNamed(t.Owner(), name))
		},
	},
	{
		ID:      "create/charset-is-tolerated",
		Promise: "The content type of a create may have a charset.",
		Sources: []string{
			"v2026 #/paths/~1personal-access-tokens/post/requestBody/content",
			"https://www.rfc-editor.org/rfc/rfc8259#section-11",
			"#charset-is-tolerated",
		},
		Rules: []rule.ID{rule.WrongContentType},
		Run: func(t *contract.T) {
			body := jsonText(t.Owner().NewTokenBody())
			t.Owner().MustDelete(createRaw(t, t.Owner(), jsonType+"; charset=UTF-8",
				body).Token().ID)
		},
	},
}

const jsonType = "application/json"

// createRaw sends a create with any body and content type.
func createRaw(t *contract.T, c *contract.Client, contentType, body string) *contract.Response {
	return c.Send(contract.Request{
		Method: http.MethodPost, Path: t.CollectionPath(), ContentType: contentType, Body: body,
	})
}

// createWithContentType sends a create with another content type.
func createWithContentType(t *contract.T, contentType, name string) *contract.Response {
	body := jsonText(contract.Body{"name": name, "expirationDate": defaultExpiry(t)})
	return createRaw(t, t.Owner().ExpectInvalid("header Content-Type"), contentType, body)
}

func propertyRejected(kind, name string, value any) contract.Scenario {
	return contract.Scenario{
		ID: "create/property-of-wrong-form/" + kind,
		Promise: "A request that violates its schema is rejected with 400, and nothing is " +
			"created: " +
			readableID(kind) +
			".",
		Sources: []string{
			createRequest + "/properties/" + name,
			createRejections,
			"#invalid-body-is-400",
		},
		Rules: []rule.ID{rule.InvalidProperty},
		Run: func(t *contract.T) {
			c := t.Owner()
			body := c.NewTokenBody()
			body[name] = value
			path := "/" + name
			if strings.HasPrefix(kind, "scope-of") {
				path += "/0"
			}
			c.ExpectInvalid(path).Create(body).ExpectError(http.StatusBadRequest)
			t.Equal("number of tokens with the name", 0, countNamed(c, body.Text("name")))
		},
	}
}

func malformedBody(id, kind, body string) contract.Scenario {
	return contract.Scenario{
		ID:      "create/malformed-body/" + id,
		Promise: "Create rejects " + kind + " with 400, and nothing is created.",
		Sources: []string{
			"v2026 #/paths/~1personal-access-tokens/post/requestBody/required",
			createRejections,
			"#invalid-body-is-400",
		},
		Evidence: evidence.Published,
		Run: func(t *contract.T) {
			expectNothingCreated(t, func() {
				createRaw(t, t.Owner().ExpectInvalid("body"), jsonType,
					withName(t, body)).ExpectError(http.StatusBadRequest)
			})
		},
	}
}

// namePlaceholder marks the unique name in literal request bodies. A token created in spite of
// the scenario is then recognizable as the run's.
const namePlaceholder = "(a name of the run)"

// withName replaces the placeholder with a unique name.
func withName(t *contract.T, text string) string {
	return strings.ReplaceAll(text, namePlaceholder, t.UniqueName())
}

// readableID returns part of an id as words.
func readableID(id string) string { return strings.ReplaceAll(id, "-", " ") }
