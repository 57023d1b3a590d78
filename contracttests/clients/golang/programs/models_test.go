package programs_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	beta "github.com/sailpoint-oss/golang-sdk/v2/api_beta"
	v2024 "github.com/sailpoint-oss/golang-sdk/v2/api_v2024"
)

// A field is a row of a published table of properties.
type field struct {
	name string
	// kind is the type in the table: string, strings, int32, date or PatOwner.
	kind     string
	required bool
	// fallback is the default in the description, or nil.
	fallback any
}

// A modelTable is a published table of a model, by the version and name of the model.
type modelTable struct {
	source, version, name string
	fields                []field
	// added has properties that the published documents have, but not the table.
	added []field
	// sdk is the model in the Go SDK.
	sdk any
}

// responseFields has the common rows of the responses to create.
var responseFields = []field{
	{"id", "string", true, nil},
	{"secret", "string", true, nil},
	{"scope", "strings", true, nil},
	{"name", "string", true, nil},
	{"owner", "PatOwner", true, nil},
	{"created", "date", true, nil},
	{"accessTokenValiditySeconds", "int32", true, 43200.0},
}

var models = []modelTable{
	{
		source: "Python SDK", version: "beta", name: "CreatePersonalAccessTokenRequest",
		fields: []field{
			{"name", "string", true, nil},
			{"scope", "strings", false, "sp:scopes:all"},
			{"accessTokenValiditySeconds", "int32", false, 43200.0},
			{"expirationDate", "date", false, nil},
		},
		sdk: beta.CreatePersonalAccessTokenRequest{},
	},
	{
		source: "PowerShell SDK", version: "beta", name: "CreatePersonalAccessTokenResponse",
		fields: slices.Concat(responseFields, []field{{"expirationDate", "date", true, nil}}),
		sdk:    beta.CreatePersonalAccessTokenResponse{},
	},
	{
		source: "PowerShell SDK", version: "v2024", name: "CreatePersonalAccessTokenResponse",
		fields: responseFields, added: []field{{"expirationDate", "date", true, nil}},
		sdk: v2024.CreatePersonalAccessTokenResponse{},
	},
}

// A schema has the parts of a schema that a table describes.
type schema struct {
	Type, Format string
	Ref          string `json:"$ref"`
	Properties   map[string]schema
	Required     []string
	Default      any
	Items        *schema
}

// The documents of the mock have the properties of the published tables and no others, and so does
// the Go SDK.
func TestModels(t *testing.T) {
	mock := tenant{t, server(t)}
	for _, m := range models {
		t.Run(m.version+" "+m.name+" of the "+m.source, func(t *testing.T) {
			var document struct {
				Components struct{ Schemas map[string]schema }
			}
			mock.call("GET", "/_mock/spec/"+m.version, nil, &document)
			schemas := document.Components.Schemas
			fields := slices.Concat(m.fields, m.added)
			names := map[string]bool{}
			for _, f := range fields {
				names[f.name] = true
				t.Run(f.name, func(t *testing.T) {
					f.check(t, schemas[m.name], schemas)
					f.checkSDK(t, reflect.TypeOf(m.sdk))
				})
			}
			for name := range schemas[m.name].Properties {
				if !names[name] {
					t.Errorf("the document has a property %s, which the table lacks", name)
				}
			}
		})
	}
}

// check compares a field with that of a model in a document.
func (f field) check(t *testing.T, model schema, schemas map[string]schema) {
	t.Helper()
	got, ok := model.Properties[f.name]
	if !ok {
		t.Fatal("the document lacks the property")
	}
	if required := slices.Contains(model.Required, f.name); required != f.required {
		t.Errorf("required = %t in the document, want %t", required, f.required)
	}
	if kind := got.kind(schemas); kind != f.kind {
		t.Errorf("the type is %s in the document, want %s", kind, f.kind)
	}
	if f.fallback != nil {
		// The published documents have the default in items.
		if got.Items == nil || got.Items.Default != f.fallback {
			t.Errorf("items is %+v in the document, want the default %v", got.Items, f.fallback)
		}
	}
}

// kind returns the type of a property as in the tables.
func (s schema) kind(schemas map[string]schema) string {
	owner, isOwner := strings.CutPrefix(s.Ref, "#/components/schemas/")
	switch {
	case isOwner:
		if properties := schemas[owner].Properties; properties["type"].Type != "string" ||
			properties["id"].Type != "string" || properties["name"].Type != "string" {
			return owner + " without type, id and name"
		}
		return owner
	case s.Type == "string" && s.Format == "date-time":
		return "date"
	case s.Type == "string" && s.Format == "":
		return "string"
	case s.Type == "array" && s.Items != nil && s.Items.Type == "string":
		return "strings"
	case s.Type == "integer":
		return s.Format
	}
	return s.Type + " " + s.Format
}

// goTypes has the names of the types in the Go SDK.
var goTypes = map[string][]string{
	"string": {"string"}, "strings": {"[]string"}, "int32": {"int32", "NullableInt32"},
	"date": {"SailPointTime", "NullableTime"}, "PatOwner": {"PatOwner"},
}

// checkSDK compares a field with that of a model in the Go SDK.
func (f field) checkSDK(t *testing.T, model reflect.Type) {
	t.Helper()
	for i := range model.NumField() {
		got := model.Field(i)
		name, options, _ := strings.Cut(got.Tag.Get("json"), ",")
		if name != f.name {
			continue
		}
		if required := options != "omitempty"; required != f.required {
			t.Errorf("required = %t in the SDK, want %t", required, f.required)
		}
		kind := got.Type.Name()
		if kind == "" {
			kind = got.Type.String()
		}
		if !slices.Contains(goTypes[f.kind], kind) {
			t.Errorf("the type is %s in the SDK, want one of %q", kind, goTypes[f.kind])
		}
		return
	}
	t.Error("the SDK lacks the field")
}
