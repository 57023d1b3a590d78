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

// An exchange is one request on its way through an operation.
type exchange struct {
	operation *spec.Operation
	policy    pat.Policy
	dialect   dialect.Dialect
	request   *http.Request
	info      *response.RequestInfo
	now       time.Time

	caller pat.Caller // from here on filled in step by step
	id     string     // of the path, empty where it has none
	query  url.Values
	body   any
}

// checkExperimental requires the header of experimental operations, if the tenant does.
func (x *exchange) checkExperimental() error {
	const header = "X-SailPoint-Experimental"
	if !x.dialect[dialect.ExperimentalHeader].Rejects() || x.request.Header.Get(header) == "true" {
		return nil
	}
	return dialectError(dialect.ExperimentalHeader,
		"header "+header+": expected true, got "+redact.Quote(x.request.Header.Get(header)))
}

// read decodes the request and validates it against the document of the operation.
func (x *exchange) read() error {
	id, err := url.PathUnescape(x.request.PathValue("id"))
	if err != nil {
		return syntaxError(rule.URLSyntax,
			"path: expected an id with its escapes, got "+redact.Quote(x.request.PathValue("id")))
	}
	x.id = id
	if x.query, err = url.ParseQuery(x.request.URL.RawQuery); err != nil {
		return syntaxError(rule.URLSyntax,
			"query: expected parameters with their escapes, got "+redact.String(err.Error())+
				"; write % as %25 and ; as %3B")
	}
	x.checkNames()
	if found := x.operation.ValidateQuery(x.query); len(found) > 0 {
		return x.schemaError(found)
	}
	if len(x.operation.MediaTypes) == 0 {
		return nil
	}
	return x.readBody()
}

// optional returns a property of an object whose shape is known to be right. Nil stands for
// null as well as for absent. Names are matched to the letter, as the document's are.
func optional[T any](object any, name string) *T {
	if value, ok := object.(map[string]any)[name].(T); ok {
		return &value
	}
	return nil
}

// stringSlice returns an array of strings; nil stands for null as well as for absent.
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
