package journal_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/journal"
)

// few and many are numbers of stored requests. The cost of one more request must not depend on
// them.
const few, many = 300, 30_000

// allocatedBytes returns the average number of bytes that a call allocates.
func allocatedBytes(call func()) int {
	const calls = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		call()
	}
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc-before.TotalAlloc) / calls
}

// compareSizes expects that a call allocates about the same in a large journal as in a small one.
func compareSizes(t *testing.T, bytes func(t *testing.T, j *journal.Journal) int) {
	t.Helper()
	small, large := bytes(t, filled(journal.Config{Size: few}, few)),
		bytes(t, filled(journal.Config{Size: many}, many))
	if large > small+small/4+256 {
		t.Errorf("%d bytes with %d requests and %d with %d, want the same", small, few, large, many)
	}
}

func TestVerify_ReadsOnlyNewRequests(t *testing.T) {
	compareSizes(t, func(t *testing.T, j *journal.Journal) (bytes int) {
		synctest.Test(t, func(t *testing.T) {
			v := control.VerifyRequest{
				Expect: []control.Expectation{atLeast("a", 1000), expect("b")}, InOrder: true,
				Timeout: "1m",
			}
			go j.Verify(t.Context(), v)
			synctest.Wait()
			bytes = allocatedBytes(func() {
				capture(j, &control.Request{ID: "next", Operation: "a"})
				synctest.Wait()
			})
		})
		return bytes
	})
}

func TestList_AllocatesIndependentOfSize(t *testing.T) {
	for _, m := range []control.Match{{}, {Operation: "none"}} {
		compareSizes(t, func(_ *testing.T, j *journal.Journal) int {
			return allocatedBytes(func() { j.List(m, 1) })
		})
	}
}

// The journal behaves like a list, through many requests, drops and clears.
func TestJournal_MatchesModel(t *testing.T) {
	const size, bytes = 700, 40_000
	j := journal.New(journal.Config{Size: size, Bytes: bytes})
	random := rand.New(rand.NewPCG(1, 2))
	type request struct {
		id   string
		size int
	}
	var model []request
	sum := 0
	for n := range 5000 {
		r := request{fmt.Sprintf("r%d", n%900), random.IntN(100)} // ids repeat
		capture(j, &control.Request{ID: r.id, Path: strings.Repeat("x", r.size), Status: n})
		model, sum = append(model, r), sum+r.size
		for len(model) > size || sum > bytes {
			model, sum = model[1:], sum-model[0].size
		}
		if n%1999 == 0 {
			j.Clear()
			model, sum = nil, 0
		}
		if n%97 != 0 {
			continue
		}
		var want []string
		for _, r := range model {
			want = append(want, r.id)
		}
		if diff := cmp.Diff(strings.Join(want, " "), ids(j.List(control.Match{}, 0))); diff != "" {
			t.Fatalf("after %d requests (-want +got):\n%s", n+1, diff)
		}
		for _, id := range []string{"r0", r.id, fmt.Sprintf("r%d", random.IntN(900))} {
			if got, ok := j.Get(id); ok != slices.Contains(want, id) || ok && got.ID != id {
				t.Fatalf("after %d requests: got %q, %v", n+1, got.ID, ok)
			}
		}
	}
}

func TestVerify_ForgetsDroppedRequests(t *testing.T) {
	tests := []struct {
		name      string
		inOrder   bool
		later     string
		verified  bool
		dropped   int
		remaining string
	}{
		{"too many of them", false, "b b", false, 2, "false 1 r3|true 2 r1 r2"},
		{"in order, the first ones", true, "b a b", true, 3, "true 1 r2|true 1 r3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := journal.New(journal.Config{Size: 3})
				addAll(j, strings.Repeat("a ", 3))
				results := make(chan control.VerifyResult, 1)
				go func() {
					expect := []control.Expectation{exactly("a", 1), exactly("b", 1)}
					if !test.inOrder {
						expect = []control.Expectation{exactly("a", 2), expect[1]}
						expect[1] = exactly("b", 2)
					}
					results <- j.Verify(t.Context(), control.VerifyRequest{
						Expect: expect, InOrder: test.inOrder, Timeout: "1m",
					})
				}()
				synctest.Wait()
				for i, operation := range strings.Fields(test.later) {
					capture(j, &control.Request{ID: fmt.Sprintf("r%d", i+1), Operation: operation})
					synctest.Wait()
				}
				result := <-results
				var lines []string
				for _, o := range result.Outcomes {
					lines = append(lines,
						fmt.Sprintf("%v %d %s", o.Verified, o.Actual, strings.Join(o.Matched, " ")))
				}
				if diff := cmp.Diff(test.remaining, strings.Join(lines, "|")); diff != "" ||
					result.Verified != test.verified || result.Dropped != test.dropped {
					t.Errorf("verified: %v, dropped %d, outcomes (-want +got):\n%s",
						result.Verified, result.Dropped, diff)
				}
			})
		})
	}
}

func TestVerify_RereadsAfterClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := sequenceOf(strings.Repeat("a ", 3))
		verified := make(chan bool, 1)
		go func() {
			v := control.VerifyRequest{
				Expect: []control.Expectation{exactly("b", 1), exactly("a", 1)}, Timeout: "1m",
			}
			verified <- j.Verify(t.Context(), v).Verified
		}()
		synctest.Wait()
		j.Clear()
		addAll(j, "a b") // fewer than before
		if !<-verified {
			t.Error("requests after the clear were not counted")
		}
	})
}

func TestNew_BytesGrowWithSize(t *testing.T) {
	const size = 3 * journal.DefaultSize
	j := journal.New(journal.Config{Size: size})
	for range 2 * size {
		capture(j, &control.Request{
			Path: strings.Repeat("x", journal.DefaultBytes/journal.DefaultSize),
		})
	}
	if held := j.List(control.Match{}, 1).Stored; held != size {
		t.Errorf("got %d requests of an average size held, want %d", held, size)
	}
}
