package file_test

import (
	"fmt"
	"runtime"
	"testing"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/file"
)

// bytesPerCall returns the average number of bytes that a call allocates.
func bytesPerCall(call func(n int)) int {
	const calls = 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for n := range calls {
		call(n)
	}
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc-before.TotalAlloc) / calls
}

// The allocations of a write must not depend on the size of the file.
func TestWrite_AllocationsIndependentOfUsers(t *testing.T) {
	const few, many = 100, 5000
	tests := []struct {
		name  string
		write func(s *file.Store, n int) error
	}{
		{"identity", func(s *file.Store, n int) error {
			id := fmt.Sprintf("new %d", n)
			return s.AddIdentity(t.Context(), pat.Identity{ID: id, Name: id}, nil)
		}},
		{"identity again", func(s *file.Store, n int) error {
			return s.SetLogin(t.Context(), fmt.Sprint(n), "new")
		}},
		{"token", func(s *file.Store, n int) error {
			return s.Create(t.Context(), token(fmt.Sprintf("new %d", n), ann, 1), 0)
		}},
		{"record", func(s *file.Store, _ int) error { return s.PutRecord("clock", []byte("{}")) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bytes := func(users int) int {
				var tenant pat.Tenant
				for n := range users {
					owner := pat.Owner{ID: fmt.Sprint(n), Name: fmt.Sprintf("User %d", n)}
					tenant.Identities = append(tenant.Identities, pat.Identity{
						ID: owner.ID, Name: owner.Name,
					})
					tenant.Tokens = append(tenant.Tokens, token(fmt.Sprint(n), owner, 1))
				}
				_, _, s := newStore(t)
				checkError(t, nil, s.Replace(t.Context(), tenant))
				// the first addition reads all identities
				checkError(t, nil,
					s.AddIdentity(t.Context(), pat.Identity{ID: "ann", Name: "Ann"}, nil))
				return bytesPerCall(func(n int) { checkError(t, nil, test.write(s, n)) })
			}
			// a larger tree has a longer path
			if small, large := bytes(few), bytes(many); large > 2*small+16<<10 {
				t.Errorf("%d bytes with %d users and %d with %d, want nearly the same", small, few,
					large, many)
			}
		})
	}
}
