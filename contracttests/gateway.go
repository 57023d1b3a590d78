package contracttests

import (
	"fmt"
	"net/http"
	"strings"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/redact"
)

// A GatewayError is the error of a request to which the API did not respond, but a gateway in front
// of it. It ends the scenario as one that could not be tried: it is no evidence for or against a
// promise.
type GatewayError struct {
	Method, Path string
	Status       int
}

// Error names the request and the status.
func (e *GatewayError) Error() string {
	return fmt.Sprintf("%s %s: status %d %s comes from a gateway, and is no response of the API",
		e.Method, redact.Report(e.Path), e.Status, http.StatusText(e.Status))
}

// gatewayError returns a [GatewayError] if the response of an exchange comes from a gateway, and
// else nil. Only a scenario that injects faults can expect one of them.
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
