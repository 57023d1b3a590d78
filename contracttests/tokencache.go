package contracttests

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/tenantguard"
)

// tokenCache has the logins of the identities at a live target, which all cases share: the token
// endpoint has a limit of its own. On a patmock each case has a namespace, and logs in itself.
type tokenCache struct {
	mu     sync.Mutex
	tokens map[Credentials]cachedToken
}

// logins are the clients of a scenario that have logged in.
type logins struct {
	clients map[Credentials]*Client
	// rejected are the errors of identities that cannot log in. They do not try again.
	rejected map[Credentials]error
}

// cachedToken is an access token that is good until a moment.
type cachedToken struct {
	bearer  string
	login   *exchange
	expires time.Time
}

// minLoginRemaining is for how long an access token has to be good for another case to begin with
// it.
const minLoginRemaining = 2 * time.Minute

// get returns the access token of an identity, if there is one that is good for long enough.
func (s *tokenCache) get(credentials Credentials, now time.Time) (cachedToken, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := s.tokens[credentials]
	return token, token.expires.Sub(now) > minLoginRemaining
}

func (s *tokenCache) put(credentials Credentials, token cachedToken) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens == nil {
		s.tokens = map[Credentials]cachedToken{}
	}
	s.tokens[credentials] = token
}

// evict forgets an access token that the target refused.
func (s *tokenCache) evict(credentials Credentials, bearer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens[credentials].bearer == bearer {
		delete(s.tokens, credentials)
	}
}

// client is that of an identity, with an access token of its own, on a live target with the one of
// the run: its login is observed in each case that uses it, as if it had been made for that.
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

// A Role is that of an identity of a [Target].
type Role string

// The roles, named as the fields of a [Target].
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
	// Origin names what held the credentials, empty if that is unknown.
	Origin string
	// Status of the response.
	Status int
	// Err is a [tenantguard.SetupError], which says what is wrong with the response.
	Err error
}

// loginError returns the error of an identity that the latest response does not log in.
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

// Error names the identity and the problem.
func (e *LoginError) Error() string {
	who := map[Role]string{
		RoleOwner: "the first identity", RoleSecond: "the second identity",
		RoleAdmin: "the administrator",
	}[e.Role]
	if e.Origin != "" {
		who += " (" + e.Origin + ")"
	}
	return fmt.Sprintf("the login as %s: %v", who, e.Err)
}

// Unwrap returns the problem.
func (e *LoginError) Unwrap() error { return e.Err }

// relogin is a client of the same login with another access token. An identity that was refused
// does not try once more.
func (t *T) relogin(c *Client) *Client {
	if t.identityOf(c.credentials) != c.credentials {
		return t.Login(c.credentials)
	}
	t.evictLogin(c)
	return t.client(c.credentials)
}

// evictLogin makes the next use of an identity log in again.
func (t *T) evictLogin(c *Client) {
	t.run.tokens.evict(c.credentials, c.bearer)
	delete(t.clients, c.credentials)
}
