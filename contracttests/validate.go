package contracttests

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec"
)

// validateRequest fails a scenario whose request violates the document or names something that the
// document does not declare, unless that is what the scenario is about.
func (c *Client) validateRequest(op *spec.Operation, r Request) {
	if op == nil {
		return // a path or a method that is none, which only a scenario about that asks for
	}
	violations := slices.Concat(op.ValidateQuery(r.Query), validateBody(op, r), undeclared(op, r))
	for _, v := range violations {
		if !slices.Contains(c.expectedViolations, v.Location()) {
			c.t.fail(report.KindRequest,
				"the request of the scenario breaks its document: "+v.String(), "")
		}
	}
	for _, location := range c.expectedViolations {
		if !slices.ContainsFunc(violations,
			func(v spec.Violation) bool { return v.Location() == location }) {
			c.t.fail(report.KindRequest,
				"the request of the scenario is to be wrong at "+location+", and is not", "")
		}
	}
}

// validateBody validates a JSON body. The forms of the token endpoint are in no schema's reach.
func validateBody(op *spec.Operation, r Request) []spec.Violation {
	if !slices.ContainsFunc(op.MediaTypes,
		func(t string) bool { return strings.Contains(t, "json") }) {
		return nil
	}
	if !op.AcceptsContentType(r.ContentType) {
		return []spec.Violation{
			{
				In: spec.InHeader, Pointer: "Content-Type", Rule: "content",
				Expected: strings.Join(op.MediaTypes, " or "), Got: r.ContentType,
			},
		}
	}
	var value any
	if err := json.Unmarshal([]byte(r.Body), &value); err != nil {
		return []spec.Violation{{In: spec.InBody, Rule: "content", Expected: "JSON", Got: "none"}}
	}
	return op.ValidateRequest(context.Background(), r.ContentType, value)
}

// validateResponse fails an answer that the document forbids. A refusal of a live target whose
// status no document declares is told, and held against the form that all refusals have: nothing
// published says which status some of them are.
func (t *T) validateResponse(op *spec.Operation, document *spec.Document, x *exchange) {
	if x.Method == http.MethodHead {
		return // it has no body, and documents declare none of its own
	}
	contentType := x.ResponseHeader.Get("Content-Type")
	var violations []spec.Violation
	switch {
	case op == nil:
		violations = document.ValidateUnmatched(x.Status, contentType, []byte(x.ResponseBody))
	case t.RealTenant() && document.Name != spec.OAuth && undeclaredRejection(op, x.Status):
		violations = op.ValidateResponse(http.StatusBadRequest, contentType, []byte(x.ResponseBody))
		t.run.warnings.undeclared(op.ID, x.Status)
	default:
		violations = op.ValidateResponse(x.Status, contentType, []byte(x.ResponseBody))
		t.run.recordCoverage(op, document.Name, x.Status, contentType)
	}
	for _, v := range violations {
		t.fail(report.KindResponse, "the answer breaks its document: "+v.String(), "")
	}
}

func undeclaredRejection(op *spec.Operation, status int) bool {
	return status >= 400 && status < 500 && !op.HasStatus(status) &&
		op.HasStatus(http.StatusBadRequest)
}
