package pathpattern_test

import (
	"strings"
	"testing"

	"example.com/patmock/internal/pathpattern"
)

func parse(t *testing.T, text string) pathpattern.Pattern {
	t.Helper()
	p, err := pathpattern.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestMatch(t *testing.T) {
	tests := []struct {
		name, pattern, path string
		want                bool
	}{
		{"same", "/v2025/roles", "/v2025/roles", true},
		{"another case", "/v2025/roles", "/v2025/Roles", false},
		{"below", "/v2025/roles", "/v2025/roles/1", false},
		{"above", "/v2025/roles/1", "/v2025/roles", false},
		{"trailing slash of the path", "/v2025/roles", "/v2025/roles/", false},
		{"trailing slash of the pattern", "/v2025/roles/", "/v2025/roles", false},
		{"both trailing slashes", "/v2025/roles/", "/v2025/roles/", true},
		{"one segment", "/v2025/search/*", "/v2025/search/events", true},
		{"two segments", "/v2025/search/*", "/v2025/search/events/1", false},
		{"no segment", "/v2025/search/*", "/v2025/search", false},
		{"empty segment", "/v2025/search/*", "/v2025/search/", false},
		{"segment in the middle", "/*/roles", "/beta/roles", true},
		{"parts of a segment", "/v20*/r*l*s", "/v2025/roles", true},
		{"empty parts of a segment", "/v20*/ro*les*", "/v20/roles", true},
		{"overlapping parts", "/ab*ba", "/aba", false},
		{"parts in another order", "/a*b*c*d", "/acbd", false},
		{"part twice", "/a*b*b*c", "/abc", false},
		{"rest", "/v2025/accounts/**", "/v2025/accounts/1/entitlements", true},
		{"one segment of a rest", "/v2025/accounts/**", "/v2025/accounts/1", true},
		{"no rest", "/v2025/accounts/**", "/v2025/accounts", true},
		{"empty rest", "/v2025/accounts/**", "/v2025/accounts/", true},
		{"rest of another path", "/v2025/accounts/**", "/v2025/accounts1", false},
		{"escaped letter of the path", "/v2025/roles", "/v2025/r%6Fles", true},
		{"escaped letter of the pattern", "/v2025/r%6fles", "/v2025/roles", true},
		{"escaped slash in a segment", "/v2025/*", "/v2025/a%2Fb", true},
		{"escaped slash is no separator", "/v2025/*/*", "/v2025/a%2Fb", false},
		{"escaped slash of the pattern", "/v2025/a%2fb", "/v2025/a%2Fb", true},
		{"escaped star is a star", "/v2025/%2A", "/v2025/a", false},
		{"star of the path", "/v2025/%2A", "/v2025/*", true},
		{"root", "/", "/", true},
		{"not the root", "/", "/a", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := parse(t, test.pattern)
			if got := p.Match(pathpattern.Segments(test.path)); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			again := parse(t, p.String())
			if got := again.Match(pathpattern.Segments(test.path)); got != test.want {
				t.Errorf("%s: got %v, want %v", p, got, test.want)
			}
		})
	}
}

func TestParse_RejectsInvalidPatterns(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "relative": "v2025/roles", "address": "http://localhost/v2025/roles",
		"query": "/v2025/roles?limit=1", "fragment": "/v2025/roles#a", "blank": "/v2025/my roles",
		"line break": "/v2025/roles\n", "double slash": "//v2025/roles",
		"empty segment": "/v2025//roles", "dot": "/v2025/./roles", "dots": "/v2025/../roles",
		"escaped dot":        "/v2025/%2e/roles",
		"rest in the middle": "/v2025/**/roles", "rest in a segment": "/v2025/a**",
		"invalid escape": "/v2025/%zz", "too long": "/" + strings.Repeat("a", pathpattern.MaxBytes),
	} {
		t.Run(name, func(t *testing.T) {
			if p, err := pathpattern.Parse(text); err == nil {
				t.Errorf("got %s, want an error", p)
			}
		})
	}
}

func TestOverlaps(t *testing.T) {
	template := pathpattern.OfTemplate("/v2025/tokens/{id}")
	below := pathpattern.Below("/oauth")
	tests := []struct {
		name, pattern string
		other         pathpattern.Pattern
		want          bool
	}{
		{"path of the template", "/v2025/tokens/1", template, true},
		{"star for the parameter", "/v2025/tokens/*", template, true},
		{"star for a literal", "/v2025/*/1", template, true},
		{"part of a literal", "/v2025/to*ns/1", template, true},
		{"stars only", "/*/*/*", template, true},
		{"part of the parameter", "/v2025/tokens/a*b", template, true},
		{"empty parameter", "/v2025/tokens/", template, false},
		{"rest", "/v2025/**", template, true},
		{"rest of everything", "/**", template, true},
		{"rest below the template", "/v2025/tokens/1/**", template, true},
		{"rest further below", "/v2025/tokens/1/a/**", template, false},
		{"another path", "/v2025/roles/*", template, false},
		{"another version", "/v2024/**", template, false},
		{"shorter", "/v2025/*", template, false},
		{"longer", "/v2025/tokens/*/*", template, false},
		{"below", "/oauth/authorize", below, true},
		{"the path itself", "/oauth", below, true},
		{"star above", "/*", below, true},
		{"beside", "/oauth2/token", below, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := parse(t, test.pattern)
			if got := p.Overlaps(test.other); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if got := test.other.Overlaps(p); got != test.want {
				t.Errorf("reversed: got %v, want %v", got, test.want)
			}
		})
	}
}

// A pattern with many stars takes linear time.
func TestMatch_ManyStars(t *testing.T) {
	p := parse(t, "/"+strings.Repeat("*a", 500)+"*b")
	if p.Match([]string{strings.Repeat("a", 1<<20)}) {
		t.Error("matched a path without its last letter")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"/v2025/search/*", "/a%2Fb/**", "/%2A*", "/é"} {
		f.Add(seed, "/v2025/search/events")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		p, err := pathpattern.Parse(text)
		if err != nil {
			return
		}
		again, err := pathpattern.Parse(p.String())
		if err != nil {
			t.Fatalf("%q became %q: %v", text, p, err)
		}
		segments := pathpattern.Segments(path)
		if p.Match(segments) != again.Match(segments) {
			t.Errorf("%q and %q differ about %q", text, p, path)
		}
		if !p.Overlaps(p) {
			t.Errorf("%q does not overlap itself", text)
		}
	})
}
