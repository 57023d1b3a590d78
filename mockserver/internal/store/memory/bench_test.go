package memory_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
)

// sizes are numbers of tokens. The time of a query should not depend on them.
var sizes = []int{1_000, 100_000, 1_000_000}

// few is the number of tokens of an owner, of tokens that were never used, and of stale tokens.
const few = 100

var (
	newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	stale   = newYear.AddDate(0, 0, 1)
)

// benchToken returns the nth token by age. The time of its last use is random.
func benchToken(n int, random *rand.Rand) *pat.Token {
	return pat.NewToken(pat.TokenData{
		ID:     fmt.Sprintf("%016x%016x", random.Uint64(), random.Uint64()),
		Secret: fmt.Sprintf("%064x", random.Uint64()), Name: fmt.Sprintf("token %d", n),
		Owner:                      pat.Owner{ID: fmt.Sprintf("%032x", n/few), Name: "Ann"},
		Created:                    newYear.Add(time.Duration(n) * time.Minute),
		LastUsed:                   stale.Add(time.Duration(1+random.IntN(1e9)) * time.Millisecond),
		AccessTokenValiditySeconds: 43200,
	})
}

// benchTokens returns n tokens. Few of them were never used, and few are stale.
func benchTokens(n int) []*pat.Token {
	random := rand.New(rand.NewPCG(1, 2))
	tokens := make([]*pat.Token, n)
	for i := range tokens {
		tokens[i] = benchToken(i, random)
	}
	for i, index := range random.Perm(n)[:2*few] {
		tokens[index].LastUsed = []time.Time{{}, stale}[i%2]
	}
	return tokens
}

// benchSizes runs a benchmark on a store of each size.
func benchSizes(b *testing.B, run func(*testing.B, *memory.Store, []*pat.Token)) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			tokens := benchTokens(n)
			s := newStore(b, tokens...)
			b.ReportAllocs()
			b.ResetTimer()
			run(b, s, tokens)
		})
	}
}

func admin(id string) pat.Caller {
	return pat.Caller{ID: id, UserLevels: []string{"ORG_ADMIN"}, Scopes: []string{"sp:scopes:all"}}
}

func listQuery(tb testing.TB, text string) pat.ListQuery {
	filter, err := pat.ParseFilter(text)
	if err != nil {
		tb.Fatal(err)
	}
	return pat.ListQuery{Filter: filter}
}

func BenchmarkListOwner(b *testing.B) { benchList(b, pat.ListQuery{OwnerID: "me"}) }
func BenchmarkListLastUsed(b *testing.B) {
	benchList(b, listQuery(b, "lastUsed le 2026-01-02T00:00:00Z"))
}
func BenchmarkListNeverUsed(b *testing.B) { benchList(b, listQuery(b, "lastUsed isnull")) }

func benchList(b *testing.B, q pat.ListQuery) {
	benchSizes(b, func(b *testing.B, s *memory.Store, tokens []*pat.Token) {
		service := pat.NewService(pat.Config{Store: s})
		for i := 0; b.Loop(); i += 7919 {
			if got, err := service.List(b.Context(), admin(tokens[i%len(tokens)].Owner.ID),
				q); err != nil || len(got) != few {
				b.Fatalf("%d tokens, %v", len(got), err)
			}
		}
	})
}

// BenchmarkCreate creates tokens that are the newest and were never used.
func BenchmarkCreate(b *testing.B) {
	benchSizes(b, func(b *testing.B, s *memory.Store, tokens []*pat.Token) {
		random := rand.New(rand.NewPCG(3, 4))
		batches(b, len(tokens)/10, func(size int) {
			created := make([]*pat.Token, size)
			for i := range created {
				created[i] = benchToken(len(tokens)+i, random)
				created[i].Owner, created[i].LastUsed = tokens[random.IntN(len(tokens))].Owner,
					time.Time{}
			}
			b.StartTimer()
			create(b, s, created)
			b.StopTimer()
			remove(b, s, created)
		})
	})
}

// BenchmarkDelete deletes random tokens.
func BenchmarkDelete(b *testing.B) {
	benchSizes(b, func(b *testing.B, s *memory.Store, tokens []*pat.Token) {
		benchDelete(b, s, tokens)
	})
}

func BenchmarkDeleteOfOneOwner(b *testing.B) {
	tokens := benchTokens(100_000)
	for _, t := range tokens {
		t.Owner.ID = "ann"
	}
	benchDelete(b, newStore(b, tokens...), tokens)
}

func benchDelete(b *testing.B, s *memory.Store, tokens []*pat.Token) {
	random := rand.New(rand.NewPCG(3, 4))
	random.Shuffle(len(tokens), func(i, j int) { tokens[i], tokens[j] = tokens[j], tokens[i] })
	batches(b, len(tokens)/10, func(size int) {
		from := random.IntN(len(tokens) - size)
		b.StartTimer()
		remove(b, s, tokens[from:from+size])
		b.StopTimer()
		create(b, s, tokens[from:from+size])
	})
}

// batches calls do in batches, b.N times in total. The function must start and stop the timer.
func batches(b *testing.B, max int, do func(size int)) {
	b.StopTimer()
	b.ResetTimer()
	for done := 0; done < b.N; {
		size := min(max, b.N-done)
		do(size)
		done += size
	}
}

func create(b *testing.B, s *memory.Store, tokens []*pat.Token) {
	for _, t := range tokens {
		if err := s.Create(b.Context(), t, 0); err != nil {
			b.Fatal(err)
		}
	}
}

func remove(b *testing.B, s *memory.Store, tokens []*pat.Token) {
	for _, t := range tokens {
		if err := s.Delete(b.Context(), t); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMixed lists tokens in eight readers, while eight writers create, use and delete tokens.
// It reports percentiles of the time of an operation.
func BenchmarkMixed(b *testing.B) {
	benchSizes(b, func(b *testing.B, s *memory.Store, tokens []*pat.Token) {
		service := pat.NewService(pat.Config{Store: s})
		queries := []pat.ListQuery{
			listQuery(b, "lastUsed le 2026-01-02T00:00:00Z"), {
				OwnerID: tokens[len(tokens)/2].Owner.ID,
			},
		}
		durations := make([][]time.Duration, 2*workers)
		measure := func(worker int, do func() error) {
			begin := b.Elapsed()
			if err := do(); err != nil {
				b.Error(err)
			}
			durations[worker] = append(durations[worker], b.Elapsed()-begin)
			runtime.Gosched() // keep a processor no longer than an operation
		}
		var wg sync.WaitGroup
		for worker := range workers {
			wg.Go(func() {
				for i := range b.N/2/workers + 1 {
					measure(worker, func() error {
						_, err := service.List(b.Context(), admin("ann"), queries[i%2])
						return err
					})
				}
			})
			wg.Go(func() {
				random := rand.New(rand.NewPCG(5, uint64(worker)))
				for i := range b.N/6/workers + 1 {
					created := benchToken(len(tokens)+i*workers+worker, random)
					used := rename(created, created.Name)
					used.New.LastUsed = created.LastUsed.Add(time.Hour)
					measure(workers+worker, func() error {
						return s.Create(b.Context(), created, 0)
					})
					measure(workers+worker, func() error { return s.Swap(b.Context(), used) })
					measure(workers+worker, func() error { return s.Delete(b.Context(), used.New) })
				}
			})
		}
		wg.Wait()
		b.StopTimer()
		all := slices.Sorted(slices.Values(slices.Concat(durations...)))
		for _, p := range []struct {
			name  string
			share float64
		}{{"p50-ns", .5}, {"p99-ns", .99}, {"p99.9-ns", .999}} {
			b.ReportMetric(float64(all[int(p.share*float64(len(all)))]), p.name)
		}
	})
}

// heap returns the number of live bytes on the heap.
func heap() float64 {
	runtime.GC()
	runtime.GC() // clears the pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkMemory reports the heap size of a token, and the share of the store.
func BenchmarkMemory(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				empty := heap()
				tokens := benchTokens(n)
				created := heap()
				s := newStore(b, tokens...)
				stored := heap()
				b.ReportMetric((stored-empty)/float64(n), "B/token")
				b.ReportMetric((stored-created)/float64(n), "store-B/token")
				runtime.KeepAlive(s)
				runtime.KeepAlive(tokens)
			}
		})
	}
}

// BenchmarkNew creates stores of a small tenant and reports their size on the heap.
func BenchmarkNew(b *testing.B) {
	for _, n := range []int{0, 10} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			tokens := make([]*pat.Token, n)
			for i := range tokens {
				tokens[i] = benchToken(i*few/3, random) // three of each owner
			}
			var stores []*memory.Store
			empty := heap()
			b.ResetTimer()
			for range b.N {
				stores = append(stores, newStore(b, tokens...))
			}
			b.StopTimer()
			b.ReportMetric((heap()-empty)/float64(len(stores))-8, "B/store")
			runtime.KeepAlive(stores)
		})
	}
}
