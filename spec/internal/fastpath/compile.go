package fastpath

import (
	"math"
	"reflect"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// The kinds of JSON values.
const (
	null = iota
	boolean
	number
	text
	array
	object
	kinds
)

// kindOf maps the names of kinds in documents to the kinds.
var kindOf = map[string]int{
	"boolean": boolean, "number": number, "integer": number, "string": text, "array": array,
	"object": object,
}

// A Schema is a compiled schema. The zero Schema accepts no value.
type Schema struct {
	byKind [kinds]*Schema // rules for a kind, nil if no value of it is certainly valid

	integer              bool
	minimum, maximum     float64
	dateTime             bool
	minLength, maxLength uint64
	enum                 []string // of strings; nil for any
	items                *Schema
	properties           []namedSchema
	additional           *Schema // of properties that are not listed
	required             uint64  // a bit for each of properties
}

type namedSchema struct {
	name  string
	value *Schema
}

var (
	acceptNone = &Schema{}
	acceptAny  = func() *Schema {
		s := &Schema{minimum: math.Inf(-1), maximum: math.Inf(1), maxLength: math.MaxUint64}
		s.byKind, s.items, s.additional = [kinds]*Schema{s, s, s, s, s, s}, s, s
		return s
	}()
)

// A Compiler caches compiled schemas, because operations share them.
type Compiler map[*openapi3.Schema]*Schema

// Compile compiles a schema. A schema with an unsupported keyword accepts no value.
func (c Compiler) Compile(schema *openapi3.Schema) *Schema {
	if known := c[schema]; known != nil {
		return known // perhaps incomplete, if the schema is recursive
	}
	s := &Schema{}
	c[schema] = s
	rest := *schema
	rest.Extensions, rest.Origin, rest.ExternalDocs, rest.XML = nil, nil, nil, nil
	rest.Title, rest.Description, rest.Default, rest.Example = "", "", nil, nil
	rest.Nullable, rest.ReadOnly, rest.WriteOnly, rest.Deprecated = false, false, false, false
	branches := schema.OneOf
	if len(branches) == 0 {
		branches = schema.AnyOf
		rest.AnyOf = nil
	}
	if rest.OneOf = nil; len(branches) == 0 {
		rest.Type, rest.Format, rest.Enum = nil, "", nil
		rest.Min, rest.Max, rest.MinLength, rest.MaxLength = nil, nil, 0, nil
		rest.Items, rest.Properties, rest.Required, rest.AdditionalProperties = nil, nil, nil,
			openapi3.AdditionalProperties{}
	}
	switch {
	case !reflect.ValueOf(rest).IsZero():
		return s
	case len(branches) > 0:
		c.compileAlternatives(s, branches)
	case isSupportedFormat(schema.Format) && len(schema.Properties)+len(schema.Required) <= 64:
		c.compileSchema(s, schema)
	}
	if schema.PermitsNull() { // the library accepts null without further checks
		s.byKind[null] = s
	}
	return s
}

// compileAlternatives merges the branches of a oneOf or anyOf if the kind of a value determines the
// branch.
func (c Compiler) compileAlternatives(s *Schema, branches openapi3.SchemaRefs) {
	var alternatives [kinds]*Schema
	for _, branch := range branches {
		types := branch.Value.Type.Slice()
		if len(types) != 1 || alternatives[kindOf[types[0]]] != nil {
			return
		}
		alternatives[kindOf[types[0]]] = c.Compile(branch.Value)
	}
	for kind, branch := range alternatives {
		if branch != nil && kind != null {
			s.byKind[kind] = branch.byKind[kind]
		}
	}
}

// compileSchema compiles a schema without alternatives.
func (c Compiler) compileSchema(s *Schema, schema *openapi3.Schema) {
	for name, kind := range kindOf {
		if schema.Type.Permits(name) && (kind == text || len(schema.Enum) == 0) {
			s.byKind[kind] = s
		}
	}
	s.setNumberBounds(schema)
	s.setStringRules(schema)
	s.items, s.additional = acceptAny, acceptAny
	if schema.Items != nil {
		s.items = c.Compile(schema.Items.Value)
	}
	if has := schema.AdditionalProperties.Has; has != nil && !*has {
		s.additional = acceptNone
	} else if additional := schema.AdditionalProperties.Schema; additional != nil {
		s.additional = c.Compile(additional.Value)
	}
	for name, property := range schema.Properties {
		s.properties = append(s.properties, namedSchema{name, c.Compile(property.Value)})
	}
	for _, name := range schema.Required {
		i := slices.IndexFunc(s.properties, func(m namedSchema) bool { return m.name == name })
		if i < 0 {
			i = len(s.properties)
			s.properties = append(s.properties, namedSchema{name, s.additional})
		}
		s.required |= 1 << i
	}
}

func (s *Schema) setNumberBounds(schema *openapi3.Schema) {
	s.integer = schema.Type.Permits("integer") && !schema.Type.Permits("number")
	s.minimum, s.maximum = math.Inf(-1), math.Inf(1)
	switch schema.Format {
	case "int32":
		s.minimum, s.maximum = math.MinInt32, math.MaxInt32
	case "int64":
		s.minimum, s.maximum = -1<<53, 1<<53 // integers that a float64 represents exactly
	}
	if schema.Min != nil {
		s.minimum = max(s.minimum, *schema.Min)
	}
	if schema.Max != nil {
		s.maximum = min(s.maximum, *schema.Max)
	}
}

func (s *Schema) setStringRules(schema *openapi3.Schema) {
	s.dateTime = schema.Format == "date-time"
	s.minLength, s.maxLength = schema.MinLength, math.MaxUint64
	if schema.MaxLength != nil {
		s.maxLength = *schema.MaxLength
	}
	if len(schema.Enum) > 0 {
		s.enum = []string{}
	}
	for _, value := range schema.Enum {
		if value, ok := value.(string); ok {
			s.enum = append(s.enum, value)
		}
	}
}

// isSupportedFormat reports whether a format is implemented here, or ignored by the library.
func isSupportedFormat(format string) bool {
	_, ofTexts := openapi3.SchemaStringFormats[format]
	_, ofNumbers := openapi3.SchemaNumberFormats[format]
	_, ofIntegers := openapi3.SchemaIntegerFormats[format]
	return slices.Contains([]string{"date-time", "int32", "int64"}, format) ||
		!ofTexts && !ofNumbers && !ofIntegers
}
