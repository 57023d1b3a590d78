package pat_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// bytesPerCall returns the average number of bytes that a call allocates.
func bytesPerCall(call func(n int)) int {
	const calls = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for n := range calls {
		call(n)
	}
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc-before.TotalAlloc) / calls
}

// serviceWithUsers returns a service with the given number of users, each with a login token.
func serviceWithUsers(t *testing.T, users int) *pat.Service {
	t.Helper()
	var tenant pat.Tenant
	var tokens []pat.TokenData
	for n := range users {
		owner := pat.Owner{ID: fmt.Sprintf("id %06d", n), Name: fmt.Sprintf("User %06d", users-n)}
		tokens = append(tokens, expiringToken(fmt.Sprintf("token %d", n), owner))
		tenant.Identities = append(tenant.Identities, pat.Identity{
			ID: owner.ID, Name: owner.Name, Login: tokens[n].ID,
		})
	}
	return serviceFor(pat.Config{Store: newStore(t, tokens...)}, tenant)
}

// ignoreError returns nil if err is the expected rejection, and err otherwise.
func ignoreError(t testing.TB, want rejection, err error) error {
	if rejectionOf(t, err) == want {
		return nil
	}
	return err
}

// The allocations of a call must not depend on the number of users and tokens.
func TestService_AllocationsIndependentOfUsers(t *testing.T) {
	const few, many = 100, 20_000
	newUser := func(n int) pat.Identity {
		return pat.Identity{ID: fmt.Sprintf("new %d", n), Name: fmt.Sprintf("Newcomer %d", n)}
	}
	tests := []struct {
		name string
		call func(s *pat.Service, n int) error
		want error
	}{
		{"login with an unknown id", func(s *pat.Service, _ int) error {
			return ignoreError(t, badCredentials, login(t.Context(), s, "unknown", "secret", now))
		}, nil},
		{"login with a wrong secret", func(s *pat.Service, _ int) error {
			return ignoreError(t, badCredentials, login(t.Context(), s, "token 7", "secret", now))
		}, nil},
		{
			"add an identity", func(s *pat.Service, n int) error {
				return s.AddIdentity(t.Context(), newUser(n), nil)
			}, nil,
		},
		{"add an identity whose name is taken", func(s *pat.Service, _ int) error {
			return s.AddIdentity(t.Context(), pat.Identity{ID: "new", Name: "User 000007"}, nil)
		}, pat.ErrIdentityTaken},
		{"add a token", func(s *pat.Service, n int) error {
			_, err := s.AddToken(t.Context(), "User 000007", pat.TokenData{
				ID: fmt.Sprintf("new %d", n), Name: fmt.Sprintf("new %d", n),
			})
			return err
		}, nil},
		{"add a token to an unknown user", func(s *pat.Service, _ int) error {
			_, err := s.AddToken(t.Context(), "unknown", pat.TokenData{ID: "new", Name: "new"})
			return err
		}, pat.ErrNoIdentity},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bytes := func(users int) int {
				s := serviceWithUsers(t, users)
				return bytesPerCall(func(n int) {
					if err := test.call(s, n); !errors.Is(err, test.want) {
						t.Fatalf("error = %v, want %v", err, test.want)
					}
				})
			}
			// Maps and trees grow occasionally: up to 4 kB on average.
			if small, large := bytes(few), bytes(many); large > small+4<<10 {
				t.Errorf("%d bytes with %d users and %d with %d, want the same", small, few, large,
					many)
			}
		})
	}
}

// After a restart, a seeded source repeats the ids of all tokens. They are skipped without encoding
// and validating a response.
func TestCreate_PreparesOnceWhenIDsExist(t *testing.T) {
	const tokens = 1000
	var ids, secrets, prepared int
	store := newStore(t)
	for n := range tokens {
		mustRun(t,
			store.Create(t.Context(), pat.NewToken(expiringToken(fmt.Sprint("id ", n+1), ann)), 0))
	}
	s := serviceFor(pat.Config{
		Store: store,
		NewID: func() string {
			ids++
			return fmt.Sprint("id ", ids)
		}, NewSecret: func() string { secrets++; return fmt.Sprint("secret ", secrets) },
	}, pat.Tenant{Identities: []pat.Identity{{ID: ann.ID, Name: ann.Name}}})
	call := callOf(admin(ann), version.V3)
	created, err := create(t.Context(), s, call, pat.CreateRequest{Name: new("new")},
		func(*pat.Creation) { prepared++ })
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprint(tokens + 1); prepared != 1 || created.ID != "id "+want ||
		created.Secret != "secret "+want {
		t.Errorf("%d tokens were prepared, and got %s with %s, want one, %s", prepared, created.ID,
			created.Secret, want)
	}
}
