package scenarios

import (
	"net/http"
	"slices"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// fixedFields are the properties that no version patches, with values that would change them.
var fixedFields = []struct {
	name  string
	value any
	// invalid is the location of the violation if no document declares the property.
	invalid []string
}{
	{"id", "0123456789abcdef0123456789abcdef", nil},
	{"secret", "patmock", []string{"/0/path=/secret"}},
	{
		"owner", contract.Owner{
			Type: contract.Value("IDENTITY"),
			ID:   contract.Value("0123456789abcdef0123456789abcdef"),
		}, nil,
	},
	{"created", "2020-01-01T00:00:00.000Z", nil},
	{"lastUsed", "2020-01-01T00:00:00.000Z", nil},
	{"managed", true, nil},
	{"accessTokenValiditySeconds", 900, nil},
	{"colour", "blue", []string{"/0/path=/colour"}},
}

// The facts about operations that cannot be applied.
const (
	patchFails     = "#failed-patch-is-400"
	valueNeeded    = "#patch-value-is-required"
	nameIsRequired = "#name-cannot-be-taken-away"
	patchOfAll     = "#patch-of-the-whole-token"
	fromFixedField = "#patch-from-obeys-the-fields"
)

// patchRow is a patch whose last operation is rejected.
type patchRow struct {
	id, fact string
	level    evidence.Level
	op       contract.Op
	rules    []rule.ID
	// invalid are the locations of expected violations.
	invalid []string
}

// lastOperations are the last operations of patches that change nothing.
var lastOperations = []patchRow{
	{
		id: "field-that-is-fixed", level: evidence.Published, op: replace("/id", "patmock"),
		rules: []rule.ID{rule.PatchAtomic, rule.PatchFields},
	},
	{
		id: "failed-test", level: evidence.Published,
		op:    test("/name", "patmock has no such name"),
		rules: []rule.ID{rule.PatchAtomic, rule.PatchTest},
	},
	{
		id: "scope-of-wrong-form", level: evidence.Published, op: replace("/scope", scopeAll),
		rules: []rule.ID{rule.PatchAtomic, rule.InvalidProperty},
	},
	{
		id: "no-such-element", level: evidence.Published, op: remove("/scope/7"),
		rules: []rule.ID{rule.PatchAtomic, rule.PatchApplies},
	},
	{
		id: "name-removed", level: evidence.Assumed, op: remove("/name"),
		rules: []rule.ID{rule.PatchAtomic, rule.NameRequired},
	},
}

// rejectedOperations are operations that cannot be applied to a token.
var rejectedOperations = []patchRow{
	{
		"name-removed", nameIsRequired, evidence.Assumed, remove("/name"),
		[]rule.ID{rule.NameRequired},
		nil,
	},
	{
		"name-null", nameIsRequired, evidence.Assumed, replace("/name", nil),
		[]rule.ID{rule.NameRequired},
		nil,
	},
	{
		"name-empty", nameIsRequired, evidence.Assumed, replace("/name", ""),
		[]rule.ID{rule.NameRequired, rule.NameNotBlank},
		nil,
	},
	{
		"name-of-wrong-form", patchFails, evidence.Published,
		replace("/name", []string{namePlaceholder}),
		[]rule.ID{rule.InvalidProperty},
		nil,
	},
	{
		"name-without-value", valueNeeded, evidence.Published,
		contract.Op{"op": "replace", "path": "/name"},
		[]rule.ID{rule.PatchValueRequired},
		nil,
	},
	{
		"name-test-without-value", valueNeeded, evidence.Published,
		contract.Op{"op": "test", "path": "/name"},
		[]rule.ID{rule.PatchValueRequired},
		nil,
	},
	{
		"scope-without-value", valueNeeded, evidence.Published,
		contract.Op{"op": "add", "path": "/scope"},
		[]rule.ID{rule.PatchValueRequired},
		nil,
	},
	{
		"scope-of-numbers", patchFails, evidence.Published, replace("/scope", []int{1}),
		[]rule.ID{rule.InvalidProperty},
		nil,
	},
	{
		"element-out-of-range", patchFails, evidence.Published, replace("/scope/1", scopeAll),
		[]rule.ID{rule.PatchApplies},
		nil,
	},
	{
		"element-counted-from-the-end", patchFails, evidence.Published,
		replace("/scope/-1", scopeAll),
		[]rule.ID{rule.PatchPointer},
		nil,
	},
	{
		"inside-the-name", patchFails, evidence.Published, replace("/name/0", namePlaceholder),
		[]rule.ID{rule.PatchApplies},
		nil,
	},
	{
		"whole-token", patchOfAll, evidence.Assumed,
		replace("", map[string]any{"name": namePlaceholder}),
		[]rule.ID{rule.PatchFields},
		[]string{"/0/path="},
	},
	{
		"path-without-slash", patchFails, evidence.Published, replace("name", namePlaceholder),
		[]rule.ID{rule.PatchPointer},
		[]string{"/0/path=name"},
	},
	{
		"copy-without-from", patchFails, evidence.Published,
		contract.Op{"op": "copy", "path": "/name"},
		[]rule.ID{rule.PatchPointer},
		nil,
	},
	{
		"copy-from-a-fixed-field", fromFixedField, evidence.Assumed, copyFrom("/id", "/name"),
		[]rule.ID{rule.PatchFields},
		nil,
	},
	{
		"move-of-a-fixed-field", fromFixedField, evidence.Assumed, moveFrom("/created", "/name"),
		[]rule.ID{rule.PatchFields},
		nil,
	},
}

var patchRejected = slices.Concat(
	forEachRow(lastOperations, patchRow.allOrNothing),
	forEachRow(rejectedOperations, patchRow.rejected),
	[]contract.Scenario{
		{
			ID:       "patch/failed-test-is-400",
			Promise:  "A failed test operation rejects the patch with 400.",
			Sources:  []string{"#failed-test-is-400", jsonPatch + "#section-4.6"},
			Evidence: evidence.Assumed,
			Rules:    []rule.ID{"patch-test"},
			Run: func(t *contract.T) {
				expectPatch400(t, t.Owner(), test("/scope", []string{defaultScope}))
			},
		},
		{
			ID:      "patch/passing-test-changes-nothing",
			Promise: "A successful test operation changes nothing, and the patch is accepted.",
			Sources: []string{patchOperation + "/properties/op/enum", jsonPatch + "#section-4.6"},
			Rules:   []rule.ID{"patch-test"},
			Run: func(t *contract.T) {
				c := t.Owner()
				token := c.MustCreate()
				before := c.MustFind(token.ID)
				patched := c.Patch(token.ID, test("/name", token.Name))
				t.Equal("the response", before, patched.Token())
			},
		},
		{
			ID:       "patch/101-operations",
			Promise:  "A patch of 100 operations is applied, and one of 101 is rejected with 400.",
			Sources:  []string{"#patch-size"},
			Features: writes(contract.Faults),
			Rules:    []rule.ID{rule.PatchSize},
			Run: func(t *contract.T) {
				c := t.Owner()
				token := c.MustCreate()
				test := test("/name", token.Name)
				c.Patch(token.ID,
					slices.Repeat([]contract.Op{test}, 100)...).ExpectStatus(http.StatusOK)
				c.Patch(token.ID,
					slices.Repeat([]contract.Op{test}, 101)...).ExpectError(http.StatusBadRequest)
			},
		},
		{
			ID:      "patch/test-of-a-fixed-field",
			Promise: "A test of a field that cannot be patched is 400, even if the value is equal.",
			Sources: []string{"#test-of-a-fixed-field-is-400", jsonPatch + "#section-4.6"},
			Rules:   []rule.ID{rule.TestOfFixedField},
			Run: func(t *contract.T) {
				expectPatch400(t, t.Owner(), test("/accessTokenValiditySeconds", 43200))
			},
		},
		{
			ID:      "patch/unknown-operation-is-rejected",
			Promise: "An operation that is not one of JSON Patch is rejected.",
			Sources: []string{patchOperation + "/properties/op/enum", patchRejections},
			Rules:   []rule.ID{rule.InvalidProperty},
			Run: func(t *contract.T) {
				expectPatch400(t, t.Owner().ExpectInvalid("/0/op"), contract.Op{
					"op": "set", "path": "/name", "value": t.UniqueName(),
				})
			},
		},
		{
			ID:      "patch/operation-needs-op-and-path",
			Promise: "An operation without op or path is rejected.",
			Sources: []string{patchOperation + "/required", patchRejections},
			Rules:   []rule.ID{rule.MissingProperty},
			Run: func(t *contract.T) {
				expectPatch400(t, t.Owner().ExpectInvalid("/0/op"), contract.Op{
					"path": "/name", "value": t.UniqueName(),
				})
				expectPatch400(t, t.Owner().ExpectInvalid("/0/path"), contract.Op{
					"op": "replace", "value": t.UniqueName(),
				})
			},
		},
		withRules(malformedPatch("object", `{"name": "`+namePlaceholder+`"}`, "body"),
			rule.InvalidProperty),
		withRules(malformedPatch("broken-json", `[{"op": "replace"`, "body"), rule.JSONSyntax),
		withRules(malformedPatch("nothing", ``, "body"), rule.JSONSyntax),
		withRules(malformedPatch("array-of-strings", `["replace"]`, "/0"), rule.InvalidProperty),
		otherContentType(otherTypes[0].id, otherTypes[0].contentType),
		otherContentType(otherTypes[1].id, otherTypes[1].contentType),
		otherContentType(otherTypes[2].id, otherTypes[2].contentType),
		{
			ID:      "patch/unknown-id-is-404",
			Promise: "A patch of an unknown id is 404.",
			Sources: []string{
				"v2026 #/paths/~1personal-access-tokens~1{id}/patch/responses/404",
				"#unknown-id-is-404",
			},
			Rules: []rule.ID{"unknown-id"},
			Run: func(t *contract.T) {
				t.Owner().Patch(unknownID,
					replace("/name", t.UniqueName())).ExpectError(http.StatusNotFound)
			},
		},
		{
			ID:       "patch/malformed-id-is-404",
			Promise:  "A patch of a malformed id is 404.",
			Sources:  []string{"#malformed-id-is-404"},
			Evidence: evidence.Assumed,
			Rules:    []rule.ID{"unknown-id"},
			Run: func(t *contract.T) {
				t.Owner().Patch("no-such-token",
					replace("/name", t.UniqueName())).ExpectError(http.StatusNotFound)
			},
		},
	},
	fixedFieldScenarios(),
)

// fixedFieldScenarios returns the scenarios about fields that cannot be patched.
func fixedFieldScenarios() []contract.Scenario {
	var all []contract.Scenario
	for _, field := range fixedFields {
		all = append(all, fixedField(field.name, field.value, nil, field.invalid...))
	}
	return append(all,
		fixedField("expirationDate", nil, contract.Legacy),
		fixedField("userAwareTokenNeverExpires", true, contract.Legacy,
			"/0/path=/userAwareTokenNeverExpires"),
	)
}

// fixedField returns a scenario about one field, with a value that would change it. Nil means a
// date.
func fixedField(
	name string, value any, versions []version.Version, invalid ...string,
) contract.Scenario {
	sources := []string{patchFields, patchRejections, "#patchable-fields"}
	if versions != nil {
		sources = []string{
			"v2024 #/paths/~1personal-access-tokens~1{id}/patch/requestBody/description",
			patchRejections,
			"#legacy-patchable-fields",
		}
	}
	return contract.Scenario{
		ID:       "patch/fixed-fields/" + fieldID(name),
		Promise:  "A patch of " + name + " is rejected, and the token is unchanged.",
		Sources:  sources,
		Versions: versions,
		Rules:    []rule.ID{"patch-fields"},
		Run: func(t *contract.T) {
			value := value
			if value == nil {
				// Every version accepts this date in create.
				value = contract.FormatTime(t.Expiry().Add(time.Hour))
			}
			expectNewTokenUnchanged(t, func(id string) {
				for _, op := range []contract.Op{
					replace("/"+name, value), add("/"+name, value), remove("/" + name),
				} {
					t.Owner().ExpectInvalid(invalid...).Patch(id, op).ExpectRejected()
				}
			})
		},
	}
}

// fieldID converts a name to the form of ids: lastUsed to last-used.
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

func (p patchRow) allOrNothing() contract.Scenario {
	return contract.Scenario{
		ID: "patch/all-or-nothing/" + p.id,
		Promise: "A patch whose last operation is rejected changes nothing: " + readableID(p.id) +
			".",
		Sources: []string{
			patchFields, jsonPatch + "#section-5", patchRejections, "#patch-is-atomic",
		},
		Evidence: p.level, Rules: p.rules,
		Run: func(t *contract.T) {
			expectNewTokenUnchanged(t, func(id string) {
				t.Owner().Patch(id, replace("/name", t.UniqueName()),
					replace("/scope", []string{defaultScope}), p.op).ExpectRejected()
			})
		},
	}
}

func (p patchRow) rejected() contract.Scenario {
	return contract.Scenario{
		ID: "patch/operation-rejected/" + p.id,
		Promise: "An operation that cannot be applied to the token is 400, and the token is " +
			"unchanged: " + readableID(p.id) + ".",
		Sources:  []string{patchOperation, patchRejections, jsonPatch + "#section-4", p.fact},
		Evidence: p.level, Rules: p.rules,
		Run: func(t *contract.T) { expectPatch400(t, t.Owner().ExpectInvalid(p.invalid...), p.op) },
	}
}

func malformedPatch(id, body, invalid string) contract.Scenario {
	return contract.Scenario{
		ID:      "patch/body-is-no-patch/" + id,
		Promise: "A patch is an array of operations: " + readableID(id) + " is 400.",
		Sources: []string{
			"v2026 #/paths/~1personal-access-tokens~1{id}/patch/requestBody/content",
			patchRejections,
			"#patch-content-type",
			"#invalid-body-is-400",
		},
		Evidence: evidence.Published,
		Run: func(t *contract.T) {
			expectNewTokenUnchanged(t, func(id string) {
				patchRaw(t, t.Owner().ExpectInvalid(invalid), id, jsonPatchType,
					withName(t, body)).ExpectError(http.StatusBadRequest)
			})
		},
	}
}

// otherTypes are content types other than that of JSON Patch.
var otherTypes = []struct{ id, contentType string }{
	{"json", "application/json"},
	{"text", "text/plain"},
	{"merge-patch", "application/merge-patch+json"},
}

func otherContentType(id, contentType string) contract.Scenario {
	return contract.Scenario{
		ID: "patch/other-content-type-is-rejected/" + id,
		Promise: "A patch of the content type " + contentType +
			" is rejected, and the token is unchanged.",
		Sources: []string{
			"v2026 #/paths/~1personal-access-tokens~1{id}/patch/requestBody/content",
			"#patch-content-type",
			"#unsupported-media-type-is-415",
			"errata unsupported-media-type",
		},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{"wrong-content-type"},
		Run: func(t *contract.T) {
			expectNewTokenUnchanged(t, func(id string) {
				patchRaw(t, t.Owner().ExpectInvalid("header Content-Type"), id, contentType,
					jsonText(renameOps(t))).ExpectRejected()
			})
		},
	}
}
