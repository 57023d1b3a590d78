package contracttests

import (
	"fmt"
	"net/http"
	"strings"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/redact"
)

// A GatewayError is the error of a request that a gateway responded to instead of the API. The
// scenario ends with an error, since the response is no evidence about the API.
type GatewayError struct {
	Method, Path string
	Status       int
}

// Error returns the request and the status.
func (e *GatewayError) Error() string {
	return fmt.Sprintf("%s %s: status %d %s comes from a gateway, not from the API",
		e.Method, redact.Report(e.Path), e.Status, http.StatusText(e.Status))
}

// gatewayError returns a [GatewayError] if a gateway sent the response, and nil otherwise. A
// scenario that injects faults may expect such a status.
func (t *T) gatewayError(x *exchange) error {
	fault := ""
	if t.scenario.has(Faults) {
		fault = x.ResponseHeader.Get(report.FaultHeader)
	}
	if !report.FromGateway(x.Status, fault) {
		return nil
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(x.URL, t.session.base), "?")
	return &GatewayError{Method: x.Method, Path: path, Status: x.Status}
}
