package limit_test

import (
	"encoding/json"
	"testing"

	"example.com/patmock/spec/limit"
)

func TestRemainder(t *testing.T) {
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
			if got := limit.Remainder(test.n); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestTruncateJSON(t *testing.T) {
	for _, test := range []struct {
		name, text string
		most       int
		want       string
	}{
		{"short", "abc", 3, "abc"},
		{"one byte too long", "abcdefghi", 8, "abcde..."},
		{"quotes take two", `""""`, 8, `""""`},
		{"quotes too long", `"""""`, 8, `""...`},
		{"characters of several bytes", "ääää", 7, "ää..."},
		{"what JSON escapes", "<<<<", 15, "<<..."},
		{"bytes that are no UTF-8", "\xff\xff\xff\xff", 15, "\xff\xff..."},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := limit.TruncateJSON(test.text, test.most)
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if encoded, err := json.Marshal(got); err != nil || len(encoded)-2 > test.most {
				t.Errorf("%s has %d bytes, want at most %d", encoded, len(encoded)-2, test.most)
			}
		})
	}
}
