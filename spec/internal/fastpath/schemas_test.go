package fastpath_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/patmock/spec"
	"example.com/patmock/spec/internal/fastpath"
)

// schemaPair is a schema of the library with its compiled form.
type schemaPair struct {
	name   string
	hot    bool // of a frequent operation
	schema *openapi3.Schema
	gauge  *fastpath.Schema
}

// libraryAccepts reports whether the library accepts a value. The compiled schema must not
// contradict it.
func (j schemaPair) libraryAccepts(text []byte) bool {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return false
	}
	return j.schema.VisitJSON(value, openapi3.MultiErrors()) == nil
}

var hotOperations = []string{
	"listPersonalAccessTokens", "createPersonalAccessToken", "patchPersonalAccessToken",
	"deletePersonalAccessToken", "requestAccessToken",
}

// schemas returns the schemas of all documents, those of requests and responses first, and some for
// tests.
func schemas(tb testing.TB) []schemaPair {
	tb.Helper()
	var all []schemaPair
	for _, name := range spec.Names() {
		document, err := spec.Load(name)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, schemasOf(tb, name, document.JSON())...)
	}
	own, err := os.ReadFile("testdata/schemas.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	wide := &openapi3.Schema{Type: &openapi3.Types{"object"}, Properties: openapi3.Schemas{}}
	for i := range 65 {
		name := fmt.Sprint("p", i)
		wide.Properties[name], wide.Required = openapi3.NewStringSchema().NewRef(),
			append(wide.Required, name)
	}
	all = append(all, schemaPair{"wide", false, wide, fastpath.Compiler{}.Compile(wide)})
	return append(all, schemasOf(tb, "own", own)...)
}

func schemasOf(tb testing.TB, document string, source []byte) []schemaPair {
	tb.Helper()
	t, err := openapi3.NewLoader().LoadFromData(source)
	if err != nil {
		tb.Fatal(err)
	}
	var all []schemaPair
	compiler := fastpath.Compiler{}
	add := func(name string, hot bool, schema *openapi3.Schema) {
		i := slices.IndexFunc(all, func(j schemaPair) bool { return j.schema == schema })
		if i < 0 {
			all = append(all, schemaPair{
				document + " " + name, hot, schema, compiler.Compile(schema),
			})
		} else if hot {
			all[i].hot = true
		}
	}
	addContent := func(name string, hot bool, content openapi3.Content) {
		for _, mediaType := range slices.Sorted(maps.Keys(content)) {
			if media := content[mediaType]; media.Schema != nil {
				add(name+" "+mediaType, hot && strings.Contains(mediaType, "json"),
					media.Schema.Value)
			}
		}
	}
	for _, path := range t.Paths.Keys() {
		operations := t.Paths.Value(path).Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			op := operations[method]
			hot := slices.Contains(hotOperations, strings.Replace(op.OperationID, "V1", "", 1))
			if op.RequestBody != nil {
				addContent(op.OperationID+" request", hot, op.RequestBody.Value.Content)
			}
			for _, status := range op.Responses.Keys() {
				addContent(op.OperationID+" "+status, hot, op.Responses.Value(status).Value.Content)
			}
			for _, p := range op.Parameters {
				add(op.OperationID+" parameter "+p.Value.Name, false, p.Value.Schema.Value)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Components.Responses)) {
		addContent("response "+name, false, t.Components.Responses[name].Value.Content)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Components.Schemas)) {
		add("schema "+name, false, t.Components.Schemas[name].Value)
	}
	return all
}
