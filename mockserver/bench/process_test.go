package main

import (
	"os"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	page := float64(os.Getpagesize())
	for _, test := range []struct {
		name, line string
		want       usage
		ok         bool
	}{
		{
			"plain", "7 (java) S 3 7 7 0 -1 4 0 0 0 0 150 50 20 3 20 0 9 0 88 4096 25 1", usage{
				2 * time.Second, 25 * page / 1e6,
			}, true,
		},
		{
			"a name with a parenthesis",
			"7 (a) S 1 (b) S 3 7 7 0 -1 4 0 0 0 0 1 0 0 0 20 0 9 0 88 4096 2 1",
			usage{
				10 * time.Millisecond, 2 * page / 1e6,
			},
			true,
		},
		{"cut off", "7 (java) S 3 7 7 0 -1 4 0 0 0 0 1 2 3 4", usage{}, false},
		{
			"no number", "7 (java) S 3 7 7 0 -1 4 0 0 0 0 x 0 0 0 20 0 9 0 88 4096 2 1",
			usage{},
			false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseStat(test.line)
			if (err == nil) != test.ok || test.ok && got != test.want {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
		})
	}
}
