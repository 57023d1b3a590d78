package tenantguard

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"example.com/patmock/spec/version"
)

// A ProbeResult describes an identity by read-only requests.
type ProbeResult struct {
	// ClientID is the id of the token that logs in.
	ClientID string `json:"clientId"`
	// Identity and Name are the id and the name of the owner. Both are empty if the target does not
	// report them.
	Identity string `json:"identity"`
	Name     string `json:"name"`
	// Tokens is the number of tokens of the owner. Room is the number of tokens that can be added.
	Tokens int `json:"tokens"`
	Room   int `json:"room"`
	// CanListAll reports whether the identity may list the tokens of others, as administrators may.
	CanListAll bool `json:"canListAll"`
	// InOwnList reports whether the own list has the token that logs in.
	InOwnList bool `json:"inOwnList"`
	// Expires is the expiration date of that token. Nil means never, or that the token is not
	// listed.
	Expires *time.Time `json:"expires"`
	// LatencySeconds is the mean latency of a request.
	LatencySeconds float64 `json:"latencySeconds"`
}

// ProbeConfig configures [Probe].
type ProbeConfig struct {
	BaseURL string
	HTTP    *http.Client
	Login   Login
	Version version.Version
	Now     func() time.Time
}

// Probe logs in, lists the identity's own tokens, and tries to list the tokens of others. It writes
// nothing. An error is a [CallError].
func Probe(ctx context.Context, c ProbeConfig) (ProbeResult, error) {
	client := &apiClient{
		Login: c.Login, http: c.HTTP, base: c.BaseURL, path: c.Version.CollectionPath(),
		now: c.Now, clock: &Clock{},
	}
	started := c.Now()
	if err := client.refresh(ctx); err != nil {
		return ProbeResult{}, err
	}
	// A filter without matches keeps the response short.
	noMatch := url.Values{"filters": {"lastUsed le 1990-01-01T00:00:00Z"}}
	status, err := client.do(ctx, http.MethodGet, client.path+"?"+noMatch.Encode(), nil)
	if err != nil {
		return ProbeResult{}, client.callError(ListAllTokens, status, err)
	}
	const requests = 3
	result := ProbeResult{
		ClientID: c.Login.ClientID, Identity: client.identity, Tokens: len(client.tokens),
		Room: max(0, TokenLimit-len(client.tokens)), CanListAll: status == http.StatusOK,
		LatencySeconds: c.Now().Sub(started).Seconds() / requests,
	}
	for _, t := range client.tokens {
		if t.ID != c.Login.ClientID {
			continue
		}
		result.InOwnList, result.Name = true, t.Owner.Name
		if expires, err := time.Parse(time.RFC3339Nano, t.ExpirationDate); err == nil {
			result.Expires = &expires
		}
	}
	return result, nil
}

// MinDuration returns the minimum time in which a guard sends requests of one client and version.
func MinDuration(requests int) time.Duration {
	return time.Duration(float64(max(0, requests-Burst)) / PerSecond * float64(time.Second))
}
