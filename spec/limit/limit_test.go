package limit_test

import (
	"testing"

	"example.com/patmock/spec/limit"
)

func TestMore(t *testing.T) {
	for _, test := range []struct {
		n    int
		want string
	}{
		{1, "and 1 more"},
		{980, "and 980 more"},
		{15980, "and 15,980 more"},
		{3999980, "and 3,999,980 more"},
	} {
		t.Run(test.want, func(t *testing.T) {
			if got := limit.More(test.n); got != test.want {
				t.Errorf("got %q", got)
			}
		})
	}
}
