package pat_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// The scopes of each operation in the documents.
var (
	scopesToList = []string{
		"sp:my-personal-access-tokens:read", "sp:my-personal-access-tokens:manage",
		"sp:all-personal-access-tokens:read", "sp:all-personal-access-tokens:manage",
	}
	scopesToWrite = []string{
		"sp:my-personal-access-tokens:manage", "sp:all-personal-access-tokens:manage",
	}
	scopesToPatch = []string{"sp:my-personal-access-tokens:manage"}
	scopesToBulk  = []string{"sp:all-personal-access-tokens:manage"}
)

// attempts are the columns of the matrix. The caller is Ben, the other user is Ann.
var attempts = []struct {
	name   string
	scopes []string
	run    func(*pat.Service, pat.Caller) error
}{
	{"list me", scopesToList, list("me")},
	{"list own id", scopesToList, list("ben")},
	{"list another owner's", scopesToList, list("ann")},
	{"list all", scopesToList, list("")},
	{"create", scopesToWrite, func(s *pat.Service, c pat.Caller) error {
		_, err := create(context.Background(), s, callOf(c, version.V1), pat.CreateRequest{
			Name: new("robot"), UserAwareTokenNeverExpires: true,
		})
		return err
	}},
	{"patch own", scopesToPatch, rename("own")},
	{"patch another owner's", scopesToPatch, rename("another's")},
	{"patch own managed", scopesToPatch, rename("own-managed")},
	{"patch another owner's managed", scopesToPatch, rename("another's-managed")},
	{"patch unknown", scopesToPatch, rename("unknown")},
	{"delete own", scopesToWrite, remove("own")},
	{"delete another owner's", scopesToWrite, remove("another's")},
	{"delete own managed", scopesToWrite, remove("own-managed")},
	{"delete another owner's managed", scopesToWrite, remove("another's-managed")},
	{"delete unknown", scopesToWrite, remove("unknown")},
	{"bulk own", scopesToBulk, update("own")},
	{"bulk another owner's", scopesToBulk, update("another's")},
	{"bulk managed", scopesToBulk, update("another's-managed")},
	{"bulk unknown", scopesToBulk, update("unknown")},
}

func list(owner string) func(*pat.Service, pat.Caller) error {
	return func(s *pat.Service, c pat.Caller) error {
		_, err := s.List(context.Background(), c, pat.ListQuery{OwnerID: owner})
		return err
	}
}

func rename(id string) func(*pat.Service, pat.Caller) error {
	return func(s *pat.Service, c pat.Caller) error {
		_, err := patchToken(context.Background(), s, callOf(c, version.V1), id,
			patchOf(`replace /name "renamed"`))
		return err
	}
}

func remove(id string) func(*pat.Service, pat.Caller) error {
	return func(s *pat.Service, c pat.Caller) error {
		return deleteToken(context.Background(), s, callOf(c, version.V1), id)
	}
}

func update(id string) func(*pat.Service, pat.Caller) error {
	return func(s *pat.Service, c pat.Caller) error {
		_, err := bulkUpdate(context.Background(), s, callOf(c, version.V1), []string{id},
			patchOf("replace /userAwareTokenNeverExpires true"))
		return err
	}
}

// matrix has the result of every attempt: + accepted, - forbidden, o reserved to the owner, ? not
// found, ! unknown id in a bulk update. The groups are list (me, own id, another, all), create,
// patch and delete (own, another's, own managed, another's managed, unknown), and bulk update (own,
// another's, managed, unknown).
var matrix = []struct {
	level, scope string
	want         string
}{
	{"ORG_ADMIN", "sp:scopes:all", "        ++++ + +o+o? ++++? +++!"},
	{"ORG_ADMIN", "my:read", "              +--- - ----- ----- ----"},
	{"ORG_ADMIN", "my:manage", "            +--- + +o??? +-??? ----"},
	{"ORG_ADMIN", "all:read", "             ++++ - ----- ----- ----"},
	{"ORG_ADMIN", "all:manage", "           ++++ + ----- ++??? ++!!"},
	{"ORG_ADMIN", "my:manage all:manage", " ++++ + +o??? ++??? ++!!"},
	{"ORG_ADMIN", "my:manage all:read", "   ++++ + +o??? +-??? ----"},
	{"ORG_ADMIN", "default sp:scopes:all", "++++ + +o+o? ++++? +++!"},
	{"ORG_ADMIN", "default", "              ---- - ----- ----- ----"},
	{"ORG_ADMIN", "idn:nelm:manage", "      ---- - ----- ----- ----"},
	{"ORG_ADMIN", "", "                     ---- - ----- ----- ----"},
	{"USER", "sp:scopes:all", "             +--- + +o??? +-??? ----"},
	{"USER", "my:read", "                   +--- - ----- ----- ----"},
	{"USER", "my:manage", "                 +--- + +o??? +-??? ----"},
	{"USER", "all:read", "                  +--- - ----- ----- ----"},
	{"USER", "all:manage", "                +--- + ----- +-??? ----"},
	{"USER", "default", "                   ---- - ----- ----- ----"},
	{"HELPDESK", "sp:scopes:all", "         +--- + +o??? +-??? ----"},
	{"HELPDESK USER", "sp:scopes:all", "    +--- + +o??? +-??? ----"},
	{"USER ORG_ADMIN", "sp:scopes:all", "   ++++ + +o+o? ++++? +++!"},
	{"ORG_ADMIN USER", "sp:scopes:all", "   ++++ + +o+o? ++++? +++!"},
}

func TestRights_ByLevelAndScope(t *testing.T) {
	outcomes := map[rejection]string{
		accepted:                      "+",
		forbidden("operation-scopes"): "-",
		forbidden("write-rights"):     "-",
		{pat.Forbidden, "query parameter owner-id", "list-rights"}: "-",
		{pat.Forbidden, "path parameter id", "patch-own-only"}:     "o",
		notFound: "?",
		{pat.Invalid, "/ids/0", "bulk-update-known-ids"}: "!",
	}
	names := strings.NewReplacer("my:", "sp:my-personal-access-tokens:", "all:",
		"sp:all-personal-access-tokens:", "default", "sp:scopes:default")
	for _, row := range matrix {
		cells := strings.Split(strings.ReplaceAll(row.want, " ", ""), "")
		if len(cells) != len(attempts) {
			t.Fatalf("row %s %s has %d cells, want %d", row.level, row.scope, len(cells),
				len(attempts))
		}
		for i, attempt := range attempts {
			t.Run(fmt.Sprintf("%s/%s/%s", row.level, row.scope, attempt.name), func(t *testing.T) {
				service := newService(newStore(t, expiringToken("own", ben),
					expiringToken("another's", ann),
					managedToken("own-managed", ben), managedToken("another's-managed", ann)))
				c := pat.Caller{
					ID: "ben", Name: "Ben", UserLevels: strings.Fields(row.level),
					Scopes: strings.Fields(names.Replace(row.scope)),
				}
				err := c.CheckScopes(attempt.scopes)
				if err == nil {
					err = attempt.run(service, c)
				}
				got, ok := outcomes[rejectionOf(t, err)]
				if !ok || got != cells[i] {
					t.Errorf("outcome = %q (%v), want %q", got, err, cells[i])
				}
			})
		}
	}
}

func TestDefaultLevels(t *testing.T) {
	const my = pat.ReadMy | pat.CreateMy | pat.UpdateMy | pat.DeleteMy
	want := pat.Levels{
		"ORG_ADMIN": my | pat.ReadAll | pat.UpdateAll | pat.DeleteAll | pat.ReadManaged,
		"USER":      my, "CERT_ADMIN": my, "HELPDESK": my, "REPORT_ADMIN": my, "ROLE_ADMIN": my,
		"ROLE_SUBADMIN": my, "SOURCE_ADMIN": my,
		"SOURCE_SUBADMIN": my, "SOURCE_CONFIG_ASSIGNEE": my, "CLOUD_GOV_ADMIN": my,
		"CLOUD_GOV_USER": my,
	}
	if diff := cmp.Diff(want, pat.DefaultLevels()); diff != "" {
		t.Errorf("levels (-want +got):\n%s", diff)
	}
}

// A tenant may define the rights of its user levels. Other levels keep their default rights.
func TestUserLevels_OverrideDefaults(t *testing.T) {
	levels := map[string][]string{
		"HELPDESK": {
			"idn:all-personal-access-tokens:read", "idn:all-personal-access-tokens:delete",
		},
		"READER": {"idn:my-personal-access-tokens:read"}, "DELETER": {
			"idn:my-personal-access-tokens:delete",
		},
		"BULK": {"idn:all-personal-access-tokens:update"}, "ORG_ADMIN": {},
	}
	attempt := func(name string) func(*pat.Service, pat.Caller) error {
		for _, a := range attempts {
			if a.name == name {
				return a.run
			}
		}
		t.Fatalf("missing attempt %s", name)
		return nil
	}
	listRejection := rejection{pat.Forbidden, "query parameter owner-id", "list-rights"}
	tests := []struct {
		level, attempt string
		want           rejection
	}{
		{"HELPDESK", "list all", accepted},
		{"HELPDESK", "list me", accepted}, // a right on all tokens includes one's own
		{"HELPDESK", "delete another owner's", accepted},
		{"HELPDESK", "delete own", accepted},
		{"HELPDESK", "delete own managed", notFound},
		{"HELPDESK", "bulk own", forbidden("write-rights")},
		{"HELPDESK", "create", forbidden("write-rights")},
		{"HELPDESK", "patch own", forbidden("write-rights")},
		{"READER", "list me", accepted},
		{"READER", "list all", listRejection},
		{"READER", "create", forbidden("write-rights")},
		{"READER", "patch own", forbidden("write-rights")},
		{"READER", "delete own", forbidden("write-rights")},
		{"DELETER", "list me", listRejection},
		{"DELETER", "delete own", accepted},
		{"DELETER", "delete another owner's", forbidden("write-rights")},
		{"BULK", "bulk another owner's", accepted},
		{"BULK", "patch own", accepted},
		{"BULK", "delete own", forbidden("write-rights")},
		{"ORG_ADMIN", "list me", listRejection},
		{"ORG_ADMIN", "create", forbidden("write-rights")},
		{"USER", "list me", accepted},
		{"USER", "list all", listRejection},
		{"USER", "create", accepted},
		{"NEITHER", "list me", listRejection},
		{"NEITHER", "create", forbidden("write-rights")},
	}
	for _, test := range tests {
		t.Run(test.level+"/"+test.attempt, func(t *testing.T) {
			tenant := annAndBen()
			tenant.UserLevels = levels
			service := serviceFor(pat.Config{
				Store: newStore(t, expiringToken("own", ben), expiringToken("another's", ann),
					managedToken("own-managed", ben)),
			}, tenant)
			checkRejection(t, test.want,
				attempt(test.attempt)(service, caller(ben, test.level, "sp:scopes:all")))
		})
	}
}

func TestCheckScopes(t *testing.T) {
	api := pat.Caller{ClientID: "pipeline", Scopes: []string{"sp:scopes:all"}}
	tests := []struct {
		name   string
		caller pat.Caller
		scopes []string
		want   rejection
	}{
		{"all scopes", user(ben), scopesToPatch, accepted},
		{
			"the scope", caller(ben, "USER", "sp:my-personal-access-tokens:manage"), scopesToPatch,
			accepted,
		},
		{
			"one of them", caller(ben, "USER", "x", "sp:all-personal-access-tokens:manage"),
			scopesToWrite, accepted,
		},
		{
			"another", caller(ben, "USER", "sp:all-personal-access-tokens:manage"), scopesToPatch,
			forbidden("operation-scopes"),
		},
		{"none", caller(ben, "USER"), scopesToPatch, forbidden("operation-scopes")},
		{
			"default", caller(ben, "USER", "sp:scopes:default"), scopesToList,
			forbidden("operation-scopes"),
		},
		{"operation without scopes", caller(ben, "USER"), nil, accepted},
		{"API client", api, scopesToList, forbidden("no-application-auth")},
		{"API client, operation without scopes", api, nil, accepted},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			checkRejection(t, test.want, test.caller.CheckScopes(test.scopes))
		})
	}
}

func TestAPIClient_HasNoRights(t *testing.T) {
	api := pat.Caller{ClientID: "pipeline", Scopes: []string{"sp:scopes:all"}}
	for _, attempt := range attempts {
		t.Run(attempt.name, func(t *testing.T) {
			service := newService(newStore(t, expiringToken("own", ben)))
			if got := rejectionOf(t, attempt.run(service, api)); got.Kind != pat.Forbidden &&
				got != notFound {
				t.Errorf("error = %+v, want a rejection", got)
			}
		})
	}
}

func TestForbidden_Texts(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want rejection
	}{
		{
			"scope", caller(ben, "USER", "a", "b").CheckScopes(scopesToWrite),
			forbidden("operation-scopes"),
		},
		{"no scope", caller(ben, "USER").CheckScopes(scopesToPatch), forbidden("operation-scopes")},
		{
			"API client", pat.Caller{ClientID: "pipeline"}.CheckScopes(scopesToPatch),
			forbidden("no-application-auth"),
		},
		{
			"another's token",
			rename("another's")(newService(newStore(t, expiringToken("another's", ann))),
				admin(ben)),
			rejection{pat.Forbidden, "path parameter id", "patch-own-only"},
		},
		{
			"right",
			rename("own")(newService(newStore(t, expiringToken("own", ben))),
				caller(ben, "USER", "sp:my-personal-access-tokens:read")),
			forbidden("write-rights"),
		},
		{"unknown id", rename("unknown")(newService(newStore(t)), user(ben)), notFound},
		{
			"managed token",
			remove("managed")(newService(newStore(t, managedToken("managed", ben))), user(ben)),
			notFound,
		},
		{
			"no rights", list("")(newService(newStore(t)), pat.Caller{ID: "ben"}), rejection{
				pat.Forbidden, "query parameter owner-id", "list-rights",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			checkErrorText(t, test.want, test.err)
		})
	}
}
