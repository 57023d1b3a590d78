package spec

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/redact"
)

// The parts of a message that a Violation may be in.
const (
	InBody   = "body"
	InQuery  = "query"
	InHeader = "header"
	InStatus = "status"
)

// A Violation is one thing in a request or a response that its document forbids.
type Violation struct {
	// In is the part of the message.
	In string
	// Pointer is a JSON pointer into a body ("" is all of it), else the name of a parameter or
	// header.
	Pointer string
	// Rule is the OpenAPI keyword that is broken, such as maximum or required.
	Rule string
	// Format is the format that a string lacks when Rule is format, such as date-time.
	Format string
	// Expected says what the document asks for, in words.
	Expected string
	// Value is what came, decoded, where Rule is format.
	Value any
	// Got is what came: JSON, redacted and shortened, or words.
	Got string
	// Place names document, operation and message.
	Subject string
	// More is positive in the last of more than [limit.Items] violations: it is how many there are
	// beyond those that are reported, and nothing else is set but In and Place.
	More int
}

// String returns the violation in one line.
func (v Violation) String() string {
	if v.More > 0 {
		return limit.Remainder(v.More)
	}
	return fmt.Sprintf("%s: expected %s, got %s (%s of %s)", v.Location(), v.Expected, v.Got,
		v.Rule,
		v.Subject)
}

// Where names the offending part: a JSON pointer, "query parameter filters", "header Content-Type",
// "body".
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

// expected says in words what the broken keyword asks for.
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
		return "every element once"
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
	return redact.Truncate(e.Reason, limit.Text) // the library's words, with values among them
}

// expectedProperty says in words what a property has to be.
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

// kind names the values that a schema takes: "a string or null".
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

// got returns the JSON of a value for a message, redacted by the names in its pointer too.
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

// maxGot bounds, in bytes, how much of what came is told.
const maxGot = 80
