package pat_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/version"
)

// contestedStore simulates a concurrent change before the first write.
type contestedStore struct {
	*memory.Store
	beforeWrite func() error // the write fails if it returns an error
	writes      int
}

func (s *contestedStore) write(do func() error) error {
	s.writes++
	if s.writes > 1 {
		return do()
	}
	if err := s.beforeWrite(); err != nil {
		return err
	}
	return do()
}

func (s *contestedStore) Swap(ctx context.Context, changes ...pat.Change) error {
	return s.write(func() error { return s.Store.Swap(ctx, changes...) })
}

func (s *contestedStore) Delete(ctx context.Context, t *pat.Token) error {
	return s.write(func() error { return s.Store.Delete(ctx, t) })
}

// rename simulates a concurrent rename of a token.
func (s *contestedStore) rename(id, name string) error {
	old, err := s.Token(context.Background(), id)
	if err != nil {
		return err
	}
	next := pat.NewToken(old.TokenData)
	next.Name = name
	return s.Store.Swap(context.Background(), pat.Change{Old: old, New: next})
}

func (s *contestedStore) remove(id string) error {
	token, err := s.Token(context.Background(), id)
	if err != nil {
		return err
	}
	return s.Store.Delete(context.Background(), token)
}

// writes are the operations that can lose a race for a token.
var writes = []struct {
	name string
	run  func(*pat.Service) error
	// wantDeleted is the error after a concurrent deletion of the token.
	wantDeleted rejection
}{
	{"patch", func(s *pat.Service) error {
		_, err := patchToken(context.Background(), s, callOf(admin(ann), version.V1), "token",
			patchOf(`replace /scope ["idn:a:read"]`))
		return err
	}, notFound},
	{"delete", func(s *pat.Service) error {
		return deleteToken(context.Background(), s, callOf(admin(ann), version.V1), "token")
	}, notFound},
	{"bulk update", func(s *pat.Service) error {
		_, err := bulkUpdate(context.Background(), s, callOf(admin(ann), version.V1), []string{
			"other", "token",
		}, patchOf("replace /userAwareTokenNeverExpires true"))
		return err
	}, rejection{pat.Invalid, "/ids/1", "bulk-update-known-ids"}},
}

func TestWrite_RetriesAfterChange(t *testing.T) {
	for _, test := range writes {
		t.Run(test.name, func(t *testing.T) {
			store := &contestedStore{
				Store: newStore(t, expiringToken("token", ann), expiringToken("other", ann)),
			}
			store.beforeWrite = func() error {
				return store.rename("token", "renamed concurrently")
			}
			if err := test.run(newService(store)); err != nil {
				t.Fatal(err)
			}
			if store.writes != 2 {
				t.Errorf("wrote %d times, want 2", store.writes)
			}
			token, err := store.Token(t.Context(), "token")
			if test.name == "delete" {
				if !errors.Is(err, pat.ErrNotFound) {
					t.Errorf("token exists, error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("renamed concurrently", token.Name); diff != "" {
				t.Errorf("concurrent change was lost (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWrite_RetriesConflict(t *testing.T) {
	for _, test := range writes {
		t.Run(test.name, func(t *testing.T) {
			store := &contestedStore{
				Store: newStore(t, expiringToken("token", ann), expiringToken("other", ann)),
			}
			store.beforeWrite = func() error { return pat.ErrConflict }
			if err := test.run(newService(store)); err != nil {
				t.Fatal(err)
			}
			if store.writes != 2 {
				t.Errorf("wrote %d times, want 2", store.writes)
			}
		})
	}
}

func TestWrite_RejectsConcurrentlyDeletedToken(t *testing.T) {
	for _, test := range writes {
		t.Run(test.name, func(t *testing.T) {
			store := &contestedStore{
				Store: newStore(t, expiringToken("token", ann), expiringToken("other", ann)),
			}
			store.beforeWrite = func() error { return store.remove("token") }
			checkRejection(t, test.wantDeleted, test.run(newService(store)))
			checkFields(t, expiringToken("other", ann), tokenData(t, store, "other"))
		})
	}
}

func TestPatch_RejectsConcurrentlyTakenName(t *testing.T) {
	store := &contestedStore{
		Store: newStore(t, expiringToken("token", ann), expiringToken("other", ann)),
	}
	store.beforeWrite = func() error { return store.rename("other", "robot") }
	_, err := patchToken(t.Context(), newService(store), callOf(admin(ann), version.V1), "token",
		patchOf(`replace /name "robot"`))
	checkRejection(t, rejection{pat.Invalid, "/0/value", "name-unique"}, err)
	checkFields(t, expiringToken("token", ann), tokenData(t, store, "token"))
}

func TestWrite_ReturnsStoreError(t *testing.T) {
	errConnection := errors.New("connection refused")
	for _, test := range writes {
		t.Run(test.name, func(t *testing.T) {
			store := &contestedStore{
				Store: newStore(t, expiringToken("token", ann), expiringToken("other", ann)),
			}
			store.beforeWrite = func() error { return errConnection }
			if err := test.run(newService(store)); !errors.Is(err, errConnection) {
				t.Errorf("error = %v, want the store's error", err)
			}
		})
	}
}

// unreachableStore fails every operation on tokens.
type unreachableStore struct{ pat.Store }

var errUnreachable = errors.New("no route to the store")

func (unreachableStore) Token(context.Context, string) (*pat.Token, error) {
	return nil, errUnreachable
}

func (unreachableStore) Tokens(context.Context, string) ([]*pat.Token, error) {
	return nil, errUnreachable
}

func (unreachableStore) AllTokens(_ context.Context) ([]*pat.Token, error) {
	return nil, errUnreachable
}

func (unreachableStore) TokensLastUsed(context.Context, pat.Span) ([]*pat.Token, error) {
	return nil, errUnreachable
}
func (unreachableStore) Create(context.Context, *pat.Token, int) error { return errUnreachable }

// noDirectoryStore also fails to return the directory.
type noDirectoryStore struct{ pat.Store }

func (noDirectoryStore) Directory(context.Context) (*pat.Directory, error) {
	return nil, errUnreachable
}

func TestService_ReturnsStoreError(t *testing.T) {
	t.Run("tokens", func(t *testing.T) { testUnreachable(t, unreachableStore{newStore(t)}) })
	t.Run("users", func(t *testing.T) { testUnreachable(t, unreachableStore{noDirectoryStore{}}) })
}

func testUnreachable(t *testing.T, store pat.Store) {
	t.Helper()
	service, call := newService(store), callOf(admin(ann), version.V1)
	tests := []struct {
		name string
		run  func() error
	}{
		{"create", func() error {
			_, err := create(t.Context(), service, call, pat.CreateRequest{
				Name: new("robot"), UserAwareTokenNeverExpires: true,
			})
			return err
		}},
		{"list own", func() error {
			_, err := service.List(t.Context(), call.Caller, pat.ListQuery{OwnerID: "me"})
			return err
		}},
		{"list all", func() error {
			_, err := service.List(t.Context(), call.Caller, pat.ListQuery{})
			return err
		}},
		{"list all, filtered", func() error {
			filter, err := pat.ParseFilter("lastUsed isnull")
			if err == nil {
				_, err = service.List(t.Context(), call.Caller, pat.ListQuery{Filter: filter})
			}
			return err
		}},
		{"patch", func() error { return writes[0].run(service) }},
		{"delete", func() error { return writes[1].run(service) }},
		{"bulk update", func() error { return writes[2].run(service) }},
		{"login", func() error { return login(t.Context(), service, "token", "secret", now) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := test.run(); !errors.Is(err, errUnreachable) {
				t.Errorf("error = %v, want the store's error", err)
			}
		})
	}
}
