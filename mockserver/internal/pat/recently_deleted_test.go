package pat_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// checkDeleted looks at whether a login with a token that is not there is told of a deletion.
func checkDeleted(t *testing.T, want bool, s *pat.Service, id string) {
	t.Helper()
	err := login(t.Context(), s, id, "secret of "+id, now)
	got := refusalOf(t, err)
	if got != badCredentials && got != loginDeleted {
		t.Errorf("login with %s: error is %v, want one of the credentials", id, err)
	}
	if got := got == loginDeleted; got != want {
		t.Errorf("login with %s: told of the deletion: %t (%v), want %t", id, got, err, want)
	}
}

func TestDeletionsAreBounded(t *testing.T) {
	const remembered, more = 1024, 3
	store := newStore(t)
	s := newService(store)
	remove := func(id string) {
		t.Helper()
		mustRun(t, store.Create(t.Context(), pat.NewToken(dated(id, ben)), 0))
		mustRun(t, deleteToken(t.Context(), s, callOf(user(ben), version.V3), id))
	}
	id := func(i int) string { return fmt.Sprintf("token-%d", i) }
	for i := range remembered {
		remove(id(i))
	}
	for i := range remembered {
		checkDeleted(t, true, s, id(i))
	}
	t.Run("one that was deleted before takes no other place", func(t *testing.T) {
		remove(id(remembered / 2))
		checkDeleted(t, true, s, id(0))
		checkDeleted(t, true, s, id(remembered/2))
	})
	for i := range more {
		remove(id(remembered + i))
	}
	for i := range remembered + more {
		checkDeleted(t, i >= more, s, id(i))
	}
	for i := range 2 * remembered { // once around and more
		remove(id(10*remembered + i))
	}
	checkDeleted(t, false, s, id(remembered))
	checkDeleted(t, false, s, id(10*remembered+remembered-1))
	checkDeleted(t, true, s, id(10*remembered+remembered))
	checkDeleted(t, true, s, id(12*remembered-1))
}

func TestDeletionsOfATenantEndWithIt(t *testing.T) {
	s := newService(newStore(t, dated("1", ben), dated("2", ben)))
	mustRun(t, deleteToken(t.Context(), s, callOf(user(ben), version.V3), "1"))
	checkDeleted(t, true, s, "1")
	if err := s.Replace(t.Context(), pat.Tenant{
		UserLevels: map[string][]string{"X": {"x"}},
	}); err == nil {
		t.Error("the tenant with an unknown right was accepted")
	}
	checkDeleted(t, true, s, "1")
	mustRun(t, s.Replace(t.Context(), annAndBen()))
	checkDeleted(t, false, s, "1")
	checkDeleted(t, false, s, "2")
}

func TestNotDeleted(t *testing.T) {
	store := newStore(t, dated("1", ben), dated("another's", ann))
	s := newService(store)
	t.Run("refused", func(t *testing.T) {
		checkRefusal(t, forbidden("write-rights"),
			deleteToken(t.Context(), s, callOf(user(ben), version.V3), "another's"))
		checkStored(t, s, "another's")
	})
	t.Run("not committed", func(t *testing.T) {
		_, err := s.PrepareDelete(t.Context(), callOf(user(ben), version.V3), "1")
		mustRun(t, err)
		checkStored(t, s, "1")
	})
}

// A token that is there again is there, whatever was deleted before.
func TestDeletedAndAddedAgain(t *testing.T) {
	s := newService(newStore(t, dated("1", ben)))
	mustRun(t, deleteToken(t.Context(), s, callOf(user(ben), version.V3), "1"))
	_, err := s.AddToken(t.Context(), "Ben", dated("1", pat.Owner{}))
	mustRun(t, err)
	mustRun(t, login(t.Context(), s, "1", "secret of 1", now))
}

// checkStored checks that a token is stored, and not known as deleted.
func checkStored(t testing.TB, s *pat.Service, id string) {
	t.Helper()
	if deleted, err := s.WasDeleted(t.Context(), id); deleted || err != nil {
		t.Errorf("token %s is deleted: %t, error %v", id, deleted, err)
	}
	if _, known := s.ClientOwner(t.Context(), id); !known {
		t.Errorf("token %s is not stored", id)
	}
}

// Whoever asks is told whose a client id is, and which ones are gone.
func TestOwner(t *testing.T) {
	s := configured(pat.Config{Store: newStore(t, dated("1", ben), dated("2", ben))}, pat.Tenant{
		Identities: []pat.Identity{{ID: "ben", Name: "Ben"}}, APIClients: []pat.APIClient{
			{ID: "api"},
		},
	})
	mustRun(t, deleteToken(t.Context(), s, callOf(user(ben), version.V3), "2"))
	type answer struct {
		Owner          pat.Owner
		Known, Deleted bool
	}
	tests := []struct {
		name, id string
		want     answer
	}{
		{"token", "1", answer{ben, true, false}},
		{"API client", "api", answer{pat.Owner{}, true, false}},
		{"deleted", "2", answer{pat.Owner{}, false, true}},
		{"unknown", "x", answer{}},
		{"empty", "", answer{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			owner, known := s.ClientOwner(t.Context(), test.id)
			deleted, err := s.WasDeleted(t.Context(), test.id)
			mustRun(t, err)
			if diff := cmp.Diff(test.want, answer{owner, known, deleted}); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}
