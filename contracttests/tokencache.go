package contracttests

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/tenantguard"
)

// tokenCache has the access tokens of the identities of a real tenant. All cases share them, since
// the token endpoint has a rate limit of its own. On a patmock each case logs in to its own
// namespace.
type tokenCache struct {
	mu     sync.Mutex
	tokens map[Credentials]cachedToken
}

// logins has the logged-in clients of a scenario.
type logins struct {
	clients map[Credentials]*Client
	// rejected has the errors of identities that cannot log in. They are not tried again.
	rejected map[Credentials]error
}

// cachedToken is an access token with its expiry.
type cachedToken struct {
	bearer  string
	login   *exchange
	expires time.Time
}

// minLoginRemaining is the remaining lifetime that an access token needs to be reused.
const minLoginRemaining = 2 * time.Minute

// get returns the access token of an identity, and reports whether it is valid for at least
// minLoginRemaining.
func (c *tokenCache) get(credentials Credentials, now time.Time) (cachedToken, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	token := c.tokens[credentials]
	return token, token.expires.Sub(now) > minLoginRemaining
}

func (c *tokenCache) put(credentials Credentials, token cachedToken) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tokens == nil {
		c.tokens = map[Credentials]cachedToken{}
	}
	c.tokens[credentials] = token
}

// evict removes an access token that the target rejected.
func (c *tokenCache) evict(credentials Credentials, bearer string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tokens[credentials].bearer == bearer {
		delete(c.tokens, credentials)
	}
}

// client returns the logged-in client of an identity. On a real tenant it reuses the access token
// of the run. The observer gets the login in each case that uses it.
func (t *T) client(credentials Credentials) *Client {
	if c := t.clients[credentials]; c != nil {
		return c
	}
	t.must(t.rejected[credentials])
	now := t.run.Now()
	token, ok := t.run.tokens.get(credentials, now)
	if ok {
		t.recordExchange(token.login)
		t.observer.ObserveLogin(recording.Exchange(*token.login))
	} else {
		response := t.Anonymous().send(tokenRequest(credentials))
		if t.RealTenant() && response.status != http.StatusOK {
			t.rejected[credentials] = t.loginError(credentials)
			t.must(t.rejected[credentials])
		}
		t.must(t.gatewayError(response.exchange))
		response.ExpectStatus(http.StatusOK)
		login := response.Login()
		lifetime := time.Duration(login.ExpiresIn.Value) * time.Second
		token = cachedToken{login.AccessToken.Value, response.exchange, now.Add(lifetime)}
		if t.RealTenant() {
			t.run.tokens.put(credentials, token)
		}
	}
	t.clients[credentials] = &Client{t: t, bearer: token.bearer, credentials: credentials}
	return t.clients[credentials]
}

// A Role names an identity of a [Target].
type Role string

// The roles, named after the fields of [Target].
const (
	RoleOwner  Role = "owner"
	RoleSecond Role = "second"
	RoleAdmin  Role = "admin"
)

func (t *T) role(credentials Credentials) Role {
	switch credentials {
	case t.session.owner:
		return RoleOwner
	case t.session.second:
		return RoleSecond
	}
	return RoleAdmin
}

// A LoginError is the error of an identity that cannot log in.
type LoginError struct {
	Role Role
	// Origin names the variables of the credentials, empty if unknown.
	Origin string
	// Status is the status of the response.
	Status int
	// Err is a [tenantguard.SetupError] that explains the response.
	Err error
}

// loginError returns the error of an identity for the latest response.
func (t *T) loginError(credentials Credentials) *LoginError {
	x := t.lastExchange
	err := tenantguard.ExplainResponse(tenantguard.SetupResponse{
		BaseURL: t.session.base, Method: x.Method, URL: x.URL, Status: x.Status,
		Header:   x.ResponseHeader,
		Body:     []byte(x.ResponseBody),
		ClientID: credentials.ClientID, Redact: t.redact,
	})
	role := t.role(credentials)
	return &LoginError{Role: role, Origin: t.run.target.Origins[role], Status: x.Status, Err: err}
}

// Error returns the identity and the problem.
func (e *LoginError) Error() string {
	who := map[Role]string{
		RoleOwner: "the first identity", RoleSecond: "the second identity",
		RoleAdmin: "the administrator",
	}[e.Role]
	if e.Origin != "" {
		who += " (" + e.Origin + ")"
	}
	return fmt.Sprintf("login of %s: %v", who, e.Err)
}

// Unwrap returns Err.
func (e *LoginError) Unwrap() error { return e.Err }

// relogin returns a client of the same identity with a new access token. It does not retry a
// rejected login.
func (t *T) relogin(c *Client) *Client {
	if t.identityOf(c.credentials) != c.credentials {
		return t.Login(c.credentials)
	}
	t.evictLogin(c)
	return t.client(c.credentials)
}

// evictLogin removes the access token of a client, so that its identity logs in again.
func (t *T) evictLogin(c *Client) {
	t.run.tokens.evict(c.credentials, c.bearer)
	delete(t.clients, c.credentials)
}
