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

// validateValue validates a decoded value by a schema until ctx ends. It deliberately omits the
// options for requests and responses. With them the library would write defaults into the value,
// and absent could not be distinguished from false.
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

// validator validates a value. It visits arrays and objects itself and leaves other values to the
// library. The library alone would build an error for each element before any could be counted, and
// could not be canceled.
type validator struct {
	ctx                              context.Context //nolint:containedctx // one call
	in, root, subject                string
	singleError, allErrors, failFast []openapi3.SchemaValidationOption

	path       []string // of the current value, below root
	violations []Violation
	omitted    int // number of violations beyond the limit
	names      map[*openapi3.Schema][]string
	remainders map[*openapi3.Schema]*openapi3.Schema
}

// ended reports whether the result is no longer needed.
func (v *validator) ended() bool { return v.ctx.Err() != nil }

// validatePart validates an element or a property of the current value.
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

// brokenAlternative returns the keyword that a value violates, oneOf or anyOf, or "" for none.
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

// remainder returns a schema without its oneOf and anyOf, or nil if nothing else remains.
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

// visitJSON validates a value with the library.
func (v *validator) visitJSON(schema *openapi3.Schema, value any) {
	options := v.allErrors
	if isComposed(schema) {
		options = v.singleError // the library returns one error that wraps those of all branches
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

// propertyNames returns the names of the properties to validate, sorted. They are the declared
// ones, and all of the value's if additional properties are restricted.
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

// restrictsAdditional reports whether a schema restricts undeclared properties.
func restrictsAdditional(schema *openapi3.Schema) bool {
	return schema.AdditionalProperties.Schema != nil || isClosed(schema)
}

// matches reports whether a schema accepts a value.
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

// countViolation counts a violation and reports whether to include it in the result.
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

// pointerTo returns the JSON pointer of the current value, or of a path in it.
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

// isMistyped reports whether a value certainly has exactly one violation, a wrong type.
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

// isPlain reports whether a schema has only a type and the keywords of that type.
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

// hasAlternatives reports whether a schema has a oneOf or anyOf that the validator evaluates
// itself.
func hasAlternatives(s *openapi3.Schema) bool {
	return len(s.OneOf)+len(s.AnyOf) > 0 && len(s.AllOf) == 0 && s.Not == nil &&
		s.Discriminator == nil && s.Always == nil
}

// arrayConstraints returns a schema with the constraints on the array itself, or nil if there are
// none.
func arrayConstraints(s *openapi3.Schema) *openapi3.Schema {
	if s.MinItems == 0 && s.MaxItems == nil && !s.UniqueItems {
		return nil
	}
	arraySchema := *s
	arraySchema.Items = nil
	return &arraySchema
}

// requestFormats accepts date-times with a lower-case t and z in requests, as RFC 3339, section
// 5.6, allows. Responses use upper case.
var requestFormats = openapi3.WithStringFormatValidator("date-time",
	openapi3.NewCallbackValidator(func(value string) error {
		return openapi3.SchemaStringFormats["date-time"].Validate(strings.ToUpper(value))
	}))

// flatten returns the errors in err. It excludes those of the branches of a oneOf or anyOf, because
// they are the cause of another error.
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
