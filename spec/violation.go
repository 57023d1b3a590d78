package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

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
	// Pointer is a JSON pointer into a body ("" is all of it), else the name of a parameter or header.
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
	Place string
}

// String tells the violation in one line.
func (v Violation) String() string {
	return fmt.Sprintf("%s: expected %s, got %s (%s of %s)", v.Where(), v.Expected, v.Got, v.Rule, v.Place)
}

// Where names the offending part: a JSON pointer, "query parameter filters", "header Content-Type", "body".
func (v Violation) Where() string {
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

// check holds a decoded value against a schema. The options for requests and
// responses are left out on purpose: with them the library writes defaults into
// the value, and what is absent could not be told from what is false any more.
func check(schema *openapi3.Schema, value any, in, pointer, place string, options ...openapi3.SchemaValidationOption) []Violation {
	err := schema.VisitJSON(value, append(options, openapi3.MultiErrors())...)
	if err == nil {
		return nil
	}
	var found []Violation
	for _, e := range flatten(err) {
		v := Violation{In: in, Pointer: pointer, Rule: "schema", Expected: redact.String(firstLine(e)), Place: place}
		var broken *openapi3.SchemaError
		if !errors.As(e, &broken) {
			v.Got = got(pointer, value)
		} else {
			for _, key := range broken.JSONPointer() {
				v.Pointer += "/" + escapePointer(redact.String(key))
			}
			v.Rule, v.Expected, v.Got = broken.SchemaField, expected(broken), got(v.Pointer, broken.Value)
			switch v.Rule {
			case "required":
				v.Got = "nothing"
			case "format":
				v.Format, v.Value = broken.Schema.Format, broken.Value
			}
		}
		found = append(found, v)
	}
	return found
}

// requestFormats lets requests write date-times with a small t and z, as RFC 3339, section 5.6, allows.
// Responses have capitals.
var requestFormats = openapi3.WithStringFormatValidator("date-time", openapi3.NewCallbackValidator(func(value string) error {
	return openapi3.SchemaStringFormats["date-time"].Validate(strings.ToUpper(value))
}))

// flatten lists the errors, but not those of the branches of a oneOf or anyOf, which are
// kept as the cause of the one that counts.
func flatten(err error) []error {
	many, ok := err.(openapi3.MultiError) //nolint:errorlint // errors.As would find the branches
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range many {
		all = append(all, flatten(e)...)
	}
	return all
}

// expected says in words what the broken keyword asks for.
func expected(e *openapi3.SchemaError) string {
	s := e.Schema
	switch e.SchemaField {
	case "type", "nullable", "oneOf", "anyOf":
		return kind(s)
	case "required":
		pointer := e.JSONPointer()
		if p := s.Properties[pointer[len(pointer)-1]]; p != nil && p.Value != nil {
			return kind(p.Value)
		}
		return "the property"
	case "minimum":
		return fmt.Sprintf("at least %v", *s.Min)
	case "maximum":
		return fmt.Sprintf("at most %v", *s.Max)
	case "minItems":
		return plural("at least", s.MinItems, "element")
	case "maxItems":
		return plural("at most", *s.MaxItems, "element")
	case "uniqueItems":
		return "every element once"
	case "minLength":
		return plural("at least", s.MinLength, "character")
	case "enum":
		return "one of " + strings.Trim(compact(s.Enum), "[]")
	case "format":
		if s.Format == "date-time" {
			return "a date and time as in RFC 3339 with Z or an offset, such as 2027-01-31T00:00:00Z"
		}
		return "format " + s.Format
	}
	return redact.String(e.Reason) // the library's words, with values among them
}

func plural(bound string, n uint64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%s %d %s", bound, n, noun)
}

// kind names the values that a schema takes: "a string or null".
func kind(s *openapi3.Schema) string {
	var kinds []string
	for _, branch := range append(append(openapi3.SchemaRefs{}, s.OneOf...), s.AnyOf...) {
		kinds = append(kinds, kind(branch.Value))
	}
	for _, t := range s.Type.Slice() {
		switch {
		case t == "array" && s.Items != nil && s.Items.Value != nil:
			kinds = append(kinds, "an array (each element "+kind(s.Items.Value)+")")
		case strings.ContainsRune("aio", rune(t[0])):
			kinds = append(kinds, "an "+t)
		default:
			kinds = append(kinds, "a "+t)
		}
	}
	if s.Nullable {
		kinds = append(kinds, "null")
	}
	if len(kinds) < 2 {
		return strings.Join(kinds, "")
	}
	last := len(kinds) - 1
	return strings.Join(kinds[:last], ", ") + " or " + kinds[last]
}

func compact(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("a value of type %T", value)
	}
	return redact.Cut(string(encoded), maxGot)
}

// got returns the JSON of a value for a message, redacted by the names in its pointer too.
func got(pointer string, value any) string {
	for name := range strings.SplitSeq(pointer, "/") {
		if value != nil && redact.Named(name, "value") == redact.Mark {
			return strconv.Quote(redact.Mark)
		}
	}
	return compact(value)
}

func quote(s string) string {
	if s == "" {
		return "nothing"
	}
	return redact.Quote(s)
}

// maxGot bounds, in bytes, how much of what came is told.
const maxGot = 80
