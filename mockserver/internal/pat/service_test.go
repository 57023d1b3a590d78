package pat_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/version"
)

func TestCreate(t *testing.T) {
	const april = "2026-04-01T00:00:00Z"
	robot := pat.TokenData{
		ID: "new-1", Secret: "secret-1", Name: "robot", Scope: []string{"sp:scopes:all"},
		Owner:   ben,
		Created: now, AccessTokenValiditySeconds: 43200, ExpirationDate: parseTime(april),
	}
	with := func(change func(*pat.TokenData)) pat.TokenData {
		f := robot
		change(&f)
		return f
	}
	tests := []struct {
		name    string
		request pat.CreateRequest
		want    pat.TokenData
	}{
		{"name and date", pat.CreateRequest{Name: new("robot"), ExpirationDate: new(april)}, robot},
		{
			"scopes",
			pat.CreateRequest{
				Name: new("robot"), ExpirationDate: new(april), Scope: []string{
					"idn:a:read", "idn:b:manage",
				},
			},
			with(func(f *pat.TokenData) { f.Scope = []string{"idn:a:read", "idn:b:manage"} }),
		},
		{
			"no scopes",
			pat.CreateRequest{Name: new("robot"), ExpirationDate: new(april), Scope: []string{}},
			with(func(f *pat.TokenData) { f.Scope = []string{} }),
		},
		{
			"unknown scopes",
			pat.CreateRequest{
				Name: new("robot"), ExpirationDate: new(april), Scope: []string{"no such scope"},
			},
			with(func(f *pat.TokenData) { f.Scope = []string{"no such scope"} }),
		},
		{
			"shortest access tokens",
			pat.CreateRequest{
				Name: new("robot"), ExpirationDate: new(april), AccessTokenValiditySeconds: new(15),
			},
			with(func(f *pat.TokenData) { f.AccessTokenValiditySeconds = 15 }),
		},
		{
			"longest access tokens",
			pat.CreateRequest{
				Name: new("robot"), ExpirationDate: new(april),
				AccessTokenValiditySeconds: new(43200),
			},
			with(func(f *pat.TokenData) { f.AccessTokenValiditySeconds = 43200 }),
		},
		{
			"never expires",
			pat.CreateRequest{Name: new("robot"), UserAwareTokenNeverExpires: true},
			with(func(f *pat.TokenData) {
				f.ExpirationDate, f.UserAwareTokenNeverExpires = time.Time{}, true
			}),
		},
		{
			"date and acknowledgment",
			pat.CreateRequest{
				Name: new("robot"), ExpirationDate: new(april), UserAwareTokenNeverExpires: true,
			},
			with(func(f *pat.TokenData) { f.UserAwareTokenNeverExpires = true }),
		},
		{
			"name with surrounding spaces",
			pat.CreateRequest{Name: new(" robot "), ExpirationDate: new(april)},
			with(func(f *pat.TokenData) { f.Name = " robot " }),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := newStore(t)
			got, err := create(t.Context(), newService(store), callOf(user(ben), version.V1),
				test.request)
			if err != nil {
				t.Fatal(err)
			}
			checkFields(t, test.want, got.TokenData)
			checkFields(t, test.want, tokenData(t, store, "new-1"))
		})
	}
}

func TestCreate_TruncatesTimeToMilliseconds(t *testing.T) {
	call := callOf(user(ben), version.V3)
	call.Now = time.Date(2026, 3, 1, 0, 30, 0, 123_999_999, time.FixedZone("", 60*60))
	got, err := create(t.Context(), newService(newStore(t)), call, pat.CreateRequest{
		Name: new("robot"),
	})
	if err != nil {
		t.Fatal(err)
	}
	// In UTC it is still February, and six months later August.
	want := []string{"2026-02-28T23:30:00.123Z", "2026-08-28T23:30:00.123Z"}
	if diff := cmp.Diff(want, []string{
		formatTime(got.Created), formatTime(got.ExpirationDate),
	}); diff != "" {
		t.Errorf("created, expires (-want +got):\n%s", diff)
	}
}

func TestCreate_CopiesScope(t *testing.T) {
	scope := []string{"idn:a:read"}
	got, err := create(t.Context(), newService(newStore(t)), callOf(user(ben), version.V3),
		pat.CreateRequest{Name: new("robot"), Scope: scope})
	if err != nil {
		t.Fatal(err)
	}
	scope[0] = "changed by the caller"
	if diff := cmp.Diff([]string{"idn:a:read"}, got.Scope); diff != "" {
		t.Errorf("scope (-want +got):\n%s", diff)
	}
}

func TestCreate_Limit(t *testing.T) {
	service := func(limit int) *pat.Service {
		return serviceFor(pat.Config{
			Store: newStore(t, expiringToken("1", ben), expiringToken("2", ben),
				expiringToken("3", ann), expiringToken("4", ann),
				expiringToken("5", ann)), Limit: limit,
		}, annAndBen())
	}
	create := func(s *pat.Service) error {
		_, err := create(t.Context(), s, callOf(user(ben), version.V3), pat.CreateRequest{
			Name: new("robot"),
		})
		return err
	}
	t.Run("below the limit", func(t *testing.T) {
		checkRejection(t, accepted, create(service(3)))
	})
	t.Run("at the limit", func(t *testing.T) {
		err := create(service(2))
		checkErrorText(t, rejection{pat.Limit, "", "tokens-per-owner"}, err)
	})
	t.Run("already above the limit", func(t *testing.T) {
		checkRejection(t, rejection{pat.Limit, "", "tokens-per-owner"}, create(service(1)))
	})
	t.Run("no limit", func(t *testing.T) {
		checkRejection(t, accepted, create(service(0)))
	})
	t.Run("after a delete", func(t *testing.T) {
		s := service(2)
		if err := deleteToken(t.Context(), s, callOf(user(ben), version.V3), "1"); err != nil {
			t.Fatal(err)
		}
		checkRejection(t, accepted, create(s))
	})
}

// A seeded source repeats its ids after a restart. A new token gets the next free id with its own
// secret.
func TestCreate_SkipsExistingIDs(t *testing.T) {
	store := newStore(t, expiringToken("new-1", ann), expiringToken("new-2", ben))
	service := newService(store)
	var seen []string
	got, err := create(t.Context(), service, callOf(user(ben), version.V3), pat.CreateRequest{
		Name: new("robot"),
	}, func(c *pat.Creation) {
		seen = append(seen, c.Token.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"new-3"}, seen); diff != "" {
		t.Errorf("prepared (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"new-3", "secret-3", "robot"}, []string{
		got.ID, got.Secret, got.Name,
	}); diff != "" {
		t.Errorf("id, secret, name (-want +got):\n%s", diff)
	}
	checkFields(t, got.TokenData, tokenData(t, store, "new-3"))
	checkFields(t, expiringToken("new-1", ann), tokenData(t, store, "new-1"))
	checkFields(t, expiringToken("new-2", ben), tokenData(t, store, "new-2"))
	t.Run("name taken", func(t *testing.T) {
		_, err := create(t.Context(), newService(store), callOf(user(ben), version.V3),
			pat.CreateRequest{Name: new("robot")})
		checkRejection(t, rejection{pat.Invalid, "/name", "name-unique"}, err)
	})
	// takeID stores another token with the id of the first prepared one.
	takeID := func(c *pat.Creation) {
		if c.Token.ID == "new-4" {
			mustRun(t, store.Create(t.Context(), pat.NewToken(expiringToken("new-4", ann)), 0))
		}
	}
	t.Run("taken concurrently", func(t *testing.T) {
		creation, err := newService(store).PrepareCreate(t.Context(), callOf(user(ben), version.V3),
			pat.CreateRequest{Name: new("other")})
		mustRun(t, err)
		takeID(creation)
		if err := creation.Commit(t.Context()); !errors.Is(err, pat.ErrConflict) {
			t.Errorf("error = %v, want ErrConflict", err)
		}
		if n, _ := store.Count(t.Context(), ben.ID); n != 2 {
			t.Errorf("%d tokens of Ben are stored, want 2", n)
		}
	})
	t.Run("taken concurrently and prepared again", func(t *testing.T) {
		token, err := store.Token(t.Context(), "new-4")
		mustRun(t, err)
		mustRun(t, store.Delete(t.Context(), token))
		got, err := create(t.Context(), newService(store), callOf(user(ben), version.V3),
			pat.CreateRequest{Name: new("other")}, takeID)
		if err != nil || got.ID != "new-5" || got.Secret != "secret-5" {
			t.Errorf("created %v, %v, want new-5 with its own secret", got, err)
		}
	})
}

// An access token stays valid when its user is deleted.
func TestCreate_RejectsDeletedCaller(t *testing.T) {
	store := newStore(t)
	service := newService(store)
	if err := service.Replace(t.Context(), pat.Tenant{
		Identities: []pat.Identity{{ID: "ann", Name: "Ann"}},
	}); err != nil {
		t.Fatal(err)
	}
	_, err := create(t.Context(), service, callOf(user(ben), version.V3), pat.CreateRequest{
		Name: new("robot"),
	})
	checkErrorText(t, forbidden("no-application-auth"), err)
	if got := allTokens(t, store); got != nil {
		t.Errorf("unexpected tokens: %v", got)
	}
	_, err = create(t.Context(), service, callOf(user(ann), version.V3), pat.CreateRequest{
		Name: new("robot"),
	})
	checkRejection(t, accepted, err)
}

func TestDelete(t *testing.T) {
	store := newStore(t, expiringToken("token", ben), expiringToken("other", ben))
	service := newService(store)
	if err := deleteToken(t.Context(), service, callOf(user(ben), version.V1),
		"token"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Token(t.Context(), "token"); !errors.Is(err, pat.ErrNotFound) {
		t.Errorf("token still exists: %v", err)
	}
	checkFields(t, expiringToken("other", ben), tokenData(t, store, "other"))
	t.Run("again", func(t *testing.T) {
		checkRejection(t, notFound,
			deleteToken(t.Context(), service, callOf(user(ben), version.V1), "token"))
	})
}

// prepareCases are the operations that write, with the tokens that they return.
var prepareCases = []struct {
	name string
	run  func(context.Context, *pat.Service, pat.Call) ([]*pat.Token, error)
	want []string
}{
	{"create", func(ctx context.Context, s *pat.Service, c pat.Call) ([]*pat.Token, error) {
		creation, err := s.PrepareCreate(ctx, c, pat.CreateRequest{
			Name: new("robot"), UserAwareTokenNeverExpires: true,
		})
		return []*pat.Token{creation.Token}, err
	}, []string{"new-1 robot"}},
	{"patch", func(ctx context.Context, s *pat.Service, c pat.Call) ([]*pat.Token, error) {
		update, err := s.PreparePatch(ctx, c, "token", patchOf(`replace /name "renamed"`))
		return update.Tokens, err
	}, []string{"token renamed"}},
	{"delete", func(ctx context.Context, s *pat.Service, c pat.Call) ([]*pat.Token, error) {
		_, err := s.PrepareDelete(ctx, c, "token")
		return nil, err
	}, nil},
	{"bulk update", func(ctx context.Context, s *pat.Service, c pat.Call) ([]*pat.Token, error) {
		update, err := s.PrepareBulkUpdate(ctx, c, []string{"token", "other"},
			patchOf("replace /userAwareTokenNeverExpires true"))
		return update.Tokens, err
	}, []string{"other name of other", "token name of token"}},
}

// A prepared write has the tokens of the response, but does not store them.
func TestPrepare_StoresNothing(t *testing.T) {
	for _, test := range prepareCases {
		t.Run(test.name, func(t *testing.T) {
			store := newStore(t, expiringToken("token", ann), expiringToken("other", ben))
			before := allTokens(t, store)
			tokens, err := test.run(t.Context(), newService(store), callOf(admin(ann), version.V1))
			mustRun(t, err)
			var got []string
			for _, token := range tokens {
				got = append(got, token.ID+" "+token.Name)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, allTokens(t, store)); diff != "" {
				t.Errorf("stored (-before +after):\n%s", diff)
			}
		})
	}
}

// A change does not modify the revision that was read before.
func TestRevisions_AreImmutable(t *testing.T) {
	store := newStore(t, robot())
	before, err := store.Token(t.Context(), "robot")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		run  func() error
	}{
		{"login", func() error {
			return login(t.Context(), loginService(store), "robot", "secret of robot", now)
		}},
		{"patch", func() error {
			_, err := patchToken(t.Context(), newService(store), callOf(user(ben), version.V1),
				"robot", patchOf(`replace /name "x"`, `replace /scope/0 "x"`))
			return err
		}},
		{"bulk update", func() error {
			_, err := bulkUpdate(t.Context(), newService(store), callOf(admin(ann), version.V1),
				[]string{"robot"}, patchOf("replace /userAwareTokenNeverExpires true"))
			return err
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := test.run(); err != nil {
				t.Fatal(err)
			}
			checkFields(t, robot(), before.TokenData)
			if after, _ := store.Token(t.Context(), "robot"); after == before {
				t.Error("got no new revision")
			}
		})
	}
}

// allTokens returns all tokens of a store in order.
func allTokens(t testing.TB, store *memory.Store) []pat.TokenData {
	t.Helper()
	tokens, err := store.AllTokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []pat.TokenData
	for _, token := range tokens {
		all = append(all, token.TokenData)
	}
	return all
}
