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
func validateValue(ctx context.Context, schema *openapi3.Schema, value any, in, pointer,
	subject string,
	options ...openapi3.SchemaValidationOption,
) []Violation {
	v := &validator{
		ctx: ctx, in: in, root: pointer, subject: subject,
		singleError: options,
		allErrors:   append([]openapi3.SchemaValidationOption{openapi3.MultiErrors()}, options...),
		failFast:    append([]openapi3.SchemaValidationOption{openapi3.FailFast()}, options...),
		names:       map[*openapi3.Schema][]string{},
		remainders:  map[*openapi3.Schema]*openapi3.Schema{},
	}
	v.validate(schema, value)
	if v.omitted > 0 {
		v.violations = append(v.violations, Violation{In: in, Subject: subject, More: v.omitted})
	}
	return v.violations
}

// validation goes through a value: through arrays and objects itself, element by element, and with
// the library through what is in them. The library alone would gather an error for every element
// before the first of them could be counted, and could not be stopped.
type validator struct {
	ctx                              context.Context //nolint:containedctx // one call
	in, root, subject                string
	singleError, allErrors, failFast []openapi3.SchemaValidationOption

	path       []string // of the value, below root
	violations []Violation
	omitted    int // violations that are not in found
	names      map[*openapi3.Schema][]string
	remainders map[*openapi3.Schema]*openapi3.Schema
}

// ended reports whether the result is no longer needed.
func (v *validator) ended() bool { return v.ctx.Err() != nil }

// enter validates a part of a value.
func (v *validator) validatePart(name string, schema *openapi3.Schema, value any) {
	v.path = append(v.path, name)
	v.validate(schema, value)
	v.path = v.path[:len(v.path)-1]
}

func (v *validator) validate(schema *openapi3.Schema, value any) {
	switch value := value.(type) {
	case []any:
		if isPlainArray(schema) {
			v.validateArray(schema, value)
			return
		}
	case map[string]any:
		if isPlainObject(schema) {
			v.validateObject(schema, value)
			return
		}
	}
	if !hasAlternatives(schema) {
		if len(v.violations) < limit.Items || !isMistyped(schema, value) || v.countViolation() {
			v.visitJSON(schema, value)
		}
		return
	}
	if value == nil && schema.PermitsNull() {
		return
	}
	if keyword := v.brokenAlternative(schema, value); keyword != "" {
		v.report(&openapi3.SchemaError{Schema: schema, SchemaField: keyword, Value: value}, nil)
	} else if remainder := v.remainder(schema); remainder != nil && value != nil {
		v.validate(remainder, value)
	}
}

// alternatives returns which of oneOf and anyOf a value breaks, empty for none.
func (v *validator) brokenAlternative(schema *openapi3.Schema, value any) string {
	oneOfMatches, anyOfMatches := 0, len(schema.AnyOf) == 0
	for _, s := range schema.OneOf {
		if v.matches(s.Value, value) {
			oneOfMatches++
		}
	}
	for _, s := range schema.AnyOf {
		anyOfMatches = anyOfMatches || v.matches(s.Value, value)
	}
	switch {
	case v.ended():
		return ""
	case len(schema.OneOf) > 0 && oneOfMatches != 1:
		return "oneOf"
	case !anyOfMatches:
		return "anyOf"
	}
	return ""
}

// rest returns what a schema says beside its alternatives, nil for nothing.
func (v *validator) remainder(schema *openapi3.Schema) *openapi3.Schema {
	remainder, known := v.remainders[schema]
	if !known {
		copied := *schema
		if copied.OneOf, copied.AnyOf = nil, nil; !copied.IsEmpty() {
			remainder = &copied
		}
		v.remainders[schema] = remainder
	}
	return remainder
}

// visit leaves a value to the library.
func (v *validator) visitJSON(schema *openapi3.Schema, value any) {
	options := v.allErrors
	if isComposed(schema) {
		options = v.singleError // there is one error, with those of all branches in it
	}
	err := schema.VisitJSON(value, options...)
	if err == nil {
		return
	}
	for _, e := range flatten(err) {
		var broken *openapi3.SchemaError
		if errors.As(e, &broken) {
			v.report(broken, broken.JSONPointer())
		} else if v.countViolation() {
			v.violations = append(v.violations, Violation{
				In: v.in, Pointer: v.pointerTo(nil), Rule: "schema",
				Expected: redact.Truncate(e.Error(), limit.Text),
				Got:      renderValue(v.pointerTo(nil), value),
				Subject:  v.subject,
			})
		}
	}
}

func (v *validator) validateArray(schema *openapi3.Schema, value []any) {
	if withoutItems := arrayConstraints(schema); withoutItems != nil {
		v.visitJSON(withoutItems, value)
	}
	for i, element := range value {
		if v.ended() {
			return
		}
		v.validatePart(strconv.Itoa(i), schema.Items.Value, element)
	}
}

func (v *validator) validateObject(schema *openapi3.Schema, value map[string]any) {
	for _, name := range v.propertyNames(schema, value) {
		if v.ended() {
			return
		}
		property, present := value[name]
		switch declared := schema.Properties[name]; {
		case !present:
		case declared != nil:
			v.validatePart(name, declared.Value, property)
		case schema.AdditionalProperties.Schema != nil:
			v.validatePart(name, schema.AdditionalProperties.Schema.Value, property)
		case isClosed(schema):
			v.report(&openapi3.SchemaError{
				Schema: schema, SchemaField: "properties",
				Reason: "property " + redact.Quote(name) + " is unsupported", Value: value,
			}, nil)
		}
	}
	for _, name := range schema.Required {
		if _, present := value[name]; !present && v.countViolation() {
			v.violations = append(v.violations, Violation{
				In: v.in, Pointer: v.pointerTo([]string{name}), Rule: "required",
				Expected: describeProperty(schema, name), Got: "nothing", Subject: v.subject,
			})
		}
	}
}

// visited returns the names of the properties to look at, sorted: those that are declared, and all
// of them only if others count.
func (v *validator) propertyNames(schema *openapi3.Schema, value map[string]any) []string {
	if restrictsAdditional(schema) {
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
func restrictsAdditional(schema *openapi3.Schema) bool {
	return schema.AdditionalProperties.Schema != nil || isClosed(schema)
}

// matches reports whether a schema accepts a value, without saying why not.
func (v *validator) matches(schema *openapi3.Schema, value any) bool {
	switch value := value.(type) {
	case []any:
		if isPlainArray(schema) {
			return v.matchesArray(schema, value)
		}
	case map[string]any:
		if isPlainObject(schema) && len(schema.Properties)+len(schema.Required) == 0 &&
			!restrictsAdditional(schema) {
			return true
		}
	}
	if hasAlternatives(schema) && v.remainder(schema) == nil {
		return value == nil && schema.PermitsNull() || v.brokenAlternative(schema, value) == ""
	}
	return schema.VisitJSON(value, v.failFast...) == nil
}

func (v *validator) matchesArray(schema *openapi3.Schema, value []any) bool {
	if arraySchema := arrayConstraints(schema); arraySchema != nil &&
		arraySchema.VisitJSON(value, v.failFast...) != nil {
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
func (v *validator) countViolation() bool {
	if len(v.violations) < limit.Items {
		return true
	}
	v.omitted++
	return false
}

func (v *validator) report(broken *openapi3.SchemaError, path []string) {
	if !v.countViolation() {
		return
	}
	violation := Violation{
		In: v.in, Pointer: v.pointerTo(path), Rule: broken.SchemaField,
		Expected: describeExpected(broken),
		Subject:  v.subject,
	}
	violation.Got = renderValue(violation.Pointer, broken.Value)
	switch violation.Rule {
	case "required":
		violation.Got = "nothing"
	case "format":
		violation.Format, violation.Value = broken.Schema.Format, broken.Value
	}
	v.violations = append(v.violations, violation)
}

// pointer returns where the value is, or what is at a path in it.
func (v *validator) pointerTo(path []string) string {
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
func arrayConstraints(s *openapi3.Schema) *openapi3.Schema {
	if s.MinItems == 0 && s.MaxItems == nil && !s.UniqueItems {
		return nil
	}
	arraySchema := *s
	arraySchema.Items = nil
	return &arraySchema
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
