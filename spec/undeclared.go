package spec

import (
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// Declares tells whether the operation's document has an answer of this status.
func (o *Operation) HasStatus(status int) bool { return o.responses[status] != nil }

// Statuses are those that the operation may answer, sorted.
func (o *Operation) Statuses() []int { return slices.Sorted(maps.Keys(o.responses)) }

// AnswerTypes are the media types of the body of an answer, sorted; none where it has no body.
func (o *Operation) ResponseMediaTypes(status int) []string {
	if a := o.responses[status]; a != nil {
		return a.types()
	}
	return nil
}

// UnknownQuery lists the parameters of a query that the operation does not declare, sorted. They
// are ignored, and often a mistake.
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

// UnknownProperties lists, as JSON pointers, the properties of a body that the operation does not
// declare. They are ignored, and often a mistake. The body has passed ValidateRequest.
func (o *Operation) UnknownProperties(contentType string, body any) []string {
	declared, _ := o.bodies.find(contentType)
	if declared == nil || declaresAll(declared.schema, body) {
		return nil
	}
	return undeclared(declared.schema, body, "")
}

// known tells that nothing is unknown. It makes no pointers.
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

// A Property is what the document says of a property of an answer.
type Property struct {
	Name               string
	Required, Nullable bool
}

// Properties are those of the object that an answer of this status is, or of each element where it
// is an array, sorted by name. Open tells whether the object may have others.
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
