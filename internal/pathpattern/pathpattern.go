// Package pathpattern matches the paths of requests against patterns such as /v2025/search/*.
package pathpattern

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/patmock/spec/redact"
)

// MaxBytes is the maximum size of a pattern.
const MaxBytes = 1024

// rest is the segment that matches all further segments.
const rest = "**"

// A Pattern matches paths, segment by segment. A * matches any text within one segment, and a
// segment that is only a * is not empty. The last segment may be **, which matches all further
// segments, or none. Segments are compared after decoding, so that %2F is a slash within a segment,
// and %2A a star.
type Pattern struct {
	segments []segment
	hasRest  bool
}

// A segment has the decoded texts between its stars. A single text is literal.
type segment []string

// Parse parses a pattern. It returns an error that says what is valid.
func Parse(text string) (Pattern, error) {
	switch {
	case !strings.HasPrefix(text, "/"):
		return Pattern{}, fmt.Errorf("expected a path that begins with a slash, got %s",
			redact.Quote(text))
	case len(text) > MaxBytes:
		return Pattern{}, fmt.Errorf("expected at most %d bytes, got %d", MaxBytes, len(text))
	case strings.ContainsAny(text, "?#"):
		return Pattern{}, fmt.Errorf("expected a path without a query, got %s: every query matches",
			redact.Quote(text))
	case strings.Contains(text, "//"):
		return Pattern{}, fmt.Errorf("expected single slashes, got %s", redact.Quote(text))
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return Pattern{}, fmt.Errorf("expected no blanks, got %s: write %%20", redact.Quote(text))
	}
	var p Pattern
	parts := strings.Split(text[1:], "/")
	for i, part := range parts {
		if part == rest && i == len(parts)-1 {
			p.hasRest = true
			break
		}
		s, err := parseSegment(part)
		if err != nil {
			return Pattern{}, err
		}
		p.segments = append(p.segments, s)
	}
	return p, nil
}

func parseSegment(part string) (segment, error) {
	if strings.Contains(part, rest) {
		return nil, fmt.Errorf("expected ** only as the last segment, got %s", redact.Quote(part))
	}
	var s segment
	for _, text := range strings.Split(part, "*") {
		decoded, err := url.PathUnescape(text)
		if err != nil {
			return nil, fmt.Errorf("expected valid escapes such as %%20, got %s",
				redact.Quote(part))
		}
		s = append(s, decoded)
	}
	if len(s) == 1 && (s[0] == "." || s[0] == "..") {
		return nil, fmt.Errorf("expected a path without dot segments, got %q: clients resolve them",
			part)
	}
	return s, nil
}

// Segments returns the decoded segments of an escaped path that begins with a slash.
func Segments(path string) []string {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, s := range segments {
		if decoded, err := url.PathUnescape(s); err == nil {
			segments[i] = decoded
		}
	}
	return segments
}

// Match reports whether the pattern matches the path with these decoded segments, see [Segments].
func (p Pattern) Match(path []string) bool {
	if len(path) < len(p.segments) || len(path) > len(p.segments) && !p.hasRest {
		return false
	}
	for i, s := range p.segments {
		if !s.match(path[i]) {
			return false
		}
	}
	return true
}

// match takes time that is linear in the size of text.
func (s segment) match(text string) bool {
	last := len(s) - 1
	if last == 0 {
		return text == s[0]
	}
	if s.isAny() {
		return text != ""
	}
	text, ok := strings.CutPrefix(text, s[0])
	if !ok {
		return false
	}
	if text, ok = strings.CutSuffix(text, s[last]); !ok {
		return false
	}
	for _, part := range s[1:last] {
		if _, text, ok = strings.Cut(text, part); !ok {
			return false
		}
	}
	return true
}

// isAny reports whether the segment is only a star.
func (s segment) isAny() bool { return len(s) == 2 && s[0] == "" && s[1] == "" }

// Overlaps reports whether some path matches both patterns. It may report so for two segments that
// both have stars beside other text, although none does.
func (p Pattern) Overlaps(q Pattern) bool {
	if len(p.segments) > len(q.segments) {
		p, q = q, p
	}
	if len(p.segments) < len(q.segments) && !p.hasRest {
		return false
	}
	for i, s := range p.segments {
		if !s.overlaps(q.segments[i]) {
			return false
		}
	}
	return true
}

func (s segment) overlaps(t segment) bool {
	switch {
	case len(s) == 1:
		return t.match(s[0])
	case len(t) == 1:
		return s.match(t[0])
	}
	return true
}

// OfTemplate returns the pattern of a path of an OpenAPI document. Its parameters are whole
// segments, such as {id}.
func OfTemplate(path string) Pattern {
	var p Pattern
	for _, part := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		s := segment{part}
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			s = segment{"", ""}
		}
		p.segments = append(p.segments, s)
	}
	return p
}

// Below returns the pattern of a path and all paths below it.
func Below(path string) Pattern {
	p := OfTemplate(path)
	p.hasRest = true
	return p
}

// String returns the pattern in its normal form.
func (p Pattern) String() string {
	var b strings.Builder
	for _, s := range p.segments {
		escaped := slices.Clone(s)
		for i, text := range escaped {
			escaped[i] = strings.ReplaceAll(url.PathEscape(text), "*", "%2A")
		}
		b.WriteString("/" + strings.Join(escaped, "*"))
	}
	if p.hasRest {
		b.WriteString("/" + rest)
	}
	return b.String()
}
