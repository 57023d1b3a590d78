package memory_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
)

// If a span contains few of many tokens, TokensLastUsed uses the index and returns no others.
func TestTokensLastUsed_ReturnsOnlySpan(t *testing.T) {
	day := func(n int) time.Time { return newYear.AddDate(0, 0, n) }
	var tokens []*pat.Token
	for i := range 300 {
		// the last token is the oldest
		token := token(fmt.Sprintf("%03d", i), fmt.Sprint("owner ", i%7), fmt.Sprint(i), -i)
		token.LastUsed = day(i % 100)
		if i%100 == 99 {
			token.LastUsed = time.Time{}
		}
		tokens = append(tokens, token)
	}
	s := newStore(t, tokens...)
	year0, far := day(-800_000), day(800_000)
	everything := format(t)(s.AllTokens(t.Context()))
	tests := []struct {
		name string
		span pat.Span
		want []string
	}{
		{
			"never", pat.Span{Never: true, After: far, Until: year0}, []string{
				"299 299", "199 199", "099 99",
			},
		},
		{
			"until", pat.Span{After: year0, Until: day(1)}, []string{
				"201 201", "200 200", "101 101", "100 100", "001 1", "000 0",
			},
		},
		{
			"until, a millisecond earlier",
			pat.Span{After: year0, Until: day(1).Add(-time.Millisecond)},
			[]string{"200 200", "100 100", "000 0"},
		},
		{
			"never or until", pat.Span{Never: true, After: year0, Until: day(0)}, []string{
				"299 299", "200 200", "199 199", "100 100", "099 99", "000 0",
			},
		},
		{
			"after", pat.Span{After: day(97).Add(time.Millisecond), Until: far}, []string{
				"298 298", "198 198", "098 98",
			},
		},
		{
			"between", pat.Span{After: day(49).Add(time.Millisecond), Until: day(50)}, []string{
				"250 250", "150 150", "050 50",
			},
		},
		{"nothing", pat.Span{After: day(3), Until: day(2)}, nil},
		{"many", pat.Span{After: year0, Until: day(50)}, everything},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want,
				format(t)(s.TokensLastUsed(t.Context(), test.span))); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}
