package fault_test

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/fault"
)

func TestMatch_AfterAndTimes(t *testing.T) {
	tests := []struct {
		name string
		rule control.Fault
		want string // of six requests, x for a hit
	}{
		{"once", control.Fault{}, "x-----"},
		{"times", control.Fault{Times: 3}, "xxx---"},
		{"after", control.Fault{After: 2}, "--x---"},
		{"after and times", control.Fault{After: 1, Times: 2}, "-xx---"},
		{"after all of them", control.Fault{After: 6, Times: 6}, "------"},
		{"rate of all", control.Fault{Rate: 1}, "xxxxxx"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.rule.Status = 429
			s := newSet(t, test.rule)
			got := ""
			for range 6 {
				if s.Match(listRequest()).Status != 0 {
					got += "x"
				} else {
					got += "-"
				}
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestMatch_Rate(t *testing.T) {
	const requests = 2000
	hits := func(s *fault.Set) (ordinals []int) {
		for i := range requests {
			if s.Match(listRequest()).Status != 0 {
				ordinals = append(ordinals, i)
			}
		}
		return ordinals
	}
	rule := control.Fault{ID: "often", Status: 429, Rate: 0.25}
	first := hits(newSet(t, rule))
	if n := len(first); n < 400 || n > 600 {
		t.Errorf("%d of %d requests matched, want about 500", n, requests)
	}
	if diff := cmp.Diff(first,
		hits(newSet(t, control.Fault{Latency: "1ms-2ms", Rate: 0.5}, rule))); diff != "" {
		t.Errorf("with another rule (-want +got):\n%s", diff)
	}
}

func TestMatch_LatencyIsIndependentOfOtherRules(t *testing.T) {
	rules := []control.Fault{
		{Latency: "1s-2s", Rate: 1, Operation: "list"}, {
			Latency: "1s-2s", Rate: 1, Operation: "create",
		},
	}
	alone, mixed := newSet(t, rules...), newSet(t, rules...)
	create := listRequest()
	create.Operation = "create"
	for range 20 {
		mixed.Match(create)
		if diff := cmp.Diff(alone.Match(listRequest()), mixed.Match(listRequest())); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestMatch_LatencyRange(t *testing.T) {
	s := newSet(t, control.Fault{Latency: "100ms-300ms", Rate: 1})
	var low, high int
	for range 1000 {
		d := s.Match(listRequest()).Latency
		if d < 100*time.Millisecond || d > 300*time.Millisecond {
			t.Fatalf("unexpected latency: %s", d)
		}
		switch {
		case d < 150*time.Millisecond:
			low++
		case d > 250*time.Millisecond:
			high++
		}
	}
	if low < 180 || low > 320 || high < 180 || high > 320 {
		t.Errorf("%d in the lowest quarter and %d in the highest, want about 250", low, high)
	}
}

func TestAdd(t *testing.T) {
	s := newSet(t)
	tests := []struct {
		name string
		rule control.Fault
		want control.Fault
	}{
		{"defaults", control.Fault{Status: 429}, control.Fault{ID: "f1", Status: 429, Times: 1}},
		{
			"own id",
			control.Fault{ID: "f2", Status: 429, Times: 2},
			control.Fault{ID: "f2", Status: 429, Times: 2},
		},
		{
			"generated id exists",
			control.Fault{Effect: "hang"},
			control.Fault{ID: "f3", Effect: "hang", Times: 1},
		},
		{
			"rate",
			control.Fault{Latency: "1s", Rate: 0.5},
			control.Fault{ID: "f4", Latency: "1s", Rate: 0.5},
		},
		{
			"page",
			control.Fault{Effect: "html"},
			control.Fault{ID: "f5", Effect: "html", Status: 502, Times: 1},
		},
		{
			"counters",
			control.Fault{Status: 429, Matched: 5, Hits: 4},
			control.Fault{ID: "f6", Status: 429, Times: 1},
		},
	}
	var all []control.Fault
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, add(t, s, test.rule)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
		all = append(all, test.want)
	}
	if diff := cmp.Diff(all, s.List()); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	if _, err := s.Add(control.Fault{ID: "f3", Status: 500}); !errors.Is(err,
		fault.ErrDuplicateID) {
		t.Errorf("got %v, want %v", err, fault.ErrDuplicateID)
	} else {
		golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
	}
	if n := len(s.List()); n != len(all) {
		t.Errorf("got %d rules after a rejected one, want %d", n, len(all))
	}
}

func TestSet_RemoveClearReset(t *testing.T) {
	s := newSet(t, control.Fault{Status: 429}, control.Fault{Effect: "hang"}, control.Fault{
		Effect: "reset",
	})
	if err := s.Remove("f4"); !errors.Is(err, fault.ErrUnknown) {
		t.Errorf("got %v, want %v", err, fault.ErrUnknown)
	} else {
		golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
	}
	if err := s.Remove("f2"); err != nil {
		t.Error(err)
	}
	if err := s.Remove("f2"); !errors.Is(err, fault.ErrUnknown) {
		t.Errorf("got %v, want %v", err, fault.ErrUnknown)
	}
	if rules := s.List(); len(rules) != 2 || rules[0].ID != "f1" || rules[1].ID != "f3" {
		t.Errorf("unexpected rules: %v", rules)
	}
	s.Clear()
	if rules := s.List(); rules == nil || len(rules) != 0 {
		t.Errorf("got %v remaining, want an empty list", rules)
	}
	if diff := cmp.Diff(fault.Outcome{}, s.Match(listRequest())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if id := add(t, s, control.Fault{Status: 429}).ID; id != "f4" {
		t.Errorf("next rule = %s, want f4: ids are unique until a reset", id)
	}
	s.Reset()
	if n := len(s.List()); n != 0 {
		t.Errorf("got %d rules after a reset, want 0", n)
	}
	if id := add(t, s, control.Fault{Status: 429}).ID; id != "f1" {
		t.Errorf("first rule after a reset = %s, want f1", id)
	}
}

func TestRemove_ResetsCounters(t *testing.T) {
	s := newSet(t, control.Fault{ID: "a", Status: 429})
	for range 2 {
		if outcome := s.Match(listRequest()); outcome.Status != 429 {
			t.Errorf("got %v, want 429", outcome)
		}
		if outcome := s.Match(listRequest()); outcome.Status != 0 {
			t.Errorf("got %v, want nothing", outcome)
		}
		if err := s.Remove("a"); err != nil {
			t.Fatal(err)
		}
		add(t, s, control.Fault{ID: "a", Status: 429})
	}
}

func TestAdd_LimitsRules(t *testing.T) {
	const maxRules = 1000
	s := newSet(t)
	for range maxRules {
		add(t, s, control.Fault{Status: 429})
	}
	for _, id := range []string{"", "f1", "new"} {
		if _, err := s.Add(control.Fault{ID: id, Status: 429}); !errors.Is(err, fault.ErrTooMany) {
			t.Errorf("%q: %v, want %v", id, err, fault.ErrTooMany)
		}
	}
	if err := s.Remove("f500"); err != nil {
		t.Fatal(err)
	}
	if id := add(t, s, control.Fault{Status: 429}).ID; id != "f"+strconv.Itoa(maxRules+1) {
		t.Errorf("next rule = %s, want f%d", id, maxRules+1)
	}
}

func TestList_ReturnsCopy(t *testing.T) {
	s := newSet(t, control.Fault{Status: 429})
	s.List()[0].Status = 500
	if outcome := s.Match(listRequest()); outcome.Status != 429 {
		t.Errorf("status = %d, want 429", outcome.Status)
	}
}

func TestMatch_Concurrent(t *testing.T) {
	const after, times, workers, each = 20, 50, 16, 25
	s := newSet(t,
		control.Fault{ID: "slow", Latency: "1ms-2ms", Rate: 1},
		control.Fault{ID: "limited", Status: 429, After: after, Times: times},
	)
	var hits atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				if s.Match(listRequest()).Status != 0 {
					hits.Add(1)
				}
				s.List()
			}
		})
	}
	wg.Go(func() {
		for range each {
			added, err := s.Add(control.Fault{Effect: "hang", Operation: "create"})
			if err == nil {
				err = s.Remove(added.ID)
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	rule := s.List()[1]
	if diff := cmp.Diff([]int{times, times, workers * each}, []int{
		int(hits.Load()), rule.Hits, rule.Matched,
	}); diff != "" {
		t.Errorf("matches, hits, matched (-want +got):\n%s", diff)
	}
}
