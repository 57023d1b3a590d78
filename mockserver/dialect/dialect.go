// Package dialect is how a tenant answers what nothing published settles: one entry for each open
// question, with the answer that the mock gives unless it is told another. A finding is adopted by
// data, not by code.
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

// A Dialect has answers by the id of their question, see Entries. What it does not have is answered
// by default; nil is the default of everything.
type Dialect map[string]Response

// An Answer is what a tenant answers to a question. Which fields it may have depends on the entry.
type Response struct {
	// Status of 200 serves the request, where the entry has the choice; one from 400 on refuses it
	// with the fields below.
	Status int `json:"status,omitempty"`
	// DetailCode and Text of SailPoint's error. Empty means those of the default, or what is usual
	// for another status. A 401 without a code has the published form, {"error": text}.
	DetailCode string `json:"detailCode,omitempty"`
	Text       string `json:"text,omitempty"`
	// Error and Description of the token endpoint's error (RFC 6749, section 5.2). Empty means
	// those of the default.
	Error       string `json:"error,omitempty"`
	Description string `json:"description,omitempty"`
	// Value is one of the entry's values, where no status tells the answers apart.
	Value string `json:"value,omitempty"`
	// Flag tells whether userAwareTokenNeverExpires is absent or present.
	Flag string `json:"userAwareTokenNeverExpires,omitempty"`
}

// Refuses tells that the request is refused.
func (a Response) Rejects() bool { return a.Status >= 400 }

// Limit returns the bound that the value is, zero for none.
func (a Response) Limit() int {
	n, err := strconv.Atoi(a.Value)
	if err != nil || n < 1 || strconv.Itoa(n) != a.Value {
		return 0
	}
	return n
}

// Answer is what the dialect answers to a question, complete.
func (d Dialect) Response(id string) Response {
	e, _ := Find(id)
	if response, ok := d[id]; ok {
		return e.withDefaults(response)
	}
	return e.Default
}

// Check returns what is wrong with the dialect, as [Errors].
func (d Dialect) Validate() error {
	file := strictyaml.Open(context.Background(), "", nil, options)
	d.validate(file)
	return file.Err()
}

// Differing returns the entries that differ from their default, complete: what an answer leaves
// open is filled in where the default has it.
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

// String tells the answers in one line, by id: "duplicate-name 409, never-used-under-le included".
func (d Dialect) String() string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(d)) {
		all = append(all, id+" "+d[id].String())
	}
	return strings.Join(all, ", ")
}

// String tells the answer in a few words: "409 Conflict", "401 invalid_client", "absent".
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

// complete fills in what an answer leaves open and the default has.
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

// wrong is what is wrong with a field of an answer.
type fieldError struct {
	field   string
	rule    rule.ID
	message string
}

// check tells what is wrong with an answer to the question of the entry.
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
					"expected a status that refuses beside it, one from 400 on")
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

// fields lists those that an answer has.
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

// text is a field of an answer that holds one.
type textField struct {
	field string
	text  *string
}

// texts are the fields beside the status, by the names that they have in a file.
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
