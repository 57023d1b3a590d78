package scenarios

import (
	"net/http"
	"slices"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/standing"
	"example.com/patmock/spec/version"
)

// fixed are the properties of a token that no version patches, with values that would change them.
var fixed = []struct {
	name  string
	value any
	// wrong is the path, if no document declares the property for a patched token.
	wrong []string
}{
	{"id", "0123456789abcdef0123456789abcdef", nil},
	{"secret", "patmock", []string{"/0/path"}},
	{"owner", map[string]any{"type": "IDENTITY", "id": "0123456789abcdef0123456789abcdef"}, nil},
	{"created", "2020-01-01T00:00:00.000Z", nil},
	{"lastUsed", "2020-01-01T00:00:00.000Z", nil},
	{"managed", true, nil},
	{"accessTokenValiditySeconds", 900, nil},
	{"colour", "blue", []string{"/0/path"}},
}

var patchRefusal = slices.Concat(
	[]contract.Scenario{
		allOrNothing("field-that-is-fixed", standing.Published, contract.Replace("/id", "patmock")),
		allOrNothing("failed-test", standing.Published, contract.Op{"op": "test", "path": "/name", "value": "patmock has no such name"}),
		allOrNothing("scope-of-wrong-form", standing.Published, contract.Replace("/scope", "sp:scopes:all")),
		allOrNothing("no-such-element", standing.Published, contract.Op{"op": "remove", "path": "/scope/7"}),
		allOrNothing("name-removed", standing.Assumed, contract.Op{"op": "remove", "path": "/name"}),

		operationRefused("name-removed", standing.Assumed, contract.Op{"op": "remove", "path": "/name"}),
		operationRefused("name-null", standing.Assumed, contract.Replace("/name", nil)),
		operationRefused("name-empty", standing.Assumed, contract.Replace("/name", "")),
		operationRefused("name-of-wrong-form", standing.Published, contract.Replace("/name", []string{newName})),
		operationRefused("name-without-value", standing.Published, contract.Op{"op": "replace", "path": "/name"}),
		operationRefused("scope-without-value", standing.Published, contract.Op{"op": "add", "path": "/scope"}),
		operationRefused("scope-of-numbers", standing.Published, contract.Replace("/scope", []int{1})),
		operationRefused("element-out-of-range", standing.Published, contract.Replace("/scope/1", "sp:scopes:all")),
		operationRefused("element-counted-from-the-end", standing.Published, contract.Replace("/scope/-1", "sp:scopes:all")),
		operationRefused("inside-the-name", standing.Published, contract.Replace("/name/0", newName)),
		operationRefused("whole-token", standing.Assumed, contract.Replace("", map[string]any{"name": newName}), "/0/path"),
		operationRefused("path-without-slash", standing.Published, contract.Replace("name", newName), "/0/path"),
		operationRefused("copy-without-from", standing.Published, contract.Op{"op": "copy", "path": "/name"}),
		operationRefused("copy-from-a-fixed-field", standing.Assumed, contract.Op{"op": "copy", "from": "/id", "path": "/name"}),
		operationRefused("move-of-a-fixed-field", standing.Assumed, contract.Op{"op": "move", "from": "/created", "path": "/name"}),
		{
			ID:       "patch/failed-test-is-400",
			Promise:  "A test that fails refuses the patch with 400.",
			Sources:  []string{"behaviour 12", jsonPatch + "#section-4.6"},
			Standing: standing.Assumed,
			Needs:    []contract.Need{contract.Writes},
			Rules:    []rule.ID{"patch-test"},
			Run: func(t *contract.T) {
				patchRefused(t, t.Owner(), contract.Op{"op": "test", "path": "/scope", "value": []string{"sp:scopes:default"}})
			},
		},
		{
			ID:       "patch/passing-test-changes-nothing",
			Promise:  "A test that passes changes nothing and lets the patch through.",
			Sources:  []string{patchOperation + "/properties/op/enum", jsonPatch + "#section-4.6"},
			Standing: standing.Published,
			Needs:    []contract.Need{contract.Writes},
			Rules:    []rule.ID{"patch-test"},
			Run: func(t *contract.T) {
				c := t.Owner()
				token := c.Made()
				before, _ := c.Find(token.ID)
				got := c.Patch(token.ID, contract.Op{"op": "test", "path": "/name", "value": token.Name}).Status(http.StatusOK).Object()
				t.Equal("the answer", before, got)
			},
		},
		{
			ID:       "patch/unknown-operation-is-refused",
			Promise:  "An operation that JSON Patch does not have is refused.",
			Sources:  []string{patchOperation + "/properties/op/enum", patchRefusals},
			Standing: standing.Published,
			Needs:    []contract.Need{contract.Writes},
			Run: func(t *contract.T) {
				patchRefused(t, t.Owner().Wrong("/0/op"), contract.Op{"op": "set", "path": "/name", "value": t.Name()})
			},
		},
		{
			ID:       "patch/operation-needs-op-and-path",
			Promise:  "An operation without op or without path is refused.",
			Sources:  []string{patchOperation + "/required", patchRefusals},
			Standing: standing.Published,
			Needs:    []contract.Need{contract.Writes},
			Run: func(t *contract.T) {
				patchRefused(t, t.Owner().Wrong("/0/op"), contract.Op{"path": "/name", "value": t.Name()})
				patchRefused(t, t.Owner().Wrong("/0/path"), contract.Op{"op": "replace", "value": t.Name()})
			},
		},
		unlikePatch("object", `{"name": "`+newName+`"}`, "body"),
		unlikePatch("broken-json", `[{"op": "replace"`, "body"),
		unlikePatch("nothing", ``, "body"),
		unlikePatch("array-of-strings", `["replace"]`, "/0"),
		otherContentType(otherTypes[0].id, otherTypes[0].contentType),
		otherContentType(otherTypes[1].id, otherTypes[1].contentType),
		otherContentType(otherTypes[2].id, otherTypes[2].contentType),
		{
			ID:       "patch/unknown-id-is-404",
			Promise:  "A patch of an id that no token has is 404.",
			Sources:  []string{"v2026 #/paths/~1personal-access-tokens~1{id}/patch/responses/404", "behaviour 3.3"},
			Standing: standing.Published,
			Needs:    []contract.Need{contract.Writes},
			Rules:    []rule.ID{"unknown-id"},
			Run: func(t *contract.T) {
				t.Owner().Patch(unknownID, contract.Replace("/name", t.Name())).Refused(http.StatusNotFound)
			},
		},
		{
			ID:       "patch/malformed-id-is-404",
			Promise:  "A patch of something that is no id is 404.",
			Sources:  []string{"behaviour 3.3"},
			Standing: standing.Assumed,
			Needs:    []contract.Need{contract.Writes},
			Rules:    []rule.ID{"unknown-id"},
			Run: func(t *contract.T) {
				t.Owner().Patch("no-such-token", contract.Replace("/name", t.Name())).Refused(http.StatusNotFound)
			},
		},
	},
	fieldsRefused(),
)

// unknownID has the form of an id, and no token has it.
const unknownID = "0000000000000000000000000000dead"

// fieldsRefused are the scenarios about what cannot be patched.
func fieldsRefused() []contract.Scenario {
	var all []contract.Scenario
	for _, field := range fixed {
		all = append(all, fieldRefused(field.name, field.value, nil, field.wrong...))
	}
	return append(all,
		fieldRefused("expirationDate", nil, contract.Legacy),
		fieldRefused("userAwareTokenNeverExpires", true, contract.Legacy, "/0/path"),
	)
}

// fieldRefused is about one field, with a value that it has not; nil is a date.
func fieldRefused(name string, value any, versions []version.Version, wrong ...string) contract.Scenario {
	source := patchFields
	if versions != nil {
		source = "v2024 #/paths/~1personal-access-tokens~1{id}/patch/requestBody/description"
	}
	return contract.Scenario{
		ID:       "patch/fixed-fields/" + fieldID(name),
		Promise:  "A patch of " + name + " is refused, and the token stays as it is.",
		Sources:  []string{source, patchRefusals, "behaviour 6.4"},
		Standing: standing.Published,
		Versions: versions,
		Needs:    []contract.Need{contract.Writes},
		Rules:    []rule.ID{"patch-fields"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.Made()
			before, _ := c.Find(token.ID)
			value := value
			if value == nil {
				value = contract.Stamp(t.Expiry().Add(time.Hour)) // which every version takes from create
			}
			for _, op := range []contract.Op{contract.Replace("/"+name, value), {"op": "add", "path": "/" + name, "value": value}, {"op": "remove", "path": "/" + name}} {
				declined(t, c.Wrong(wrong...).Patch(token.ID, op))
			}
			after, found := c.Find(token.ID)
			if !found {
				t.Fatalf("the token is gone")
			}
			t.Equal("the token", before, after)
		},
	}
}

// fieldID writes a name as ids have it: lastUsed is last-used.
func fieldID(name string) string {
	var id []rune
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			id = append(id, '-')
			r += 'a' - 'A'
		}
		id = append(id, r)
	}
	return string(id)
}

func allOrNothing(id string, s standing.Standing, last contract.Op) contract.Scenario {
	return contract.Scenario{
		ID:       "patch/all-or-nothing/" + id,
		Promise:  "A patch whose last operation is refused changes nothing: " + words(id) + ".",
		Sources:  []string{patchFields, jsonPatch + "#section-5", patchRefusals},
		Standing: s,
		Needs:    []contract.Need{contract.Writes},
		Rules:    []rule.ID{"patch-atomic"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.Made()
			before, _ := c.Find(token.ID)
			declined(t, c.Patch(token.ID, contract.Replace("/name", t.Name()), contract.Replace("/scope", []string{"sp:scopes:default"}), last))
			after, _ := c.Find(token.ID)
			t.Equal("the token", before, after)
		},
	}
}

func operationRefused(id string, s standing.Standing, operation contract.Op, wrong ...string) contract.Scenario {
	return contract.Scenario{
		ID:       "patch/operation-refused/" + id,
		Promise:  "An operation that cannot be applied to the token is 400, and the token stays as it is: " + words(id) + ".",
		Sources:  []string{patchOperation, patchRefusals, jsonPatch + "#section-4", "behaviour 12"},
		Standing: s,
		Needs:    []contract.Need{contract.Writes},
		Rules:    []rule.ID{"patch-atomic"},
		Run:      func(t *contract.T) { patchRefused(t, t.Owner().Wrong(wrong...), operation) },
	}
}

func unlikePatch(id, body, wrong string) contract.Scenario {
	return contract.Scenario{
		ID:       "patch/body-is-no-patch/" + id,
		Promise:  "A patch is an array of operations: " + words(id) + " is 400.",
		Sources:  []string{"v2026 #/paths/~1personal-access-tokens~1{id}/patch/requestBody/content", patchRefusals, "behaviour 3.3"},
		Standing: standing.Published,
		Needs:    []contract.Need{contract.Writes},
		Run: func(t *contract.T) {
			token := t.Owner().Made()
			before, _ := t.Owner().Find(token.ID)
			patchAs(t, token.ID, jsonPatchType, named(t, body), wrong).Refused(http.StatusBadRequest)
			after, _ := t.Owner().Find(token.ID)
			t.Equal("the token", before, after)
		},
	}
}

// otherTypes are content types that are not those of a patch.
var otherTypes = []struct{ id, contentType string }{
	{"json", "application/json"}, {"text", "text/plain"}, {"merge-patch", "application/merge-patch+json"},
}

func otherContentType(id, contentType string) contract.Scenario {
	return contract.Scenario{
		ID:       "patch/other-content-type-is-refused/" + id,
		Promise:  "A patch of the content type " + contentType + " is refused in some way, and the token stays as it is.",
		Sources:  []string{"v2026 #/paths/~1personal-access-tokens~1{id}/patch/requestBody/content", "behaviour 12", "errata unsupported-media-type"},
		Standing: standing.Assumed,
		Needs:    []contract.Need{contract.Writes},
		Rules:    []rule.ID{"wrong-content-type"},
		Run: func(t *contract.T) {
			token := t.Owner().Made()
			before, _ := t.Owner().Find(token.ID)
			declined(t, patchAs(t, token.ID, contentType, jsonText(renaming(t)), "header Content-Type"))
			after, _ := t.Owner().Find(token.ID)
			t.Equal("the token", before, after)
		},
	}
}
