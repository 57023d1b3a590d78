package pat_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// patchOf parses operations such as "replace PATH VALUE" and "move FROM PATH".
func patchOf(lines ...string) []pat.PatchOperation {
	operations := make([]pat.PatchOperation, len(lines))
	for i, line := range lines {
		op, rest, _ := strings.Cut(line, " ")
		first, second, ok := strings.Cut(rest, " ")
		operations[i] = pat.PatchOperation{Op: op, Path: first}
		switch {
		case op == "move" || op == "copy":
			operations[i].From, operations[i].Path = first, second
		case ok:
			operations[i].Value = json.RawMessage(second)
		}
	}
	return operations
}

// robot returns the token of most patch tests.
func robot() pat.TokenData {
	f := expiringToken("robot", ben)
	f.Name, f.Scope = "robot", []string{"a", "b", "c"}
	return f
}

// patchable returns the patchable fields in one line.
func patchable(f pat.TokenData) string {
	return fmt.Sprintf("%s %v %s %t", f.Name, f.Scope, formatTime(f.ExpirationDate),
		f.UserAwareTokenNeverExpires)
}

// patch applies operations to one of several tokens and returns its patchable fields. It checks
// that the other fields do not change and that the returned token is stored. If the patch is
// rejected, it checks that the token does not change.
func patch(
	t testing.TB, v version.Version, token pat.TokenData, operations []pat.PatchOperation,
) (string, error) {
	t.Helper()
	store := newStore(t, token, expiringToken("other", ben), expiringToken("another's", ann))
	got, err := patchToken(t.Context(), newService(store), callOf(user(ben), v), token.ID,
		operations)
	after := tokenData(t, store, token.ID)
	if err != nil {
		checkFields(t, token, after)
		return "", err
	}
	checkFields(t, got.TokenData, after)
	wantFormer, wantChanged := token.FormerScope, token.ScopeChanged
	if !slices.Equal(token.Scope, after.Scope) {
		wantFormer, wantChanged = token.Scope, now
	}
	if diff := cmp.Diff(wantFormer, after.FormerScope); diff != "" ||
		!wantChanged.Equal(after.ScopeChanged) {
		t.Errorf("former scope, changed at %s, want %s (-want +got):\n%s",
			formatTime(after.ScopeChanged), formatTime(wantChanged), diff)
	}
	after.FormerScope, after.ScopeChanged = token.FormerScope, token.ScopeChanged
	after.Name, after.Scope = token.Name, token.Scope
	after.ExpirationDate, after.UserAwareTokenNeverExpires = token.ExpirationDate,
		token.UserAwareTokenNeverExpires
	checkFields(t, token, after)
	return patchable(got.TokenData), nil
}

func TestPatch_NameAndScope(t *testing.T) {
	const expires = " 2026-04-01T00:00:00Z false"
	tests := []struct {
		name  string
		patch []string
		want  string
	}{
		{"nothing", nil, "robot [a b c]" + expires},
		{"replace name", []string{`replace /name "x"`}, "x [a b c]" + expires},
		{"replace name by itself", []string{`replace /name "robot"`}, "robot [a b c]" + expires},
		{
			"replace name by another owner's",
			[]string{`replace /name "name of another's"`},
			"name of another's [a b c]" + expires,
		},
		{"add existing name", []string{`add /name "x"`}, "x [a b c]" + expires},
		{"remove and add name", []string{"remove /name", `add /name "x"`}, "x [a b c]" + expires},
		{"copy to name", []string{"copy /scope/1 /name"}, "b [a b c]" + expires},
		{"move to name", []string{"move /scope/1 /name"}, "b [a c]" + expires},
		{
			"last one counts",
			[]string{`replace /name "x"`, `replace /name "y"`},
			"y [a b c]" + expires,
		},
		{"spaces around a name", []string{`replace /name " x "`}, " x  [a b c]" + expires},
		{
			"characters that JSON may escape", []string{
				`replace /name "R&D <é>"`, `test /name "R\u0026D <\u00e9>"`,
			}, "R&D <é> [a b c]" + expires,
		},

		{"replace scope", []string{`replace /scope ["x","y"]`}, "robot [x y]" + expires},
		{"add existing scope", []string{`add /scope ["x"]`}, "robot [x]" + expires},
		{"no scope at all", []string{"replace /scope []"}, "robot []" + expires},
		{
			"scope null is the default",
			[]string{"replace /scope null"},
			"robot [sp:scopes:all]" + expires,
		},
		{
			"scope removed is the default",
			[]string{"remove /scope"},
			"robot [sp:scopes:all]" + expires,
		},
		{
			"unknown scope",
			[]string{`replace /scope ["no such scope"]`},
			"robot [no such scope]" + expires,
		},
		{"add after the last", []string{`add /scope/- "x"`}, "robot [a b c x]" + expires},
		{
			"add at the index after the last",
			[]string{`add /scope/3 "x"`},
			"robot [a b c x]" + expires,
		},
		{"add at the start", []string{`add /scope/0 "x"`}, "robot [x a b c]" + expires},
		{"add between", []string{`add /scope/2 "x"`}, "robot [a b x c]" + expires},
		{"replace one", []string{`replace /scope/1 "x"`}, "robot [a x c]" + expires},
		{"remove one", []string{"remove /scope/1"}, "robot [a c]" + expires},
		{
			"remove all, one by one", []string{
				"remove /scope/0", "remove /scope/0", "remove /scope/0",
			}, "robot []" + expires,
		},
		{"move within", []string{"move /scope/0 /scope/2"}, "robot [b c a]" + expires},
		{"move to the end", []string{"move /scope/0 /scope/-"}, "robot [b c a]" + expires},
		{"copy within", []string{"copy /scope/2 /scope/0"}, "robot [c a b c]" + expires},
		{"copy name to scope", []string{"copy /name /scope/-"}, "robot [a b c robot]" + expires},
		{
			"index of two digits",
			[]string{
				`replace /scope ["a","b","c","d","e","f","g","h","i","j","k","l"]`,
				`replace /scope/10 "x"`, `remove /scope/0`,
			},
			"robot [b c d e f g h i j x l]" + expires,
		},

		{"test name", []string{`test /name "robot"`, `replace /name "x"`}, "x [a b c]" + expires},
		{
			"test scope",
			[]string{`test /scope ["a", "b", "c"]`, `remove /scope/0`},
			"robot [b c]" + expires,
		},
		{
			"test one of scope",
			[]string{`test /scope/2 "c"`, `remove /scope/2`},
			"robot [a b]" + expires,
		},
		{
			"test what the patch did",
			[]string{`replace /name "x"`, `test /name "x"`},
			"x [a b c]" + expires,
		},
		{
			"test alone", []string{
				`test /expirationDate "2026-04-01T00:00:00.000Z"`,
				`test /userAwareTokenNeverExpires false`,
			}, "robot [a b c]" + expires,
		},
		{"value of remove is ignored", []string{`remove /scope/0 "x"`}, "robot [b c]" + expires},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := patch(t, version.V2025, robot(), patchOf(test.patch...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("token (-want +got):\n%s", diff)
			}
		})
	}
}

// The from of a replace operation is ignored.
func TestPatch_IgnoresFrom(t *testing.T) {
	got, err := patch(t, version.V1, robot(), []pat.PatchOperation{
		{Op: "replace", Path: "/name", From: "/secret", Value: json.RawMessage(`"x"`)},
	})
	checkRejection(t, accepted, err)
	if diff := cmp.Diff("x [a b c] 2026-04-01T00:00:00Z false", got); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
}

func TestPatch_DoesNotModifyOperations(t *testing.T) {
	operations := patchOf("replace /expirationDate", "replace /userAwareTokenNeverExpires true")
	_, err := patch(t, version.V1, robot(), operations)
	checkRejection(t, accepted, err)
	if operations[0].Value != nil {
		t.Errorf("value = %s, want unset", operations[0].Value)
	}
}

func TestPatch_RejectsValues(t *testing.T) {
	required := rejection{pat.Missing, "/0", "name-required"}
	blank := rejection{pat.Missing, "/0/value", "name-not-blank"}
	kind := rejection{pat.Illegal, "/0/value", "invalid-property"}
	value := rejection{pat.Missing, "/0/value", "patch-value-required"}
	tests := []struct {
		name  string
		patch []string
		want  rejection
	}{
		{
			"name null", []string{"replace /name null"}, rejection{
				pat.Missing, "/0/value", "name-required",
			},
		},
		{"name removed", []string{"remove /name"}, required},
		{"name moved away", []string{"move /name /scope/-"}, required},
		{
			"name null by copy",
			[]string{
				"replace /expirationDate null", "replace /userAwareTokenNeverExpires true",
				"copy /expirationDate /name",
			},
			rejection{pat.Missing, "/2", "name-required"},
		},
		{"name empty", []string{`replace /name ""`}, blank},
		{"name blank", []string{`replace /name " \t "`}, blank},
		{"name of digits without quotes", []string{"replace /name 5"}, kind},
		{"name true", []string{"add /name true"}, kind},
		{"name in an array", []string{`replace /name ["x"]`}, kind},
		{"name in an object", []string{`replace /name {"name":"x"}`}, kind},
		{
			"name taken", []string{`replace /name "name of other"`}, rejection{
				pat.Invalid, "/0/value", "name-unique",
			},
		},
		{
			"name taken, position of the last change",
			[]string{
				`replace /name "x"`, `replace /name "name of other"`, `test /name "name of other"`,
			},
			rejection{pat.Invalid, "/1/value", "name-unique"},
		},
		{
			"name taken, by copy",
			[]string{`add /scope/0 "name of other"`, "copy /scope/0 /name"},
			rejection{pat.Invalid, "/1", "name-unique"},
		},
		{"scope a string", []string{`replace /scope "a"`}, kind},
		{"scope a number", []string{"replace /scope 1"}, kind},
		{"scope an object", []string{`replace /scope {"0":"a"}`}, kind},
		{"scope of numbers", []string{"replace /scope [1]"}, kind},
		{"scope of arrays", []string{`replace /scope [["a"]]`}, kind},
		{"scope with null in it", []string{`replace /scope ["a",null]`}, kind},
		{"number into scope", []string{"add /scope/- 1"}, kind},
		{"null into scope", []string{"replace /scope/0 null"}, kind},
		{
			"array into itself", []string{"copy /scope /scope/-"}, rejection{
				pat.Illegal, "/0", "invalid-property",
			},
		},
		{"date a number", []string{"replace /expirationDate 1800000000"}, kind},
		{"date true", []string{"replace /expirationDate true"}, kind},
		{"acknowledgment a string", []string{`replace /userAwareTokenNeverExpires "true"`}, kind},
		{"acknowledgment a number", []string{"replace /userAwareTokenNeverExpires 1"}, kind},
		{"replace without a value", []string{"replace /name"}, value},
		{"add without a value", []string{"add /scope"}, value},
		{"add without a value, element", []string{"add /scope/-"}, value},
		{"test without a value", []string{"test /name"}, value},
		{"test of a date without a value", []string{"test /expirationDate"}, value},
		{"add of a date without a value", []string{"add /expirationDate"}, value},
		{"acknowledgment without a value", []string{"replace /userAwareTokenNeverExpires"}, value},
		{
			"second without a value", []string{`replace /name "x"`, "replace /scope"}, rejection{
				pat.Missing, "/1/value", "patch-value-required",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := patch(t, version.V2026, robot(), patchOf(test.patch...))
			checkRejection(t, test.want, err)
		})
	}
}

// If an operation does not apply, the entire patch is rejected with the position of the operation.
func TestPatch_RejectsInapplicableOperations(t *testing.T) {
	tests := []struct {
		name      string
		patch     []string
		wantField string
		wantRule  string
	}{
		{"failed test", []string{`test /name "x"`}, "/0", "patch-test"},
		{"failed test of scope", []string{`test /scope ["a","c","b"]`}, "/0", "patch-test"},
		{
			"failed test behind changes", []string{
				`replace /name "x"`, "remove /scope", `test /name "robot"`, "remove /name",
			}, "/2", "patch-test",
		},
		{
			"test of another type",
			[]string{`test /userAwareTokenNeverExpires "false"`},
			"/0",
			"patch-test",
		},
		{"test of a date against null", []string{"test /expirationDate null"}, "/0", "patch-test"},
		{"test after the last", []string{`test /scope/- "c"`}, "/0", "patch-applies"},
		{"remove after the last", []string{"remove /scope/3"}, "/0", "patch-applies"},
		{"remove at the end", []string{"remove /scope/-"}, "/0", "patch-applies"},
		{"replace after the last", []string{`replace /scope/3 "x"`}, "/0", "patch-applies"},
		{"replace at the end", []string{`replace /scope/- "x"`}, "/0", "patch-applies"},
		{"add beyond the end", []string{`add /scope/4 "x"`}, "/0", "patch-applies"},
		{
			"index too large for a number",
			[]string{`add /scope/99999999999999999999 "x"`},
			"/0",
			"patch-applies",
		},
		{"copy of nothing", []string{"copy /scope/3 /name"}, "/0", "patch-applies"},
		{"move of nothing", []string{"move /scope/- /name"}, "/0", "patch-applies"},
		{"move into itself", []string{"move /scope /scope/0"}, "/0", "patch-applies"},
		{"remove twice", []string{"remove /name", "remove /name"}, "/1", "patch-applies"},
		{
			"replace what was removed", []string{
				`replace /scope ["x"]`, "remove /name", `replace /name "x"`,
			}, "/2", "patch-applies",
		},
		{
			"element of a removed scope",
			[]string{"remove /scope", `add /scope/- "x"`},
			"/1",
			"patch-applies",
		},
		{
			"element of scope null",
			[]string{"replace /scope null", `add /scope/0 "x"`},
			"/1",
			"patch-applies",
		},
		{"no such operation", []string{"rename /name"}, "/0", "patch-applies"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := patch(t, version.V1, robot(), patchOf(test.patch...))
			checkRejection(t, rejection{pat.Invalid, test.wantField, test.wantRule}, err)
		})
	}
}

// The error text says that the index is not within the array.
func TestPatch_RejectsIndexBeyondArray(t *testing.T) {
	tests := []struct {
		name      string
		patch     []string
		wantField string
	}{
		{"remove", []string{"remove /scope/3"}, "/0"},
		{"add", []string{`add /scope/4 "x"`}, "/0"},
		{"test", []string{`test /scope/3 "c"`}, "/0"},
		{"copy there", []string{"copy /name /scope/4"}, "/0"},
		{"copy from there", []string{"copy /scope/3 /name"}, "/0"},
		{"move from there", []string{"move /scope/9 /name"}, "/0"},
		{"array changed by the patch", []string{"remove /scope/0", "remove /scope/2"}, "/1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := patch(t, version.V1, robot(), patchOf(test.patch...))
			checkErrorText(t, rejection{pat.Invalid, test.wantField, "patch-applies"}, err)
		})
	}
}

func TestPatch_AllowsManyCopies(t *testing.T) {
	got, err := patch(t, version.V1, robot(),
		patchOf(slices.Repeat([]string{"copy /scope/0 /scope/-", "remove /scope/3"}, 50)...))
	checkRejection(t, accepted, err)
	if diff := cmp.Diff("robot [a b c] 2026-04-01T00:00:00Z false", got); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
}

// FuzzPatch checks that a patch returns, that a rejected patch does not change the token, and that
// an accepted patch results in a valid token. Each line is an operation.
func FuzzPatch(f *testing.F) {
	for _, lines := range []string{
		"", `replace /name "x"`, "remove /name", "replace /scope null", `add /scope/- "x"`,
		"move /scope/0 /name", "copy /scope /scope/-",
		"replace /expirationDate null\nreplace /userAwareTokenNeverExpires true",
		`replace /expirationDate "2027-01-01T00:00:00Z"`,
		"remove /expirationDate", `test /name "robot"` + "\nremove /scope/-", "replace  1",
		"add /scope/-1 1", "copy /secret /name",
		"test /scope/0 null\nmove /scope/0 /scope/2",
		"replace /scope {\"a\":[1,{}]}\ncopy /scope /expirationDate", "x /name", "move /name /name",
	} {
		f.Add(lines)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		operations := patchOf(strings.Split(lines, "\n")...)
		for _, op := range operations {
			if op.Value != nil && !json.Valid(op.Value) {
				t.Skip("the API rejects invalid JSON earlier")
			}
		}
		before := robot()
		store := newStore(t, before)
		got, err := patchToken(t.Context(), newService(store), callOf(user(ben), version.V1),
			"robot", operations)
		after := tokenData(t, store, "robot")
		if err != nil {
			rejectionOf(t, err)
			checkFields(t, before, after)
			return
		}
		checkFields(t, got.TokenData, after)
		if strings.TrimSpace(after.Name) == "" || after.Scope == nil ||
			after.ExpirationDate.IsZero() && !after.UserAwareTokenNeverExpires {
			t.Errorf("invalid token: %s", patchable(after))
		}
	})
}
