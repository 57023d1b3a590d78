package journal

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/patmock/mockserver/control"
)

// subject is a request whose query and body are read once, when they are first asked for.
type subject struct {
	*entry
	query url.Values
	body  *jsonBody
}

func (s *subject) queryValues(name string) []string {
	if s.query == nil {
		s.query, _ = url.ParseQuery(s.Query) // what can be read of it
	}
	return s.query[name]
}

func (s *subject) headerValues(name string) []string {
	sent, _ := s.messages()
	if sent == nil {
		return nil
	}
	return http.Header(sent.Header).Values(name)
}

func (s *subject) jsonBody() *jsonBody {
	if s.body == nil {
		s.body = &jsonBody{}
		if sent, _ := s.messages(); sent != nil {
			s.body = readBody(sent.Body)
		}
	}
	return s.body
}

// matcher holds a match against requests.
type matcher struct {
	match       control.Match
	texts       []text   // those that are compared to the letter
	path        []string // segments
	header      []string // names in order, so that differences have one
	query       []string
	body        any // as it is in JSON
	bodyIsAsked bool
}

func newMatcher(m control.Match) *matcher {
	c := &matcher{match: m, header: sortedKeys(m.Header), query: sortedKeys(m.Query)}
	for _, t := range []text{
		{"/operation", m.Operation, func(r *control.Request) string { return r.Operation }},
		{"/version", m.Version, func(r *control.Request) string { return r.Version }},
		{"/method", m.Method, func(r *control.Request) string { return r.Method }},
		{"/owner", m.Owner, func(r *control.Request) string { return r.Owner }},
		{"/clientId", m.ClientID, func(r *control.Request) string { return r.ClientID }},
	} {
		if t.expected != "" {
			c.texts = append(c.texts, t)
		}
	}
	if m.Path != "" {
		c.path = strings.Split(m.Path, "/")
	}
	if m.Body != nil {
		// A caller in the same process may give any Go value.
		text, err := json.Marshal(m.Body)
		if err == nil {
			c.body, err = decode(string(text))
		}
		if err != nil {
			c.body = "no JSON: " + err.Error()
		}
		c.bodyIsAsked = true
	}
	return c
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// all reports whether every request matches.
func (c *matcher) all() bool {
	m := &c.match
	return len(c.texts) == 0 && c.path == nil && m.Status == 0 && m.Fault == "" && m.Finding == "" && m.Unmatched == nil &&
		len(c.header) == 0 && len(c.query) == 0 && !c.bodyIsAsked
}

// matches reports whether a request has no difference. One that differs in a text allocates nothing.
func (c *matcher) matches(s *subject) bool {
	for _, t := range c.texts {
		if t.expected != t.actual(&s.Request) {
			return false
		}
	}
	return len(c.plainDifferences(s)) == 0 && len(c.bodyDifferences(s)) == 0
}

func (c *matcher) differences(s *subject) []control.Difference {
	return append(c.plainDifferences(s), c.bodyDifferences(s)...)
}

// text is a part of a request that is compared to the letter.
type text struct {
	pointer, expected string
	actual            func(r *control.Request) string
}

// plainDifferences are those that need no body to be read.
func (c *matcher) plainDifferences(s *subject) []control.Difference {
	var found []control.Difference
	differ := func(pointer string, expected, actual any) {
		found = append(found, control.Difference{Pointer: pointer, Expected: expected, Actual: actual})
	}
	for _, t := range c.texts {
		if actual := t.actual(&s.Request); t.expected != actual {
			differ(t.pointer, t.expected, actual)
		}
	}
	if c.path != nil && !samePath(c.path, s.Path) {
		differ("/path", c.match.Path, s.Path)
	}
	if c.match.Status != 0 && c.match.Status != s.Status {
		differ("/status", c.match.Status, s.Status)
	}
	if want := c.match.Fault; want != "" && !hasName(want, splitNames(s.Fault)) {
		differ("/fault", want, s.Fault)
	}
	if want := c.match.Finding; want != "" && !hasName(want, findingKinds(s.Findings)) {
		differ("/finding", want, findingKinds(s.Findings))
	}
	if want := c.match.Unmatched; want != nil && *want != s.Unmatched {
		differ("/unmatched", *want, s.Unmatched)
	}
	for _, name := range c.header {
		if values := s.headerValues(name); !slices.Contains(values, c.match.Header[name]) {
			differ("/header/"+escape(name), c.match.Header[name], shown(values))
		}
	}
	for _, name := range c.query {
		if values := s.queryValues(name); !slices.Contains(values, c.match.Query[name]) {
			differ("/query/"+escape(name), c.match.Query[name], shown(values))
		}
	}
	return found
}

func (c *matcher) bodyDifferences(s *subject) []control.Difference {
	if !c.bodyIsAsked {
		return nil
	}
	body := s.jsonBody()
	switch {
	case body.text == "":
		return []control.Difference{{Pointer: "/body", Expected: c.body}}
	case !body.valid:
		return []control.Difference{{Pointer: "/body", Expected: c.body, Actual: clip(body.text)}}
	}
	return contained("/body", c.body, body.value)
}

// samePath compares segment by segment. A * stands for any one that is not empty.
func samePath(pattern []string, path string) bool {
	segments := strings.Split(path, "/")
	if len(segments) != len(pattern) {
		return false
	}
	for i, segment := range segments {
		if pattern[i] != segment && (pattern[i] != "*" || segment == "") {
			return false
		}
	}
	return true
}

// hasName reports whether one of the names is wanted. A * wants any.
func hasName(want string, names []string) bool {
	return want == "*" && len(names) > 0 || slices.Contains(names, want)
}

func splitNames(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func findingKinds(findings []control.Finding) []string {
	kinds := []string{}
	for _, finding := range findings {
		kinds = append(kinds, finding.Kind)
	}
	return kinds
}

// shown returns the values of a difference: nothing, one, or a list.
func shown(values []string) any {
	switch len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	}
	return values
}

// pointerEscapes are those of RFC 6901, section 3.
var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// escape writes a name as a part of a JSON pointer (https://www.rfc-editor.org/rfc/rfc6901#section-3).
func escape(name string) string {
	return pointerEscapes.Replace(name)
}
