package spec

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/redact"
)

// The values of Violation.In, the part of the message.
const (
	InBody   = "body"
	InQuery  = "query"
	InHeader = "header"
	InStatus = "status"
)

// A Violation is a violation of the document in a request or a response.
type Violation struct {
	// In is the part of the message.
	In string
	// Pointer is a JSON pointer into a body ("" for all of it), or the name of a parameter or
	// header.
	Pointer string
	// Rule is the violated OpenAPI keyword, such as maximum or required.
	Rule string
	// Format is the expected format, such as date-time, if Rule is format.
	Format string
	// Expected describes valid values.
	Expected string
	// Value is the decoded value if Rule is format.
	Value any
	// Got is the value as JSON, redacted and truncated, or a description of it.
	Got string
	// Subject names the document, the operation and the message.
	Subject string
	// More is the number of further violations that are not listed, see [limit.Items]. If it is
	// positive, only In and Subject are set as well.
	More int
}

// String returns the violation in one line.
func (v Violation) String() string {
	if v.More > 0 {
		return limit.Remainder(v.More)
	}
	return fmt.Sprintf("%s: expected %s, got %s (%s of %s)", v.Location(), v.Expected, v.Got,
		v.Rule, v.Subject)
}

// Location names the violating part: a JSON pointer, "query parameter filters", "header
// Content-Type" or "body".
func (v Violation) Location() string {
	switch {
	case v.In == InQuery:
		return "query parameter " + v.Pointer
	case v.In == InHeader:
		return "header " + v.Pointer
	case v.Pointer == "":
		return v.In
	}
	return v.Pointer
}

// describeExpected describes the values that satisfy the violated keyword.
func describeExpected(e *openapi3.SchemaError) string {
	s := e.Schema
	switch e.SchemaField {
	case "type", "nullable", "oneOf", "anyOf":
		return describeType(s)
	case "required":
		pointer := e.JSONPointer()
		return describeProperty(s, pointer[len(pointer)-1])
	case "minimum":
		return fmt.Sprintf("at least %v", *s.Min)
	case "maximum":
		return fmt.Sprintf("at most %v", *s.Max)
	case "minItems":
		return formatBound("at least", s.MinItems, "element")
	case "maxItems":
		return formatBound("at most", *s.MaxItems, "element")
	case "uniqueItems":
		return "unique elements"
	case "minLength":
		return formatBound("at least", s.MinLength, "character")
	case "pattern":
		return describePattern(s)
	case "enum":
		return "one of " + strings.Trim(renderJSON(s.Enum), "[]")
	case "format":
		if s.Format == "date-time" {
			return "a date and time as in RFC 3339 with Z or an offset, such as " +
				"2027-01-31T00:00:00Z"
		}
		return "format " + s.Format
	}
	return redact.Truncate(e.Reason, limit.Text) // the library's message may quote values
}

// describeProperty describes the valid values of a property.
func describeProperty(s *openapi3.Schema, name string) string {
	if p := s.Properties[name]; p != nil && p.Value != nil {
		return describeType(p.Value)
	}
	return "the property"
}

func formatBound(bound string, n uint64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%s %d %s", bound, n, noun)
}

// describeType describes the types that a schema accepts: "a string or null".
func describeType(s *openapi3.Schema) string {
	var types []string
	for _, branch := range append(append(openapi3.SchemaRefs{}, s.OneOf...), s.AnyOf...) {
		types = append(types, describeType(branch.Value))
	}
	for _, t := range s.Type.Slice() {
		switch {
		case t == "array" && s.Items != nil && s.Items.Value != nil:
			types = append(types, "an array (each element "+describeType(s.Items.Value)+")")
		case strings.ContainsRune("aio", rune(t[0])):
			types = append(types, "an "+t)
		default:
			types = append(types, "a "+t)
		}
	}
	if s.Nullable {
		types = append(types, "null")
	}
	if len(types) < 2 {
		return strings.Join(types, "")
	}
	last := len(types) - 1
	return strings.Join(types[:last], ", ") + " or " + types[last]
}

// renderValue returns the JSON of a value for a message. It also redacts a value if a name in its
// pointer is secret.
func renderValue(pointer string, value any) string {
	for name := range strings.SplitSeq(pointer, "/") {
		if value != nil && redact.Value(name, "value") == redact.Mark {
			return strconv.Quote(redact.Mark)
		}
	}
	return renderJSON(value)
}

func quote(s string) string {
	if s == "" {
		return "nothing"
	}
	return redact.Quote(s)
}

// maxGot is the maximum length of Violation.Got in bytes.
const maxGot = 80
