package recording

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	// hexIDPattern matches an id or a secret.
	hexIDPattern = uuidPattern + `|[0-9a-f]{64}|[0-9a-f]{32}`
	// runNamePattern matches a name that the contract generates.
	runNamePattern = `(?i:patmock-[0-9a-z]+-[0-9]+)`
	addressPattern = `https?://[^/\s"'<>?#]+(?:` + namespacePattern + `)?`
	// namespacePattern matches the path prefix of a namespace.
	namespacePattern = `/t/[^/\s"'<>?#]+`
)

var (
	runNameRegexp   = regexp.MustCompile(runNamePattern)
	isAddress       = regexp.MustCompile(`^` + addressPattern + `$`)
	namespacePrefix = regexp.MustCompile(`^` + namespacePattern)
	namespaceSuffix = regexp.MustCompile(namespacePattern + `$`)
)

// text normalizes a text. FormatDate returns the placeholder of a date.
func (n *normalizer) text(text string, formatDate func(string) string) string {
	escaped := escaper.Replace(text)
	if n.isFixed(text) {
		return maskSecrets(escaped)
	}
	out := n.cutPrefixes(n.encodings.Replace(escaped))
	out = n.varyingPattern.ReplaceAllStringFunc(out, func(match string) string {
		value := unescaper.Replace(match)
		switch k := n.values.kindByValue[value]; {
		case marks.FindString(match) == match:
			return match
		case k != "":
			return n.references.placeholder(k, value)
		case strings.HasPrefix(value, "eyJ"):
			return n.references.placeholder(accessToken, value)
		case runNameRegexp.MatchString(value):
			return n.references.placeholder(name, value)
		case isAddress.MatchString(value):
			return n.references.placeholder(host, namespaceSuffix.ReplaceAllString(value, ""))
		case isDate.MatchString(value):
			return formatDate(value)
		case len(value) == 64:
			return n.references.placeholder(secret, value)
		}
		return n.references.placeholder(id, value)
	})
	return truncate(maskSecrets(out), text)
}

// isFixed reports whether a text certainly has no varying value. It is a fast check for the common
// case.
func (n *normalizer) isFixed(text string) bool {
	const minLength = 32 // minimum length of a random value without a digit
	isContained := func(value string) bool { return strings.Contains(text, value) }
	hasPrefix := func(value string) bool { return isContained(value[:minPrefix]) }
	return len(text) < minLength && !strings.ContainsAny(text, "0123456789") &&
		!isContained("://") &&
		!slices.ContainsFunc(n.literals, isContained) &&
		!slices.ContainsFunc(n.shortenableValues, hasPrefix)
}

// minPrefix is the minimum length of a shortened value.
const minPrefix = 8

var (
	// isShortenable matches values of requests that differ from run to run.
	isShortenable = regexp.MustCompile(`^(?:` + runNamePattern + `|` + hexIDPattern + `)`)
	longWord      = regexp.MustCompile(fmt.Sprintf(`[\w-]{%d,}`, minPrefix))
)

// addRequestValue stores a value of a request for the normalization of its response.
func (n *normalizer) addRequestValue(value string) {
	if isShortenable.MatchString(value) {
		n.requestValues = append(n.requestValues, value)
	}
}

// cutPrefixes replaces the words of a response that are a prefix of a value of its request.
func (n *normalizer) cutPrefixes(text string) string {
	if len(n.shortenableValues) == 0 {
		return text
	}
	return longWord.ReplaceAllStringFunc(text, func(word string) string {
		isPrefix := func(value string) bool {
			return len(word) < len(value) && strings.HasPrefix(value, word)
		}
		if runNameRegexp.FindString(word) == word ||
			!slices.ContainsFunc(n.shortenableValues, isPrefix) {
			return word
		}
		return placeholder("cut")
	})
}
