package budget_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/budget"
)

func TestShare(t *testing.T) {
	s := budget.InFlight(400)
	a, b := s.Lease(), s.Lease()
	if !a.Grow(60) || b.Grow(41) || !b.Grow(40) || a.Grow(1) {
		t.Error("the share is not a quarter")
	}
	if got := s.Used(); got != 100 {
		t.Errorf("got %d bytes reserved, want 100", got)
	}
	b.Release()
	b.Release()
	if !a.Grow(1000) {
		t.Error("single request was rejected")
	}
	if b.Grow(1) {
		t.Error("request was accepted beyond the share")
	}
	a.Release()
	if got := s.Used(); got != 0 {
		t.Errorf("%d bytes still reserved after the release of all", got)
	}
}

func TestShare_Concurrent(t *testing.T) {
	s := budget.InFlight(4 * 1000)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 1000 {
				l := s.Lease()
				l.Grow(100)
				if used := s.Used(); used > 1000+8*100 {
					t.Errorf("%d bytes reserved, want at most 1800", used)
				}
				l.Release()
			}
		})
	}
	group.Wait()
	if got := s.Used(); got != 0 {
		t.Errorf("%d bytes still reserved after the release of all", got)
	}
}

// fakeJournal is a journal with only a size.
type fakeJournal struct{ size int }

func (j *fakeJournal) Bytes() int     { return j.size }
func (j *fakeJournal) Trim(bytes int) { j.size = bytes }

func TestJournals(t *testing.T) {
	tests := []struct {
		name   string
		sizes  []int
		growth int
		want   []int
	}{
		{"within the share", []int{3000, 300}, 6400, []int{3000, 300}},
		{"the largest first", []int{6000, 300, 200}, 6400, []int{5800, 300, 200}},
		{
			"several large journals",
			[]int{9000, 300, 4000, 5000},
			6400,
			[]int{2000, 300, 2000, 2000},
		},
		{"one journal", []int{9000}, 6400, []int{6300}},
		{"too little growth", []int{9000}, 99, []int{9000}},
		{"none", nil, 6400, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var all []budget.Journal
			for _, size := range test.sizes {
				all = append(all, &fakeJournal{size})
			}
			j := &budget.Journals{Limit: 6400, All: func() []budget.Journal { return all }}
			j.NoteGrowth(test.growth)
			var got []int
			for _, journal := range all {
				got = append(got, journal.Bytes())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("sizes (-want +got):\n%s", diff)
			}
		})
	}
}
