package random_test

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/random"
)

func newSeeded(seed uint64, namespace string) *random.Source { return random.New(&seed, namespace) }

// firstValues returns the first values of a purpose.
func firstValues(s *random.Source, purpose string, n int) []string {
	values := make([]string, n)
	for i := range values {
		values[i] = s.Hex(purpose, 32)
	}
	return values
}

// Tests rely on the values of a seed, so they must never change.
func TestHex_SeedIsStable(t *testing.T) {
	s := newSeeded(7, "default")
	want := []string{"733d8ee52c434183c2303597df2219fa", "41506b4cd2e0d30b19925b53c246d193"}
	got := []string{s.Hex("token id", 16), s.Hex("token id", 16)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHex_SeedRepeats(t *testing.T) {
	want := firstValues(newSeeded(7, "a"), "purpose", 50)
	seen := map[string]bool{}
	for _, value := range want {
		if seen[value] {
			t.Errorf("got %s more than once", value)
		}
		seen[value] = true
	}

	s := newSeeded(7, "a")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 200 {
				s.Float("another purpose")
				s.Hex("purpose "+strconv.Itoa(i), 8)
			}
		})
	}
	got := firstValues(s, "purpose", 50)
	wg.Wait()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with other purposes (-want +got):\n%s", diff)
	}

	s.Reset()
	if diff := cmp.Diff(want, firstValues(s, "purpose", 50)); diff != "" {
		t.Errorf("after a reset (-want +got):\n%s", diff)
	}
}

func TestHex_DiffersByInput(t *testing.T) {
	tests := []struct {
		name      string
		seed      uint64
		namespace string
		purpose   string
	}{
		{"original", 7, "a", "b"},
		{"another seed", 8, "a", "b"},
		{"seed of zero", 0, "a", "b"},
		{"seed with other high bits", 7 | 1<<63, "a", "b"},
		{"another namespace", 7, "b", "b"},
		{"another purpose", 7, "a", "a"},
		{"no namespace", 7, "", "ab"},
		{"no purpose", 7, "ab", ""},
		{"blank in namespace", 7, "a ", "b"},
		{"blank in purpose", 7, "a", " b"},
		{"longer namespace", 7, "aa", "b"},
		{"longer purpose", 7, "a", "ab"},
		{"separator in the purpose", 7, "a", "b\x00c"},
	}
	before := map[string]string{}
	for _, test := range tests {
		value := newSeeded(test.seed, test.namespace).Hex(test.purpose, 32)
		if other := before[value]; other != "" {
			t.Errorf("%s: got the same value as %s", test.name, other)
		}
		before[value] = test.name
	}
}

func TestSource_Formats(t *testing.T) {
	want := newSeeded(7, "a").Bytes("purpose", 32)
	for _, n := range []int{0, 1, 8, 31, 32} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			if diff := cmp.Diff(want[:n], newSeeded(7, "a").Bytes("purpose", n)); diff != "" {
				t.Errorf("Bytes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(hex.EncodeToString(want[:n]),
				newSeeded(7, "a").Hex("purpose", n)); diff != "" {
				t.Errorf("Hex (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(base64.RawURLEncoding.EncodeToString(want[:n]),
				newSeeded(7, "a").Base64("purpose", n)); diff != "" {
				t.Errorf("Base64 (-want +got):\n%s", diff)
			}
			if got := len(random.New(nil, "a").Bytes("purpose", n)); got != n {
				t.Errorf("got %d bytes without a seed, want %d", got, n)
			}
		})
	}
}

func TestFloat_IsUniform(t *testing.T) {
	const draws, buckets = 20_000, 10
	for name, s := range map[string]*random.Source{
		"seeded": newSeeded(7, "a"), "unseeded": random.New(nil, "a"),
	} {
		t.Run(name, func(t *testing.T) {
			var counts [buckets]int
			for range draws {
				f := s.Float("purpose")
				if f < 0 || f >= 1 {
					t.Fatalf("got %v, want from 0 up to but not including 1", f)
				}
				counts[int(f*buckets)]++
			}
			// The tolerance is six standard deviations of a binomial distribution. One in a billion
			// unseeded runs exceeds it.
			tolerance := 6 * math.Sqrt(draws*0.1*0.9)
			for i, n := range counts {
				if math.Abs(float64(n)-draws/buckets) > tolerance {
					t.Errorf("%d of %d draws in tenth %d, want %d ± %.0f", n, draws, i,
						draws/buckets, tolerance)
				}
			}
		})
	}
}

func TestSource_Concurrent(t *testing.T) {
	const workers, each = 8, 1000
	want := map[string]bool{}
	for _, value := range firstValues(newSeeded(7, "a"), "purpose", workers*each) {
		want[value] = true
	}
	var (
		s   = newSeeded(7, "a")
		mu  sync.Mutex
		got = map[string]bool{}
		wg  sync.WaitGroup
	)
	for range workers {
		wg.Go(func() {
			values := firstValues(s, "purpose", each)
			mu.Lock()
			defer mu.Unlock()
			for _, value := range values {
				got[value] = true
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSource_Unseeded(t *testing.T) {
	a, b := random.New(nil, "a"), random.New(nil, "a")
	if a.Seeded() || !newSeeded(0, "a").Seeded() {
		t.Error("Seeded() is wrong without a seed or for seed 0")
	}
	seen := map[string]bool{}
	for range 100 {
		seen[a.Hex("purpose", 16)] = true
		seen[b.Hex("purpose", 16)] = true
		a.Reset()
	}
	if len(seen) != 200 {
		t.Errorf("got %d different values, want 200", len(seen))
	}
}

func TestNewSeed_FitsInFloat64(t *testing.T) {
	var all, top uint64
	for range 1000 {
		seed := random.NewSeed()
		if uint64(float64(seed)) != seed || seed >= 1<<53 {
			t.Fatalf("%d has more than 53 bits", seed)
		}
		all |= seed
		top = max(top, seed)
	}
	if all != 1<<53-1 || top < 1<<52 {
		t.Errorf("bits of a thousand seeds = %b, want all 53", all)
	}
}
