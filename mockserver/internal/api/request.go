package api

import (
	"net/http"
	"net/url"
	"time"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// A request is the state of one request during its operation.
type request struct {
	operation   *spec.Operation
	policy      pat.Policy
	dialect     dialect.Dialect
	httpRequest *http.Request
	info        *response.RequestInfo
	now         time.Time

	caller pat.Caller // this and the fields below are set step by step
	id     string     // id in the path, or empty
	query  url.Values
	body   any
}

// checkExperimental rejects a request without the header of experimental operations, if the tenant
// requires it.
func (req *request) checkExperimental() error {
	const header = "X-SailPoint-Experimental"
	if !req.dialect[dialect.ExperimentalHeader].Rejects() ||
		req.httpRequest.Header.Get(header) == "true" {
		return nil
	}
	return dialectError(dialect.ExperimentalHeader,
		"header "+header+": expected true, got "+redact.Quote(req.httpRequest.Header.Get(header)))
}

// decode decodes the request and validates it against the document of the operation.
func (req *request) decode() error {
	id, err := url.PathUnescape(req.httpRequest.PathValue("id"))
	if err != nil {
		return syntaxError(rule.URLSyntax,
			"path: expected an id with its escapes, got "+
				redact.Quote(req.httpRequest.PathValue("id")))
	}
	req.id = id
	if req.query, err = url.ParseQuery(req.httpRequest.URL.RawQuery); err != nil {
		return syntaxError(rule.URLSyntax,
			"query: expected parameters with their escapes, got "+redact.String(err.Error())+
				"; write % as %25 and ; as %3B")
	}
	req.noteUnknownParameters()
	if violations := req.operation.ValidateQuery(req.query); len(violations) > 0 {
		return req.schemaError(violations)
	}
	if len(req.operation.MediaTypes) == 0 {
		return nil
	}
	return req.readBody()
}

// optional returns a property of an object with a valid schema, or nil if it is null or absent.
// Names are case-sensitive.
func optional[T any](object any, name string) *T {
	if value, ok := object.(map[string]any)[name].(T); ok {
		return &value
	}
	return nil
}

// stringSlice returns an array of strings, or nil if it is null or absent.
func stringSlice(object any, name string) []string {
	array := optional[[]any](object, name)
	if array == nil {
		return nil
	}
	strings := make([]string, len(*array))
	for i, element := range *array {
		strings[i], _ = element.(string)
	}
	return strings
}
