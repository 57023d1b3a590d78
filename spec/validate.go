package spec

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/redact"
)

// check validates a decoded value by a schema, until ctx ends. The options for requests and
// responses are left out on purpose: with them the library writes defaults into
// the value, and what is absent could not be told from what is false any more.
func check(ctx context.Context, schema *openapi3.Schema, value any, in, pointer, place string,
	options ...openapi3.SchemaValidationOption,
) []Violation {
	v := &validation{
		ctx: ctx, in: in, root: pointer, place: place,
		single: options,
		every:  append([]openapi3.SchemaValidationOption{openapi3.MultiErrors()}, options...),
		fast:   append([]openapi3.SchemaValidationOption{openapi3.FailFast()}, options...),
		names:  map[*openapi3.Schema][]string{}, rests: map[*openapi3.Schema]*openapi3.Schema{},
	}
	v.validate(schema, value)
	if v.more > 0 {
		v.found = append(v.found, Violation{In: in, Subject: place, More: v.more})
	}
	return v.found
}

// validation goes through a value: through arrays and objects itself, element by element, and with
// the library through what is in them. The library alone would gather an error for every element
// before the first of them could be counted, and could not be stopped.
type validation struct {
	ctx                 context.Context //nolint:containedctx // one call
	in, root, place     string
	single, every, fast []openapi3.SchemaValidationOption

	path  []string // of the value, below root
	found []Violation
	more  int // violations that are not in found
	names map[*openapi3.Schema][]string
	rests map[*openapi3.Schema]*openapi3.Schema
}

// ended reports whether the result is no longer needed.
func (v *validation) ended() bool { return v.ctx.Err() != nil }

// enter validates a part of a value.
func (v *validation) enter(name string, schema *openapi3.Schema, value any) {
	v.path = append(v.path, name)
	v.validate(schema, value)
	v.path = v.path[:len(v.path)-1]
}

func (v *validation) validate(schema *openapi3.Schema, value any) {
	switch value := value.(type) {
	case []any:
		if isPlainArray(schema) {
			v.array(schema, value)
			return
		}
	case map[string]any:
		if isPlainObject(schema) {
			v.object(schema, value)
			return
		}
	}
	if !hasAlternatives(schema) {
		if len(v.found) < limit.Items || !isMistyped(schema, value) || v.counts() {
			v.visit(schema, value)
		}
		return
	}
	if value == nil && schema.PermitsNull() {
		return
	}
	if keyword := v.alternatives(schema, value); keyword != "" {
		v.report(&openapi3.SchemaError{Schema: schema, SchemaField: keyword, Value: value}, nil)
	} else if rest := v.rest(schema); rest != nil && value != nil {
		v.validate(rest, value)
	}
}

// alternatives returns which of oneOf and anyOf a value breaks, empty for none.
func (v *validation) alternatives(schema *openapi3.Schema, value any) string {
	one, some := 0, len(schema.AnyOf) == 0
	for _, s := range schema.OneOf {
		if v.matches(s.Value, value) {
			one++
		}
	}
	for _, s := range schema.AnyOf {
		some = some || v.matches(s.Value, value)
	}
	switch {
	case v.ended():
		return ""
	case len(schema.OneOf) > 0 && one != 1:
		return "oneOf"
	case !some:
		return "anyOf"
	}
	return ""
}

// rest returns what a schema says beside its alternatives, nil for nothing.
func (v *validation) rest(schema *openapi3.Schema) *openapi3.Schema {
	rest, known := v.rests[schema]
	if !known {
		other := *schema
		if other.OneOf, other.AnyOf = nil, nil; !other.IsEmpty() {
			rest = &other
		}
		v.rests[schema] = rest
	}
	return rest
}

// visit leaves a value to the library.
func (v *validation) visit(schema *openapi3.Schema, value any) {
	options := v.every
	if isComposed(schema) {
		options = v.single // there is one error, with those of all branches in it
	}
	err := schema.VisitJSON(value, options...)
	if err == nil {
		return
	}
	for _, e := range flatten(err) {
		var broken *openapi3.SchemaError
		if errors.As(e, &broken) {
			v.report(broken, broken.JSONPointer())
		} else if v.counts() {
			v.found = append(v.found, Violation{
				In: v.in, Pointer: v.pointer(nil), Rule: "schema",
				Expected: redact.Truncate(e.Error(), limit.Text), Got: got(v.pointer(nil), value),
				Subject: v.place,
			})
		}
	}
}

func (v *validation) array(schema *openapi3.Schema, value []any) {
	if whole := withoutItems(schema); whole != nil {
		v.visit(whole, value)
	}
	for i, element := range value {
		if v.ended() {
			return
		}
		v.enter(strconv.Itoa(i), schema.Items.Value, element)
	}
}

func (v *validation) object(schema *openapi3.Schema, value map[string]any) {
	for _, name := range v.visited(schema, value) {
		if v.ended() {
			return
		}
		property, present := value[name]
		switch declared := schema.Properties[name]; {
		case !present:
		case declared != nil:
			v.enter(name, declared.Value, property)
		case schema.AdditionalProperties.Schema != nil:
			v.enter(name, schema.AdditionalProperties.Schema.Value, property)
		case isClosed(schema):
			v.report(&openapi3.SchemaError{
				Schema: schema, SchemaField: "properties",
				Reason: "property " + redact.Quote(name) + " is unsupported", Value: value,
			}, nil)
		}
	}
	for _, name := range schema.Required {
		if _, present := value[name]; !present && v.counts() {
			v.found = append(v.found, Violation{
				In: v.in, Pointer: v.pointer([]string{name}), Rule: "required",
				Expected: expectedProperty(schema, name), Got: "nothing", Subject: v.place,
			})
		}
	}
}

// visited returns the names of the properties to look at, sorted: those that are declared, and all
// of them only if others count.
func (v *validation) visited(schema *openapi3.Schema, value map[string]any) []string {
	if countsOthers(schema) {
		return slices.Sorted(maps.Keys(value))
	}
	names, known := v.names[schema]
	if !known {
		names = slices.Sorted(maps.Keys(schema.Properties))
		v.names[schema] = names
	}
	return names
}

// countsOthers reports whether it matters what properties an object has beside those that are
// declared.
func countsOthers(schema *openapi3.Schema) bool {
	return schema.AdditionalProperties.Schema != nil || isClosed(schema)
}

// matches reports whether a schema accepts a value, without saying why not.
func (v *validation) matches(schema *openapi3.Schema, value any) bool {
	switch value := value.(type) {
	case []any:
		if isPlainArray(schema) {
			return v.matchesArray(schema, value)
		}
	case map[string]any:
		if isPlainObject(schema) && len(schema.Properties)+len(schema.Required) == 0 &&
			!countsOthers(schema) {
			return true
		}
	}
	if hasAlternatives(schema) && v.rest(schema) == nil {
		return value == nil && schema.PermitsNull() || v.alternatives(schema, value) == ""
	}
	return schema.VisitJSON(value, v.fast...) == nil
}

func (v *validation) matchesArray(schema *openapi3.Schema, value []any) bool {
	if whole := withoutItems(schema); whole != nil && whole.VisitJSON(value, v.fast...) != nil {
		return false
	}
	for _, element := range value {
		if v.ended() || !v.matches(schema.Items.Value, element) {
			return false
		}
	}
	return true
}

// counts adds one to the violations and reports whether this one is to be reported.
func (v *validation) counts() bool {
	if len(v.found) < limit.Items {
		return true
	}
	v.more++
	return false
}

func (v *validation) report(broken *openapi3.SchemaError, path []string) {
	if !v.counts() {
		return
	}
	found := Violation{
		In: v.in, Pointer: v.pointer(path), Rule: broken.SchemaField, Expected: expected(broken),
		Subject: v.place,
	}
	found.Got = got(found.Pointer, broken.Value)
	switch found.Rule {
	case "required":
		found.Got = "nothing"
	case "format":
		found.Format, found.Value = broken.Schema.Format, broken.Value
	}
	v.found = append(v.found, found)
}

// pointer returns where the value is, or what is at a path in it.
func (v *validation) pointer(path []string) string {
	var b strings.Builder
	b.WriteString(v.root)
	for _, steps := range [][]string{v.path, path} {
		for _, name := range steps {
			b.WriteString("/" + escapePointer(redact.Truncate(name, limit.Text)))
		}
	}
	return b.String()
}

// isMistyped reports whether a value certainly has one violation, that of its type. It knows most.
func isMistyped(s *openapi3.Schema, value any) bool {
	kind := ""
	switch value.(type) {
	case string:
		kind = openapi3.TypeString
	case bool:
		kind = openapi3.TypeBoolean
	case float64:
		kind = openapi3.TypeNumber
	case []any:
		kind = openapi3.TypeArray
	case map[string]any:
		kind = openapi3.TypeObject
	}
	types := s.Type.Slice()
	if kind == "" || len(types) != 1 || !isPlain(s, types[0]) {
		return false
	}
	return types[0] != kind && (types[0] != openapi3.TypeInteger || kind != openapi3.TypeNumber)
}

func isClosed(s *openapi3.Schema) bool {
	return s.AdditionalProperties.Has != nil && !*s.AdditionalProperties.Has
}

func isComposed(s *openapi3.Schema) bool { return len(s.OneOf)+len(s.AnyOf)+len(s.AllOf) > 0 }

// isPlain reports whether a schema says nothing of its values but by a type and its keywords.
func isPlain(s *openapi3.Schema, kind string) bool {
	return s.Type.Is(kind) && !isComposed(s) && s.Not == nil && len(s.Enum) == 0 &&
		s.Const == nil && s.Always == nil
}

func isPlainArray(s *openapi3.Schema) bool {
	return isPlain(s, openapi3.TypeArray) && s.Items != nil && len(s.PrefixItems) == 0
}

func isPlainObject(s *openapi3.Schema) bool {
	return isPlain(s, openapi3.TypeObject) && s.MinProps == 0 && s.MaxProps == nil
}

// hasAlternatives reports whether a schema has a oneOf or anyOf that is known without the library.
func hasAlternatives(s *openapi3.Schema) bool {
	return len(s.OneOf)+len(s.AnyOf) > 0 && len(s.AllOf) == 0 && s.Not == nil &&
		s.Discriminator == nil && s.Always == nil
}

// withoutItems returns what an array schema says of the array as a whole, nil for nothing.
func withoutItems(s *openapi3.Schema) *openapi3.Schema {
	if s.MinItems == 0 && s.MaxItems == nil && !s.UniqueItems {
		return nil
	}
	whole := *s
	whole.Items = nil
	return &whole
}

// requestFormats lets requests write date-times with a small t and z, as RFC 3339, section 5.6,
// allows. Responses have capitals.
var requestFormats = openapi3.WithStringFormatValidator("date-time",
	openapi3.NewCallbackValidator(func(value string) error {
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
