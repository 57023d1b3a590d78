package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/body"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// syntaxError returns the error for a request that cannot be parsed.
func syntaxError(ruleID rule.ID, problem string) error {
	return response.NewError(response.BadSyntax, response.Reason{Rule: ruleID, Text: problem})
}

// bodyError returns the error for a body that cannot be read completely.
func bodyError(err error) error {
	if sizeErr := (*http.MaxBytesError)(nil); errors.As(err, &sizeErr) {
		return err
	}
	if codingErr := (*body.CodingError)(nil); errors.As(err, &codingErr) {
		return syntaxError(rule.ContentEncoding, err.Error())
	}
	return syntaxError(rule.IncompleteBody,
		"body: expected the complete body, got an early end: "+redact.String(err.Error()))
}

// dialectError returns the error for a request that only some tenants reject.
func dialectError(entry, problem string) error {
	return &response.Error{
		Kind: response.Invalid, DialectEntry: entry, Reasons: []response.Reason{
			{Rule: rule.ID(entry), Text: problem},
		},
	}
}

// contentTypeEntries maps spec.Operation.Name to the dialect entry about the content type of its
// body.
var contentTypeEntries = map[string]string{
	"createPersonalAccessToken": dialect.CreateContentType,
	"patchPersonalAccessToken":  dialect.PatchContentType,
}

// contentTypeError returns the error for a body with an unsupported content type, and adds a
// finding.
func (req *request) contentTypeError(got string) *response.Error {
	want := strings.Join(req.operation.MediaTypes, " or ")
	if got == "" {
		got = "nothing"
	} else {
		got = redact.Quote(got)
	}
	text := "header Content-Type: expected " + want + ", got " + got
	req.info.AddFinding(control.WrongContentType, text, "send Content-Type: "+want)
	return &response.Error{
		Kind: response.WrongContentType, DialectEntry: contentTypeEntries[req.operation.Name],
		Reasons: []response.Reason{{Rule: rule.WrongContentType, Text: text}},
	}
}

// schemaError returns the error for a request that violates its document, and adds a finding for
// each violation.
func (req *request) schemaError(violations []spec.Violation) error {
	e := &response.Error{
		Kind: response.Missing, Field: violations[0].Location(), DialectEntry: dialect.EmptyDate,
	}
	for _, v := range violations {
		kind := control.InvalidProperty
		if v.Rule == "required" {
			kind = control.MissingProperty
		} else if v.More == 0 {
			e.Kind = response.Illegal
		}
		req.info.AddFinding(kind, v.String(), "")
		if v.In != spec.InBody || v.Pointer != "/expirationDate" || v.Value != "" {
			e.DialectEntry = ""
		}
		e.Reasons = append(e.Reasons, reasonOf(v))
	}
	return e
}

// reasonOf returns the reason for a violation. For dates, the error of package pat is more precise.
func reasonOf(v spec.Violation) response.Reason {
	if v.More > 0 {
		return response.Reason{Text: v.String(), More: v.More}
	}
	if text, ok := v.Value.(string); ok && v.Format == "date-time" {
		_, err := pat.ParseDate(text, v.Location())
		if ruleErr := (*pat.Error)(nil); errors.As(err, &ruleErr) {
			return response.Reason{Rule: ruleErr.Rule, Text: ruleErr.Text()}
		}
	}
	return response.Reason{Rule: ruleOf(v), Text: v.String()}
}

// identityParameters are the query parameters of identities that a schema checks.
var identityParameters = []string{
	"limit", "offset", "count", "defaultFilter", "add-core-filters",
}

// schemaRules lists the rules of single properties that a schema expresses, by pointer and keyword.
var schemaRules = []struct {
	pointer, keyword string // an empty keyword means any
	rule             rule.ID
}{
	{"/name", "required", rule.NameRequired},
	{"/accessTokenValiditySeconds", "minimum", rule.ValidityBounds},
	{"/accessTokenValiditySeconds", "maximum", rule.ValidityBounds},
	{"/expirationDate", "format", rule.DateIsRFC3339},
	{"/ids", "", rule.BulkIDs},
	{"/patch", "minItems", rule.BulkFields},
}

// ruleOf returns the rule for a violation of a document.
func ruleOf(v spec.Violation) rule.ID {
	if v.In == spec.InQuery && slices.Contains(identityParameters, v.Pointer) {
		return rule.IdentityParameters
	}
	for _, r := range schemaRules {
		if v.In == spec.InBody && v.Pointer == r.pointer &&
			(r.keyword == "" || v.Rule == r.keyword) {
			return r.rule
		}
	}
	if v.Rule == "required" {
		return rule.MissingProperty
	}
	return rule.InvalidProperty
}
