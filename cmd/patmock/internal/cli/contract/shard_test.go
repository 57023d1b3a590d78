package contract

import (
	"testing"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/scenarios"
)

// Shards differ in size by at most one, and have every case once.
func TestShard_PicksEachCaseOnce(t *testing.T) {
	all := contracttests.Select(scenarios.All(), contracttests.Options{})
	for _, n := range []int{1, 2, 3, 7, 100} {
		seen, total := map[string]int{}, 0
		for i := range n {
			own, err := shard{i + 1, n}.pick(all)
			if err != nil {
				t.Fatal(err)
			}
			if size := len(own) - len(all)/n; size < 0 || size > 1 {
				t.Errorf("shard %d/%d has %d of %d cases", i+1, n, len(own), len(all))
			}
			for _, c := range own {
				seen[c.Name()]++
			}
			total += len(own)
		}
		if total != len(all) || len(seen) != len(all) {
			t.Errorf("%d shards have %d cases, %d of them different, want %d", n, total, len(seen),
				len(all))
		}
	}
}

func TestParseShard(t *testing.T) {
	for _, text := range []string{"", "1/1", "1/4", "4/4", "12/100"} {
		if s, err := parseShard(text); err != nil || s.String() != text {
			t.Errorf("%q is %v, %v", text, s, err)
		}
	}
}
