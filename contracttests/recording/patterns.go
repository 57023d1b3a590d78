package recording

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	// random is an id or a secret.
	random = uuid + `|[0-9a-f]{64}|[0-9a-f]{32}`
	// runName is what the contract calls its objects.
	runName = `(?i:patmock-[0-9a-z]+-[0-9]+)`
	address = `https?://[^/\s"'<>?#]+(?:` + namespace + `)?`
	// namespace of a mock, in which a scenario is tried.
	namespace = `/t/[^/\s"'<>?#]+`
)

var (
	isRunName   = regexp.MustCompile(runName)
	isAddress   = regexp.MustCompile(`^` + address + `$`)
	inNamespace = regexp.MustCompile(`^` + namespace)
	// inNamespaceEnd is behind an address.
	inNamespaceEnd = regexp.MustCompile(namespace + `$`)
)

// text returns a text in normal form, with placeholders for the values that differ from run to run.
func (n *normalizer) text(text string, dated func(string) string) string {
	escaped := escaper.Replace(text)
	if n.fixed(text) {
		return maskSecrets(escaped)
	}
	out := n.withoutBeginnings(n.encodings.Replace(escaped))
	out = n.varying.ReplaceAllStringFunc(out, func(found string) string {
		value := unescaper.Replace(found)
		switch learned := n.roles.kinds[value]; {
		case marks.FindString(found) == found:
			return found
		case learned != "":
			return n.references.told(learned, value)
		case strings.HasPrefix(value, "eyJ"):
			return n.references.told(accessToken, value)
		case isRunName.MatchString(value):
			return n.references.told(name, value)
		case isAddress.MatchString(value):
			return n.references.told(host, inNamespaceEnd.ReplaceAllString(value, ""))
		case isDate.MatchString(value):
			return dated(value)
		case len(value) == 64:
			return n.references.told(secret, value)
		}
		return n.references.told(id, value)
	})
	return shortened(maskSecrets(out), text)
}

// fixed reports at a glance that nothing varies in a text, as in most.
func (n *normalizer) fixed(text string) bool {
	const shortest = 32 // of a random value without a digit
	contained := func(value string) bool { return strings.Contains(text, value) }
	begun := func(value string) bool { return contained(value[:beginning]) }
	return len(text) < shortest && !strings.ContainsAny(text, "0123456789") && !contained("://") &&
		!slices.ContainsFunc(n.literals, contained) && !slices.ContainsFunc(n.shortenable, begun)
}

// beginning is the least length of the beginning of a value that a target shortened.
const beginning = 8

var (
	// isShortenable matches values of requests that differ from run to run.
	isShortenable = regexp.MustCompile(`^(?:` + runName + `|` + random + `)`)
	longWord      = regexp.MustCompile(fmt.Sprintf(`[\w-]{%d,}`, beginning))
)

// remember keeps a value of a request until its response is read.
func (n *normalizer) remember(value string) {
	if isShortenable.MatchString(value) {
		n.values = append(n.values, value)
	}
}

// withoutBeginnings replaces the words of a response that are the beginning of a value of its
// request.
func (n *normalizer) withoutBeginnings(text string) string {
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
