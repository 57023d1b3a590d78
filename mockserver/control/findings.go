package control

import (
	"context"
	"net/http"
	"net/url"
)

// Findings summarizes client errors since the mock was started or its findings were cleared. A
// reset, a new state and the removal of a namespace do not clear them.
type Findings struct {
	// Judged is the number of requests judged, in Namespaces and from ClientCount clients.
	Judged int `json:"judged"`
	// NotJudged counts the other requests by reason. The reason is one of the constants, or the id
	// of the rule by which the mock rejected the request before it was read.
	NotJudged map[string]int `json:"notJudged"`
	// Namespaces is the number of namespaces with judged requests.
	Namespaces int `json:"namespaces"`
	// OtherNamespaceRequests is the number of judged requests to namespaces over the limit of
	// namespaces. Their findings count like all others.
	OtherNamespaceRequests int `json:"otherNamespaceRequests"`
	// ClientCount is the number of clients with judged requests.
	ClientCount int `json:"clientCount"`
	// Clients has the clients with the most requests.
	Clients []FindingClient `json:"clients"`
	// OtherClientRequests is the number of judged requests from clients over the limit of clients.
	OtherClientRequests int `json:"otherClientRequests"`
	// Kinds has the kinds with at least one finding, by name.
	Kinds []KindFindings `json:"kinds"`
	// AllowedKinds has the kinds that the namespace allows until its next reset, sorted. It is
	// empty for the findings of all namespaces.
	AllowedKinds []string `json:"allowedKinds"`
}

// The keys of [Findings.NotJudged] other than ids of rules.
const (
	NotJudgedControl   = "control-api"       // a request to the control API
	NotJudgedIgnored   = "ignored-namespace" // the namespace has IgnoreFindings set
	NotJudgedForwarded = "forwarded"         // the fallback responded
	NotJudgedBrowser   = "browser"           // a request of the browser itself, such as a preflight
)

// FindingClient is a client with judged requests.
type FindingClient struct {
	// ClientID is the id of the token of its login, and Owner the user. Both are empty if they are
	// unknown. UserAgent then distinguishes clients.
	ClientID  string `json:"clientId"`
	Owner     string `json:"owner"`
	UserAgent string `json:"userAgent"`
	Requests  int    `json:"requests"`
}

// KindFindings has the findings of one kind.
type KindFindings struct {
	Kind string `json:"kind"`
	// Count is the number of findings that are not allowed, and Allowed the number of allowed ones.
	Count   int `json:"count"`
	Allowed int `json:"allowed"`
	// Examples has the first findings that are not allowed.
	Examples []FindingExample `json:"examples"`
}

// FindingExample is a finding with its request.
type FindingExample struct {
	Finding
	// RequestID is the SLPT-Request-ID of the response.
	RequestID string `json:"requestId"`
	Namespace string `json:"namespace"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Query     string `json:"query"`
	// Status is the status of the response, zero without one.
	Status int `json:"status"`
	// Owner and ClientID are empty if they are unknown.
	Owner    string `json:"owner"`
	ClientID string `json:"clientId"`
}

// Findings returns the findings of the client's namespace. Findings outlive their namespace.
func (c *Client) Findings(ctx context.Context) (Findings, error) {
	return fetch[Findings](ctx, c, get("findings"))
}

// AllFindings returns the findings of all namespaces, including removed ones.
func (c *Client) AllFindings(ctx context.Context) (Findings, error) {
	call := get("findings")
	call.query = everyNamespace
	return fetch[Findings](ctx, c, call)
}

// ClearFindings clears the findings of the client's namespace and returns them.
func (c *Client) ClearFindings(ctx context.Context) (Findings, error) {
	return fetch[Findings](ctx, c, clearFindings())
}

// ClearAllFindings clears the findings of all namespaces and returns them.
func (c *Client) ClearAllFindings(ctx context.Context) (Findings, error) {
	call := clearFindings()
	call.query = everyNamespace
	return fetch[Findings](ctx, c, call)
}

// AllowFindings allows kinds of findings in the client's namespace until its next reset. A test
// that breaks a rule on purpose calls it first. Allowed findings are counted separately.
func (c *Client) AllowFindings(ctx context.Context, kinds ...string) error {
	call := apiCall{
		method: http.MethodPost, path: []string{"findings", "allowed"}, status: http.StatusOK,
		responseType: jsonType,
	}
	_, err := send[AllowedFindings](ctx, c, call, AllowedFindings{kinds})
	return err
}

// AllowedFindings has the kinds of findings that a namespace allows.
type AllowedFindings struct {
	Kinds []string `json:"kinds"`
}

// everyNamespace is the query for the findings of all namespaces.
var everyNamespace = url.Values{"all": {"true"}}

func clearFindings() apiCall {
	return apiCall{
		method: http.MethodDelete, path: []string{"findings"}, status: http.StatusOK,
		responseType: jsonType,
	}
}
