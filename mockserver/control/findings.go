package control

import (
	"context"
	"net/http"
	"net/url"
)

// Findings counts what clients did wrong since the mock was started, or since its findings were
// cleared. A reset, a state and the removal of a namespace leave it alone.
type Findings struct {
	// Judged is how many requests were judged, in Namespaces and by ClientCount clients.
	Judged int `json:"judged"`
	// NotJudged is how many requests were not, by reason: the id of the rule by which the mock
	// rejected a request before it was read, or one of the constants.
	NotJudged map[string]int `json:"notJudged"`
	// Namespaces that judged requests came to.
	Namespaces int `json:"namespaces"`
	// OtherNamespaceRequests is how many of the judged requests came to further namespaces, which
	// the mock had no memory for. Their findings count like all others.
	OtherNamespaceRequests int `json:"otherNamespaceRequests"`
	// ClientCount is how many clients sent the judged requests.
	ClientCount int `json:"clientCount"`
	// Clients are those that sent the most requests.
	Clients []FindingClient `json:"clients"`
	// OtherClientRequests is how many of the judged requests came from further clients, which the
	// mock had no memory for.
	OtherClientRequests int `json:"otherClientRequests"`
	// Kinds are the kinds with a finding, by name.
	Kinds []KindFindings `json:"kinds"`
	// AllowedKinds are the kinds that the namespace allows until its next reset, sorted. There are
	// none among the findings of all namespaces.
	AllowedKinds []string `json:"allowedKinds"`
}

// The reasons for which requests are not judged, beside the ids of rules.
const (
	NotJudgedControl   = "control-api"       // it went to the control API
	NotJudgedIgnored   = "ignored-namespace" // its namespace was made with IgnoreFindings
	NotJudgedForwarded = "forwarded"         // the fallback responded to it
	NotJudgedBrowser   = "browser"           // a browser sent it on its own, such as a preflight
)

// FindingClient is a client whose requests were judged.
type FindingClient struct {
	// ClientID is the id of the token that it logs in with, and Owner the user. Both are empty if
	// the mock does not know them. UserAgent then distinguishes clients.
	ClientID  string `json:"clientId"`
	Owner     string `json:"owner"`
	UserAgent string `json:"userAgent"`
	Requests  int    `json:"requests"`
}

// KindFindings are the findings of one kind.
type KindFindings struct {
	Kind string `json:"kind"`
	// Count is how many there are, without those that were allowed. Allowed is how many were.
	Count   int `json:"count"`
	Allowed int `json:"allowed"`
	// Examples are the first of the Count findings.
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
	// Status of the response, 0 for none.
	Status int `json:"status"`
	// Owner and ClientID are empty if the mock does not know whose request it is.
	Owner    string `json:"owner"`
	ClientID string `json:"clientId"`
}

// Findings returns the findings of the client's namespace. One that was removed has them still.
func (c *Client) Findings(ctx context.Context) (Findings, error) {
	return fetch[Findings](ctx, c, get("findings"))
}

// AllFindings returns the findings of all namespaces, also of those that were removed.
func (c *Client) AllFindings(ctx context.Context) (Findings, error) {
	call := get("findings")
	call.query = everyNamespace
	return fetch[Findings](ctx, c, call)
}

// ClearFindings clears the findings of the client's namespace, and returns them.
func (c *Client) ClearFindings(ctx context.Context) (Findings, error) {
	return fetch[Findings](ctx, c, clearFindings())
}

// ClearAllFindings clears the findings of all namespaces, and returns them.
func (c *Client) ClearAllFindings(ctx context.Context) (Findings, error) {
	call := clearFindings()
	call.query = everyNamespace
	return fetch[Findings](ctx, c, call)
}

// AllowFindings allows kinds of findings in the client's namespace until its next reset: a test
// that breaks a rule on purpose calls it before. Allowed findings are counted by themselves.
func (c *Client) AllowFindings(ctx context.Context, kinds ...string) error {
	call := apiCall{
		method: http.MethodPost, path: []string{"findings", "allowed"}, status: http.StatusOK,
		acceptHeader: jsonType,
	}
	_, err := send[AllowedFindings](ctx, c, call, AllowedFindings{kinds})
	return err
}

// AllowedFindings are the kinds of findings that are allowed in a namespace.
type AllowedFindings struct {
	Kinds []string `json:"kinds"`
}

// everyNamespace requests the findings of all namespaces.
var everyNamespace = url.Values{"all": {"true"}}

func clearFindings() apiCall {
	return apiCall{
		method: http.MethodDelete, path: []string{"findings"}, status: http.StatusOK,
		acceptHeader: jsonType,
	}
}
