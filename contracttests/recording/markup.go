package recording

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/spec/redact"
)

// A text in normal form has placeholders such as ⟨id-1⟩ for what belongs to one run or one request.
// The brackets of a text itself are doubled, so that it never looks like a placeholder.
const (
	opening = "⟨"
	closing = "⟩"
)

// mark matches a doubled bracket or a placeholder.
const mark = `⟨⟨|⟩⟩|⟨[^⟨⟩]+⟩`

var (
	marks     = regexp.MustCompile(mark)
	escaper   = strings.NewReplacer(opening, opening+opening, closing, closing+closing)
	unescaper = strings.NewReplacer(opening+opening, opening, closing+closing, closing)
)

// placeholder returns the placeholder of a reference or a word, with details if there are any.
func placeholder(what string, details ...string) string {
	if len(details) > 0 {
		what += ": " + strings.Join(details, ", ")
	}
	return opening + what + closing
}

func hasPlaceholder(text string) bool {
	return slices.ContainsFunc(marks.FindAllString(text, -1), func(found string) bool {
		return found != opening+opening && found != closing+closing
	})
}

// protected matches what maskSecrets must not change: marks, and a text that only looks redacted.
var protected = regexp.MustCompile(mark + `|` + regexp.QuoteMeta(redact.Mark))

// maskSecrets replaces what looks like a secret by placeholders. It never splits a mark.
func maskSecrets(text string) string {
	var all []string
	text = protected.ReplaceAllStringFunc(text, func(found string) string {
		all = append(all, found)
		return opening + strconv.Itoa(len(all)-1) + closing
	})
	text = strings.ReplaceAll(redact.Report(text), redact.Mark, placeholder("redacted"))
	return marks.ReplaceAllStringFunc(text, func(found string) string {
		if i, err := strconv.Atoi(strings.Trim(found, opening+closing)); err == nil {
			return all[i]
		}
		return found
	})
}

// truncated cuts the end of a long text. It says how long the text is, unless that differs from run
// to run. It never splits a mark.
func truncated(text, original string) string {
	const longest, left = 400, 200
	length := len([]rune(original))
	if length <= longest {
		return text
	}
	end := len(string([]rune(text)[:min(left, len([]rune(text)))]))
	for _, at := range marks.FindAllStringIndex(text, -1) {
		if at[0] < end && end < at[1] {
			end = at[0]
		}
	}
	if text == escaper.Replace(original) {
		return text[:end] + placeholder("cut", plural(length, "character"))
	}
	return text[:end] + placeholder("cut")
}
