package pat_test

import (
	"context"
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
)

// spyStore records the spans passed to TokensLastUsed.
type spyStore struct {
	*memory.Store
	spans *[]pat.Span
}

func (s spyStore) TokensLastUsed(ctx context.Context, span pat.Span) ([]*pat.Token, error) {
	*s.spans = append(*s.spans, span)
	return s.Store.TokensLastUsed(ctx, span)
}

// spanOf returns the span that the service passes to a store for a filter.
func spanOf(t rapid.TB, filter string) (span pat.Span, f *pat.Filter) {
	t.Helper()
	f, err := pat.ParseFilter(filter)
	if err != nil {
		t.Fatal(err)
	}
	var spans []pat.Span
	if _, err := newService(spyStore{memory.New(), &spans}).List(context.Background(), admin(ann),
		pat.ListQuery{Filter: f}); err != nil || len(spans) != 1 {
		t.Fatal("want one span, got ", spans, err)
	}
	return spans[0], f
}

func within(s pat.Span, lastUsed time.Time) bool {
	if lastUsed.IsZero() {
		return s.Never
	}
	return lastUsed.After(s.After) && !lastUsed.After(s.Until)
}

// The span of a filter is minimal, except for gaps.
func TestFilter_Span(t *testing.T) {
	tests := []struct {
		name, filter string
		want         string
	}{
		{"le", "T", "before at"},
		{"isnull", "null", "never"},
		{"not le", "not T", "after"},
		{"not isnull", "not null", "before at after"},
		{"stale tokens", "T or null", "never before at"},
		{"not stale", "not (T or null)", "after"},
		{"never or recently", "null or not T", "never after"},
		{"nothing", "T and null", ""},
		{"between", "T and not lastUsed le 2026-02-01T00:00:00Z", "at"},
		{"not between", "not (T and not lastUsed le 2026-02-01T00:00:00Z)", "before at after"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			span, _ := spanOf(t, expandFilter(test.filter))
			var names []string
			for _, token := range filterTokens {
				if within(span, token.lastUsed) {
					names = append(names, token.name)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(names, " ")); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}

// The span of a filter contains every token that the filter matches.
func TestFilter_SpanContainsMatches(t *testing.T) {
	moments := []time.Time{
		{},
		parseTime("0000-01-01T00:00:00Z"), parseTime("0001-01-01T00:00:00Z"),
		parseTime("1969-12-31T23:59:59.999Z"),
		parseTime("2026-02-01T00:00:00Z"), parseTime("2026-02-01T00:00:00.001Z"),
		parseTime("9999-12-31T23:59:59.999Z"),
	}
	var condition *rapid.Generator[string]
	condition = rapid.Custom(func(t *rapid.T) string {
		left := func() string { return condition.Draw(t, "left") }
		switch rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0:
			return "lastUsed isnull"
		case 1, 2:
			return "not (" + left() + ")"
		case 3:
			return "(" + left() + ") and (" + condition.Draw(t, "right") + ")"
		case 4:
			return "(" + left() + ") or (" + condition.Draw(t, "right") + ")"
		}
		return "lastUsed le " + pat.FormatDate(rapid.SampledFrom(moments[1:]).Draw(t, "until"))
	})
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := condition.Draw(t, "filter")
		span, filter := spanOf(t, text)
		for _, lastUsed := range moments {
			if filter.Match(pat.NewToken(pat.TokenData{LastUsed: lastUsed})) &&
				!within(span, lastUsed) {
				t.Fatalf("%s matches %v, but its span is %v", text, lastUsed, span)
			}
		}
	})
}
