package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGoals(t *testing.T) {
	at := func(list, create, lists, creates float64) sample {
		return sample{list: load{cpu: list, perSecond: lists}, create: load{cpu: create, perSecond: creates}}
	}
	got := goals(map[string][]sample{
		"bare":    {at(1, 1, 0, 0), at(2, 1, 0, 0), at(1, 1, 0, 0)},
		"patmock": {at(1, 1.5, 700, 500), at(2.2, 1.6, 700, 500), at(9, 1.3, 700, 500)},
		"prism":   {at(0, 0, 100, 100), at(0, 0, 100, 100), at(0, 0, 70, 100)},
	})
	want := table{
		{"goal", "wanted", "measured", "met"},
		{"CPU of a list, against bare", "at most 1.15x", "1.10 (1.00 to 9.00)", "yes"},
		{"CPU of making a token, against bare", "at most 1.4x", "1.50 (1.30 to 1.60)", "no"},
		{"lists a second, against Prism", "at least 6x", "7.00 (7.00 to 10.0)", "yes"},
		{"tokens made a second, against Prism", "at least 6x", "5.00 (5.00 to 5.00)", "no"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestGoalsWithoutPeers(t *testing.T) {
	if got := goals(map[string][]sample{"patmock": {{}}}); len(got) != 1 {
		t.Errorf("got %v, expected nothing below the headings", got)
	}
}
