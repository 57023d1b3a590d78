package tenantguard

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"example.com/patmock/spec/version"
)

// An ProbeResult describes an identity, as far as a target reports it without writes.
type ProbeResult struct {
	// ClientID of the token that logged in.
	ClientID string `json:"clientId"`
	// Identity is the id of its owner, and Name the name. Both are empty if the target does not
	// report them.
	Identity string `json:"identity"`
	Name     string `json:"name"`
	// Tokens that it has, and Room for more.
	Tokens int `json:"tokens"`
	Room   int `json:"room"`
	// CanListAll reports whether it may list the tokens of others, as an administrator may.
	CanListAll bool `json:"canListAll"`
	// InOwnList reports whether its own list has the token that logged in.
	InOwnList bool `json:"inOwnList"`
	// Expires is when that token does. Nil means never, or that it is not listed.
	Expires *time.Time `json:"expires"`
	// Seconds is the mean time of a request.
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

// Probe logs in, reads the identity's own list, and tries whether it may list the tokens of others.
// It writes nothing. Its error is a [CallError].
func Probe(ctx context.Context, c ProbeConfig) (ProbeResult, error) {
	client := &apiClient{
		Login: c.Login, http: c.HTTP, base: c.BaseURL, path: c.Version.CollectionPath(),
		now: c.Now, clock: &Clock{},
	}
	started := c.Now()
	if err := client.refresh(ctx); err != nil {
		return ProbeResult{}, err
	}
	// No token matches, so that the response is short.
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

// MinDuration returns the least time in which a guard sends requests of one client and version.
func MinDuration(requests int) time.Duration {
	return time.Duration(float64(max(0, requests-Burst)) / PerSecond * float64(time.Second))
}
