package file_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/file"
	"example.com/patmock/mockserver/internal/store/memory"
)

// benchTenant returns a tenant with tokens that have random ids. Each user has a hundred tokens.
func benchTenant(tokens int) pat.Tenant {
	random := rand.New(rand.NewPCG(1, 2))
	tenant := pat.Tenant{Name: "acme", Identities: users}
	for i := range tokens {
		owner := pat.Owner{ID: fmt.Sprintf("%032x", i/100), Name: fmt.Sprintf("User %d", i/100)}
		if i%100 == 0 {
			tenant.Identities = append(tenant.Identities, pat.Identity{
				ID: owner.ID, Name: owner.Name, UserLevels: []string{"USER"},
			})
		}
		tenant.Tokens = append(tenant.Tokens, benchToken(random, owner, i))
	}
	return tenant
}

func benchToken(random *rand.Rand, owner pat.Owner, i int) *pat.Token {
	return pat.NewToken(pat.TokenData{
		ID:     fmt.Sprintf("%016x%016x", random.Uint64(), random.Uint64()),
		Secret: fmt.Sprintf("%032x%032x", random.Uint64(), random.Uint64()),
		Name:   fmt.Sprintf("token %d", i),
		Owner:  owner, Scope: []string{"sp:scopes:all"},
		Created:                    time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC),
		AccessTokenValiditySeconds: 43200,
		ExpirationDate:             time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	})
}

// sizes are numbers of tokens. They show whether a cost per token is constant.
var sizes = []int{1_000, 10_000, 100_000, 1_000_000}

// BenchmarkReplace reports the cost of replacing all tokens, compared with the memory store.
func BenchmarkReplace(b *testing.B) {
	for _, n := range sizes {
		tenant := benchTenant(n)
		for name, open := range map[string]func(*testing.B) pat.Store{
			"memory": func(*testing.B) pat.Store { return memory.New() },
			"file": func(b *testing.B) pat.Store {
				b.Helper()
				_, _, s := newStore(b)
				return s
			},
		} {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				s := open(b)
				checkError(b, nil, s.Replace(b.Context(), tenant))
				for b.Loop() {
					checkError(b, nil, s.Replace(b.Context(), tenant))
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/token")
			})
		}
	}
}

// BenchmarkCreate reports the rate of concurrent creates, compared with the rate of file syncs.
func BenchmarkCreate(b *testing.B) {
	b.Run("sync alone", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "file"))
		checkError(b, nil, err)
		page := make([]byte, pageSize)
		for b.Loop() {
			_, err := f.WriteAt(page, 0)
			checkError(b, nil, err)
			checkError(b, nil, f.Sync())
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "syncs/s")
	})
	for _, n := range []int{0, 100_000} {
		for _, writers := range []int{1, 4, 16, 64} {
			b.Run(fmt.Sprintf("%d tokens/%d writers", n, writers), func(b *testing.B) {
				_, _, s := newStore(b)
				checkError(b, nil, s.Replace(b.Context(), benchTenant(n)))
				b.ResetTimer()
				create(b, s, writers)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "creates/s")
			})
		}
	}
}

// create creates b.N tokens.
func create(b *testing.B, s *file.Store, writers int) {
	var (
		next atomic.Int64
		wg   sync.WaitGroup
	)
	for writer := range writers {
		random := rand.New(rand.NewPCG(3, uint64(writer)))
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				t := benchToken(random, ann, int(i))
				checkError(b, nil, s.Create(b.Context(), t, 0))
			}
		})
	}
	wg.Wait()
}

// BenchmarkOpen reports the startup time, compared with filling the memory store.
func BenchmarkOpen(b *testing.B) {
	for _, n := range sizes {
		tenant := benchTenant(n)
		b.Run(fmt.Sprintf("%d/memory", n), func(b *testing.B) {
			for b.Loop() {
				checkError(b, nil, memory.New().Replace(b.Context(), tenant))
			}
		})
		b.Run(fmt.Sprintf("%d/file", n), func(b *testing.B) {
			f, path, s := newStore(b)
			checkError(b, nil, s.Replace(b.Context(), tenant))
			checkError(b, nil, f.Close())
			b.ResetTimer()
			for range b.N {
				f := open(b, path)
				_, err := openNamespace(b, f, "default").Load()
				checkError(b, nil, err)
				checkError(b, nil, f.Close())
			}
			reportSize(b, path, float64(n))
		})
	}
}

func reportSize(b *testing.B, path string, tokens float64) {
	info, err := os.Stat(path)
	checkError(b, nil, err)
	b.ReportMetric(float64(info.Size())/tokens, "B/token")
}

// BenchmarkReset reports the size of a file after its many tokens were replaced by few. It also
// reports the time of a create, before and after reopening the file.
func BenchmarkReset(b *testing.B) {
	few := benchTenant(1_000)
	for _, n := range sizes[1:] {
		for _, again := range []bool{false, true} {
			b.Run(fmt.Sprintf("from %d/opened again %t", n, again), func(b *testing.B) {
				f, path, s := newStore(b)
				checkError(b, nil, s.Replace(b.Context(), benchTenant(n)))
				checkError(b, nil, s.Replace(b.Context(), few))
				if again {
					s = openNamespace(b, reopen(b, f, path), "default")
					_, err := s.Load()
					checkError(b, nil, err)
				}
				reportSize(b, path, float64(len(few.Tokens)))
				b.ResetTimer()
				create(b, s, 1)
			})
		}
	}
}
