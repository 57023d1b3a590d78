package spec

import (
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// HasStatus reports whether the document declares a response with this status.
func (o *Operation) HasStatus(status int) bool { return o.responses[status] != nil }

// Statuses returns the declared statuses of responses, sorted.
func (o *Operation) Statuses() []int { return slices.Sorted(maps.Keys(o.responses)) }

// ResponseMediaTypes returns the media types of a response's body, sorted. It returns none if the
// response has no body.
func (o *Operation) ResponseMediaTypes(status int) []string {
	if a := o.responses[status]; a != nil {
		return a.types()
	}
	return nil
}

// UnknownQuery returns the undeclared parameters of a query, sorted. Servers ignore them, and they
// are often a mistake.
func (o *Operation) UnknownQuery(query url.Values) []string {
	var unknown []string
	for name := range query {
		if !slices.ContainsFunc(o.query, func(p parameter) bool { return p.Name == name }) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// UnknownProperties returns the undeclared properties of a body as JSON pointers. Servers ignore
// them, and they are often a mistake. The body must be valid, see ValidateRequest.
func (o *Operation) UnknownProperties(contentType string, body any) []string {
	declared, _ := o.bodies.find(contentType)
	if declared == nil || declaresAll(declared.schema, body) {
		return nil
	}
	return undeclared(declared.schema, body, "")
}

// declaresAll reports whether a schema declares all properties of a value. Unlike undeclared, it
// allocates nothing.
func declaresAll(schema *openapi3.Schema, value any) bool {
	switch value := value.(type) {
	case map[string]any:
		if len(schema.Properties) == 0 { // any object
			return true
		}
		for name, child := range value {
			if property := schema.Properties[name]; property == nil ||
				!declaresAll(property.Value, child) {
				return false
			}
		}
	case []any:
		if schema.Items == nil {
			return true
		}
		for _, element := range value {
			if !declaresAll(schema.Items.Value, element) {
				return false
			}
		}
	}
	return true
}

func undeclared(schema *openapi3.Schema, value any, pointer string) []string {
	var pointers []string
	switch value := value.(type) {
	case map[string]any:
		if len(schema.Properties) == 0 { // any object
			return nil
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			child := pointer + "/" + escapePointer(name)
			if property := schema.Properties[name]; property == nil {
				pointers = append(pointers, child)
			} else {
				pointers = append(pointers, undeclared(property.Value, value[name], child)...)
			}
		}
	case []any:
		if schema.Items == nil {
			return nil
		}
		for i, element := range value {
			pointers = append(pointers,
				undeclared(schema.Items.Value, element, pointer+"/"+strconv.Itoa(i))...)
		}
	}
	return pointers
}

// A Property describes a property of a response.
type Property struct {
	Name               string
	Required, Nullable bool
}

// Properties returns the properties of the object in a response with this status, sorted by name.
// For an array it returns those of its elements. Open reports whether the object may have other
// properties.
func (o *Operation) Properties(status int) (properties []Property, open bool) {
	a := o.responses[status]
	if a == nil || a.byType["application/json"] == nil {
		return nil, false
	}
	schema := a.byType["application/json"].schema
	if schema.Items != nil {
		schema = schema.Items.Value
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		properties = append(properties, Property{
			Name: name, Required: slices.Contains(schema.Required, name),
			Nullable: schema.Properties[name].Value.Nullable,
		})
	}
	closed := schema.AdditionalProperties.Has != nil && !*schema.AdditionalProperties.Has
	return properties, !closed && len(properties) > 0
}
