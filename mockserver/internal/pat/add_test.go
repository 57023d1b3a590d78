package pat_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/version"
)

// tenantService returns a service for Ann with the login token "login", Ben with only a managed
// token, and an API client.
func tenantService(store pat.Store) *pat.Service {
	return serviceFor(pat.Config{Store: store, Limit: 1}, pat.Tenant{
		Identities: []pat.Identity{
			{ID: "ann", Name: "Ann", Login: "login"}, {ID: "ben", Name: "Ben"},
		},
		APIClients: []pat.APIClient{{ID: "api"}},
	})
}

func tenantStore(t testing.TB) *memory.Store {
	return newStore(t, expiringToken("login", ann), managedToken("managed", ben))
}

func TestAddIdentity(t *testing.T) {
	cem := pat.Owner{ID: "cem", Name: "Cem"}
	tests := []struct {
		name       string
		identity   pat.Identity
		login      *pat.Token
		want       error
		wantLogins []string
	}{
		{"alone", pat.Identity{ID: "cem", Name: "Cem"}, nil, nil, []string{"Ann login"}},
		{
			"with a login",
			pat.Identity{ID: "cem", Name: "Cem"},
			pat.NewToken(expiringToken("1", cem)),
			nil,
			[]string{"Ann login", "Cem 1"},
		},
		{
			"name taken",
			pat.Identity{ID: "cem", Name: "Ann"},
			pat.NewToken(expiringToken("1", cem)),
			pat.ErrIdentityTaken,
			[]string{"Ann login"},
		},
		{
			"id taken",
			pat.Identity{ID: "ann", Name: "Cem"},
			pat.NewToken(expiringToken("1", cem)),
			pat.ErrIDTaken,
			[]string{"Ann login"},
		},
		{
			"both taken", pat.Identity{ID: "ann", Name: "Ann"}, nil, pat.ErrIdentityTaken, []string{
				"Ann login",
			},
		},
		{
			"login with the id of a token",
			pat.Identity{ID: "cem", Name: "Cem"},
			pat.NewToken(expiringToken("login", cem)), pat.ErrIDTaken,
			[]string{"Ann login"},
		},
		{
			"login with the id of an API client",
			pat.Identity{ID: "cem", Name: "Cem"},
			pat.NewToken(expiringToken("api", cem)), pat.ErrIDTaken,
			[]string{"Ann login"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := tenantStore(t)
			s := tenantService(store)
			before := allTokens(t, store)
			err := s.AddIdentity(t.Context(), test.identity, test.login)
			if !errors.Is(err, test.want) {
				t.Fatalf("error = %v, want %v", err, test.want)
			}
			if diff := cmp.Diff(test.wantLogins, logins(t, s)); diff != "" {
				t.Errorf("logins (-want +got):\n%s", diff)
			}
			want := []string{"Ann", "Ben"}
			if test.want == nil {
				want = append(want, "Cem")
				got, _ := s.Identity(t.Context(), "cem")
				if test.login != nil {
					test.identity.Login = test.login.ID
				}
				if diff := cmp.Diff(test.identity, got); diff != "" {
					t.Errorf("identity (-want +got):\n%s", diff)
				}
			} else if diff := cmp.Diff(before, allTokens(t, store)); diff != "" {
				t.Errorf("stored (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff(want, identityNames(t, s)); diff != "" {
				t.Errorf("identities (-want +got):\n%s", diff)
			}
		})
	}
}

// An added user has the rights of the user level immediately.
func TestAddIdentity_CanCreateTokens(t *testing.T) {
	s := newService(newStore(t))
	cem := pat.Owner{ID: "cem", Name: "Cem"}
	mustRun(t,
		s.AddIdentity(t.Context(), pat.Identity{
			ID: "cem", Name: "Cem", UserLevels: []string{"USER"},
		}, pat.NewToken(expiringToken("1", cem))))
	session, err := s.PrepareLogin(t.Context(), "1", "secret of 1", now)
	mustRun(t, err)
	if diff := cmp.Diff(pat.Caller{
		ClientID: "1", ID: "cem", Name: "Cem", UserLevels: []string{"USER"}, Scopes: []string{
			"sp:scopes:all",
		},
	}, session.Caller); diff != "" {
		t.Errorf("caller (-want +got):\n%s", diff)
	}
	_, err = create(t.Context(), s, callOf(session.Caller, version.V3), pat.CreateRequest{
		Name: new("robot"),
	})
	checkRejection(t, accepted, err)
}

func TestAddToken(t *testing.T) {
	withOwner := func(f pat.TokenData, o pat.Owner) pat.TokenData { f.Owner = o; return f }
	other := pat.Owner{ID: "x", Name: "X"} // replaced by the owner
	tests := []struct {
		name       string
		owner      string
		fields     pat.TokenData
		want       error
		wantFields pat.TokenData
		wantLogins []string
	}{
		{
			"above the limit", "Ann", expiringToken("1", other), nil,
			withOwner(expiringToken("1", other), ann),
			[]string{"Ann login"},
		},
		{
			"first of a user is the login", "Ben", expiringToken("1", other), nil,
			withOwner(expiringToken("1", other), ben),
			[]string{"Ann login", "Ben 1"},
		},
		{
			"managed one is not", "Ben", managedToken("1", other), nil,
			withOwner(managedToken("1", other), ben),
			[]string{"Ann login"},
		},
		{
			"unknown owner", "Cem", expiringToken("1", other), pat.ErrNoIdentity,
			pat.TokenData{},
			[]string{"Ann login"},
		},
		{
			"id instead of a name", "ann", expiringToken("1", other), pat.ErrNoIdentity,
			pat.TokenData{},
			[]string{"Ann login"},
		},
		{
			"id taken", "Ben", expiringToken("login", other), pat.ErrIDTaken,
			pat.TokenData{},
			[]string{
				"Ann login",
			},
		},
		{
			"id of an API client", "Ben", expiringToken("api", other), pat.ErrIDTaken,
			pat.TokenData{},
			[]string{"Ann login"},
		},
		{
			"name taken", "Ann", namedToken("1", other, "name of login"), pat.ErrNameTaken,
			pat.TokenData{},
			[]string{"Ann login"},
		},
		{
			"name of another owner's token", "Ben", namedToken("1", other, "name of login"), nil,
			withOwner(namedToken("1", other, "name of login"), ben),
			[]string{"Ann login", "Ben 1"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := tenantStore(t)
			s := tenantService(store)
			before := allTokens(t, store)
			got, err := s.AddToken(t.Context(), test.owner, test.fields)
			if !errors.Is(err, test.want) {
				t.Fatalf("error = %v, want %v", err, test.want)
			}
			if diff := cmp.Diff(test.wantLogins, logins(t, s)); diff != "" {
				t.Errorf("logins (-want +got):\n%s", diff)
			}
			wantLogin := ""
			if slices.Contains(test.wantLogins, "Ben 1") {
				wantLogin = "1"
			}
			if i, _ := s.Identity(t.Context(), "ben"); i.Login != wantLogin {
				t.Errorf("Ben is known to log in with %q, want %q", i.Login, wantLogin)
			}
			if test.want != nil {
				if diff := cmp.Diff(before, allTokens(t, store)); got != nil || diff != "" {
					t.Errorf("stored despite an error (-before +after):\n%s", diff)
				}
				return
			}
			checkFields(t, test.wantFields, got.TokenData)
			checkFields(t, test.wantFields, tokenData(t, store, "1"))
		})
	}
}

func TestAddToken_ListsUsersForUnknownOwner(t *testing.T) {
	var users []pat.Identity
	for _, i := range []int{3, 1, 2} {
		users = append(users, pat.Identity{ID: fmt.Sprint(i), Name: fmt.Sprintf("User %02d", i)})
	}
	tests := []struct {
		name       string
		identities []pat.Identity
		wantNames  []string // in this order
	}{
		{"none", nil, nil},
		{"some", users, []string{"User 01", "User 02", "User 03"}},
		{"ten", makeUsers(10), firstTen},
		{"twelve", makeUsers(12), firstTen},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := serviceFor(pat.Config{Store: newStore(t)}, pat.Tenant{
				Identities: test.identities,
			}).AddToken(t.Context(), "Ann", pat.TokenData{})
			if !errors.Is(err, pat.ErrNoIdentity) {
				t.Fatalf("error = %v, want ErrNoIdentity", err)
			}
			if diff := cmp.Diff(test.wantNames,
				userName.FindAllString(err.Error(), -1)); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			checkText(t, err.Error())
		})
	}
}

var (
	userName = regexp.MustCompile(`User \d\d`)
	firstTen = strings.Split("User 01,User 02,User 03,User 04,User 05,User 06,User 07,User 08,"+
		"User 09,User 10", ",")
)

func makeUsers(n int) []pat.Identity {
	users := make([]pat.Identity, n)
	for i := range users {
		users[i] = pat.Identity{ID: fmt.Sprint(i + 1), Name: fmt.Sprintf("User %02d", i+1)}
	}
	return users
}

// noIdentityStore is a store that fails to store identities.
type noIdentityStore struct{ *memory.Store }

func (noIdentityStore) AddIdentity(context.Context, pat.Identity, *pat.Token) error {
	return errFull
}

func (noIdentityStore) SetLogin(context.Context, string, string) error { return errFull }

// If the store fails, the service adds nothing.
func TestAdd_ReturnsStoreError(t *testing.T) {
	cem := pat.Owner{ID: "cem", Name: "Cem"}
	tests := []struct {
		name string
		wrap func(*memory.Store) pat.Store
		run  func(*pat.Service) error
	}{
		{
			"identity", func(s *memory.Store) pat.Store { return noIdentityStore{s} },
			func(s *pat.Service) error {
				return s.AddIdentity(t.Context(), pat.Identity{ID: "cem", Name: "Cem"}, nil)
			},
		},
		{
			"token of an identity", func(s *memory.Store) pat.Store { return fullStore{s} },
			func(s *pat.Service) error {
				return s.AddIdentity(t.Context(), pat.Identity{ID: "cem", Name: "Cem"},
					pat.NewToken(expiringToken("1", cem)))
			},
		},
		{
			"token", func(s *memory.Store) pat.Store { return fullStore{s} },
			func(s *pat.Service) error {
				_, err := s.AddToken(t.Context(), "Ben", expiringToken("1", ben))
				return err
			},
		},
		{
			"login of a token", func(s *memory.Store) pat.Store {
				return noIdentityStore{s}
			}, func(s *pat.Service) error {
				_, err := s.AddToken(t.Context(), "Ben", expiringToken("1", ben))
				return err
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := tenantStore(t)
			tenantService(store)
			s := newService(test.wrap(store))
			if err := test.run(s); !errors.Is(err, errFull) {
				t.Errorf("error = %v, want the store's error", err)
			}
			if _, err := s.Identity(t.Context(), "cem"); !errors.Is(err, pat.ErrNoIdentity) {
				t.Errorf("identity exists, error %v", err)
			}
			if i, _ := s.Identity(t.Context(), "ben"); i.Login != "" {
				t.Errorf("Ben can log in with %s", i.Login)
			}
		})
	}
}

func TestLogins(t *testing.T) {
	createdAt := func(f pat.TokenData, created string) pat.TokenData {
		f.Created = parseTime(created)
		return f
	}
	older, younger := createdAt(expiringToken("older", ann), "2026-01-01T00:00:00Z"),
		createdAt(expiringToken("younger", ann), "2026-01-02T00:00:00Z")
	early := createdAt(managedToken("early", ann), "2025-01-01T00:00:00Z")
	tests := []struct {
		name   string
		login  string
		tokens []pat.TokenData
		want   []string
	}{
		{"known", "younger", []pat.TokenData{older, younger}, []string{"Ann younger"}},
		{"none known", "", []pat.TokenData{younger, older}, []string{"Ann older"}},
		{"deleted", "gone", []pat.TokenData{younger, older}, []string{"Ann older"}},
		{
			"deleted, an older one is managed", "gone", []pat.TokenData{early, younger}, []string{
				"Ann younger",
			},
		},
		{
			"another's", "bens", []pat.TokenData{younger, expiringToken("bens", ben)}, []string{
				"Ann younger",
			},
		},
		{"managed alone", "", []pat.TokenData{early}, nil},
		{"no token", "gone", nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := serviceFor(pat.Config{Store: newStore(t, test.tokens...)}, pat.Tenant{
				Identities: []pat.Identity{{ID: "ann", Name: "Ann", Login: test.login}},
			})
			if diff := cmp.Diff(test.want, logins(t, s)); diff != "" {
				t.Errorf("logins (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("deleted since", func(t *testing.T) {
		s := serviceFor(pat.Config{Store: newStore(t, older, younger)}, pat.Tenant{
			Identities: []pat.Identity{{ID: "ann", Name: "Ann", Login: "younger"}},
		})
		mustRun(t, deleteToken(t.Context(), s, callOf(admin(ann), version.V3), "younger"))
		if diff := cmp.Diff([]string{"Ann older"}, logins(t, s)); diff != "" {
			t.Errorf("logins (-want +got):\n%s", diff)
		}
	})
	t.Run("in the order of the identities", func(t *testing.T) {
		s := newService(newStore(t, createdAt(expiringToken("bens", ben), "2020-01-01T00:00:00Z"),
			older))
		if diff := cmp.Diff([]string{"Ann older", "Ben bens"}, logins(t, s)); diff != "" {
			t.Errorf("logins (-want +got):\n%s", diff)
		}
	})
}

func TestCount_IgnoresStoreError(t *testing.T) {
	if got := newService(fullStore{newStore(t)}).Count(t.Context()); got != 7 {
		t.Errorf("count = %d, want 7, which the store returns with its error", got)
	}
}
