package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/goccy/go-yaml"
)

// An Operation is one method of one path, with what it takes and answers.
type Operation struct {
	// Name is the operation's id without the V1 that the document of version v1 puts
	// into it, so that it is the same in all versions.
	Name string
	// ID is the operation's id as published.
	ID string
	// Method and Path, the version in front included: DELETE /v3/personal-access-tokens/{id}.
	Method, Path string
	// Scopes of which an access token needs one. Empty means that none is needed.
	Scopes []string
	// MediaTypes of the request's body, sorted. Empty means that it has none.
	MediaTypes []string

	place   string
	query   []*openapi3.Parameter
	bodies  map[string]*openapi3.Schema // by media type
	answers map[int]*answer
}

// answer is one declared response: its schemas by media type, none when there is no body.
type answer struct {
	bodies map[string]*openapi3.Schema
}

func operationName(id string) string { return strings.Replace(id, "V1", "", 1) }

func newOperation(document, method, path string, op *openapi3.Operation) *Operation {
	o := &Operation{
		Name: operationName(op.OperationID), ID: op.OperationID, Method: method, Path: path,
		place:   document + " " + op.OperationID,
		bodies:  map[string]*openapi3.Schema{},
		answers: map[int]*answer{},
	}
	if op.Security != nil {
		for _, requirement := range *op.Security {
			o.Scopes = append(o.Scopes, requirement["userAuth"]...)
		}
	}
	for _, p := range op.Parameters {
		if p.Value.In == "query" {
			o.query = append(o.query, p.Value)
		}
	}
	if op.RequestBody != nil {
		for mediaType, content := range op.RequestBody.Value.Content {
			o.bodies[mediaType] = content.Schema.Value
		}
	}
	o.MediaTypes = slices.Sorted(maps.Keys(o.bodies))
	for code, r := range op.Responses.Map() {
		if status, err := strconv.Atoi(code); err == nil {
			o.answers[status] = newAnswer(r.Value)
		}
	}
	return o
}

func newAnswer(r *openapi3.Response) *answer {
	a := &answer{bodies: map[string]*openapi3.Schema{}}
	for mediaType, content := range r.Content {
		if content.Schema != nil {
			a.bodies[mediaType] = content.Schema.Value
		}
	}
	return a
}

// Takes tells whether the operation declares a body of this content type,
// a value of the Content-Type header. Its parameters, such as charset, do not matter.
func (o *Operation) Takes(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && o.bodies[mediaType] != nil
}

// CheckQuery checks the declared query parameters; others are not looked at.
// Nil means that they are valid.
func (o *Operation) CheckQuery(query url.Values) []Violation {
	var found []Violation
	for _, p := range o.query {
		values := query[p.Name]
		switch {
		case len(values) == 0 && p.Required:
			found = append(found, Violation{In: InQuery, Pointer: p.Name, Rule: "required", Expected: "the parameter", Got: "nothing", Place: o.place})
		case len(values) > 1:
			found = append(found, Violation{In: InQuery, Pointer: p.Name, Rule: "style", Expected: "the parameter once", Got: fmt.Sprintf("%d values", len(values)), Place: o.place})
		case len(values) == 1:
			found = append(found, check(p.Schema.Value, values[0], InQuery, p.Name, o.place)...)
		}
	}
	return found
}

// CheckRequest checks the body of a request, decoded from JSON. The content type
// is one that the operation Takes. Nil means that it is valid.
func (o *Operation) CheckRequest(contentType string, body any) []Violation {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	schema := o.bodies[mediaType]
	if schema == nil {
		return []Violation{{In: InHeader, Pointer: "Content-Type", Rule: "content", Expected: strings.Join(o.MediaTypes, " or "), Got: quote(contentType), Place: o.place}}
	}
	return check(schema, body, InBody, "", o.place+" request")
}

// CheckResponse checks an answer of the operation. Nil means that it is valid.
func (o *Operation) CheckResponse(status int, contentType string, body []byte) []Violation {
	return checkAnswer(o.answers, o.place, status, contentType, body)
}

func checkAnswer(answers map[int]*answer, place string, status int, contentType string, body []byte) []Violation {
	place = fmt.Sprintf("%s response %d", place, status)
	a := answers[status]
	if a == nil {
		var declared []string
		for _, s := range slices.Sorted(maps.Keys(answers)) {
			declared = append(declared, strconv.Itoa(s))
		}
		return []Violation{{In: InStatus, Rule: "responses", Expected: "one of " + strings.Join(declared, ", "), Got: strconv.Itoa(status), Place: place}}
	}
	if len(a.bodies) == 0 {
		if len(body) > 0 {
			return []Violation{{In: InBody, Rule: "content", Expected: "no body", Got: shorten(string(body)), Place: place}}
		}
		return nil
	}
	mediaType, _, _ := mime.ParseMediaType(contentType)
	schema := a.bodies[mediaType]
	if schema == nil {
		declared := strings.Join(slices.Sorted(maps.Keys(a.bodies)), " or ")
		return []Violation{{In: InHeader, Pointer: "Content-Type", Rule: "content", Expected: declared, Got: quote(contentType), Place: place}}
	}
	value, err := Decode(contentType, body)
	if err != nil {
		return []Violation{{In: InBody, Rule: "content", Expected: "JSON", Got: shorten(string(body)), Place: place}}
	}
	return check(schema, value, InBody, "", place)
}

// Decode reads a body, which is JSON unless its content type says YAML.
func Decode(contentType string, body []byte) (value any, err error) {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	if strings.HasSuffix(mediaType, "yaml") {
		if body, err = yaml.YAMLToJSON(body); err != nil {
			return nil, err
		}
	}
	err = json.Unmarshal(body, &value)
	return value, err
}
