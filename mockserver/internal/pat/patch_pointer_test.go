package pat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

func TestPatch_RejectsPointers(t *testing.T) {
	field := rejection{pat.Invalid, "/0/path", "patch-fields"}
	pointer := rejection{pat.Invalid, "/0/path", "patch-pointer"}
	from := rejection{pat.Invalid, "/0/from", "patch-fields"}
	nothing := rejection{pat.Missing, "/0/from", "patch-pointer"}
	tests := []struct {
		name  string
		patch string
		want  rejection
	}{
		{"secret", `replace /secret "x"`, field},
		{"id", `replace /id "x"`, field},
		{"owner", `replace /owner {"id":"ann"}`, field},
		{"within owner", `replace /owner/id "ann"`, field},
		{"created", `replace /created "2026-02-01T00:00:00Z"`, field},
		{"lastUsed", "remove /lastUsed", field},
		{"managed", "replace /managed false", field},
		{"accessTokenValiditySeconds", "replace /accessTokenValiditySeconds 60", field},
		{"unknown", `add /description "x"`, field},
		{"upper case", `replace /Name "x"`, field},
		{"trailing space", "remove /name\u00a0", field},
		{
			"test of the secret", `test /secret "secret of robot"`, rejection{
				pat.Invalid, "/0/path", "test-of-fixed-field",
			},
		},
		{"no field", `replace / "x"`, field},
		{"escaped slash", `replace /~1name "x"`, field},
		{"escaped slash in between", `add /scope~10 "x"`, field},
		{"escaped tilde", `replace /na~0me "x"`, field},
		{"tilde and one, escaped", `replace /~01name "x"`, field},
		{"element of nothing", `replace //name "x"`, field},

		{"entire token", `replace  {"name":"x"}`, pointer},
		{"entire token, test", `test  {}`, pointer},
		{"no slash", `replace name "x"`, pointer},
		{"fragment", `replace #/name "x"`, pointer},
		{"within name", `replace /name/0 "x"`, pointer},
		{"slash after name", `replace /name/ "x"`, pointer},
		{"within expirationDate", `replace /expirationDate/year 2027`, pointer},
		{"within the acknowledgment", `replace /userAwareTokenNeverExpires/0 true`, pointer},
		{"slash after scope", `add /scope/ "x"`, pointer},
		{"negative index", "remove /scope/-1", pointer},
		{"leading zero", "remove /scope/01", pointer},
		{"two zeros", "remove /scope/00", pointer},
		{"plus", "remove /scope/+1", pointer},
		{"exponent", "remove /scope/1e0", pointer},
		{"digits of another script", "remove /scope/١", pointer},
		{"word", "remove /scope/first", pointer},
		{"two dashes", `add /scope/-- "x"`, pointer},
		{"escape for an index", "remove /scope/~00", pointer},
		{"within an element", `add /scope/0/0 "x"`, pointer},

		{"copy from the secret", "copy /secret /name", from},
		{"move from the id", "move /id /name", from},
		{"copy from the owner's name", "copy /owner/name /name", from},
		{"copy from nothing", "copy  /name", nothing},
		{"move from nothing", "move  /name", nothing},
		{
			"copy from no slash", "copy name /name", rejection{
				pat.Invalid, "/0/from", "patch-pointer",
			},
		},
		{
			"copy from a negative index", "copy /scope/-1 /name", rejection{
				pat.Invalid, "/0/from", "patch-pointer",
			},
		},
		{"copy to the secret", "copy /name /secret", field},
		{"move to the entire token", "move /name ", pointer},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := patch(t, version.V2026, robot(), patchOf(test.patch))
			checkRejection(t, test.want, err)
		})
	}
}

func TestPatch_RejectsPointerOfLaterOperation(t *testing.T) {
	_, err := patch(t, version.V1, robot(),
		patchOf(`replace /name "x"`, "remove /scope", "copy /secret /name"))
	checkRejection(t, rejection{pat.Invalid, "/2/from", "patch-fields"}, err)
	_, err = patch(t, version.V1, robot(), patchOf(`replace /name "x"`, "move  /name"))
	checkRejection(t, rejection{pat.Missing, "/1/from", "patch-pointer"}, err)
}

// The legacy versions change only name and scope, and preserve the other fields.
func TestPatch_LegacyFields(t *testing.T) {
	date := rejection{pat.Invalid, "/0/path", "patch-fields"}
	tests := []struct {
		name          string
		token         pat.TokenData
		patch         []string
		want          string
		wantRejection rejection
	}{
		{
			"name", robot(),
			[]string{`replace /name "x"`},
			"x [a b c] 2026-04-01T00:00:00Z false",
			accepted,
		},
		{
			"scope", robot(),
			[]string{`add /scope/- "d"`},
			"robot [a b c d] 2026-04-01T00:00:00Z false", accepted,
		},
		{
			"token that never expires", robotExpiring("never", true),
			[]string{`replace /name "x"`},
			"x [a] never true", accepted,
		},
		{
			"expirationDate", robot(),
			[]string{`replace /expirationDate "2026-05-01T00:00:00Z"`},
			"", date,
		},
		{"expirationDate null", robot(), []string{"replace /expirationDate null"}, "", date},
		{"expirationDate removed", robot(), []string{"remove /expirationDate"}, "", date},
		{
			"test of expirationDate", robot(), []string{"test /expirationDate null"}, "", rejection{
				pat.Invalid, "/0/path", "test-of-fixed-field",
			},
		},
		{
			"acknowledgment", robot(),
			[]string{"replace /userAwareTokenNeverExpires true"},
			"",
			date,
		},
		{
			"copy of expirationDate", robot(),
			[]string{"copy /expirationDate /name"},
			"",
			rejection{
				pat.Invalid, "/0/from", "patch-fields",
			},
		},
	}
	for _, v := range []version.Version{version.Beta, version.V3, version.V2024} {
		for _, test := range tests {
			t.Run(string(v)+"/"+test.name, func(t *testing.T) {
				got, err := patch(t, v, test.token, patchOf(test.patch...))
				checkRejection(t, test.wantRejection, err)
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("token (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestPatch_ErrorTexts(t *testing.T) {
	tests := []struct {
		name    string
		version version.Version
		patch   []string
		want    rejection
	}{
		{
			"field that cannot be patched", version.V2025,
			[]string{`replace /secret "x"`},
			rejection{
				pat.Invalid, "/0/path", "patch-fields",
			},
		},
		{
			"field that later versions can patch", version.V3, []string{
				"replace /expirationDate null",
			}, rejection{pat.Invalid, "/0/path", "patch-fields"},
		},
		{
			"field that no version can patch", version.V3, []string{"remove /created"}, rejection{
				pat.Invalid, "/0/path", "patch-fields",
			},
		},
		{
			"no pointer", version.V3, []string{`replace name "x"`}, rejection{
				pat.Invalid, "/0/path", "patch-pointer",
			},
		},
		{
			"negative index", version.V1, []string{"remove /scope/-1"}, rejection{
				pat.Invalid, "/0/path", "patch-pointer",
			},
		},
		{
			"no value", version.V1, []string{"replace /name"}, rejection{
				pat.Missing, "/0/value", "patch-value-required",
			},
		},
		{
			"nothing there", version.V1, []string{"remove /name", "remove /name"}, rejection{
				pat.Invalid, "/1", "patch-applies",
			},
		},
		{
			"nothing to move", version.V1, []string{"move /scope/- /name"}, rejection{
				pat.Invalid, "/0", "patch-applies",
			},
		},
		{
			"no from to move", version.V1, []string{"move  /name"}, rejection{
				pat.Missing, "/0/from", "patch-pointer",
			},
		},
		{
			"no from to copy", version.V3, []string{`replace /name "x"`, "copy  /name"}, rejection{
				pat.Missing, "/1/from", "patch-pointer",
			},
		},
		{
			"failed test of a text", version.V1, []string{`test /name "x"`}, rejection{
				pat.Invalid, "/0", "patch-test",
			},
		},
		{
			"failed test", version.V1, []string{"test /userAwareTokenNeverExpires true"}, rejection{
				pat.Invalid, "/0", "patch-test",
			},
		},
		{
			"scope is no array", version.V1, []string{"replace /scope 5"}, rejection{
				pat.Illegal, "/0/value", "invalid-property",
			},
		},
		{
			"null in the scope", version.V1, []string{"add /scope/- null"}, rejection{
				pat.Illegal, "/0/value", "invalid-property",
			},
		},
		{
			"no date, not acknowledged", version.V2026,
			[]string{"replace /expirationDate null"},
			rejection{pat.Invalid, "/0/value", "expiry-never"},
		},
		{
			"no zone", version.V2026,
			[]string{`replace /expirationDate "2026-05-01T00:00:00"`},
			rejection{pat.Illegal, "/0/value", "date-needs-zone"},
		},
		{
			"acknowledgment withdrawn", version.V2026, []string{
				"replace /expirationDate null", "replace /userAwareTokenNeverExpires true",
				"remove /userAwareTokenNeverExpires",
			}, rejection{pat.Invalid, "/0/value", "expiry-never"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := patch(t, test.version, robot(), patchOf(test.patch...))
			checkErrorText(t, test.want, err)
		})
	}
}
