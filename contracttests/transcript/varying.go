package transcript

import (
	"regexp"
	"slices"
	"strings"

	"example.com/patmock/contracttests/report"
)

const (
	// What a mock tells of what it got, and of itself: a word of which it left out the end, how far its clock is from others,
	// and where in a body something stands.
	cut   = `[\w.:-]+\.\.\.`
	drift = `-?[0-9hms.]+ from wall time`
	spot  = `\bline [0-9]+, column [0-9]+`
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

// text is one in which values may stand that differ from run to run.
func (n *normalizer) text(text string, dated func(string) string) string {
	if n.fixed(text) {
		return report.Redact(text)
	}
	out := n.varying.ReplaceAllStringFunc(n.encodings.Replace(text), func(found string) string {
		switch learned := n.roles.kinds[found]; {
		case learned != "":
			return n.references.told(learned, found)
		case strings.HasSuffix(found, "..."):
			return "..."
		case strings.HasSuffix(found, " from wall time"):
			return "as far from wall time as it is"
		case strings.HasPrefix(found, "line "):
			return "a line and column"
		case strings.HasPrefix(found, "eyJ"):
			return n.references.told(accessToken, found)
		case isRunName.MatchString(found):
			return n.references.told(name, found)
		case isAddress.MatchString(found):
			return n.references.told(host, inNamespaceEnd.ReplaceAllString(found, ""))
		case isDate.MatchString(found):
			return dated(found)
		case len(found) == 64:
			return n.references.told(secret, found)
		}
		return n.references.told(id, found)
	})
	return shortened(report.Redact(out), text)
}

// fixed tells at a glance that nothing varies in a text, as in most.
func (n *normalizer) fixed(text string) bool {
	const shortest = 32 // of what may have no digit
	return len(text) < shortest && !strings.ContainsAny(text, "0123456789") && !strings.Contains(text, "...") && !strings.Contains(text, "://") &&
		!slices.ContainsFunc(n.literals, func(value string) bool { return strings.Contains(text, value) })
}

// shortened leaves out what is behind the beginning of a long text. How long it was is told where that is the same in
// every run.
func shortened(text, original string) string {
	const longest, left = 400, 200
	length := len([]rune(original))
	switch runes := []rune(text); {
	case length <= longest:
		return text
	case text == original:
		return string(runes[:left]) + "… (" + plural(length, "character") + ")"
	default:
		return string(runes[:min(left, len(runes))]) + "…"
	}
}
