package contracttests_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec/evidence"
)

// factsPath is the page of facts, from the root of the repository.
const factsPath = "docs/behaviour.md"

// gapsHeading begins the section of facts that need no citation.
const gapsHeading = "## Known gaps"

// A fact is a line item of docs/behaviour.md.
type fact struct {
	anchor, text string
	evidence     []factEvidence
	// gap reports whether the fact is in the section of known gaps.
	gap bool
}

// factEvidence records how certain a fact is and its source.
type factEvidence struct {
	level  evidence.Level
	source string
}

// best returns the strongest evidence of the fact.
func (f fact) best() evidence.Level {
	best := evidence.Assumed
	for _, e := range f.evidence {
		if stronger(e.level, best) {
			best = e.level
		}
	}
	return best
}

// strength orders the evidence. Unknown evidence has no strength.
var strength = map[evidence.Level]int{
	evidence.Assumed: 1, evidence.Observed: 2, evidence.Published: 3,
}

func stronger(a, b evidence.Level) bool { return strength[a] > strength[b] }

var (
	factItem     = regexp.MustCompile(`^\* <a id="([^"]*)"></a>(.*)$`)
	anchorForm   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	evidenceWord = regexp.MustCompile(`\*([^*]+)\*: `)
)

// parseFacts parses a page of facts. Each problem has a line number.
func parseFacts(page string) (facts []fact, problems []string) {
	seen := map[string]bool{}
	var item []string
	start, gap := 0, false
	end := func() {
		if item == nil {
			return
		}
		f, problem := parseFact(strings.Join(item, " "))
		if problem == "" && seen[f.anchor] {
			problem = "duplicate anchor " + f.anchor
		}
		if problem != "" {
			problems = append(problems, fmt.Sprintf("line %d: %s", start, problem))
		}
		f.gap = gap
		seen[f.anchor] = true
		facts, item = append(facts, f), nil
	}
	for i, line := range strings.Split(page, "\n") {
		switch {
		case strings.HasPrefix(line, "* <a "):
			end()
			item, start = []string{line}, i+1
		case item != nil && strings.HasPrefix(line, "  "):
			item = append(item, strings.TrimSpace(line))
		default:
			end()
		}
		gap = gap || line == gapsHeading
	}
	end()
	return facts, problems
}

// parseFact parses one line item: an anchor, a sentence, and evidence with sources.
func parseFact(item string) (f fact, problem string) {
	parts := factItem.FindStringSubmatch(item)
	if parts == nil || !anchorForm.MatchString(parts[1]) {
		return f, `expected an item that begins with * <a id="lower-case-words"></a>`
	}
	f.anchor = parts[1]
	words := evidenceWord.FindAllStringSubmatchIndex(parts[2], -1)
	if words == nil {
		return f, f.anchor + ": no evidence; expected *published*:, *observed*: or *assumed*:"
	}
	f.text = strings.TrimSpace(parts[2][:words[0][0]])
	if !strings.HasSuffix(f.text, ".") {
		return f, f.anchor + ": expected a sentence before the evidence"
	}
	for i, word := range words {
		to := len(parts[2])
		if i+1 < len(words) {
			to = words[i+1][0]
		}
		e := factEvidence{
			level:  evidence.Level(parts[2][word[2]:word[3]]),
			source: strings.TrimRight(parts[2][word[1]:to], " ;."),
		}
		if strength[e.level] == 0 {
			return f, fmt.Sprintf("%s: unknown evidence %q", f.anchor, e.level)
		}
		if e.source == "" {
			return f, fmt.Sprintf("%s: no source for %s", f.anchor, e.level)
		}
		f.evidence = append(f.evidence, e)
	}
	return f, ""
}

// readFacts returns the facts of docs/behaviour.md by their anchors.
func readFacts(t *testing.T) map[string]fact {
	t.Helper()
	page, err := os.ReadFile("../" + factsPath)
	if err != nil {
		t.Fatal(err)
	}
	facts, problems := parseFacts(string(page))
	for _, problem := range problems {
		t.Errorf("%s: %s", factsPath, problem)
	}
	byAnchor := map[string]fact{}
	for _, f := range facts {
		byAnchor[f.anchor] = f
	}
	return byAnchor
}

// Every fact has a unique anchor, a sentence, its evidence and a source.
func TestFacts_AreWellFormed(t *testing.T) {
	if facts := readFacts(t); len(facts) < 200 {
		t.Errorf("%d facts, want all that the contract cites", len(facts))
	}
}

func TestParseFacts(t *testing.T) {
	const page = "# Title\n\n* a list of something else\n\n" +
		"* <a id=\"a-fact\"></a>It\n  holds. *published*: [v2026] `#/paths`; *observed*: a " +
		"forum.\n\n" +
		gapsHeading + "\n\n* <a id=\"a-gap\"></a>It may. *assumed*: a guess.\n"
	want := []fact{
		{anchor: "a-fact", text: "It holds.", evidence: []factEvidence{
			{evidence.Published, "[v2026] `#/paths`"}, {evidence.Observed, "a forum"},
		}},
		{
			anchor: "a-gap", text: "It may.",
			evidence: []factEvidence{{evidence.Assumed, "a guess"}}, gap: true,
		},
	}
	facts, problems := parseFacts(page)
	if diff := cmp.Diff(want, facts, cmp.AllowUnexported(fact{}, factEvidence{})); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if len(problems) > 0 {
		t.Errorf("problems %q, want none", problems)
	}
}

func TestParseFacts_Problems(t *testing.T) {
	const validFact = "* <a id=\"a\"></a>It holds. *assumed*: a guess.\n"
	for _, test := range []struct{ name, page, want string }{
		{"duplicate anchor", validFact + validFact, "line 2: duplicate anchor a"},
		{
			"no anchor", `* <a id=""></a>It holds. *assumed*: a guess.`,
			"line 1: expected an item that begins with",
		},
		{
			"upper-case anchor", `* <a id="A"></a>It holds. *assumed*: a guess.`,
			"line 1: expected an item that begins with",
		},
		{"no evidence", `* <a id="a"></a>It holds.`, "line 1: a: no evidence"},
		{
			"unknown evidence", `* <a id="a"></a>It holds. *certain*: a guess.`,
			`line 1: a: unknown evidence "certain"`,
		},
		{
			"no source", `* <a id="a"></a>It holds. *published*: ; *assumed*: a guess.`,
			"line 1: a: no source for published",
		},
		{"no sentence", `* <a id="a"></a>*assumed*: a guess.`, "line 1: a: expected a sentence"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, problems := parseFacts(test.page)
			if len(problems) != 1 || !strings.HasPrefix(problems[0], test.want) {
				t.Errorf("problems %q, want one that begins with %q", problems, test.want)
			}
		})
	}
}

var (
	docPointer    = regexp.MustCompile("\\[(v[0-9]+)\\]|`(#/[^`]*)`")
	linkLabel     = regexp.MustCompile(`\[([^\]\[]+)\](\[([^\]]+)\])?(\(|:)?`)
	linkReference = regexp.MustCompile(`(?m)^\[([^\]]+)\]: https://`)
)

// A pointer in the page exists in the document named before it.
func TestFacts_PointersExist(t *testing.T) {
	documents, pointers := map[string]any{}, 0
	for _, f := range readFacts(t) {
		name := ""
		for _, e := range f.evidence {
			for _, match := range docPointer.FindAllStringSubmatch(e.source, -1) {
				if match[1] != "" {
					name = match[1]
					continue
				}
				pointers++
				if name == "" {
					t.Errorf("%s: no document before %s", f.anchor, match[2])
					continue
				}
				if documents[name] == nil {
					documents[name] = read(t, name)
				}
				if !exists(documents[name], match[2][1:]) {
					t.Errorf("%s: %s %s does not exist", f.anchor, name, match[2])
				}
			}
		}
	}
	if pointers < 50 {
		t.Errorf("%d pointers, want those of most published facts", pointers)
	}
}

// Every link of the page has a target, and every target a link.
func TestFacts_LinksHaveTargets(t *testing.T) {
	page, err := os.ReadFile("../" + factsPath)
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, match := range linkLabel.FindAllStringSubmatch(string(page), -1) {
		switch {
		case match[4] != "": // an inline link, or a target
		case match[3] != "":
			used[match[3]] = true
		default:
			used[match[1]] = true
		}
	}
	defined := map[string]bool{}
	for _, match := range linkReference.FindAllStringSubmatch(string(page), -1) {
		defined[match[1]] = true
		if !used[match[1]] {
			t.Errorf("nothing links to [%s]", match[1])
		}
	}
	for label := range used {
		if !defined[label] {
			t.Errorf("[%s] has no target", label)
		}
	}
}
