package main

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/patmock/spec"
)

// docs/control-api.md describes every operation of the control API and its objects.
func TestDocs_ControlAPI(t *testing.T) { checkPage(t, "control-api.md", controlPage(t)) }

func controlPage(t *testing.T) string {
	t.Helper()
	source, err := spec.Source(spec.Control)
	if err != nil {
		t.Fatal(err)
	}
	document, err := openapi3.NewLoader().LoadFromData(source)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(strings.Replace(read(t, "testdata/docs/control-api.md"), "{{description}}\n",
		mdParagraph(document.Info.Description)+"\n", 1))
	for _, tag := range document.Tags {
		fmt.Fprintf(&b, "\n## %s\n\n%s", tag.Name, mdParagraph(tag.Description))
		for _, path := range pathsInOrder(source) {
			item := document.Paths.Value(path)
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
				op := item.GetOperation(method)
				if op != nil && slices.Contains(op.Tags, tag.Name) {
					b.WriteString(operationSection(method, path, op))
				}
			}
		}
	}
	b.WriteString("\n## Objects\n")
	for _, name := range slices.Sorted(maps.Keys(document.Components.Schemas)) {
		schema := document.Components.Schemas[name].Value
		fmt.Fprintf(&b, "\n### %s\n", name)
		if schema.Description != "" {
			b.WriteString("\n" + mdParagraph(schema.Description))
		}
		if rows := propertyRows("", schema); len(rows) > 0 {
			b.WriteString("\n" + propertyTable(rows))
		} else {
			fmt.Fprintf(&b, "\nA value is %s.\n", typeText(document.Components.Schemas[name].Value))
		}
	}
	return b.String()
}

var pathLine = regexp.MustCompile(`(?m)^  (/\S+):$`)

func pathsInOrder(source []byte) []string {
	var paths []string
	for _, match := range pathLine.FindAllSubmatch(source, -1) {
		paths = append(paths, string(match[1]))
	}
	return paths
}

func operationSection(method, path string, op *openapi3.Operation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n`%s %s`\n\n%s", op.Summary, method, path,
		mdParagraph(op.Description))
	var rows [][]string
	for _, ref := range op.Parameters {
		p := ref.Value
		rows = append(rows, []string{
			"`" + p.Name + "`", p.In, typeText(p.Schema.Value), requiredText(p.Required),
			mdText(p.Description),
		})
	}
	if len(rows) > 0 {
		b.WriteString("\n" +
			mdTable([]string{"parameter", "in", "type", "required", "meaning"}, rows))
	}
	if op.RequestBody != nil {
		b.WriteString("\nBody" + contentText(op.RequestBody.Value.Content) + ".\n")
		b.WriteString(contentTable(op.RequestBody.Value.Content))
	}
	b.WriteString("\n")
	var errors []string
	for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
		response := op.Responses.Value(status)
		if response.Ref == "#/components/responses/Problem" {
			errors = append(errors, status)
			continue
		}
		description := strings.TrimSuffix(*response.Value.Description, ".")
		content := contentText(response.Value.Content)
		fmt.Fprintf(&b, "Response: %s. %s%s.\n", status, mdText(description), content)
		b.WriteString(contentTable(response.Value.Content))
	}
	if len(errors) > 0 {
		fmt.Fprintf(&b, "\nErrors: %s, each a [Problem](#problem).\n", strings.Join(errors, ", "))
	}
	return b.String()
}

// contentText returns the object and the content types of a body.
func contentText(content openapi3.Content) string {
	var types []string
	object := ""
	for _, name := range slices.Sorted(maps.Keys(content)) {
		types = append(types, "`"+name+"`")
		if schema := content[name].Schema; schema != nil {
			object = refText(schema)
		}
	}
	if len(types) == 0 {
		return ""
	}
	return ": " + object + " as " + strings.Join(types, " or ")
}

// contentTable returns the properties of a body that is not a named object.
func contentTable(content openapi3.Content) string {
	for _, name := range slices.Sorted(maps.Keys(content)) {
		schema := content[name].Schema
		if schema == nil || schema.Ref != "" {
			continue
		}
		if rows := propertyRows("", schema.Value); len(rows) > 0 {
			return "\n" + propertyTable(rows)
		}
	}
	return ""
}

func propertyTable(rows [][]string) string {
	return mdTable([]string{"property", "type", "required", "meaning"}, rows)
}

// propertyRows returns the properties of an object, required ones first, and those of objects in
// it.
func propertyRows(prefix string, schema *openapi3.Schema) [][]string {
	names := slices.Sorted(maps.Keys(schema.Properties))
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Compare(rank(schema, a), rank(schema, b))
	})
	var rows [][]string
	for _, name := range names {
		ref := schema.Properties[name]
		rows = append(rows, []string{
			"`" + prefix + name + "`", refText(ref),
			requiredText(slices.Contains(schema.Required, name)),
			mdText(meaning(ref)),
		})
		switch {
		case ref.Ref != "":
		case ref.Value.Type.Is("array") && ref.Value.Items.Ref == "":
			rows = append(rows, propertyRows(prefix+name+"[].", ref.Value.Items.Value)...)
		default:
			rows = append(rows, propertyRows(prefix+name+".", ref.Value)...)
		}
	}
	return rows
}

func rank(schema *openapi3.Schema, name string) int {
	if i := slices.Index(schema.Required, name); i >= 0 {
		return i
	}
	return len(schema.Required)
}

func meaning(ref *openapi3.SchemaRef) string {
	text := ref.Value.Description
	if ref.Value.Example != nil && ref.Ref == "" {
		text += fmt.Sprintf(" Example: `%v`.", ref.Value.Example)
	}
	return strings.TrimSpace(text)
}

func requiredText(required bool) string {
	if required {
		return "yes"
	}
	return ""
}

// refText returns a link to a named object, or the type.
func refText(ref *openapi3.SchemaRef) string {
	if name, found := strings.CutPrefix(ref.Ref, "#/components/schemas/"); found {
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	}
	return typeText(ref.Value)
}

func typeText(schema *openapi3.Schema) string {
	text := "any value"
	switch {
	case len(schema.Enum) > 0:
		var values []string
		for _, value := range schema.Enum {
			values = append(values, fmt.Sprintf("`%v`", value))
		}
		return strings.Join(values, ", ")
	case schema.Type.Is("array"):
		text = "list of " + refText(schema.Items)
	case schema.Type.Is("object") && schema.AdditionalProperties.Schema != nil:
		text = "map to " + refText(schema.AdditionalProperties.Schema)
	case schema.Type != nil && len(*schema.Type) > 0:
		text = (*schema.Type)[0]
	}
	if schema.Format != "" {
		text += " (" + schema.Format + ")"
	}
	if schema.Nullable {
		text += " or null"
	}
	return text
}
