package pat_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/version"
)

// fullStore fails every write and every read of several tokens.
type fullStore struct{ *memory.Store }

var errFull = errors.New("no space left")

func (fullStore) Create(context.Context, *pat.Token, int) error { return errFull }
func (fullStore) Replace(context.Context, pat.Tenant) error     { return errFull }
func (fullStore) Snapshot(context.Context) (pat.Tenant, error)  { return pat.Tenant{}, errFull }

func (fullStore) AddIdentity(context.Context, pat.Identity, *pat.Token) error { return errFull }

func (fullStore) AllTokens(_ context.Context) ([]*pat.Token, error)    { return nil, errFull }
func (fullStore) Tokens(context.Context, string) ([]*pat.Token, error) { return nil, errFull }
func (fullStore) Count(context.Context, string) (int, error)           { return 7, errFull }

func tokens(fields ...pat.TokenData) []*pat.Token {
	var tokens []*pat.Token
	for _, f := range fields {
		tokens = append(tokens, pat.NewToken(f))
	}
	return tokens
}

// A view is all visible state of a tenant.
type view struct {
	Tenant pat.Tenant // without tokens
	Tokens []string
	Info   pat.Tenant
	Count  int
	Logins []string
}

func viewOf(t testing.TB, s *pat.Service) view {
	t.Helper()
	tenant, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info, err := s.TenantInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v := view{
		Tokens: ids(tenant.Tokens), Info: info, Count: s.Count(t.Context()), Logins: logins(t, s),
	}
	tenant.Tokens = nil
	v.Tenant = tenant
	for _, i := range tenant.Identities {
		got, err := s.Identity(t.Context(), i.ID)
		if err != nil {
			t.Errorf("identity %s: %v", i.ID, err)
		}
		if diff := cmp.Diff(i, got); diff != "" {
			t.Errorf("identity (-snapshot +got):\n%s", diff)
		}
	}
	return v
}

// logins returns the names of the users who can log in, each with the id of the token.
func logins(t testing.TB, s *pat.Service) []string {
	t.Helper()
	userLogins, err := s.Logins(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range userLogins {
		names = append(names, l.Identity.Name+" "+l.Token.ID)
	}
	return names
}

func checkView(t testing.TB, want view, s *pat.Service) {
	t.Helper()
	if diff := cmp.Diff(want, viewOf(t, s)); diff != "" {
		t.Errorf("tenant (-want +got):\n%s", diff)
	}
}

func TestService_IsEmptyBeforeReplace(t *testing.T) {
	s := pat.NewService(pat.Config{
		Store: memory.New(), NewID: func() string {
			return "new"
		}, NewSecret: func() string { return "secret" },
	})
	checkView(t, view{}, s)
	if i, err := s.Identity(t.Context(), "ann"); !errors.Is(err, pat.ErrNoIdentity) {
		t.Errorf("identity = %+v, %v, want none", i, err)
	}
	_, err := create(t.Context(), s, callOf(user(ben), version.V3), pat.CreateRequest{
		Name: new("robot"),
	})
	checkRejection(t, forbidden("no-application-auth"), err)
}

func TestReplace(t *testing.T) {
	store := newStore(t)
	s := newService(store)
	if err := s.Replace(t.Context(), pat.Tenant{
		ID: "id", Name: "name", Pod: "pod", UserLevels: map[string][]string{
			"READER": {"idn:my-personal-access-tokens:read"},
		},
		Identities: []pat.Identity{{ID: "cem", Name: "Cem", Login: "2"}, {ID: "ann", Name: "Ann"}},
		APIClients: []pat.APIClient{{ID: "api", Secret: "s", Name: "ci"}},
		Tokens: tokens(expiringToken("1", pat.Owner{ID: "cem"}),
			expiringToken("2", pat.Owner{ID: "cem"})),
	}); err != nil {
		t.Fatal(err)
	}
	checkView(t, view{
		Tenant: pat.Tenant{
			ID: "id", Name: "name", Pod: "pod", UserLevels: map[string][]string{
				"READER": {"idn:my-personal-access-tokens:read"},
			},
			Identities: []pat.Identity{
				{ID: "cem", Name: "Cem", Login: "2"}, {ID: "ann", Name: "Ann"},
			},
			APIClients: []pat.APIClient{{ID: "api", Secret: "s", Name: "ci"}},
		},
		Tokens: []string{"1", "2"}, Count: 2, Info: pat.Tenant{ID: "id", Name: "name", Pod: "pod"},
		Logins: []string{"Cem 2"},
	}, s)
	if _, err := s.Identity(t.Context(), "ben"); !errors.Is(err, pat.ErrNoIdentity) {
		t.Errorf("replaced identity still exists, error %v", err)
	}
	t.Run("user levels are replaced", func(t *testing.T) {
		_, err := s.List(t.Context(), caller(ann, "READER", "sp:scopes:all"), pat.ListQuery{
			OwnerID: "me",
		})
		checkRejection(t, accepted, err)
	})
	t.Run("API clients log in", func(t *testing.T) {
		if err := login(t.Context(), s, "api", "s", now); err != nil {
			t.Error(err)
		}
	})
	t.Run("by an empty tenant", func(t *testing.T) {
		if err := s.Replace(t.Context(), pat.Tenant{}); err != nil {
			t.Fatal(err)
		}
		checkView(t, view{}, s)
		checkRejection(t, badCredentials, login(t.Context(), s, "api", "s", now))
	})
}

// If the tenant is invalid, users, rights and tokens do not change.
func TestReplace_IsAtomic(t *testing.T) {
	cem := pat.Identity{ID: "cem", Name: "Cem", UserLevels: []string{"USER"}}
	tests := []struct {
		name   string
		tenant pat.Tenant
		wantIs error // nil for an UnknownRightError
	}{
		{
			"wrong right",
			pat.Tenant{
				Name: "next", Identities: []pat.Identity{cem}, UserLevels: map[string][]string{
					"USER": {"idn:everything"},
				}, Tokens: tokens(expiringToken("1", ann)),
			},
			nil,
		},
		{
			"two tokens of one name",
			pat.Tenant{
				Name: "next", Identities: []pat.Identity{cem},
				Tokens: tokens(expiringToken("1", ann), namedToken("2", ann, "name of 1")),
			},
			pat.ErrNameTaken,
		},
		{
			"two tokens of one id",
			pat.Tenant{
				Name: "next", Identities: []pat.Identity{cem},
				Tokens: tokens(expiringToken("1", ann), namedToken("1", ben, "other")),
			},
			pat.ErrConflict,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := newStore(t, expiringToken("old", ben))
			s := newService(store)
			before := viewOf(t, s)
			err := s.Replace(t.Context(), test.tenant)
			rightErr := (*pat.UnknownRightError)(nil)
			if test.wantIs != nil && !errors.Is(err, test.wantIs) ||
				test.wantIs == nil && !errors.As(err, &rightErr) {
				t.Fatalf("error = %v, want %v", err, test.wantIs)
			}
			checkText(t, err.Error())
			checkView(t, before, s)
			if _, err := s.List(t.Context(), user(ben), pat.ListQuery{OwnerID: "me"}); err != nil {
				t.Errorf("rights changed: %v", err)
			}
		})
	}
}

func TestReplace_ReturnsStoreError(t *testing.T) {
	s := newService(fullStore{newStore(t)})
	if err := s.Replace(t.Context(), pat.Tenant{Name: "next"}); !errors.Is(err, errFull) {
		t.Errorf("error = %v, want the store's error", err)
	}
	about, err := s.TenantInfo(t.Context())
	mustRun(t, err)
	if diff := cmp.Diff("acme", about.Name); diff != "" {
		t.Errorf("name (-want +got):\n%s", diff)
	}
}

// Replacing the tenant by a snapshot restores it.
func TestReplace_RestoresSnapshot(t *testing.T) {
	s := newService(newStore(t, expiringToken("1", ben), expiringToken("2", ann)))
	before := viewOf(t, s)
	snapshot, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, deleteToken(t.Context(), s, callOf(user(ben), version.V3), "1"))
	_, err = patchToken(t.Context(), s, callOf(admin(ann), version.V3), "2",
		patchOf(`replace /name "x"`))
	mustRun(t, err)
	mustRun(t, s.AddIdentity(t.Context(), pat.Identity{ID: "cem", Name: "Cem"}, nil))
	_, err = s.AddToken(t.Context(), "Ben", expiringToken("3", pat.Owner{}))
	mustRun(t, err)
	mustRun(t, s.Replace(t.Context(), snapshot))
	checkView(t, before, s)
	got, _ := s.Snapshot(t.Context())
	if diff := cmp.Diff([]string{"name of 1", "name of 2"}, []string{
		got.Tokens[0].Name, got.Tokens[1].Name,
	}); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// Later additions do not change a snapshot.
func TestSnapshot_IsImmutable(t *testing.T) {
	s := newService(newStore(t))
	snapshot, err := s.Snapshot(t.Context())
	mustRun(t, err)
	_, err = s.AddToken(t.Context(), "Ben", expiringToken("1", pat.Owner{}))
	mustRun(t, err)
	mustRun(t, s.AddIdentity(t.Context(), pat.Identity{ID: "cem", Name: "Cem"}, nil))
	if diff := cmp.Diff(annAndBen(), snapshot); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
}

func TestSnapshot_ReturnsStoreError(t *testing.T) {
	s := newService(fullStore{newStore(t)})
	if _, err := s.Snapshot(t.Context()); !errors.Is(err, errFull) {
		t.Errorf("error = %v, want the store's error", err)
	}
	if _, err := s.Logins(t.Context()); !errors.Is(err, errFull) {
		t.Errorf("error = %v, want the store's error", err)
	}
}

// A write that is prepared while the tenant is replaced changes the token of the new tenant.
func TestWrite_DuringReplace(t *testing.T) {
	for _, test := range writes {
		t.Run(test.name+", with the token", func(t *testing.T) {
			store := &contestedStore{
				Store: newStore(t, expiringToken("token", ann), expiringToken("other", ann)),
			}
			s := newService(store)
			next := annAndBen()
			next.Tokens = tokens(namedToken("token", ann, "of the next tenant"),
				expiringToken("other", ann))
			store.beforeWrite = func() error { return s.Replace(t.Context(), next) }
			if err := test.run(s); err != nil {
				t.Fatal(err)
			}
			if token, err := store.Token(t.Context(), "token"); err == nil &&
				token.Name != "of the next tenant" {
				t.Errorf("token = %q, which belongs to the old tenant", token.Name)
			}
		})
		t.Run(test.name+", without it", func(t *testing.T) {
			store := &contestedStore{
				Store: newStore(t, expiringToken("token", ann), expiringToken("other", ann)),
			}
			s := newService(store)
			next := annAndBen()
			next.Tokens = tokens(expiringToken("other", ann))
			store.beforeWrite = func() error { return s.Replace(t.Context(), next) }
			checkRejection(t, test.wantDeleted, test.run(s))
			checkFields(t, expiringToken("other", ann), tokenData(t, store, "other"))
		})
	}
}

func mustRun(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// namedToken returns a token with the given name.
func namedToken(id string, owner pat.Owner, name string) pat.TokenData {
	f := expiringToken(id, owner)
	f.Name = name
	return f
}

// identityNames returns the sorted names of a tenant's identities.
func identityNames(t testing.TB, s *pat.Service) []string {
	t.Helper()
	snapshot, err := s.Snapshot(t.Context())
	mustRun(t, err)
	var names []string
	for _, i := range snapshot.Identities {
		names = append(names, i.Name)
	}
	slices.Sort(names)
	return names
}
