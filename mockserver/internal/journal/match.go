package journal

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/jsondiff"
	"example.com/patmock/spec/redact"
)

// parsedRequest is a request whose query and body are parsed once, when a matcher first needs them.
type parsedRequest struct {
	*entry
	query   url.Values
	message *control.Message
	body    *jsonBody
}

func (s *parsedRequest) queryValues(name string) []string {
	if s.query == nil {
		s.query, _ = url.ParseQuery(s.Query) // invalid parameters are left out
	}
	return s.query[name]
}

func (s *parsedRequest) redactedMessage() *control.Message {
	if s.message == nil {
		s.message = s.rawRequest.redacted()
	}
	return s.message
}

func (s *parsedRequest) jsonBody() *jsonBody {
	if s.body == nil {
		s.body = parseBody(s.redactedMessage().Body)
	}
	return s.body
}

// matcher is a list of conditions. An empty matcher matches every request.
type matcher []condition

// condition is one part of a match.
type condition struct {
	pointer     string
	expected    any
	description string // human-readable, without secrets
	matches     func(s *parsedRequest) bool
	actual      func(s *parsedRequest) any
	// differences replaces actual if the condition may find several differences. Nil means one
	// difference.
	differences func(s *parsedRequest) []control.Difference
}

func newMatcher(m control.Match) matcher {
	c := textConditions(m)
	if m.Finding != "" {
		c = append(c, condition{
			pointer: "/finding", expected: m.Finding,
			description: "finding " + redact.String(m.Finding),
			matches: func(s *parsedRequest) bool {
				return hasName(m.Finding, findingKinds(s.Findings))
			},
			actual: func(s *parsedRequest) any { return findingKinds(s.Findings) },
		})
	}
	if m.Status != 0 {
		c = append(c, condition{
			pointer: "/status", expected: m.Status, description: "status " + strconv.Itoa(m.Status),
			matches: func(s *parsedRequest) bool { return s.Status == m.Status },
			actual:  func(s *parsedRequest) any { return s.Status },
		})
	}
	if want := m.Unmatched; want != nil {
		c = append(c, condition{
			pointer: "/unmatched", expected: *want,
			description: "unmatched " + strconv.FormatBool(*want),
			matches:     func(s *parsedRequest) bool { return s.Unmatched == *want },
			actual:      func(s *parsedRequest) any { return s.Unmatched },
		})
	}
	values := func(part, name, want, suffix string, actual func(s *parsedRequest) []string) {
		c = append(c, condition{
			pointer: jsondiff.Pointer([]string{part, name}), expected: want,
			description: part + " " + redact.String(name) + suffix,
			matches:     func(s *parsedRequest) bool { return slices.Contains(actual(s), want) },
			actual:      func(s *parsedRequest) any { return oneOrAll(actual(s)) },
		})
	}
	// sorted, so that differences have a fixed order
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		want := m.Header[name]
		values("header", name, want, ": "+redactHeader(name, want),
			func(s *parsedRequest) []string {
				return http.Header(s.redactedMessage().Header).Values(name)
			})
	}
	for _, name := range slices.Sorted(maps.Keys(m.Query)) {
		want := m.Query[name]
		values("query", name, want, "="+redact.Value(name, want), func(s *parsedRequest) []string {
			return s.queryValues(name)
		})
	}
	if m.Body != nil {
		c = append(c, bodyCondition(m.Body))
	}
	return c
}

// textConditions returns the conditions on the string fields of a match.
func textConditions(m control.Match) (c matcher) {
	for _, text := range []struct {
		name, want string
		actual     func(r *control.Request) string
		matches    func(want, actual string) bool
	}{
		{"operation", m.Operation, func(r *control.Request) string { return r.Operation }, isEqual},
		{"version", m.Version, func(r *control.Request) string { return r.Version }, isEqual},
		{"method", m.Method, func(r *control.Request) string { return r.Method }, isEqual},
		{"path", m.Path, func(r *control.Request) string { return r.Path }, samePath},
		{"owner", m.Owner, func(r *control.Request) string { return r.Owner }, isEqual},
		{"clientId", m.ClientID, func(r *control.Request) string { return r.ClientID }, isEqual},
		{
			"fault", m.Fault, func(r *control.Request) string {
				return r.Fault
			}, func(want, actual string) bool { return hasName(want, splitNames(actual)) },
		},
	} {
		if text.want != "" {
			c = append(c, condition{
				pointer: "/" + text.name, expected: text.want,
				description: text.name + " " + redact.String(text.want),
				matches: func(s *parsedRequest) bool {
					return text.matches(text.want, text.actual(&s.Request))
				},
				actual: func(s *parsedRequest) any { return text.actual(&s.Request) },
			})
		}
	}
	return c
}

func isEqual(want, actual string) bool { return want == actual }

// bodyCondition returns the condition that the body contains a value. A caller in the same process
// may pass any Go value.
func bodyCondition(value any) condition {
	text, err := json.Marshal(value)
	var expected any
	if err == nil {
		expected, err = decode(string(text))
	}
	if err != nil {
		expected = "not JSON: " + err.Error()
		text, _ = json.Marshal(expected)
	}
	differences := func(s *parsedRequest) []control.Difference {
		switch body := s.jsonBody(); {
		case body.text == "":
			return []control.Difference{{Pointer: "/body", Expected: expected}}
		case !body.valid:
			return []control.Difference{
				{Pointer: "/body", Expected: expected, Actual: truncate(body.text)},
			}
		default:
			return subsetDifferences("/body", expected, body.value)
		}
	}
	return condition{
		description: "body " + truncate(redact.Body(string(text))),
		matches:     func(s *parsedRequest) bool { return len(differences(s)) == 0 },
		differences: differences,
	}
}

// matches reports whether a request satisfies every condition. It does not allocate if a string
// differs.
func (m matcher) matches(s *parsedRequest) bool {
	for i := range m {
		if !m[i].matches(s) {
			return false
		}
	}
	return true
}

func (m matcher) differences(s *parsedRequest) (differences []control.Difference) {
	for _, c := range m {
		switch {
		case c.differences != nil:
			differences = append(differences, c.differences(s)...)
		case !c.matches(s):
			differences = append(differences, control.Difference{
				Pointer: c.pointer, Expected: c.expected, Actual: c.actual(s),
			})
		}
	}
	return differences
}

// samePath compares paths segment by segment. A * matches any segment that is not empty.
func samePath(pattern, path string) bool {
	return slices.EqualFunc(strings.Split(pattern, "/"), strings.Split(path, "/"),
		func(pattern, segment string) bool {
			return pattern == segment || pattern == "*" && segment != ""
		})
}

// hasName reports whether names contains want. A * matches any name.
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

// oneOrAll returns the values of a difference: nil, the only value, or the list.
func oneOrAll(values []string) any {
	switch len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	}
	return values
}
