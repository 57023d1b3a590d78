package spec

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/patmock/spec/strictyaml"
)

// An Operation is a method of a path, with its requests and responses.
type Operation struct {
	// Name is the operation's id without the V1 that version v1 adds, so that it is the same in all
	// versions.
	Name string
	// ID is the operation's id as published.
	ID string
	// Method and Path, such as DELETE and /v3/personal-access-tokens/{id}. The path includes the
	// version.
	Method, Path string
	// Scopes are the scopes of which an access token needs one. Empty means that none is needed.
	Scopes []string
	// MediaTypes are the media types of the request's body, sorted. Empty means that it has no
	// body.
	MediaTypes []string

	subject   string
	query     []parameter
	bodies    *contents
	responses map[int]*contents
}

// parameter is a query parameter.
type parameter struct {
	*openapi3.Parameter
	acceptsAny bool // any string is valid
}

// decode converts a text to the type of the parameter, or returns the text if it has another type.
// A boolean may be in any case, because PowerShell sends True.
func (p parameter) decode(text string) any {
	switch types := p.Schema.Value.Type; {
	case types.Is(openapi3.TypeBoolean) && strings.EqualFold(text, "true"):
		return true
	case types.Is(openapi3.TypeBoolean) && strings.EqualFold(text, "false"):
		return false
	case types.Is(openapi3.TypeInteger) && isInteger(text):
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	}
	return text
}

// isInteger reports whether a text has only digits, after an optional minus sign.
func isInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

func operationName(id string) string { return strings.Replace(id, "V1", "", 1) }

func (d *Document) newOperation(method, path string, op *openapi3.Operation) *Operation {
	o := &Operation{
		Name: operationName(op.OperationID), ID: op.OperationID, Method: method, Path: path,
		subject:   d.Name + " " + op.OperationID,
		bodies:    &contents{},
		responses: map[int]*contents{},
	}
	if op.Security != nil {
		for _, requirement := range *op.Security {
			o.Scopes = append(o.Scopes, requirement["userAuth"]...)
		}
	}
	for _, p := range op.Parameters {
		if p.Value.In == "query" {
			acceptsAny := p.Value.Schema != nil &&
				d.compiler.Compile(p.Value.Schema.Value).AcceptsAnyString()
			o.query = append(o.query, parameter{p.Value, acceptsAny})
		}
	}
	if op.RequestBody != nil {
		o.bodies = newContents(op.RequestBody.Value.Content, d.compiler)
	}
	o.MediaTypes = o.bodies.types()
	for code, r := range op.Responses.Map() {
		if status, err := strconv.Atoi(code); err == nil {
			o.responses[status] = newContents(r.Value.Content, d.compiler)
		}
	}
	return o
}

// QueryNames returns the names of the declared query parameters, in the order of the document.
func (o *Operation) QueryNames() []string {
	names := make([]string, len(o.query))
	for i, p := range o.query {
		names[i] = p.Name
	}
	return names
}

// AcceptsContentType reports whether the operation declares a body of this content type, a value of
// the Content-Type header. Parameters such as charset are ignored.
func (o *Operation) AcceptsContentType(contentType string) bool {
	declared, err := o.bodies.find(contentType)
	return err == nil && declared != nil
}

// ValidateQuery validates the declared query parameters and ignores others. It returns nil if they
// are valid.
func (o *Operation) ValidateQuery(query url.Values) []Violation {
	var violations []Violation
	for _, p := range o.query {
		values := query[p.Name]
		switch {
		case len(values) == 0 && p.Required:
			violations = append(violations, Violation{
				In: InQuery, Pointer: p.Name, Rule: "required", Expected: "the parameter",
				Got: "nothing", Subject: o.subject,
			})
		case len(values) > 1:
			violations = append(violations, Violation{
				In: InQuery, Pointer: p.Name, Rule: "style", Expected: "the parameter once",
				Got: fmt.Sprintf("%d values", len(values)), Subject: o.subject,
			})
		case len(values) == 1 && !p.acceptsAny:
			violations = append(violations,
				validateValue(context.Background(), p.Schema.Value, p.decode(values[0]), InQuery,
					p.Name, o.subject, requestFormats)...)
		}
	}
	return violations
}

// ValidateRequest validates the body of a request, decoded from JSON. It returns nil if the body is
// valid.
//
// It returns at most [limit.Items] violations, and one more with the number of the others. If ctx
// ends, validation ends early and the result is meaningless.
func (o *Operation) ValidateRequest(ctx context.Context, contentType string, body any) []Violation {
	declared, _ := o.bodies.find(contentType)
	if declared == nil {
		return []Violation{
			{
				In: InHeader, Pointer: "Content-Type", Rule: "content",
				Expected: strings.Join(o.MediaTypes, " or "), Got: quote(contentType),
				Subject: o.subject,
			},
		}
	}
	return validateValue(ctx, declared.schema, body, InBody, "", o.subject+" request",
		requestFormats)
}

// ValidateRequestBytes is like ValidateRequest but takes the text that the body was decoded from as
// well. Most valid bodies are accepted from their text alone, at little cost.
func (o *Operation) ValidateRequestBytes(
	ctx context.Context, contentType string, text []byte, body any,
) []Violation {
	if o.bodies.accepts(contentType, text) {
		return nil
	}
	return o.ValidateRequest(ctx, contentType, body)
}

// ValidateResponse validates a response of the operation. It returns nil if the response is valid.
func (o *Operation) ValidateResponse(status int, contentType string, body []byte) []Violation {
	return validateResponse(o.responses, o.subject, status, contentType, body)
}

func validateResponse(
	responses map[int]*contents, subject string, status int, contentType string, body []byte,
) []Violation {
	contents := responses[status]
	if contents != nil &&
		(contents.accepts(contentType, body) || len(contents.byType) == 0 && len(body) == 0) {
		return nil
	}
	subject = fmt.Sprintf("%s response %d", subject, status)
	if contents == nil {
		var declared []string
		for _, s := range slices.Sorted(maps.Keys(responses)) {
			declared = append(declared, strconv.Itoa(s))
		}
		return []Violation{
			{
				In: InStatus, Rule: "responses", Expected: "one of " + strings.Join(declared, ", "),
				Got: strconv.Itoa(status), Subject: subject,
			},
		}
	}
	if len(contents.byType) == 0 {
		return []Violation{
			{
				In: InBody, Rule: "content", Expected: "no body", Got: renderBody(body),
				Subject: subject,
			},
		}
	}
	declared, _ := contents.find(contentType)
	if declared == nil {
		return []Violation{
			{
				In: InHeader, Pointer: "Content-Type", Rule: "content",
				Expected: strings.Join(contents.types(), " or "), Got: quote(contentType),
				Subject: subject,
			},
		}
	}
	value, err := Decode(contentType, body)
	if err != nil {
		return []Violation{
			{
				In: InBody, Rule: "content", Expected: "JSON", Got: renderBody(body),
				Subject: subject,
			},
		}
	}
	return validateValue(context.Background(), declared.schema, value, InBody, "", subject)
}

// Decode decodes a body as JSON, or as YAML if the content type is YAML.
func Decode(contentType string, body []byte) (value any, err error) {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	if strings.HasSuffix(mediaType, "yaml") {
		if body, err = strictyaml.JSON(body); err != nil {
			return nil, err
		}
	}
	err = json.Unmarshal(body, &value)
	return value, err
}
