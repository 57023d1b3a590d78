package pat_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/version"
)

// bulkStore returns a store with two tokens of Ann, b and a, and two tokens of Ben: c never
// expires, and m is managed.
func bulkStore(t testing.TB) *memory.Store {
	return newStore(t, expiringToken("b", ann), expiringToken("a", ann),
		neverExpiringToken("c", ben), managedToken("m", ben))
}

// bulk updates tokens as an administrator. It returns the patchable fields of the returned tokens,
// and checks that they are stored. If the update is rejected, it checks that nothing is stored.
func bulk(t testing.TB, tokenIDs []string, operations []pat.PatchOperation) ([]string, error) {
	t.Helper()
	store := bulkStore(t)
	before := allTokens(t, store)
	tokens, err := bulkUpdate(t.Context(), newService(store), callOf(admin(ann), version.V1),
		tokenIDs, operations)
	if err != nil {
		if diff := cmp.Diff(before, allTokens(t, store)); diff != "" {
			t.Errorf("stored by a rejected update (-before +after):\n%s", diff)
		}
		return nil, err
	}
	var got []string
	for _, token := range tokens {
		checkFields(t, token.TokenData, tokenData(t, store, token.ID))
		got = append(got, token.ID+": "+patchable(token.TokenData))
	}
	return got, nil
}

func TestBulkUpdate(t *testing.T) {
	const may = `replace /expirationDate "2026-05-01T00:00:00Z"`
	tests := []struct {
		name  string
		ids   []string
		patch []string
		want  []string
	}{
		{
			"one", []string{"a"}, []string{may}, []string{
				"a: name of a [sp:scopes:all] 2026-05-01T00:00:00Z false",
			},
		},
		{"sorted by id, not by age", []string{"c", "b", "a"}, []string{may}, []string{
			"a: name of a [sp:scopes:all] 2026-05-01T00:00:00Z false",
			"b: name of b [sp:scopes:all] 2026-05-01T00:00:00Z false",
			"c: name of c [sp:scopes:all] 2026-05-01T00:00:00Z true",
		}},
		{"never", []string{"b", "a"}, []string{
			"replace /expirationDate null", "replace /userAwareTokenNeverExpires true",
		}, []string{
			"a: name of a [sp:scopes:all] never true",
			"b: name of b [sp:scopes:all] never true",
		}},
		{
			"never, by remove and add",
			[]string{"a"},
			[]string{"remove /expirationDate", "add /userAwareTokenNeverExpires true"},
			[]string{"a: name of a [sp:scopes:all] never true"},
		},
		{
			"never, without a value",
			[]string{"a"},
			[]string{"replace /expirationDate", "replace /userAwareTokenNeverExpires true"},
			[]string{"a: name of a [sp:scopes:all] never true"},
		},
		{
			"acknowledgment removed for a date",
			[]string{"c"},
			[]string{"remove /userAwareTokenNeverExpires", may},
			[]string{"c: name of c [sp:scopes:all] 2026-05-01T00:00:00Z false"},
		},
		{
			"managed", []string{"m"}, []string{may}, []string{
				"m: name of m [sp:scopes:all] 2026-05-01T00:00:00Z false",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := bulk(t, test.ids, patchOf(test.patch...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBulkUpdate_ValidatesIDs(t *testing.T) {
	makeIDs := func(n int) []string {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = fmt.Sprintf("id-%02d", i)
		}
		return ids
	}
	// 25 ids are the maximum. The error of that case is the first unknown id.
	tests := []struct {
		name                string
		ids                 []string
		wantField, wantRule string
	}{
		{"none", nil, "/ids", "bulk-update-ids"},
		{"empty list", []string{}, "/ids", "bulk-update-ids"},
		{"26", makeIDs(26), "/ids", "bulk-update-ids"},
		{"25", makeIDs(25), "/ids/0", "bulk-update-known-ids"},
		{"empty", []string{"a", ""}, "/ids/1", "bulk-update-ids"},
		{"blank", []string{" ", "a"}, "/ids/0", "bulk-update-ids"},
		{"twice", []string{"a", "b", "a"}, "/ids/2", "bulk-update-ids"},
		{"unknown", []string{"a", "b", "unknown"}, "/ids/2", "bulk-update-known-ids"},
		{"upper case", []string{"A"}, "/ids/0", "bulk-update-known-ids"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := bulk(t, test.ids, patchOf("replace /userAwareTokenNeverExpires true"))
			checkRejection(t, rejection{pat.Invalid, test.wantField, test.wantRule}, err)
		})
	}
}

func TestBulkUpdate_Accepts25IDs(t *testing.T) {
	store := newStore(t)
	var ids []string
	for i := range 25 {
		f := expiringToken(fmt.Sprintf("id-%02d", i), ben)
		ids = append(ids, f.ID)
		if err := store.Create(t.Context(), pat.NewToken(f), 0); err != nil {
			t.Fatal(err)
		}
	}
	got, err := bulkUpdate(t.Context(), newService(store), callOf(admin(ann), version.V1), ids,
		patchOf("replace /userAwareTokenNeverExpires true"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 25 {
		t.Errorf("got %d tokens, want 25", len(got))
	}
}

func TestBulkUpdate_RejectsOperations(t *testing.T) {
	fields := func(field string) rejection {
		return rejection{pat.Invalid, field, "bulk-update-fields"}
	}
	tests := []struct {
		name  string
		ids   string
		patch []string
		want  rejection
	}{
		{"none", "a", nil, fields("/patch")},
		{"name", "a", []string{`replace /name "x"`}, fields("/patch/0")},
		{"scope", "a", []string{"remove /scope"}, fields("/patch/0")},
		{"secret", "a", []string{`replace /secret "x"`}, fields("/patch/0")},
		{"entire token", "a", []string{"replace  {}"}, fields("/patch/0")},
		{
			"add expirationDate", "a",
			[]string{`add /expirationDate "2026-05-01T00:00:00Z"`},
			fields("/patch/0"),
		},
		{"test", "a", []string{"test /userAwareTokenNeverExpires false"}, fields("/patch/0")},
		{"copy", "a", []string{"copy /expirationDate /expirationDate"}, fields("/patch/0")},
		{
			"move", "a",
			[]string{"move /expirationDate /userAwareTokenNeverExpires"},
			fields("/patch/0"),
		},
		{
			"the second", "a", []string{
				"replace /userAwareTokenNeverExpires true", `replace /name "x"`,
			}, fields("/patch/1"),
		},
		{"within a field", "a", []string{"remove /expirationDate/0"}, fields("/patch/0")},
		{"no slash", "a", []string{"remove expirationDate"}, fields("/patch/0")},
		{
			"no slash, the other field", "a",
			[]string{"replace userAwareTokenNeverExpires true"},
			fields("/patch/0"),
		},
		{"two slashes", "a", []string{"remove //expirationDate"}, fields("/patch/0")},
		{
			"no value", "a", []string{"replace /userAwareTokenNeverExpires"}, rejection{
				pat.Missing, "/patch/0/value", "patch-value-required",
			},
		},
		{
			"past date", "a", []string{`replace /expirationDate "2026-02-01T00:00:00Z"`}, rejection{
				pat.Invalid, "/patch/0/value", "expiry-future",
			},
		},
		{
			"date without a zone", "a",
			[]string{`replace /expirationDate "2026-05-01T00:00:00"`},
			rejection{pat.Illegal, "/patch/0/value", "date-needs-zone"},
		},
		{
			"date without a time", "a", []string{`replace /expirationDate "2026-05-01"`}, rejection{
				pat.Illegal, "/patch/0/value", "date-is-rfc3339",
			},
		},
		{
			"not acknowledged", "a", []string{"remove /expirationDate"}, rejection{
				pat.Invalid, "/patch/0", "expiry-never",
			},
		},
		{
			"does not apply", "a", []string{
				"remove /userAwareTokenNeverExpires", "remove /userAwareTokenNeverExpires",
			}, rejection{pat.Invalid, "/patch/1", "patch-applies"},
		},
		{
			"breaks a rule for the last token only", "a b c",
			[]string{"replace /userAwareTokenNeverExpires false"},
			rejection{pat.Invalid, "/patch/0/value", "never-keeps-acknowledgment"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := bulk(t, strings.Fields(test.ids), patchOf(test.patch...))
			checkRejection(t, test.want, err)
		})
	}
}

func TestBulkUpdate_RejectsDateUnderLegacyPolicy(t *testing.T) {
	_, err := bulkUpdate(t.Context(), newService(bulkStore(t)), callOf(admin(ann), version.V3),
		[]string{"a"}, patchOf("remove /expirationDate"))
	checkRejection(t, rejection{pat.Invalid, "/patch/0/path", "patch-fields"}, err)
}

func TestBulkUpdate_ErrorTexts(t *testing.T) {
	tests := []struct {
		name  string
		ids   []string
		patch []string
		want  rejection
	}{
		{
			"no ids", nil, []string{"remove /expirationDate"}, rejection{
				pat.Invalid, "/ids", "bulk-update-ids",
			},
		},
		{
			"blank id", []string{" "}, []string{"remove /expirationDate"}, rejection{
				pat.Invalid, "/ids/0", "bulk-update-ids",
			},
		},
		{
			"id twice", []string{"a", "a"}, []string{"remove /expirationDate"}, rejection{
				pat.Invalid, "/ids/1", "bulk-update-ids",
			},
		},
		{
			"unknown id", []string{"a", "unknown"}, []string{
				"replace /userAwareTokenNeverExpires true",
			}, rejection{pat.Invalid, "/ids/1", "bulk-update-known-ids"},
		},
		{
			"no operation", []string{"a"}, nil, rejection{
				pat.Invalid, "/patch", "bulk-update-fields",
			},
		},
		{
			"another field", []string{"a"}, []string{`replace /name "x"`}, rejection{
				pat.Invalid, "/patch/0", "bulk-update-fields",
			},
		},
		{
			"no slash", []string{"a"}, []string{"remove expirationDate"}, rejection{
				pat.Invalid, "/patch/0", "bulk-update-fields",
			},
		},
		{
			"rule broken by one token",
			[]string{"a", "c"},
			[]string{"replace /userAwareTokenNeverExpires false"},
			rejection{pat.Invalid, "/patch/0/value", "never-keeps-acknowledgment"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := bulk(t, test.ids, patchOf(test.patch...))
			checkErrorText(t, test.want, err)
		})
	}
}

// Callers who may not see managed tokens cannot distinguish them from unknown ids.
func TestBulkUpdate_HidesManagedTokens(t *testing.T) {
	service := newService(bulkStore(t))
	text := func(id string) string {
		_, err := bulkUpdate(t.Context(), service,
			callOf(caller(ann, "ORG_ADMIN", "sp:all-personal-access-tokens:manage"), version.V1),
			[]string{id}, patchOf("replace /userAwareTokenNeverExpires true"))
		return ruleError(t, err).Error()
	}
	want := strings.ReplaceAll(text("absent"), "absent", "m")
	if diff := cmp.Diff(want, text("m")); diff != "" {
		t.Errorf("error (-unknown +managed):\n%s", diff)
	}
}
