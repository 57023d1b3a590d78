package scenarios

import (
	"net/http"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// jsonPointer defines the syntax of paths.
const jsonPointer = "https://www.rfc-editor.org/rfc/rfc6901"

// rejectedPatch is a patch that every version rejects for a token with the scopes myRead and
// myManage, in this order.
type rejectedPatch struct {
	operations []contract.Op
	// invalid are the locations of expected violations.
	invalid []string
}

func rejectedOp(operation contract.Op, invalid ...string) rejectedPatch {
	return rejectedPatch{[]contract.Op{operation}, invalid}
}

// patchTable returns a scenario about patches that are rejected for one reason.
func patchTable(id, promise string, level evidence.Level, sources []string, rules []rule.ID,
	rows []rejectedPatch, features ...contract.Feature,
) contract.Scenario {
	return contract.Scenario{
		ID: "patch/rfc6902/" + id, Promise: promise,
		Sources: append([]string{patchFields, patchRejections}, sources...), Evidence: level,
		Features: writes(features...), Rules: rules,
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate(withScopes(myRead, myManage))
			expectUnchanged(t, token.ID, func() {
				for _, row := range rows {
					r := c.ExpectInvalid(row.invalid...).Patch(token.ID, row.operations...)
					if r.StatusCode() == http.StatusOK {
						t.Errorf("the patch %s is accepted, expected 400", jsonText(row.operations))
						continue
					}
					r.ExpectRejected(http.StatusBadRequest)
				}
			})
		},
	}
}

// opNames returns a row for each invalid value of op.
func opNames(names ...any) []rejectedPatch {
	var rows []rejectedPatch
	for _, name := range names {
		rows = append(rows,
			rejectedOp(contract.Op{"op": name, "path": "/scope", "value": []string{allRead}},
				"/0/op"))
	}
	return rows
}

// paths returns a row for each path, with an operation that has a value.
func paths(op string, all ...string) []rejectedPatch {
	var rows []rejectedPatch
	for _, path := range all {
		rows = append(rows,
			rejectedOp(contract.Op{"op": op, "path": path, "value": allRead},
				undeclaredPath(path)...))
	}
	return rows
}

// undeclaredPath returns the location of the violation if a path begins with an undeclared
// property.
func undeclaredPath(path string) []string {
	if strings.HasPrefix(path+"/", "/name/") || strings.HasPrefix(path+"/", "/scope/") {
		return nil
	}
	return []string{"/0/path=" + path}
}

var (
	opsSource = []string{
		patchOperation + "/properties/op/enum", jsonPatch + "#section-4", patchFails,
	}
	pointerSource = []string{jsonPointer + "#section-4", jsonPatch + "#section-4", patchFails}
	testSource    = []string{jsonPatch + "#section-4.6", "#failed-test-is-400"}
)

var patchRFC = []contract.Scenario{
	patchTable(
		"op-in-capitals", "The names of operations are in lower case: Replace is rejected.",
		evidence.Published, opsSource,
		[]rule.ID{rule.InvalidProperty}, opNames("Replace"),
	),
	patchTable(
		"op-names",
		"An operation is exactly one of add, remove, replace, move, copy and test.",
		evidence.Published, opsSource,
		[]rule.ID{rule.InvalidProperty},
		append(
			opNames("REPLACE", "Add", "replace ", " replace", "", "update", "set", "delete",
				"merge", "_get", nil, 7, true),
			rejectedOp(contract.Op{"path": "/scope", "value": []string{allRead}}, "/0/op"),
		), contract.Unmetered,
	),
	patchTable(
		"path-steps", "Array indices have only digits, without a sign or a leading zero.",
		evidence.Published, pointerSource,
		[]rule.ID{rule.PatchPointer},
		append(
			paths("replace", "/scope/00", "/scope/01", "/scope/+1", "/scope/-1", "/scope/1e0",
				"/scope/0x1", "/scope/ 1", "/scope/1 ", "/scope/1.0", "/scope/١", "/scope/one",
				"/scope/", "/scope/1/0", "/scope/18446744073709551617"),
			paths("add", "/scope/01", "/scope/--", "/scope/+0")...,
		), contract.Unmetered,
	),
	patchTable(
		"paths",
		"A path is an exact JSON pointer: with a leading slash, case-sensitive, and with ~0 and "+
			"~1 for ~ and /.", evidence.Published, pointerSource,
		[]rule.ID{rule.PatchPointer, rule.PatchFields},
		paths("replace", "name", "#/name", "$.name", "/Name", "/NAME", "//name", "/name/",
			"/name/0", "/ name", "/name ", "/na~0me", "/~1name", "/~2name", "/name~", "/~0name",
			"/", "/scope~10"), contract.Unmetered,
	),
	patchTable(
		"end-of-the-array",
		"Only add may use the position after the last element, and no position beyond it is valid.",
		evidence.Published, pointerSource,
		[]rule.ID{rule.PatchApplies},
		[]rejectedPatch{
			rejectedOp(replace("/scope/-", allRead)),
			rejectedOp(remove("/scope/-")),
			rejectedOp(test("/scope/-", myManage)),
			rejectedOp(copyFrom("/scope/-", "/scope/0")),
			rejectedOp(moveFrom("/scope/-", "/scope/0")),
			rejectedOp(add("/scope/3", allRead)),
			rejectedOp(replace("/scope/2", allRead)),
			rejectedOp(remove("/scope/2")),
			rejectedOp(test("/scope/2", nil)),
			rejectedOp(moveFrom("/scope/2", "/scope/0")),
			rejectedOp(moveFrom("/scope/0", "/scope/2")),
		}, contract.Unmetered,
	),
	patchTable(
		"from", "copy and move need an existing source, and a value cannot move into itself.",
		evidence.Published,
		[]string{jsonPatch + "#section-4.4", jsonPatch + "#section-4.5", patchFails},
		[]rule.ID{rule.PatchPointer, rule.PatchApplies},
		[]rejectedPatch{
			rejectedOp(contract.Op{"op": "move", "path": "/name"}),
			rejectedOp(contract.Op{"op": "copy", "path": "/scope/0"}),
			rejectedOp(moveFrom("/scope", "/scope/0")),
			rejectedOp(copyFrom("/scope", "/scope/0")),
			rejectedOp(copyFrom("/scope/7", "/name")),
			rejectedOp(moveFrom("scope/0", "/name"), "/0/from=scope/0"),
		}, contract.Unmetered,
	),
	patchTable(
		"failing-tests",
		"A test compares JSON values, including type, order and number of elements.",
		evidence.Assumed, testSource,
		[]rule.ID{rule.PatchTest},
		[]rejectedPatch{
			rejectedOp(test("/scope", []string{myManage, myRead})),
			rejectedOp(test("/scope", []string{myRead})),
			rejectedOp(test("/scope", []string{myRead, myManage, allRead})),
			rejectedOp(test("/scope", myRead)),
			rejectedOp(test("/scope", []string{})),
			rejectedOp(test("/scope/0", []string{myRead})),
			rejectedOp(test("/scope/0", "One")),
			rejectedOp(test("/name", "")),
			rejectedOp(test("/name", 7)),
			{operations: []contract.Op{remove("/scope/0"), test("/scope/0", myRead)}},
		}, contract.Unmetered,
	),
	appliedPatches,
}

// appliedPatch is a patch of a token with the scopes one and two, with the resulting scopes.
type appliedPatch struct {
	operations []contract.Op
	scope      []string
	// renames reports whether the patch renames the token to one.
	renames bool
}

// appliedPatches tries patches like the examples of RFC 6902.
var appliedPatches = contract.Scenario{
	ID: "patch/rfc6902/applied",
	Promise: "add inserts before an element or after the last one, copy and move use the current " +
		"value, and a test of an equal value succeeds.",
	Sources: []string{
		"#patch-of-scope-elements", jsonPatch + "#section-4",
		patchOperation + "/properties/op/enum",
	},
	Evidence: evidence.Assumed,
	Features: writes(contract.Unmetered),
	Rules:    []rule.ID{rule.PatchApplies, rule.PatchFields, rule.PatchTest},
	Run: func(t *contract.T) {
		c := t.Owner()
		token := c.MustCreate()
		for _, row := range []appliedPatch{
			{
				operations: []contract.Op{add("/scope/2", "three")},
				scope:      []string{"one", "two", "three"},
			},
			{
				operations: []contract.Op{add("/scope/1", "three")},
				scope:      []string{"one", "three", "two"},
			},
			{
				operations: []contract.Op{add("/scope/-", "three"), add("/scope/-", "four")},
				scope:      []string{"one", "two", "three", "four"},
			},
			{operations: []contract.Op{remove("/scope/0"), remove("/scope/0")}, scope: []string{}},
			{
				operations: []contract.Op{remove("/scope"), add("/scope", []string{"three"})},
				scope:      []string{"three"},
			},
			{
				operations: []contract.Op{moveFrom("/scope/0", "/scope/1")},
				scope:      []string{"two", "one"},
			},
			{
				operations: []contract.Op{moveFrom("/scope/0", "/scope/0")},
				scope:      []string{"one", "two"},
			},
			{
				operations: []contract.Op{copyFrom("/scope/0", "/scope/-")},
				scope:      []string{"one", "two", "one"},
			},
			{
				operations: []contract.Op{test("/scope", []string{"one", "two"})},
				scope:      []string{"one", "two"},
			},
			{
				operations: []contract.Op{
					test("/scope/1", "two"), replace("/scope/1", "three"),
					test("/scope/1", "three"),
				}, scope: []string{"one", "three"},
			},
			{
				operations: []contract.Op{copyFrom("/scope/0", "/name")},
				scope:      []string{"one", "two"}, renames: true,
			},
			{
				operations: []contract.Op{moveFrom("/scope/0", "/name")}, scope: []string{"two"},
				renames: true,
			},
		} {
			c.Patch(token.ID, replace("/name", token.Name),
				replace("/scope", []string{"one", "two"})).ExpectStatus(http.StatusOK)
			want := c.MustFind(token.ID)
			want.Scope = contract.Value(row.scope)
			if row.renames {
				want.Name = "one"
			}
			t.Equal("the token after "+jsonText(row.operations), want,
				c.Patch(token.ID, row.operations...).Token())
		}
	},
}
