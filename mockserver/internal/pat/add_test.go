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

// peopled has Ann who logs in with "login", Ben who has a managed token only, and an API client.
func peopled(store pat.Store) *pat.Service {
	return configured(pat.Config{Store: store, Limit: 1}, pat.Tenant{
		Identities: []pat.Identity{
			{ID: "ann", Name: "Ann", Login: "login"}, {ID: "ben", Name: "Ben"},
		},
		APIClients: []pat.APIClient{{ID: "api"}},
	})
}

func peopledStore(t testing.TB) *memory.Store {
	return newStore(t, dated("login", ann), managed("managed", ben))
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
			pat.NewToken(dated("1", cem)),
			nil,
			[]string{"Ann login", "Cem 1"},
		},
		{
			"name taken",
			pat.Identity{ID: "cem", Name: "Ann"},
			pat.NewToken(dated("1", cem)),
			pat.ErrIdentityTaken,
			[]string{"Ann login"},
		},
		{
			"id taken",
			pat.Identity{ID: "ann", Name: "Cem"},
			pat.NewToken(dated("1", cem)),
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
			pat.NewToken(dated("login", cem)), pat.ErrIDTaken,
			[]string{"Ann login"},
		},
		{
			"login with the id of an API client",
			pat.Identity{ID: "cem", Name: "Cem"},
			pat.NewToken(dated("api", cem)), pat.ErrIDTaken,
			[]string{"Ann login"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := peopledStore(t)
			s := peopled(store)
			before := everything(t, store)
			err := s.AddIdentity(t.Context(), test.identity, test.login)
			if !errors.Is(err, test.want) {
				t.Fatalf("error is %v, want %v", err, test.want)
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
			} else if diff := cmp.Diff(before, everything(t, store)); diff != "" {
				t.Errorf("stored (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff(want, sorted(t, s)); diff != "" {
				t.Errorf("identities (-want +got):\n%s", diff)
			}
		})
	}
}

// Whoever is added can do at once what the user level allows.
func TestAddedIdentity(t *testing.T) {
	s := newService(newStore(t))
	cem := pat.Owner{ID: "cem", Name: "Cem"}
	mustRun(t,
		s.AddIdentity(t.Context(), pat.Identity{
			ID: "cem", Name: "Cem", UserLevels: []string{"USER"},
		}, pat.NewToken(dated("1", cem))))
	granted, err := s.PrepareLogin(t.Context(), "1", "secret of 1", now)
	mustRun(t, err)
	if diff := cmp.Diff(pat.Caller{
		ClientID: "1", ID: "cem", Name: "Cem", UserLevels: []string{"USER"}, Scopes: []string{
			"sp:scopes:all",
		},
	}, granted.Caller); diff != "" {
		t.Errorf("caller (-want +got):\n%s", diff)
	}
	_, err = create(t.Context(), s, callOf(granted.Caller, version.V3), pat.CreateRequest{
		Name: new("robot"),
	})
	checkRefusal(t, accepted, err)
}

func TestAddToken(t *testing.T) {
	owned := func(f pat.TokenData, o pat.Owner) pat.TokenData { f.Owner = o; return f }
	nobody := pat.Owner{ID: "x", Name: "X"} // whoever the fields name, it is the owner's
	tests := []struct {
		name       string
		owner      string
		fields     pat.TokenData
		want       error
		wantFields pat.TokenData
		wantLogins []string
	}{
		{
			"above the limit", "Ann", dated("1", nobody), nil, owned(dated("1", nobody), ann),
			[]string{"Ann login"},
		},
		{
			"first of a user is the login", "Ben", dated("1", nobody), nil,
			owned(dated("1", nobody), ben),
			[]string{"Ann login", "Ben 1"},
		},
		{
			"a managed one is not", "Ben", managed("1", nobody), nil,
			owned(managed("1", nobody), ben),
			[]string{"Ann login"},
		},
		{
			"unknown owner", "Cem", dated("1", nobody), pat.ErrNoIdentity,
			pat.TokenData{},
			[]string{"Ann login"},
		},
		{
			"id instead of a name", "ann", dated("1", nobody), pat.ErrNoIdentity,
			pat.TokenData{},
			[]string{"Ann login"},
		},
		{
			"id taken", "Ben", dated("login", nobody), pat.ErrIDTaken, pat.TokenData{}, []string{
				"Ann login",
			},
		},
		{
			"id of an API client", "Ben", dated("api", nobody), pat.ErrIDTaken,
			pat.TokenData{},
			[]string{"Ann login"},
		},
		{
			"name taken", "Ann", named("1", nobody, "name of login"), pat.ErrNameTaken,
			pat.TokenData{},
			[]string{"Ann login"},
		},
		{
			"name of another's", "Ben", named("1", nobody, "name of login"), nil,
			owned(named("1", nobody, "name of login"), ben),
			[]string{"Ann login", "Ben 1"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := peopledStore(t)
			s := peopled(store)
			before := everything(t, store)
			got, err := s.AddToken(t.Context(), test.owner, test.fields)
			if !errors.Is(err, test.want) {
				t.Fatalf("error is %v, want %v", err, test.want)
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
				if diff := cmp.Diff(before, everything(t, store)); got != nil || diff != "" {
					t.Errorf("stored beside an error (-before +after):\n%s", diff)
				}
				return
			}
			checkFields(t, test.wantFields, got.TokenData)
			checkFields(t, test.wantFields, stored(t, store, "1"))
		})
	}
}

func TestAddTokenNamesWhoThereIs(t *testing.T) {
	var people []pat.Identity
	for _, i := range []int{3, 1, 2} {
		people = append(people, pat.Identity{ID: fmt.Sprint(i), Name: fmt.Sprintf("User %02d", i)})
	}
	tests := []struct {
		name       string
		identities []pat.Identity
		wantNames  []string // in this order
	}{
		{"none", nil, nil},
		{"some", people, []string{"User 01", "User 02", "User 03"}},
		{"ten", numberedPeople(10), untilTen},
		{"twelve", numberedPeople(12), untilTen},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := configured(pat.Config{Store: newStore(t)}, pat.Tenant{
				Identities: test.identities,
			}).AddToken(t.Context(), "Ann", pat.TokenData{})
			if !errors.Is(err, pat.ErrNoIdentity) {
				t.Fatalf("error is %v, want ErrNoIdentity", err)
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
	untilTen = strings.Split("User 01,User 02,User 03,User 04,User 05,User 06,User 07,User 08,"+
		"User 09,User 10", ",")
)

func numberedPeople(n int) []pat.Identity {
	people := make([]pat.Identity, n)
	for i := range people {
		people[i] = pat.Identity{ID: fmt.Sprint(i + 1), Name: fmt.Sprintf("User %02d", i+1)}
	}
	return people
}

// mute is a store that keeps tokens and no identities.
type mute struct{ *memory.Store }

func (mute) AddIdentity(context.Context, pat.Identity, *pat.Token) error { return errFull }

func (mute) SetLogin(context.Context, string, string) error { return errFull }

// What the store does not keep is not in the tenant.
func TestAddWhatTheStoreRefuses(t *testing.T) {
	cem := pat.Owner{ID: "cem", Name: "Cem"}
	tests := []struct {
		name string
		wrap func(*memory.Store) pat.Store
		run  func(*pat.Service) error
	}{
		{
			"identity", func(s *memory.Store) pat.Store { return mute{s} },
			func(s *pat.Service) error {
				return s.AddIdentity(t.Context(), pat.Identity{ID: "cem", Name: "Cem"}, nil)
			},
		},
		{
			"token of an identity", func(s *memory.Store) pat.Store { return full{s} },
			func(s *pat.Service) error {
				return s.AddIdentity(t.Context(), pat.Identity{ID: "cem", Name: "Cem"},
					pat.NewToken(dated("1", cem)))
			},
		},
		{"token", func(s *memory.Store) pat.Store { return full{s} }, func(s *pat.Service) error {
			_, err := s.AddToken(t.Context(), "Ben", dated("1", ben))
			return err
		}},
		{
			"login of a token", func(s *memory.Store) pat.Store {
				return mute{s}
			}, func(s *pat.Service) error {
				_, err := s.AddToken(t.Context(), "Ben", dated("1", ben))
				return err
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := peopledStore(t)
			peopled(store)
			s := newService(test.wrap(store))
			if err := test.run(s); !errors.Is(err, errFull) {
				t.Errorf("error is %v, want that of the store", err)
			}
			if _, err := s.Identity(t.Context(), "cem"); !errors.Is(err, pat.ErrNoIdentity) {
				t.Errorf("the identity is known, error %v", err)
			}
			if i, _ := s.Identity(t.Context(), "ben"); i.Login != "" {
				t.Errorf("Ben logs in with %s", i.Login)
			}
		})
	}
}

func TestLogins(t *testing.T) {
	at := func(f pat.TokenData, created string) pat.TokenData {
		f.Created = moment(created)
		return f
	}
	older, younger := at(dated("older", ann), "2026-01-01T00:00:00Z"),
		at(dated("younger", ann), "2026-01-02T00:00:00Z")
	early := at(managed("early", ann), "2025-01-01T00:00:00Z")
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
			"another's", "bens", []pat.TokenData{younger, dated("bens", ben)}, []string{
				"Ann younger",
			},
		},
		{"managed alone", "", []pat.TokenData{early}, nil},
		{"no token", "gone", nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := configured(pat.Config{Store: newStore(t, test.tokens...)}, pat.Tenant{
				Identities: []pat.Identity{{ID: "ann", Name: "Ann", Login: test.login}},
			})
			if diff := cmp.Diff(test.want, logins(t, s)); diff != "" {
				t.Errorf("logins (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("deleted since", func(t *testing.T) {
		s := configured(pat.Config{Store: newStore(t, older, younger)}, pat.Tenant{
			Identities: []pat.Identity{{ID: "ann", Name: "Ann", Login: "younger"}},
		})
		mustRun(t, deleteToken(t.Context(), s, callOf(admin(ann), version.V3), "younger"))
		if diff := cmp.Diff([]string{"Ann older"}, logins(t, s)); diff != "" {
			t.Errorf("logins (-want +got):\n%s", diff)
		}
	})
	t.Run("in the order of the identities", func(t *testing.T) {
		s := newService(newStore(t, at(dated("bens", ben), "2020-01-01T00:00:00Z"), older))
		if diff := cmp.Diff([]string{"Ann older", "Ben bens"}, logins(t, s)); diff != "" {
			t.Errorf("logins (-want +got):\n%s", diff)
		}
	})
}

func TestCountOfAStoreThatCannot(t *testing.T) {
	if got := newService(full{newStore(t)}).Count(t.Context()); got != 7 {
		t.Errorf("count is %d, want what the store says beside its error, 7", got)
	}
}
