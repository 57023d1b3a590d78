package recording

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/spec/redact"
)

// Placeholders such as ⟨id-1⟩ replace values of one run or one request. The brackets of the text
// itself are doubled, so that it never looks like a placeholder.
const (
	openBracket  = "⟨"
	closeBracket = "⟩"
)

// markPattern matches a doubled bracket or a placeholder.
const markPattern = `⟨⟨|⟩⟩|⟨[^⟨⟩]+⟩`

var (
	marks   = regexp.MustCompile(markPattern)
	escaper = strings.NewReplacer(openBracket, openBracket+openBracket, closeBracket,
		closeBracket+closeBracket)
	unescaper = strings.NewReplacer(openBracket+openBracket, openBracket, closeBracket+closeBracket,
		closeBracket)
)

// placeholder returns a placeholder with optional details.
func placeholder(what string, details ...string) string {
	if len(details) > 0 {
		what += ": " + strings.Join(details, ", ")
	}
	return openBracket + what + closeBracket
}

func hasPlaceholder(text string) bool {
	return slices.ContainsFunc(marks.FindAllString(text, -1), func(match string) bool {
		return match != openBracket+openBracket && match != closeBracket+closeBracket
	})
}

// protectedPattern matches marks and text that only looks redacted. MaskSecrets keeps them.
var protectedPattern = regexp.MustCompile(markPattern + `|` + regexp.QuoteMeta(redact.Mark))

// maskSecrets replaces text that looks like a secret by placeholders. It never splits a mark.
func maskSecrets(text string) string {
	var all []string
	text = protectedPattern.ReplaceAllStringFunc(text, func(match string) string {
		all = append(all, match)
		return openBracket + strconv.Itoa(len(all)-1) + closeBracket
	})
	text = strings.ReplaceAll(redact.Report(text), redact.Mark, placeholder("redacted"))
	return marks.ReplaceAllStringFunc(text, func(match string) string {
		if i, err := strconv.Atoi(strings.Trim(match, openBracket+closeBracket)); err == nil {
			return all[i]
		}
		return match
	})
}

// truncate shortens a long text. It adds the length unless that differs from run to run. It never
// splits a mark.
func truncate(text, original string) string {
	const maxLength, prefixLength = 400, 200
	length := len([]rune(original))
	if length <= maxLength {
		return text
	}
	end := len(string([]rune(text)[:min(prefixLength, len([]rune(text)))]))
	for _, span := range marks.FindAllStringIndex(text, -1) {
		if span[0] < end && end < span[1] {
			end = span[0]
		}
	}
	if text == escaper.Replace(original) {
		return text[:end] + placeholder("cut", plural(length, "character"))
	}
	return text[:end] + placeholder("cut")
}
