package contracttests

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec"
	"example.com/patmock/spec/redact"
)

// validateRequest reports a failure for each unexpected violation of a request, and for each
// expected one that is absent.
func (c *Client) validateRequest(op *spec.Operation, r Request) {
	if op == nil {
		return // an unknown path or method, as some scenarios request
	}
	violations := slices.Concat(op.ValidateQuery(r.Query), validateBody(op, r), undeclared(op, r))
	for _, v := range violations {
		if !slices.Contains(c.expectedViolations, v.Location()) {
			c.t.fail(report.KindRequest,
				"the request of the scenario violates its document: "+v.String(), "")
		}
	}
	for _, location := range c.expectedViolations {
		if !slices.ContainsFunc(violations,
			func(v spec.Violation) bool { return v.Location() == location }) {
			c.t.fail(report.KindRequest,
				"the request of the scenario should be invalid at "+location+", but is valid there",
				"")
		}
	}
}

// validateBody validates a JSON body. No schema describes the forms of the token endpoint.
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

// validateResponse reports a failure for each violation of a response. A real tenant may reject a
// request with an undeclared status, since some statuses are not published. Such a response is
// validated like a 400, and counts as a warning.
func (t *T) validateResponse(op *spec.Operation, document *spec.Document, x *exchange) {
	if x.Method == http.MethodHead {
		return // HEAD has no body, and no document declares it
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
		if t.personal.isIn(x) {
			v.Got = redact.Mark
		}
		t.fail(report.KindResponse, "the response violates its document: "+v.String(), "")
	}
}

func undeclaredRejection(op *spec.Operation, status int) bool {
	return status >= 400 && status < 500 && !op.HasStatus(status) &&
		op.HasStatus(http.StatusBadRequest)
}
