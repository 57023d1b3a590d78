package contract

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

type selection struct {
	versions, run, skip string
	level               []string
}

func (s *selection) register(flags *pflag.FlagSet) {
	flags.StringVar(&s.run, "run", "", "regular expression of scenarios to run: ID, or ID/VERSION")
	flags.StringVar(&s.skip, "skip", "", "regular expression of scenarios to skip")
	flags.StringVar(&s.versions, "versions", strings.Join(cli.VersionNames(), ","),
		"comma-separated versions to test")
	cli.ChoicesVar(flags, &s.level, "evidence", "evidence", levels,
		"comma-separated levels: published, observed, assumed (default all)")
	cli.SetGroup(flags, cli.GroupScenarios)
}

// levels are the levels of evidence, the most certain first.
var levels = []string{
	string(evidence.Published), string(evidence.Observed), string(evidence.Assumed),
}

func (s selection) options() (o contracttests.Options, err error) {
	if o.Versions, err = cli.ParseVersions(s.versions); err != nil {
		return o, err
	}
	if len(o.Versions) == len(version.All()) {
		o.Versions = nil
	}
	if o.Run, err = parseExpression("--run", s.run); err != nil {
		return o, err
	}
	if o.Skip, err = parseExpression("--skip", s.skip); err != nil {
		return o, err
	}
	for _, chosen := range s.level {
		o.Evidence = append(o.Evidence, evidence.Level(chosen))
	}
	return o, nil
}

// cases returns the selected cases and the options that select them.
func (s selection) cases() (o contracttests.Options, cases []contracttests.Case, err error) {
	if o, err = s.options(); err != nil {
		return o, nil, err
	}
	cases, err = selectCases(o)
	return o, cases, err
}

// selectCases returns the selected cases. An empty selection is an error, because its run would
// pass.
func selectCases(o contracttests.Options) ([]contracttests.Case, error) {
	cases := contracttests.Select(scenarios.All(), o)
	if len(cases) == 0 {
		return nil, emptySelection(o)
	}
	return cases, nil
}

func emptySelection(o contracttests.Options) error {
	flags := []string{}
	if o.Skip != nil {
		flags = append(flags, "--skip "+quote(o.Skip.String()))
	}
	if o.Versions != nil {
		flags = append(flags, "--versions "+join(o.Versions))
	}
	if o.Evidence != nil {
		flags = append(flags, "--evidence "+join(o.Evidence))
	}
	rest := strings.Join(flags, ", ")
	if o.Run == nil {
		subject, _, _ := strings.Cut(rest, " ")
		return &cli.UsageError{
			Subject: subject, Help: "patmock contract list",
			Err: errors.New("no case is selected by " + rest),
		}
	}
	cases := len(contracttests.Select(scenarios.All(), contracttests.Options{Run: o.Run}))
	text := "no scenario matches --run " + quote(o.Run.String())
	if cases == 0 {
		text = joinLines(text, similarScenarios(o.Run.String()))
	} else {
		text += fmt.Sprintf(" and %s (cases that match --run: %d)", rest, cases)
	}
	return &cli.UsageError{Subject: "--run", Help: "patmock contract list", Err: errors.New(text)}
}

func join[T ~string](all []T) string {
	texts := make([]string, len(all))
	for i, text := range all {
		texts[i] = string(text)
	}
	return strings.Join(texts, ",")
}

// quote quotes the beginning of a text for a message on one line.
func quote(text string) string {
	const maxRunes = 50
	end := `"`
	if runes := []rune(text); len(runes) > maxRunes {
		text, end = string(runes[:maxRunes]), `..."`
	}
	return `"` + strings.ReplaceAll(cli.Sanitize(text), "\n", " ") + end
}

// joinLines appends a remark to an error, on a second line if one line is too short for both.
func joinLines(text, remark string) string {
	const maxColumns = 100 - len("patmock: ")
	switch {
	case remark == "":
		return text
	case len(text)+len(": ")+len(remark) <= maxColumns:
		return text + ": " + remark
	}
	return text + ":\n" + remark
}

var wordPattern = regexp.MustCompile(`[a-z0-9]+`)

// similarScenarios suggests the scenarios that share most words with an expression, and at least
// half of them. It returns "" if there are none.
func similarScenarios(expression string) string {
	words := wordPattern.FindAllString(strings.ToLower(expression), -1)
	var inVersion version.Version
	words = slices.DeleteFunc(words, func(word string) bool {
		v, err := version.Parse(word)
		if err == nil {
			inVersion = v
		}
		return err == nil
	})
	type candidate struct {
		name          string
		shared, equal int // number of shared words, and of those without a typo
		distance      int
	}
	var candidates []candidate
	for _, s := range scenarios.All() {
		n := candidate{name: s.ID, distance: levenshtein.ComputeDistance(expression, s.ID)}
		for _, c := range contracttests.Select([]contracttests.Scenario{s},
			contracttests.Options{}) {
			if c.Version == inVersion {
				n.name = c.Name()
			}
		}
		idWords := wordPattern.FindAllString(s.ID, -1)
		for _, word := range words {
			if slices.ContainsFunc(idWords, func(w string) bool { return isSimilar(word, w) }) {
				n.shared++
			}
			if slices.Contains(idWords, word) {
				n.equal++
			}
		}
		candidates = append(candidates, n)
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.shared, a.shared), cmp.Compare(b.equal, a.equal),
			cmp.Compare(a.distance, b.distance))
	})
	text := ""
	for _, n := range candidates {
		const maxLength = 85 // of a line of 100
		if n.shared < candidates[0].shared || n.equal < candidates[0].equal ||
			2*n.shared < len(words) ||
			n.shared == 0 || len(text)+len(n.name) > maxLength {
			break
		}
		text += ", " + n.name
	}
	if text == "" {
		return ""
	}
	return "did you mean " + strings.TrimPrefix(text, ", ") + "?"
}

func isSimilar(a, b string) bool {
	return levenshtein.ComputeDistance(a, b) <= min(2, len(a)/3, len(b)/3)
}

// parseExpression parses the regular expression of a flag. It returns nil for an empty one.
func parseExpression(flag, text string) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no expression is none
	}
	expression, err := regexp.Compile(text)
	if err != nil {
		return nil,
			cli.Usagef(flag, "%s",
				joinLines(flag+" "+quote(text)+" is not a regular expression",
					explainExpression(err)))
	}
	return expression, nil
}

func explainExpression(err error) string {
	syntaxErr, ok := errors.AsType[*syntax.Error](err)
	if !ok {
		return err.Error()
	}
	part := quote(syntaxErr.Expr)
	switch syntaxErr.Code {
	case syntax.ErrMissingParen:
		return `a "(" has no ")"`
	case syntax.ErrUnexpectedParen:
		return `a ")" has no "("`
	case syntax.ErrMissingBracket:
		return `a "[" has no "]"`
	case syntax.ErrInvalidCharClass, syntax.ErrInvalidCharRange:
		return part + " is not a character range or class"
	case syntax.ErrTrailingBackslash:
		return "it ends with a backslash"
	case syntax.ErrInvalidEscape:
		return "invalid escape in " + part
	case syntax.ErrMissingRepeatArgument:
		return part + " has nothing to repeat (any text is .*)"
	case syntax.ErrInvalidRepeatOp:
		return part + " repeats a repetition"
	case syntax.ErrInvalidRepeatSize:
		return part + " is not a repetition count up to 1000"
	case syntax.ErrInvalidNamedCapture:
		return part + " is not a group name such as (?P<name>...)"
	case syntax.ErrInvalidPerlOp:
		return part + " is not supported: Go has no lookahead or lookbehind"
	case syntax.ErrInvalidUTF8:
		return "it is not UTF-8"
	case syntax.ErrNestingDepth, syntax.ErrLarge:
		return "it is too large"
	}
	return part + " is not valid in RE2, the syntax of Go"
}
