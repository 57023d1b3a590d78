package scenarios

import (
	"net/http"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// jsonPointer publishes the form of paths.
const jsonPointer = "https://www.rfc-editor.org/rfc/rfc6901"

// rejectedPatch is a patch that no version applies to a token with the scopes myRead and myManage, in this order.
type rejectedPatch struct {
	operations []contract.Op
	// wrong are the places that the document rejects or does not declare.
	wrong []string
}

func rejectedOp(operation contract.Op, wrong ...string) rejectedPatch {
	return rejectedPatch{[]contract.Op{operation}, wrong}
}

// patchTable makes a scenario about patches that are rejected for one reason.
func patchTable(id, promise string, s evidence.Standing, sources []string, rules []rule.ID, rows []rejectedPatch, needs ...contract.Feature) contract.Scenario {
	return contract.Scenario{
		ID: "patch/rfc6902/" + id, Promise: promise, Sources: append([]string{patchFields, patchRefusals}, sources...), Standing: s,
		Features: writes(needs...), Rules: rules,
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate(contract.Body{"scope": []string{myRead, myManage}})
			before := c.MustFind(token.ID)
			for _, row := range rows {
				r := c.ExpectInvalid(row.wrong...).Patch(token.ID, row.operations...)
				if r.Code() == http.StatusOK {
					t.Errorf("the patch %s is accepted, expected 400", jsonText(row.operations))
					continue
				}
				r.ExpectRejected(http.StatusBadRequest)
			}
			t.Equal("the token", before, c.MustFind(token.ID))
		},
	}
}

// opNames are values of op that no operation has.
func opNames(names ...any) []rejectedPatch {
	var rows []rejectedPatch
	for _, name := range names {
		rows = append(rows, rejectedOp(contract.Op{"op": name, "path": "/scope", "value": []string{allRead}}, "/0/op"))
	}
	return rows
}

// paths returns a row for each path, with an operation that has a value.
func paths(op string, all ...string) []rejectedPatch {
	var rows []rejectedPatch
	for _, path := range all {
		rows = append(rows, rejectedOp(contract.Op{"op": op, "path": path, "value": allRead}, foreignPath(path)...))
	}
	return rows
}

// foreignPath returns the place of a path whose first step is no property of a token.
func foreignPath(path string) []string {
	if strings.HasPrefix(path+"/", "/name/") || strings.HasPrefix(path+"/", "/scope/") {
		return nil
	}
	return []string{"/0/path=" + path}
}

var (
	opsSource     = []string{patchOperation + "/properties/op/enum", jsonPatch + "#section-4", patchFails}
	pointerSource = []string{jsonPointer + "#section-4", jsonPatch + "#section-4", patchFails}
	testSource    = []string{jsonPatch + "#section-4.6", "#failed-test-is-400"}
)

var patchRFC = []contract.Scenario{
	patchTable(
		"op-in-capitals", "The operations have names in lower case: Replace is none.", evidence.Published, opsSource,
		[]rule.ID{rule.InvalidProperty}, opNames("Replace"),
	),
	patchTable(
		"op-names", "An operation is one of add, remove, replace, move, copy and test, to the letter.", evidence.Published, opsSource,
		[]rule.ID{rule.InvalidProperty},
		append(
			opNames("REPLACE", "Add", "replace ", " replace", "", "update", "set", "delete", "merge", "_get", nil, 7, true),
			rejectedOp(contract.Op{"path": "/scope", "value": []string{allRead}}, "/0/op"),
		), contract.Unmetered,
	),
	patchTable(
		"path-steps", "Array indices have no sign, no leading zero and nothing but digits.", evidence.Published, pointerSource,
		[]rule.ID{rule.PatchPointer},
		append(
			paths("replace", "/scope/00", "/scope/01", "/scope/+1", "/scope/-1", "/scope/1e0", "/scope/0x1", "/scope/ 1", "/scope/1 ", "/scope/1.0", "/scope/١", "/scope/one", "/scope/", "/scope/1/0", "/scope/18446744073709551617"),
			paths("add", "/scope/01", "/scope/--", "/scope/+0")...,
		), contract.Unmetered,
	),
	patchTable(
		"paths", "A path is a JSON pointer to the letter: with a slash in front, in the case of the field, and ~0 and ~1 for ~ and /.", evidence.Published, pointerSource,
		[]rule.ID{rule.PatchPointer, rule.PatchFields},
		paths("replace", "name", "#/name", "$.name", "/Name", "/NAME", "//name", "/name/", "/name/0", "/ name", "/name ", "/na~0me", "/~1name", "/~2name", "/name~", "/~0name", "/", "/scope~10"), contract.Unmetered,
	),
	patchTable(
		"end-of-the-array", "The place behind the last element is for add alone, and nothing is beyond it.", evidence.Published, pointerSource,
		[]rule.ID{rule.PatchApplies},
		[]rejectedPatch{
			rejectedOp(contract.Replace("/scope/-", allRead)),
			rejectedOp(contract.Op{"op": "remove", "path": "/scope/-"}),
			rejectedOp(contract.Op{"op": "test", "path": "/scope/-", "value": myManage}),
			rejectedOp(contract.Op{"op": "copy", "from": "/scope/-", "path": "/scope/0"}),
			rejectedOp(contract.Op{"op": "move", "from": "/scope/-", "path": "/scope/0"}),
			rejectedOp(contract.Op{"op": "add", "path": "/scope/3", "value": allRead}),
			rejectedOp(contract.Replace("/scope/2", allRead)),
			rejectedOp(contract.Op{"op": "remove", "path": "/scope/2"}),
			rejectedOp(contract.Op{"op": "test", "path": "/scope/2", "value": nil}),
			rejectedOp(contract.Op{"op": "move", "from": "/scope/2", "path": "/scope/0"}),
			rejectedOp(contract.Op{"op": "move", "from": "/scope/0", "path": "/scope/2"}),
		}, contract.Unmetered,
	),
	patchTable(
		"from", "copy and move need a place to take from, and nothing moves into itself.", evidence.Published,
		[]string{jsonPatch + "#section-4.4", jsonPatch + "#section-4.5", patchFails},
		[]rule.ID{rule.PatchPointer, rule.PatchApplies},
		[]rejectedPatch{
			rejectedOp(contract.Op{"op": "move", "path": "/name"}),
			rejectedOp(contract.Op{"op": "copy", "path": "/scope/0"}),
			rejectedOp(contract.Op{"op": "move", "from": "/scope", "path": "/scope/0"}),
			rejectedOp(contract.Op{"op": "copy", "from": "/scope", "path": "/scope/0"}),
			rejectedOp(contract.Op{"op": "copy", "from": "/scope/7", "path": "/name"}),
			rejectedOp(contract.Op{"op": "move", "from": "scope/0", "path": "/name"}, "/0/from=scope/0"),
		}, contract.Unmetered,
	),
	patchTable(
		"failing-tests", "A test compares values as JSON: type, order and number of elements count.", evidence.Assumed, testSource,
		[]rule.ID{rule.PatchTest},
		[]rejectedPatch{
			rejectedOp(contract.Op{"op": "test", "path": "/scope", "value": []string{myManage, myRead}}),
			rejectedOp(contract.Op{"op": "test", "path": "/scope", "value": []string{myRead}}),
			rejectedOp(contract.Op{"op": "test", "path": "/scope", "value": []string{myRead, myManage, allRead}}),
			rejectedOp(contract.Op{"op": "test", "path": "/scope", "value": myRead}),
			rejectedOp(contract.Op{"op": "test", "path": "/scope", "value": []string{}}),
			rejectedOp(contract.Op{"op": "test", "path": "/scope/0", "value": []string{myRead}}),
			rejectedOp(contract.Op{"op": "test", "path": "/scope/0", "value": "One"}),
			rejectedOp(contract.Op{"op": "test", "path": "/name", "value": ""}),
			rejectedOp(contract.Op{"op": "test", "path": "/name", "value": 7}),
			{operations: []contract.Op{{"op": "remove", "path": "/scope/0"}, {"op": "test", "path": "/scope/0", "value": myRead}}},
		}, contract.Unmetered,
	),
	appliedPatches,
}

// appliedPatch is a patch of a token with the scopes one and two, with the scopes that it leaves.
type appliedPatch struct {
	operations []contract.Op
	scope      []string
	// renames reports whether the token is called one then.
	renames bool
}

// appliedPatches are patches that RFC 6902 has examples of.
var appliedPatches = contract.Scenario{
	ID:       "patch/rfc6902/applied",
	Promise:  "add inserts before an element or behind the last, copy and move take what is there by then, and a test of an equal value passes.",
	Sources:  []string{"#patch-of-scope-elements", jsonPatch + "#section-4", patchOperation + "/properties/op/enum"},
	Standing: evidence.Assumed,
	Features: writes(contract.Unmetered),
	Rules:    []rule.ID{rule.PatchApplies, rule.PatchFields, rule.PatchTest},
	Run: func(t *contract.T) {
		c := t.Owner()
		token := c.MustCreate()
		for _, row := range []appliedPatch{
			{operations: []contract.Op{{"op": "add", "path": "/scope/2", "value": "three"}}, scope: []string{"one", "two", "three"}},
			{operations: []contract.Op{{"op": "add", "path": "/scope/1", "value": "three"}}, scope: []string{"one", "three", "two"}},
			{operations: []contract.Op{{"op": "add", "path": "/scope/-", "value": "three"}, {"op": "add", "path": "/scope/-", "value": "four"}}, scope: []string{"one", "two", "three", "four"}},
			{operations: []contract.Op{{"op": "remove", "path": "/scope/0"}, {"op": "remove", "path": "/scope/0"}}, scope: []string{}},
			{operations: []contract.Op{{"op": "remove", "path": "/scope"}, {"op": "add", "path": "/scope", "value": []string{"three"}}}, scope: []string{"three"}},
			{operations: []contract.Op{{"op": "move", "from": "/scope/0", "path": "/scope/1"}}, scope: []string{"two", "one"}},
			{operations: []contract.Op{{"op": "move", "from": "/scope/0", "path": "/scope/0"}}, scope: []string{"one", "two"}},
			{operations: []contract.Op{{"op": "copy", "from": "/scope/0", "path": "/scope/-"}}, scope: []string{"one", "two", "one"}},
			{operations: []contract.Op{{"op": "test", "path": "/scope", "value": []string{"one", "two"}}}, scope: []string{"one", "two"}},
			{operations: []contract.Op{{"op": "test", "path": "/scope/1", "value": "two"}, contract.Replace("/scope/1", "three"), {"op": "test", "path": "/scope/1", "value": "three"}}, scope: []string{"one", "three"}},
			{operations: []contract.Op{{"op": "copy", "from": "/scope/0", "path": "/name"}}, scope: []string{"one", "two"}, renames: true},
			{operations: []contract.Op{{"op": "move", "from": "/scope/0", "path": "/name"}}, scope: []string{"two"}, renames: true},
		} {
			c.Patch(token.ID, contract.Replace("/name", token.Name), contract.Replace("/scope", []string{"one", "two"})).Status(http.StatusOK)
			want := c.MustFind(token.ID)
			want.Scope = contract.Value(row.scope)
			if row.renames {
				want.Name = "one"
			}
			t.Equal("the token after "+jsonText(row.operations), want, c.Patch(token.ID, row.operations...).Token())
		}
	},
}
