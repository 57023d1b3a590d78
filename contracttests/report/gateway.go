package report

import "net/http"

// FaultHeader is the response header that marks a fault injected by a patmock.
const FaultHeader = "X-Mock-Fault"

// FromGateway reports whether a response comes from a gateway in front of the API instead of the
// API. Such a response is no evidence, regardless of its content type and the declared statuses.
// Fault is the value of FaultHeader if the scenario injected a fault, else empty.
func FromGateway(status int, fault string) bool {
	if fault != "" {
		return false
	}
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	const firstEdge, lastEdge = 520, 530 // unregistered statuses of gateways that reach no origin
	return status >= firstEdge && status <= lastEdge
}
