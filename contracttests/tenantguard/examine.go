package tenantguard

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"example.com/patmock/spec/version"
)

// An Examination is what a target tells of one of its identities when it is only read.
type Examination struct {
	// ClientID is that of the token that logged in.
	ClientID string `json:"clientId"`
	// Identity is the id of who that is, Name what it is called; empty where the target does not say.
	Identity string `json:"identity"`
	Name     string `json:"name"`
	// Tokens is how many it has, Room how many more it may have.
	Tokens int `json:"tokens"`
	Room   int `json:"room"`
	// ListsAll tells whether it may list the tokens of others, as an administrator may.
	ListsAll bool `json:"listsAll"`
	// Listed tells whether its own list shows the token that logged in.
	Listed bool `json:"listed"`
	// Expires is when that token does. Nil means never, or that it is not listed.
	Expires *time.Time `json:"expires"`
	// Seconds is how long a request took, on average.
	Seconds float64 `json:"seconds"`
}

// ExamineConfig says who is examined, and where.
type ExamineConfig struct {
	// BaseURL of the target.
	BaseURL string
	// HTTP carries the requests.
	HTTP  *http.Client
	Login Login
	// Version of the API that is asked.
	Version version.Version
	// Now is wall time.
	Now func() time.Time
}

// Examine logs in, reads the identity's own list, and tries whether it may list those of others. It writes nothing. Its error
// is a [CallError]: the login was refused, or the list cannot be read.
func Examine(ctx context.Context, c ExamineConfig) (Examination, error) {
	by := &caller{Login: c.Login, http: c.HTTP, base: c.BaseURL, path: c.Version.CollectionPath(), now: c.Now, clock: &Clock{}}
	started := c.Now()
	if err := by.look(ctx); err != nil {
		return Examination{}, err
	}
	// What nobody can have used is asked for: the answer is short whoever may see it.
	nothing := url.Values{"filters": {"lastUsed le 1990-01-01T00:00:00Z"}}
	status, err := by.do(ctx, http.MethodGet, by.path+"?"+nothing.Encode(), nil)
	if err != nil {
		return Examination{}, by.failed(ListAllTokens, status, err)
	}
	const requests = 3
	e := Examination{
		ClientID: c.Login.ClientID, Identity: by.identity, Tokens: len(by.tokens), Room: max(0, TokenLimit-len(by.tokens)),
		ListsAll: status == http.StatusOK, Seconds: c.Now().Sub(started).Seconds() / requests,
	}
	for _, t := range by.tokens {
		if t.ID != c.Login.ClientID {
			continue
		}
		e.Listed, e.Name = true, t.Owner.Name
		if at, err := time.Parse(time.RFC3339Nano, t.ExpirationDate); err == nil {
			e.Expires = &at
		}
	}
	return e, nil
}

// AtLeast is how long a guard takes for so many requests of one client and version.
func AtLeast(requests int) time.Duration {
	return time.Duration(float64(max(0, requests-Burst)) / PerSecond * float64(time.Second))
}
