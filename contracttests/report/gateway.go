package report

import "net/http"

// FaultHeader is the response header by which a patmock marks a fault that a rule injected.
const FaultHeader = "X-Mock-Fault"

// FromGateway reports whether a response comes from a gateway in front of the API, which did not
// respond. Such a response is no evidence, whatever its content type is and whether a document
// declares the status. The fault is the value of FaultHeader if the scenario injected one, else
// empty.
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
