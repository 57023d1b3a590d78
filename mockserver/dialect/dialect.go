// Package dialect describes how a tenant responds to open questions. No published document settles
// them. The package has an entry for each question, with the mock's default response. Findings from
// a real tenant become data, not code.
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

// A Dialect has responses by the id of their question, see [Entries]. Absent questions have the
// default response. Nil means all defaults.
type Dialect map[string]Response

// A Response is a tenant's response to an open question. The valid fields depend on the entry.
type Response struct {
	// Status is 200 to serve the request, if the entry allows it. A status from 400 on rejects the
	// request with the fields below.
	Status int `json:"status,omitempty"`
	// DetailCode and Text are those of SailPoint's error. Empty means the default's, or the usual
	// ones for another status. A 401 without a code has the published form, {"error": text}.
	DetailCode string `json:"detailCode,omitempty"`
	Text       string `json:"text,omitempty"`
	// Error and Description are those of the token endpoint's error (RFC 6749, section 5.2). Empty
	// means the default's.
	Error       string `json:"error,omitempty"`
	Description string `json:"description,omitempty"`
	// Value is one of the entry's values, for entries without a status.
	Value string `json:"value,omitempty"`
	// Flag is [Present] or [Absent] for userAwareTokenNeverExpires.
	Flag string `json:"userAwareTokenNeverExpires,omitempty"`
}

// Rejects reports whether the request is rejected.
func (a Response) Rejects() bool { return a.Status >= 400 }

// Limit returns the value as a number, or zero if it is none.
func (a Response) Limit() int {
	n, err := strconv.Atoi(a.Value)
	if err != nil || n < 1 || strconv.Itoa(n) != a.Value {
		return 0
	}
	return n
}

// Response returns the response to a question, with defaults for absent fields.
func (d Dialect) Response(id string) Response {
	e, _ := Find(id)
	if response, ok := d[id]; ok {
		return e.withDefaults(response)
	}
	return e.Default
}

// Validate returns the errors of the dialect, as [Errors].
func (d Dialect) Validate() error {
	file := strictyaml.Open(context.Background(), "", nil, options)
	d.validate(file)
	return file.Err()
}

// NonDefault returns the entries that differ from their default, with defaults for absent fields.
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

// String returns the responses on one line, by id: "duplicate-name 409, never-used-under-le
// included".
func (d Dialect) String() string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(d)) {
		all = append(all, id+" "+d[id].String())
	}
	return strings.Join(all, ", ")
}

// String returns a short description: "409 Conflict", "401 invalid_client", "absent".
func (a Response) String() string {
	switch {
	case a.Flag == Present:
		return a.Value + " with userAwareTokenNeverExpires"
	case a.Value != "":
		return a.Value
	case strings.HasPrefix(a.DetailCode, fmt.Sprint(a.Status)):
		return a.DetailCode
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", a.Status, cmp.Or(a.Error, a.DetailCode)))
}

// withDefaults sets absent fields of a response to those of the default.
func (e Entry) withDefaults(a Response) Response {
	a.Value, a.Flag = cmp.Or(a.Value, e.Default.Value), cmp.Or(a.Flag, e.Default.Flag)
	if a.Status == e.Default.Status {
		a.DetailCode, a.Text = cmp.Or(a.DetailCode, e.Default.DetailCode),
			cmp.Or(a.Text, e.Default.Text)
		a.Description = cmp.Or(a.Description, e.Default.Description)
	}
	a.Error = cmp.Or(a.Error, e.Default.Error)
	return a
}

// fieldError is an error in a field of a response.
type fieldError struct {
	field   string
	rule    rule.ID
	message string
}

// validate returns the errors of a response to the entry's question.
func (e Entry) validate(a Response) []fieldError {
	var all []fieldError
	report := func(broken rule.ID, field, format string, args ...any) {
		all = append(all, fieldError{field, broken, fmt.Sprintf(format, args...)})
	}
	allowed := e.fields()
	for _, field := range a.fields() {
		if !slices.Contains(allowed, field) {
			report(rule.DialectUnknownField, field, "unknown field of this entry; there are %s",
				strings.Join(allowed, ", "))
		}
	}
	if len(e.Values) > 0 {
		if a.Value != "" && !e.allowsValue(a.Value) {
			report(rule.DialectValue, "value", "expected %s, got %q", e.describeValues(), a.Value)
		}
		if a.Flag != "" && a.Flag != Absent && a.Flag != Present {
			report(rule.DialectValue, "userAwareTokenNeverExpires",
				"expected absent or present, got %q", a.Flag)
		}
		return all
	}
	switch {
	case a.Status == 0:
		report(rule.DialectRequired, "status", "expected %s, got none", e.describeStatuses())
	case !e.AllowsStatus(a.Status):
		report(rule.DialectStatus, "status", "expected %s, got %d", e.describeStatuses(), a.Status)
	}
	if !a.Rejects() {
		for _, field := range a.fields() {
			if field != "status" {
				report(rule.DialectServed, field,
					"expected no error fields unless the status is 400 or higher")
			}
		}
	}
	if strings.ContainsFunc(a.Error,
		func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
		report(rule.DialectErrorCode, "error",
			"expected a word of RFC 6749, section 5.2, such as invalid_client, got %q", a.Error)
	}
	return all
}

// fields returns the names of the fields that are set.
func (a Response) fields() []string {
	var names []string
	if a.Status != 0 {
		names = append(names, "status")
	}
	for _, t := range a.textFields() {
		if *t.text != "" {
			names = append(names, t.field)
		}
	}
	return names
}

// textField is a field of a response with a text.
type textField struct {
	field string
	text  *string
}

// textFields returns the fields other than the status, with their names in a file.
func (a *Response) textFields() []textField {
	return []textField{
		{"detailCode", &a.DetailCode},
		{"text", &a.Text},
		{"error", &a.Error},
		{"description", &a.Description},
		{"value", &a.Value},
		{"userAwareTokenNeverExpires", &a.Flag},
	}
}
