package pat_test

import (
	"slices"
	"testing"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// A patch has 100 operations at most, whatever they are.
func TestPatchSize(t *testing.T) {
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
	const bound = "expected at most 100 operations, got 101 (rule patch-size, assumed)"
	tests := []struct {
		name      string
		run       func(testing.TB, []pat.PatchOperation) error
		operation string
		wantAt    string
		wantText  string
	}{
		{"patch", patchRobot(version.V1), `replace /name "x"`, "", bound},
		{"patch of tests only", patchRobot(version.V1), `test /name "robot"`, "", bound},
		{"legacy patch", patchRobot(version.V3), `add /scope/- "x"`, "", bound},
		{"bulk update", updateA, "replace /userAwareTokenNeverExpires true", "/patch", "/patch: " + bound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			operations := patchOf(slices.Repeat([]string{test.operation}, 101)...)
			checkRefusal(t, accepted, test.run(t, operations[:100]))
			err := test.run(t, operations)
			checkRefusal(t, refusal{pat.Invalid, test.wantAt, "patch-size"}, err)
			checkText(t, test.wantText, err)
		})
	}
}

// scope as JSON has 13 bytes; each copy doubles it, and the 17th passes a mebibyte.
func TestPatchCopiesThatDouble(t *testing.T) {
	copies := func(n int) []pat.PatchOperation {
		return patchOf(append(slices.Repeat([]string{"copy /scope /scope/-"}, n), `replace /scope ["x"]`)...)
	}
	tests := []struct {
		name string
		n    int
		want refusal
	}{
		{"16", 16, accepted},
		{"17", 17, refusal{pat.Invalid, "/16", "patch-size"}},
		{"40", 40, refusal{pat.Invalid, "/16", "patch-size"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := patch(t, version.V1, robot(), copies(test.n))
			checkRefusal(t, test.want, err)
		})
	}
	t.Run("text", func(t *testing.T) {
		_, err := patch(t, version.V1, robot(), copies(17))
		checkText(t, `/16: expected a patch that copies at most 1048576 bytes, got copy from "/scope" to "/scope/-" (rule patch-size, assumed)`, err)
	})
}
