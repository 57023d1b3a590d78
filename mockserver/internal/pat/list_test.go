package pat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
)

func TestList(t *testing.T) {
	createdAt := func(f pat.TokenData, created string) pat.TokenData {
		f.Created = parseTime(created)
		return f
	}
	usedToken := func(f pat.TokenData) pat.TokenData {
		f.LastUsed = parseTime("2026-02-01T00:00:00Z")
		return f
	}
	expired := expiringToken("expired", ben)
	expired.ExpirationDate = parseTime("2026-02-01T00:00:00Z")
	service := newService(newStore(t,
		createdAt(expiringToken("younger", ben), "2026-02-02T00:00:00Z"),
		createdAt(expiringToken("b", ben), "2026-02-01T00:00:00Z"),
		createdAt(usedToken(expiringToken("a", ben)), "2026-02-01T00:00:00Z"),
		createdAt(usedToken(expiringToken("of-ann", ann)), "2026-01-15T00:00:00Z"),
		createdAt(managedToken("managed-of-ann", ann), "2026-01-10T00:00:00Z"),
		createdAt(managedToken("managed-of-ben", ben), "2026-01-11T00:00:00Z"),
		expired,
	))
	never, err := pat.ParseFilter("lastUsed isnull")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		caller pat.Caller
		query  pat.ListQuery
		want   []string
	}{
		{
			"own, oldest first, then by id", user(ben), pat.ListQuery{OwnerID: "me"}, []string{
				"expired", "a", "b", "younger",
			},
		},
		{
			"own, as administrator with managed ones", admin(ann),
			pat.ListQuery{OwnerID: "me"},
			[]string{"managed-of-ann", "of-ann"},
		},
		{
			"own by id", admin(ann), pat.ListQuery{OwnerID: "ann"}, []string{
				"managed-of-ann", "of-ann",
			},
		},
		{
			"another's", admin(ann), pat.ListQuery{OwnerID: "ben"}, []string{
				"expired", "managed-of-ben", "a", "b", "younger",
			},
		},
		{
			"another's, managed ones not visible",
			caller(ann, "ORG_ADMIN", "sp:all-personal-access-tokens:read"),
			pat.ListQuery{OwnerID: "ben"},
			[]string{"expired", "a", "b", "younger"},
		},
		{
			"all owners", admin(ann), pat.ListQuery{}, []string{
				"expired", "managed-of-ann", "managed-of-ben", "of-ann", "a", "b", "younger",
			},
		},
		{
			"all owners, managed ones not visible",
			caller(ann, "ORG_ADMIN", "sp:all-personal-access-tokens:manage"),
			pat.ListQuery{},
			[]string{"expired", "of-ann", "a", "b", "younger"},
		},
		{"unknown owner", admin(ann), pat.ListQuery{OwnerID: "unknown"}, nil},
		{
			"caller without tokens", user(pat.Owner{ID: "cem", Name: "Cem"}), pat.ListQuery{
				OwnerID: "me",
			}, nil,
		},
		{
			"own, filtered", user(ben), pat.ListQuery{OwnerID: "me", Filter: never}, []string{
				"expired", "b", "younger",
			},
		},
		{
			"all owners, filtered", admin(ann), pat.ListQuery{Filter: never}, []string{
				"expired", "managed-of-ann", "managed-of-ben", "b", "younger",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := service.List(t.Context(), test.caller, test.query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, ids(got)); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}

func TestList_ErrorText(t *testing.T) {
	_, err := newService(newStore(t)).List(t.Context(), user(ben), pat.ListQuery{OwnerID: "ben"})
	checkErrorText(t, rejection{pat.Forbidden, "query parameter owner-id", "list-rights"}, err)
}
