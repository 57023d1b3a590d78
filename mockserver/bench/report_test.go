package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeries_String(t *testing.T) {
	for _, test := range []struct {
		name string
		of   series
		want string
	}{
		{"one round", series{0.01234}, "0.0123"},
		{"odd", series{3, 1, 200}, "3.00 (1.00 to 200)"},
		{"even", series{1, 4, 2, 3}, "2.50 (1.00 to 4.00)"},
		{"large", series{1234567}, "1,234,567"},
		{"thousands", series{999.7, 1000, 100.4}, "1,000 (100 to 1,000)"},
		{"nothing", series{0}, "0.00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.of.String(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestGoals(t *testing.T) {
	at := func(list, create, lists, creates float64) sample {
		return sample{
			"list: CPU, s": list, "create: CPU, s": create, "list: requests a second": lists,
			"create: requests a second": creates,
		}
	}
	got := goals(map[string][]sample{
		"bare":    {at(1, 1, 0, 0), at(2, 1, 0, 0), at(1, 1, 0, 0)},
		"patmock": {at(1, 1.5, 700, 500), at(2.2, 1.6, 700, 500), at(9, 1.3, 700, 500)},
		"prism":   {at(0, 0, 100, 100), at(0, 0, 100, 100), at(0, 0, 70, 100)},
	})
	want := table{
		{"goal", "wanted", "measured", "met"},
		{"CPU of a list, against bare", "at most 1.15x", "1.10 (1.00 to 9.00)", "yes"},
		{"CPU of creating a token, against bare", "at most 1.4x", "1.50 (1.30 to 1.60)", "no"},
		{"lists a second, against Prism", "at least 6x", "7.00 (7.00 to 10.0)", "yes"},
		{"tokens created a second, against Prism", "at least 6x", "5.00 (5.00 to 5.00)", "no"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestGoals_WithoutPeers(t *testing.T) {
	if got := goals(map[string][]sample{"patmock": {{}}}); len(got) != 1 {
		t.Errorf("got %v, want nothing below the headings", got)
	}
}
