package pat_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
)

// A right on all tokens includes the same right on one's own tokens, but no other right.
func TestParseRights(t *testing.T) {
	tests := []struct {
		name  string
		names []string
		want  pat.Rights
	}{
		{"none", nil, 0},
		{"read my", []string{"idn:my-personal-access-tokens:read"}, pat.ReadMy},
		{"create my", []string{"idn:my-personal-access-tokens:create"}, pat.CreateMy},
		{"update my", []string{"idn:my-personal-access-tokens:update"}, pat.UpdateMy},
		{"delete my", []string{"idn:my-personal-access-tokens:delete"}, pat.DeleteMy},
		{"read all", []string{"idn:all-personal-access-tokens:read"}, pat.ReadAll | pat.ReadMy},
		{
			"update all",
			[]string{"idn:all-personal-access-tokens:update"},
			pat.UpdateAll | pat.UpdateMy,
		},
		{
			"delete all",
			[]string{"idn:all-personal-access-tokens:delete"},
			pat.DeleteAll | pat.DeleteMy,
		},
		{"read managed", []string{"idn:managed-personal-access-tokens:read"}, pat.ReadManaged},
		{
			"several", []string{
				"idn:all-personal-access-tokens:read", "idn:my-personal-access-tokens:read",
			}, pat.ReadAll | pat.ReadMy,
		},
		{
			"several on all",
			[]string{
				"idn:all-personal-access-tokens:delete", "idn:all-personal-access-tokens:update",
			},
			pat.UpdateAll | pat.UpdateMy | pat.DeleteAll | pat.DeleteMy,
		},
		{
			"on all and another on one's own", []string{
				"idn:all-personal-access-tokens:read", "idn:my-personal-access-tokens:create",
			}, pat.ReadAll | pat.ReadMy | pat.CreateMy,
		},
		{
			"twice", []string{
				"idn:my-personal-access-tokens:read", "idn:my-personal-access-tokens:read",
			}, pat.ReadMy,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := pat.ParseRights(test.names)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("rights (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRights_RejectsUnknownNames(t *testing.T) {
	got, err := pat.ParseRights([]string{
		"idn:my-personal-access-tokens:read", "idn:all-personal-access-tokens:create",
	})
	if rightErr := (*pat.UnknownRightError)(nil); !errors.As(err, &rightErr) ||
		rightErr.Name != "idn:all-personal-access-tokens:create" {
		t.Fatalf("error = %v, want an UnknownRightError", err)
	}
	checkText(t, err.Error())
	if got != 0 {
		t.Errorf("rights = %v, want nil on error", got)
	}
}

func TestRights_Has(t *testing.T) {
	tests := []struct {
		name          string
		set, required pat.Rights
		want          bool
	}{
		{"right", pat.ReadMy | pat.ReadAll, pat.ReadAll, true},
		{"another", pat.ReadMy, pat.ReadAll, false},
		{"both of two", pat.ReadMy | pat.ReadAll, pat.ReadMy | pat.ReadAll, true},
		{"one of two", pat.ReadMy, pat.ReadMy | pat.ReadAll, false},
		{"nothing required", 0, 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.set.Has(test.required); got != test.want {
				t.Errorf("has = %v, want %v", got, test.want)
			}
		})
	}
}
