package contracttests_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// publishers are the hosts of published pages, with a path prefix that is not published: the forum.
var publishers = map[string]string{
	"developer.sailpoint.com": "/discuss/", "documentation.sailpoint.com": "",
	"www.rfc-editor.org": "",
}

var publishedPointer = regexp.MustCompile(`^(beta|v3|v2024|v2025|v2026|v1|control) #/`)

// sources has the targets of citations.
type sources struct {
	facts  map[string]fact
	errata map[string]evidence.Level
}

func readSources(t *testing.T) sources {
	t.Helper()
	errata, err := spec.LoadErrata()
	if err != nil {
		t.Fatal(err)
	}
	s := sources{facts: readFacts(t), errata: map[string]evidence.Level{}}
	for _, c := range errata.Contradictions {
		s.errata[c.ID] = c.Evidence
	}
	for _, u := range errata.Undeclared {
		s.errata[u.ID] = u.Evidence
	}
	for _, a := range errata.Additions {
		s.errata[a.ID] = a.Evidence
	}
	return s
}

// level returns the evidence of a source, empty for an unknown source.
func (s sources) level(source string) evidence.Level {
	if publishedPointer.MatchString(source) {
		return evidence.Published
	}
	if anchor, found := strings.CutPrefix(source, factsPath+"#"); found {
		if f, known := s.facts[anchor]; known {
			return f.best()
		}
		return ""
	}
	if id, found := strings.CutPrefix(source, "errata "); found {
		return s.errata[id]
	}
	page, err := url.Parse(source)
	if err != nil || page.Scheme != "https" {
		return ""
	}
	if forum, known := publishers[page.Host]; known &&
		(forum == "" || !strings.HasPrefix(page.Path, forum)) {
		return evidence.Published
	}
	return evidence.Observed
}

// evidenceProblem describes why the sources do not support a claim of that evidence. It is empty if
// they do.
func (s sources) evidenceProblem(claim evidence.Level, cited []string) string {
	var best evidence.Level
	for _, source := range cited {
		of := s.level(source)
		if of == "" {
			return fmt.Sprintf("source %q does not exist", source)
		}
		if stronger(of, best) {
			best = of
		}
	}
	if stronger(claim, best) {
		return fmt.Sprintf("is %s, but the best of its sources is %s: %q", claim, best, cited)
	}
	return ""
}

// No scenario, rule, finding or dialect entry has stronger evidence than its sources.
func TestEvidence_IsNotStrongerThanSources(t *testing.T) {
	s := readSources(t)
	check := func(subject string, claim evidence.Level, cited ...string) {
		t.Helper()
		if problem := s.evidenceProblem(claim, cited); problem != "" {
			t.Errorf("%s %s", subject, problem)
		}
	}
	for _, scenario := range scenarios.All() {
		check("scenario "+scenario.ID, scenario.Evidence, scenario.Sources...)
	}
	for _, r := range rule.All() {
		check("rule "+string(r.ID), r.Evidence, r.Sources...)
	}
	for _, r := range contracttests.LintRules() {
		check("finding "+r.Kind(), r.Evidence, r.Sources...)
	}
	for _, e := range dialect.Entries() {
		check("entry "+e.ID, evidence.Assumed, e.Source)
	}
}

func TestEvidenceProblem(t *testing.T) {
	s := sources{
		facts: map[string]fact{
			"seen": {
				evidence: []factEvidence{
					{evidence.Assumed, "a guess"}, {evidence.Observed, "a forum"},
				},
			},
			"guessed": {evidence: []factEvidence{{evidence.Assumed, "a guess"}}},
		},
		errata: map[string]evidence.Level{"known": evidence.Observed},
	}
	const (
		seen, guessed = factsPath + "#seen", factsPath + "#guessed"
		page          = "https://developer.sailpoint.com/docs/api/rate-limit"
		forum         = "https://developer.sailpoint.com/discuss/t/1"
	)
	for _, test := range []struct {
		name  string
		claim evidence.Level
		cited []string
		want  string // part of the problem, empty if there is none
	}{
		{"pointer is published", evidence.Published, []string{"v2026 #/paths"}, ""},
		{"page is published", evidence.Published, []string{page}, ""},
		{
			"RFC is published", evidence.Published, []string{
				"https://www.rfc-editor.org/rfc/rfc6902",
			}, "",
		},
		{
			"forum is observed", evidence.Published,
			[]string{forum},
			"is published, but the best of its sources is observed",
		},
		{
			"other page is observed", evidence.Published,
			[]string{"https://example.com/"},
			"best of its sources is observed",
		},
		{
			"fact has its own evidence", evidence.Published,
			[]string{seen},
			"best of its sources is observed",
		},
		{"fact has its best evidence", evidence.Observed, []string{seen}, ""},
		{"assumed fact", evidence.Observed, []string{guessed}, "best of its sources is assumed"},
		{"best of several", evidence.Observed, []string{guessed, seen}, ""},
		{"weaker than its sources", evidence.Assumed, []string{page}, ""},
		{
			"erratum", evidence.Published,
			[]string{"errata known"},
			"best of its sources is observed",
		},
		{"unknown fact", evidence.Assumed, []string{factsPath + "#gone"}, "does not exist"},
		{"unknown erratum", evidence.Assumed, []string{"errata gone"}, "does not exist"},
		{"section of facts", evidence.Assumed, []string{"section 1.2"}, "does not exist"},
		{"no source", evidence.Assumed, nil, "is assumed, but"},
	} {
		t.Run(test.name, func(t *testing.T) {
			problem := s.evidenceProblem(test.claim, test.cited)
			if (test.want == "") != (problem == "") || !strings.Contains(problem, test.want) {
				t.Errorf("problem %q, want %q", problem, test.want)
			}
		})
	}
}
