package recording

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// GeneralText returns a text of the response as the target wrote it. It reports false if the text
// has a placeholder or a value of the request, since responses to other requests differ then.
func (s Step) GeneralText(text string) (original string, ok bool) {
	isRepeated := func(value string) bool { return containsWords(text, value) }
	if hasPlaceholder(text) || slices.ContainsFunc(s.Request.responseValues(), isRepeated) {
		return "", false
	}
	return unescaper.Replace(text), true
}

// isWordOnly matches a path segment without a value, such as token.
var isWordOnly = regexp.MustCompile(`^\pL*$`)

// responseValues returns the values of a request that a response may repeat.
func (r Request) responseValues() (all []string) {
	for segment := range strings.SplitSeq(r.Path, "/") {
		if !isWordOnly.MatchString(segment) {
			all = append(all, segment)
		}
	}
	all = slices.AppendSeq(all, maps.Values(r.Header))
	for _, values := range r.Query {
		all = append(all, values...)
	}
	if r.Body == nil {
		return all
	}
	return appendValues(all, r.Body.Value)
}

// appendValues appends the strings and numbers of a decoded value.
func appendValues(all []string, value any) []string {
	switch v := value.(type) {
	case string:
		all = append(all, v)
	case json.Number:
		all = append(all, v.String())
	case []any:
		for _, element := range v {
			all = appendValues(all, element)
		}
	case map[string]any:
		for _, element := range v {
			all = appendValues(all, element)
		}
	}
	return all
}

// containsWords reports whether a text contains a value as entire words. Slashes around the value
// are ignored.
func containsWords(text, value string) bool {
	const minLength = 3 // shorter values may match by chance
	if value = strings.Trim(value, "/"); len(value) < minLength {
		return false
	}
	const before, after = `(?:^|[^\pL\pN_])`, `(?:$|[^\pL\pN_])`
	return regexp.MustCompile(before + regexp.QuoteMeta(value) + after).MatchString(text)
}
