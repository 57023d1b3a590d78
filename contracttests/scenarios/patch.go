package scenarios

import (
	"net/http"
	"slices"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

const (
	jsonPatch      = "https://www.rfc-editor.org/rfc/rfc6902"
	patchOperation = "v2026 #/components/schemas/JsonPatchOperation"
	jsonPatchType  = "application/json-patch+json"
	patchResponse  = "v2026 #/paths/~1personal-access-tokens~1{id}/patch/responses/200"
)

var patch = slices.Concat(patchChanges, patchRejected, patchRFC, patchOfNames)

var patchChanges = []contract.Scenario{
	{
		ID: "patch/name",
		Promise: "A patch of the name returns 200 with the token, and changes only the name, in " +
			"the response and in the list.",
		Sources: []string{
			patchFields,
			patchResponse,
			"#patchable-fields",
			"#patch-returns-the-token",
		},
		Rules: []rule.ID{"patch-fields"},
		Run: func(t *contract.T) {
			want := t.Owner().MustFind(t.Owner().MustCreate().ID)
			want.Name = t.UniqueName()
			expectPatched(t, want, replace("/name", want.Name))
		},
	},
	{
		ID: "patch/keeps-last-used",
		Promise: "A patch of a used token does not change lastUsed, in the response and in the " +
			"list.",
		Sources: []string{patchFields, "#last-used-is-the-last-login"},
		Rules:   []rule.ID{"last-used", "patch-fields"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token, name := c.MustCreate(), t.UniqueName()
			t.Login(token.Credentials())
			used := c.MustFind(token.ID).LastUsed
			if !used.HasValue() {
				t.Fatalf("lastUsed is %v after a login", used)
			}
			patched := c.Patch(token.ID, replace("/name", name)).Token()
			t.Equal("lastUsed in the response", used, patched.LastUsed)
			t.Equal("lastUsed in the list", used, c.MustFind(token.ID).LastUsed)
		},
	},
	{
		ID:      "patch/scope",
		Promise: "A patch of the scope replaces the complete scope.",
		Sources: []string{
			patchFields,
			patchResponse,
			"#patchable-fields",
			"#patch-returns-the-token",
		},
		Rules: []rule.ID{"patch-fields"},
		Run: func(t *contract.T) {
			want := t.Owner().MustFind(t.Owner().MustCreate().ID)
			want.Scope = contract.Value([]string{myRead, defaultScope})
			expectPatched(t, want, replace("/scope", want.Scope))
		},
	},
	scopeChange("appended", []string{"one", "two", "three"}, add("/scope/-", "three")),
	scopeChange("inserted", []string{"three", "one", "two"}, add("/scope/0", "three")),
	scopeChange("replaced", []string{"one", "three"}, replace("/scope/1", "three")),
	scopeChange("removed", []string{"two"}, remove("/scope/0")),
	scopeChange("moved", []string{"two", "one"}, moveFrom("/scope/0", "/scope/1")),
	scopeChange("copied", []string{"two", "one", "two"}, copyFrom("/scope/1", "/scope/0")),
	scopeChange("added-as-a-whole", []string{"three"}, add("/scope", []string{"three"})),
	scopeDefault("removed", remove("/scope")),
	scopeDefault("null", replace("/scope", nil)),
	{
		ID: "patch/operations-in-order",
		Promise: "The operations of a patch are applied in order, each to the result of the one " +
			"before.",
		Sources: []string{patchFields, jsonPatch + "#section-3"},
		Rules:   []rule.ID{rule.PatchApplies, rule.PatchTest},
		Run: func(t *contract.T) {
			c := t.Owner()
			token, first, last := c.MustCreate(), t.UniqueName(), t.UniqueName()
			patched := c.Patch(token.ID,
				replace("/name", first), test("/name", first), replace("/name", last),
			).Token()
			t.Equal("name", last, patched.Name)
		},
	},
	{
		ID:       "patch/unknown-members-are-ignored",
		Promise:  "An undefined member of an operation is ignored.",
		Sources:  []string{patchFields, jsonPatch + "#section-4"},
		Evidence: evidence.Published,
		Rules:    []rule.ID{"unknown-ignored"},
		Run: func(t *contract.T) {
			token, name := t.Owner().MustCreate(), t.UniqueName()
			operation := replace("/name", name)
			operation["reason"], operation["from"] = "patmock", "/id"
			t.Equal("name", name,
				t.Owner().ExpectInvalid("/0/reason").Patch(token.ID, operation).Token().Name)
		},
	},
	{
		ID:      "patch/leaves-other-tokens-alone",
		Promise: "A patch changes only the token with the id.",
		Sources: []string{
			patchDescription, "v2026 #/paths/~1personal-access-tokens~1{id}/patch/parameters/0",
		},
		Rules: []rule.ID{rule.PatchFields},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			expectNewTokenUnchanged(t, func(string) {
				t.Owner().Patch(token.ID,
					replace("/scope", []string{defaultScope})).ExpectStatus(http.StatusOK)
			})
		},
	},
	{
		ID:      "patch/charset-is-tolerated",
		Promise: "The content type of a patch may have a charset.",
		Sources: []string{
			"v2026 #/paths/~1personal-access-tokens~1{id}/patch/requestBody/content",
			"#patch-charset-is-tolerated",
		},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{"wrong-content-type"},
		Run: func(t *contract.T) {
			token, name := t.Owner().MustCreate(), t.UniqueName()
			body := jsonText([]contract.Op{replace("/name", name)})
			patched := patchRaw(t, t.Owner(), token.ID, jsonPatchType+"; charset=utf-8", body)
			t.Equal("name", name, patched.Token().Name)
		},
	},
}

// The operations of JSON Patch.

func replace(path string, value any) contract.Op { return newOp("replace", path, value) }
func add(path string, value any) contract.Op     { return newOp("add", path, value) }
func test(path string, value any) contract.Op    { return newOp("test", path, value) }
func remove(path string) contract.Op {
	return contract.Op{"op": "remove", "path": path}
}

func copyFrom(from, path string) contract.Op {
	return contract.Op{"op": "copy", "from": from, "path": path}
}

func moveFrom(from, path string) contract.Op {
	return contract.Op{"op": "move", "from": from, "path": path}
}

func newOp(op, path string, value any) contract.Op {
	return contract.Op{"op": op, "path": path, "value": value}
}

func scopeChange(id string, want []string, operation contract.Op) contract.Scenario {
	return contract.Scenario{
		ID:      "patch/scope-elements/" + id,
		Promise: "A patch may change single elements of the scope: one is " + readableID(id) + ".",
		Sources: []string{
			"#patch-of-scope-elements",
			jsonPatch + "#section-4",
			patchOperation + "/properties/op/enum",
		},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{"patch-fields"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate(withScopes("one", "two"))
			t.Equal("scope", want, t.Owner().Patch(token.ID, operation).Token().Scope.Value)
			t.Equal("scope in the list", want, t.Owner().MustFind(token.ID).Scope.Value)
		},
	}
}

func scopeDefault(id string, operation contract.Op) contract.Scenario {
	return contract.Scenario{
		ID:       "patch/scope-defaults-to-all/" + id,
		Promise:  "A scope that a patch removes becomes sp:scopes:all: " + readableID(id) + ".",
		Sources:  []string{"#scope-taken-away-is-all", "errata patch-value-null"},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{"scope-defaults-to-all"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate(withScopes(defaultScope))
			patched := t.Owner().Patch(token.ID, operation).Token()
			t.Equal("scope", []string{scopeAll}, patched.Scope.Value)
		},
	}
}

// expectPatched expects a token in the response to a patch and in the list.
func expectPatched(t *contract.T, want contract.Token, operations ...contract.Op) {
	t.Equal("the response", want, t.Owner().Patch(want.ID, operations...).Token())
	t.Equal("the token in the list", want, t.Owner().MustFind(want.ID))
}

// patchRaw sends a patch with any body and content type.
func patchRaw(t *contract.T, c *contract.Client, id, contentType, body string) *contract.Response {
	return c.Send(contract.Request{
		Method: http.MethodPatch, Path: t.CollectionPath() + "/" + id, ContentType: contentType,
		Body: body,
	})
}
