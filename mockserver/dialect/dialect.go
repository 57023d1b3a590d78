// Package dialect describes how a tenant behaves in cases that the published documents leave open.
// Each case is an open question and has an entry with the mock's default response. Observations of
// a real tenant can be configured without changing code.
package dialect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/strictyaml"
)

// A Dialect maps the id of an open question (see [Entries]) to a response. A question that is not
// in the map has its default response, so a nil Dialect has only defaults.
type Dialect map[string]Response

// A Response is a tenant's response to an open question. The valid fields depend on the entry.
type Response struct {
	// Status is 200 if the request is served. Not every entry allows that. A status of 400 or
	// higher rejects the request with the fields below.
	Status int `json:"status,omitempty"`
	// DetailCode and Text are fields of a SailPoint error. If empty, they are taken from the
	// entry's default if Status is the same, and otherwise from the standard error for Status. A
	// 401 without a DetailCode is sent in the published form, {"error": text}.
	DetailCode string `json:"detailCode,omitempty"`
	Text       string `json:"text,omitempty"`
	// Error and Description are fields of an error of the token endpoint (RFC 6749, section 5.2).
	// If Error is empty, the entry's default is used. If Description is empty, the entry's default
	// is used if Status is the same.
	Error       string `json:"error,omitempty"`
	Description string `json:"description,omitempty"`
	// Value is one of the entry's values. It is set instead of Status for entries that have values.
	Value string `json:"value,omitempty"`
	// Flag is [Present] or [Absent]. It says whether a response of the tenant has
	// userAwareTokenNeverExpires.
	Flag string `json:"userAwareTokenNeverExpires,omitempty"`
}

// Rejects reports whether the request is rejected.
func (r Response) Rejects() bool { return r.Status >= 400 }

// Int returns Value as a number, or zero if it is not a positive decimal number.
func (r Response) Int() int {
	n, err := strconv.Atoi(r.Value)
	if err != nil || n < 1 || strconv.Itoa(n) != r.Value {
		return 0
	}
	return n
}

// Response returns the response to a question, with unset fields filled in from the default.
func (d Dialect) Response(id string) Response {
	e, _ := Find(id)
	if response, ok := d[id]; ok {
		return e.withDefaults(response)
	}
	return e.Default
}

// Validate returns an [Errors] if the dialect is invalid.
func (d Dialect) Validate() error {
	doc := strictyaml.Open(context.Background(), "", nil, options)
	d.validate(doc)
	return doc.Err()
}

// NonDefault returns the responses that differ from their defaults, with unset fields filled in.
func (d Dialect) NonDefault() Dialect {
	changed := Dialect{}
	for id, response := range d {
		e, known := Find(id)
		if complete := e.withDefaults(response); known && complete != e.Default {
			changed[id] = complete
		}
	}
	return changed
}

// String returns the responses on one line, sorted by id:
// "duplicate-name 409, never-used-under-le included".
func (d Dialect) String() string {
	var parts []string
	for _, id := range slices.Sorted(maps.Keys(d)) {
		parts = append(parts, id+" "+d[id].String())
	}
	return strings.Join(parts, ", ")
}

// String returns a short description: "409 Conflict", "401 invalid_client", "absent".
func (r Response) String() string {
	switch {
	case r.Flag == Present:
		return r.Value + " with userAwareTokenNeverExpires"
	case r.Value != "":
		return r.Value
	case strings.HasPrefix(r.DetailCode, fmt.Sprint(r.Status)):
		return r.DetailCode
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, cmp.Or(r.Error, r.DetailCode)))
}

// withDefaults returns a response with its unset fields taken from the default. Some fields are
// taken only if the status is that of the default.
func (e Entry) withDefaults(r Response) Response {
	r.Value = cmp.Or(r.Value, e.Default.Value)
	r.Flag = cmp.Or(r.Flag, e.Default.Flag)
	if r.Status == e.Default.Status {
		r.DetailCode = cmp.Or(r.DetailCode, e.Default.DetailCode)
		r.Text = cmp.Or(r.Text, e.Default.Text)
		r.Description = cmp.Or(r.Description, e.Default.Description)
	}
	r.Error = cmp.Or(r.Error, e.Default.Error)
	return r
}

// fieldError is an error in a field of a response.
type fieldError struct {
	field   string
	rule    rule.ID
	message string
}

// validate returns the errors in the fields of a response to the entry's question.
func (e Entry) validate(r Response) []fieldError {
	var errs []fieldError
	report := func(id rule.ID, field, format string, args ...any) {
		errs = append(errs, fieldError{field, id, fmt.Sprintf(format, args...)})
	}
	allowed := e.fields()
	for _, field := range r.fields() {
		if !slices.Contains(allowed, field) {
			report(rule.DialectUnknownField, field, "unknown field; this entry allows %s",
				strings.Join(allowed, ", "))
		}
	}
	if len(e.Values) > 0 {
		if r.Value != "" && !e.allowsValue(r.Value) {
			report(rule.DialectValue, "value", "expected %s, got %q", e.describeValues(), r.Value)
		}
		if r.Flag != "" && r.Flag != Absent && r.Flag != Present {
			report(rule.DialectValue, "userAwareTokenNeverExpires",
				"expected absent or present, got %q", r.Flag)
		}
		return errs
	}
	switch {
	case r.Status == 0:
		report(rule.DialectRequired, "status", "expected %s, got none", e.describeStatuses())
	case !e.AllowsStatus(r.Status):
		report(rule.DialectStatus, "status", "expected %s, got %d", e.describeStatuses(), r.Status)
	}
	if !r.Rejects() {
		for _, field := range r.fields() {
			if field != "status" {
				report(rule.DialectServed, field, "only allowed with a status of 400 or higher")
			}
		}
	}
	if strings.ContainsFunc(r.Error, isInvalidInErrorCode) {
		report(rule.DialectErrorCode, "error",
			"expected an error code as in RFC 6749, section 5.2, such as invalid_client, got %q",
			r.Error)
	}
	return errs
}

// isInvalidInErrorCode reports whether an error code must not contain c.
func isInvalidInErrorCode(c rune) bool { return c <= ' ' || c > '~' || c == '"' || c == '\\' }

// fields returns the names of the fields that are set.
func (r Response) fields() []string {
	var names []string
	if r.Status != 0 {
		names = append(names, "status")
	}
	for _, t := range r.textFields() {
		if *t.text != "" {
			names = append(names, t.field)
		}
	}
	return names
}

// A textField is a string field of a response.
type textField struct {
	field string
	text  *string
}

// textFields returns all fields but the status, with their names in a file.
func (r *Response) textFields() []textField {
	return []textField{
		{"detailCode", &r.DetailCode},
		{"text", &r.Text},
		{"error", &r.Error},
		{"description", &r.Description},
		{"value", &r.Value},
		{"userAwareTokenNeverExpires", &r.Flag},
	}
}
