package pat_test

import (
	"slices"
	"testing"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// A patch has at most 100 operations of any kind.
func TestPatch_LimitsOperations(t *testing.T) {
	patchRobot := func(v version.Version) func(testing.TB, []pat.PatchOperation) error {
		return func(t testing.TB, operations []pat.PatchOperation) error {
			_, err := patch(t, v, robot(), operations)
			return err
		}
	}
	updateA := func(t testing.TB, operations []pat.PatchOperation) error {
		_, err := bulk(t, []string{"a"}, operations)
		return err
	}
	tests := []struct {
		name      string
		run       func(testing.TB, []pat.PatchOperation) error
		operation string
		wantField string
	}{
		{"patch", patchRobot(version.V1), `replace /name "x"`, ""},
		{"patch of tests only", patchRobot(version.V1), `test /name "robot"`, ""},
		{"legacy patch", patchRobot(version.V3), `add /scope/- "x"`, ""},
		{"bulk update", updateA, "replace /userAwareTokenNeverExpires true", "/patch"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			operations := patchOf(slices.Repeat([]string{test.operation}, 101)...)
			checkRejection(t, accepted, test.run(t, operations[:100]))
			err := test.run(t, operations)
			checkErrorText(t, rejection{pat.Invalid, test.wantField, "patch-size"}, err)
		})
	}
}

// The JSON of scope has 13 bytes. Each copy doubles it, and the 17th exceeds a mebibyte.
func TestPatch_LimitsCopiedBytes(t *testing.T) {
	copies := func(n int) []pat.PatchOperation {
		return patchOf(append(slices.Repeat([]string{"copy /scope /scope/-"}, n),
			`replace /scope ["x"]`)...)
	}
	tests := []struct {
		name string
		n    int
		want rejection
	}{
		{"16", 16, accepted},
		{"17", 17, rejection{pat.Invalid, "/16", "patch-size"}},
		{"40", 40, rejection{pat.Invalid, "/16", "patch-size"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := patch(t, version.V1, robot(), copies(test.n))
			checkRejection(t, test.want, err)
		})
	}
	t.Run("text", func(t *testing.T) {
		_, err := patch(t, version.V1, robot(), copies(17))
		checkErrorText(t, rejection{pat.Invalid, "/16", "patch-size"}, err)
	})
}
