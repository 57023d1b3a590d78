package contracttests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/spec"
)

const formType = "application/x-www-form-urlencoded"

// undeclared returns a violation for each query parameter, property and patch path of a request
// that the document does not declare. A server may ignore or reject an undeclared name, so a
// scenario that misspells one could pass without testing anything.
func undeclared(op *spec.Operation, r Request) []spec.Violation {
	var violations []spec.Violation
	for _, name := range op.UnknownQuery(r.Query) {
		violations = append(violations, undeclaredName(op, spec.InQuery, name, name))
	}
	body, ok := decodeBody(op, r)
	if !ok {
		return violations
	}
	contentType := r.ContentType
	if !op.AcceptsContentType(contentType) && len(op.MediaTypes) > 0 {
		contentType = op.MediaTypes[0]
	}
	for _, pointer := range op.UnknownProperties(contentType, body) {
		// RFC 6902 defines from, but no document declares it.
		if !strings.HasSuffix(pointer, "/from") {
			violations = append(violations,
				undeclaredName(op, spec.InBody, pointer, path.Base(pointer)))
		}
	}
	return append(violations, undeclaredPaths(op, body)...)
}

func undeclaredName(op *spec.Operation, in, pointer, got string) spec.Violation {
	return spec.Violation{
		In: in, Pointer: pointer, Rule: "declared names",
		Expected: "a name that the document declares",
		Got:      strconv.Quote(got), Subject: op.ID,
	}
}

// decodeBody decodes a JSON body, or a form if the operation accepts one. It reports whether there
// is one.
func decodeBody(op *spec.Operation, r Request) (body any, ok bool) {
	if r.ContentType == formType && op.AcceptsContentType(formType) {
		form, err := url.ParseQuery(r.Body)
		object := map[string]any{}
		for name := range form {
			object[name] = form.Get(name)
		}
		return object, err == nil
	}
	return body, json.Unmarshal([]byte(r.Body), &body) == nil
}

// undeclaredPaths returns a violation for each patch path that does not lead into a property of a
// token. Its location ends in the path: "/0/path=/colour".
func undeclaredPaths(op *spec.Operation, body any) []spec.Violation {
	prefix := ""
	if bulk, ok := body.(map[string]any); ok {
		body, prefix = bulk["patch"], "/patch"
	}
	properties, _ := op.Properties(http.StatusOK)
	var violations []spec.Violation
	operations, _ := body.([]any)
	for i, each := range operations {
		operation, _ := each.(map[string]any)
		for _, member := range []string{"path", "from"} {
			pointer, ok := operation[member].(string)
			if ok && !slices.ContainsFunc(properties, func(p spec.Property) bool {
				return strings.HasPrefix(pointer+"/", "/"+p.Name+"/")
			}) {
				location := fmt.Sprintf("%s/%d/%s=%s", prefix, i, member, pointer)
				violations = append(violations, undeclaredName(op, spec.InBody, location, pointer))
			}
		}
	}
	return violations
}
