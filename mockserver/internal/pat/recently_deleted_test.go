package pat_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// checkDeleted checks whether a login with a missing token reports that the token was deleted.
func checkDeleted(t *testing.T, want bool, s *pat.Service, id string) {
	t.Helper()
	err := login(t.Context(), s, id, "secret of "+id, now)
	got := rejectionOf(t, err)
	if got != badCredentials && got != loginDeleted {
		t.Errorf("login with %s: error = %v, want an error about credentials", id, err)
	}
	if got := got == loginDeleted; got != want {
		t.Errorf("login with %s: deleted = %t (%v), want %t", id, got, err, want)
	}
}

func TestWasDeleted_ForgetsOldestDeletions(t *testing.T) {
	const limit, extra = 1024, 3
	store := newStore(t)
	s := newService(store)
	remove := func(id string) {
		t.Helper()
		mustRun(t, store.Create(t.Context(), pat.NewToken(expiringToken(id, ben)), 0))
		mustRun(t, deleteToken(t.Context(), s, callOf(user(ben), version.V3), id))
	}
	id := func(i int) string { return fmt.Sprintf("token-%d", i) }
	for i := range limit {
		remove(id(i))
	}
	for i := range limit {
		checkDeleted(t, true, s, id(i))
	}
	t.Run("deleted twice", func(t *testing.T) {
		remove(id(limit / 2))
		checkDeleted(t, true, s, id(0))
		checkDeleted(t, true, s, id(limit/2))
	})
	for i := range extra {
		remove(id(limit + i))
	}
	for i := range limit + extra {
		checkDeleted(t, i >= extra, s, id(i))
	}
	for i := range 2 * limit { // more than one round of the ring buffer
		remove(id(10*limit + i))
	}
	checkDeleted(t, false, s, id(limit))
	checkDeleted(t, false, s, id(10*limit+limit-1))
	checkDeleted(t, true, s, id(10*limit+limit))
	checkDeleted(t, true, s, id(12*limit-1))
}

func TestReplace_ForgetsDeletions(t *testing.T) {
	s := newService(newStore(t, expiringToken("1", ben), expiringToken("2", ben)))
	mustRun(t, deleteToken(t.Context(), s, callOf(user(ben), version.V3), "1"))
	checkDeleted(t, true, s, "1")
	if err := s.Replace(t.Context(), pat.Tenant{
		UserLevels: map[string][]string{"X": {"x"}},
	}); err == nil {
		t.Error("tenant with an unknown right was accepted")
	}
	checkDeleted(t, true, s, "1")
	mustRun(t, s.Replace(t.Context(), annAndBen()))
	checkDeleted(t, false, s, "1")
	checkDeleted(t, false, s, "2")
}

func TestPrepareDelete_DeletesNothing(t *testing.T) {
	store := newStore(t, expiringToken("1", ben), expiringToken("another's", ann))
	s := newService(store)
	t.Run("rejected", func(t *testing.T) {
		checkRejection(t, forbidden("write-rights"),
			deleteToken(t.Context(), s, callOf(user(ben), version.V3), "another's"))
		checkStored(t, s, "another's")
	})
	t.Run("not committed", func(t *testing.T) {
		_, err := s.PrepareDelete(t.Context(), callOf(user(ben), version.V3), "1")
		mustRun(t, err)
		checkStored(t, s, "1")
	})
}

// A token that is added again after its deletion can log in.
func TestAddToken_AfterDelete(t *testing.T) {
	s := newService(newStore(t, expiringToken("1", ben)))
	mustRun(t, deleteToken(t.Context(), s, callOf(user(ben), version.V3), "1"))
	_, err := s.AddToken(t.Context(), "Ben", expiringToken("1", pat.Owner{}))
	mustRun(t, err)
	mustRun(t, login(t.Context(), s, "1", "secret of 1", now))
}

// checkStored checks that a token is stored and does not count as deleted.
func checkStored(t testing.TB, s *pat.Service, id string) {
	t.Helper()
	if deleted, err := s.WasDeleted(t.Context(), id); deleted || err != nil {
		t.Errorf("token %s: deleted = %t, error %v", id, deleted, err)
	}
	if _, ok := s.ClientOwner(t.Context(), id); !ok {
		t.Errorf("token %s is not stored", id)
	}
}

// ClientOwner returns the owner of a client id, and WasDeleted reports deleted tokens.
func TestClientOwner(t *testing.T) {
	s := serviceFor(pat.Config{
		Store: newStore(t, expiringToken("1", ben), expiringToken("2", ben)),
	}, pat.Tenant{
		Identities: []pat.Identity{{ID: "ben", Name: "Ben"}}, APIClients: []pat.APIClient{
			{ID: "api"},
		},
	})
	mustRun(t, deleteToken(t.Context(), s, callOf(user(ben), version.V3), "2"))
	type info struct {
		Owner          pat.Owner
		Known, Deleted bool
	}
	tests := []struct {
		name, id string
		want     info
	}{
		{"token", "1", info{ben, true, false}},
		{"API client", "api", info{pat.Owner{}, true, false}},
		{"deleted", "2", info{pat.Owner{}, false, true}},
		{"unknown", "x", info{}},
		{"empty", "", info{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			owner, ok := s.ClientOwner(t.Context(), test.id)
			deleted, err := s.WasDeleted(t.Context(), test.id)
			mustRun(t, err)
			if diff := cmp.Diff(test.want, info{owner, ok, deleted}); diff != "" {
				t.Errorf("client (-want +got):\n%s", diff)
			}
		})
	}
}
