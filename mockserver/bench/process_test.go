package main

import (
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseStat(t *testing.T) {
	page := int64(os.Getpagesize())
	for _, test := range []struct {
		name, line string
		parent     int
		want       usage
		ok         bool
	}{
		{"plain", "7 (java) S 3 7 7 0 -1 4 0 0 0 0 150 50 20 3 20 0 9 0 88 4096 25 1", 3, usage{2230 * time.Millisecond, 25 * page}, true},
		{"a name with a parenthesis", "7 (a) S 1 (b) S 3 7 7 0 -1 4 0 0 0 0 1 0 0 0 20 0 9 0 88 4096 2 1", 3, usage{10 * time.Millisecond, 2 * page}, true},
		{"cut off", "7 (java) S 3 7 7 0 -1 4 0 0 0 0 1 2 3 4", 0, usage{}, false},
		{"no number", "7 (java) S 3 7 7 0 -1 4 0 0 0 0 x 0 0 0 20 0 9 0 88 4096 2 1", 0, usage{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			parent, got, err := parseStat(test.line)
			if (err == nil) != test.ok {
				t.Fatalf("unexpected: %v", err)
			}
			if !test.ok {
				return
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(usage{})); diff != "" || parent != test.parent {
				t.Errorf("parent %d, -want +got:\n%s", parent, diff)
			}
		})
	}
}
