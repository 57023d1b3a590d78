package recording

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	// hexID matches an id or a secret.
	hexID = uuid + `|[0-9a-f]{64}|[0-9a-f]{32}`
	// runName matches a name that the contract gives.
	runName = `(?i:patmock-[0-9a-z]+-[0-9]+)`
	address = `https?://[^/\s"'<>?#]+(?:` + namespace + `)?`
	// namespace of a mock, in which a scenario is tried.
	namespace = `/t/[^/\s"'<>?#]+`
)

var (
	isRunName      = regexp.MustCompile(runName)
	isAddress      = regexp.MustCompile(`^` + address + `$`)
	inNamespace    = regexp.MustCompile(`^` + namespace)
	inNamespaceEnd = regexp.MustCompile(namespace + `$`)
)

// text returns a text in normal form, with placeholders for the values that differ from run to run.
func (n *normalizer) text(text string, dated func(string) string) string {
	escaped := escaper.Replace(text)
	if n.isFixed(text) {
		return maskSecrets(escaped)
	}
	out := n.cutBeginnings(n.encodings.Replace(escaped))
	out = n.varying.ReplaceAllStringFunc(out, func(found string) string {
		value := unescaper.Replace(found)
		switch k := n.values.kindByValue[value]; {
		case marks.FindString(found) == found:
			return found
		case k != "":
			return n.references.placeholder(k, value)
		case strings.HasPrefix(value, "eyJ"):
			return n.references.placeholder(accessToken, value)
		case isRunName.MatchString(value):
			return n.references.placeholder(name, value)
		case isAddress.MatchString(value):
			return n.references.placeholder(host, inNamespaceEnd.ReplaceAllString(value, ""))
		case isDate.MatchString(value):
			return dated(value)
		case len(value) == 64:
			return n.references.placeholder(secret, value)
		}
		return n.references.placeholder(id, value)
	})
	return truncated(maskSecrets(out), text)
}

// isFixed reports whether certainly nothing varies in a text, as in most. It is faster than the
// patterns.
func (n *normalizer) isFixed(text string) bool {
	const shortest = 32 // of a random value without a digit
	contained := func(value string) bool { return strings.Contains(text, value) }
	begun := func(value string) bool { return contained(value[:minBeginning]) }
	return len(text) < shortest && !strings.ContainsAny(text, "0123456789") && !contained("://") &&
		!slices.ContainsFunc(n.literals, contained) && !slices.ContainsFunc(n.shortenable, begun)
}

// minBeginning is the least length of the beginning of a value that a target shortened.
const minBeginning = 8

var (
	// isShortenable matches values of requests that differ from run to run.
	isShortenable = regexp.MustCompile(`^(?:` + runName + `|` + hexID + `)`)
	longWord      = regexp.MustCompile(fmt.Sprintf(`[\w-]{%d,}`, minBeginning))
)

// remember stores a value of a request until its response is read.
func (n *normalizer) remember(value string) {
	if isShortenable.MatchString(value) {
		n.requested = append(n.requested, value)
	}
}

// cutBeginnings replaces the words of a response that are the beginning of a value of its request.
func (n *normalizer) cutBeginnings(text string) string {
	if len(n.shortenable) == 0 {
		return text
	}
	return longWord.ReplaceAllStringFunc(text, func(word string) string {
		begins := func(value string) bool {
			return len(word) < len(value) && strings.HasPrefix(value, word)
		}
		if isRunName.FindString(word) == word || !slices.ContainsFunc(n.shortenable, begins) {
			return word
		}
		return placeholder("cut")
	})
}
