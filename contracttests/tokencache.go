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
	mu sync.Mutex
	of map[Credentials]cachedToken
}

// logins are the clients of a scenario that have logged in.
type logins struct {
	clients map[Credentials]*Client
	// rejected are the errors of identities that cannot log in. They do not try again.
	rejected map[Credentials]error
}

// cachedToken is an access token that is good until a moment.
type cachedToken struct {
	bearer string
	login  *exchange
	until  time.Time
}

// sessionMargin is for how long an access token has to be good for another case to begin with it.
const sessionMargin = 2 * time.Minute

// get returns the access token of an identity, if there is one that is good for long enough.
func (s *tokenCache) get(who Credentials, now time.Time) (cachedToken, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.of[who]
	return at, at.until.Sub(now) > sessionMargin
}

func (s *tokenCache) put(who Credentials, at cachedToken) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[Credentials]cachedToken{}
	}
	s.of[who] = at
}

// evict forgets an access token that the target refused.
func (s *tokenCache) evict(who Credentials, bearer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[who].bearer == bearer {
		delete(s.of, who)
	}
}

// client is that of an identity, with an access token of its own, on a live target with the one of
// the run: its login is observed in each case that uses it, as if it had been made for that.
func (t *T) client(who Credentials) *Client {
	if c := t.clients[who]; c != nil {
		return c
	}
	t.must(t.rejected[who])
	now := t.run.Now()
	at, fresh := t.run.tokens.get(who, now)
	if fresh {
		t.observe(at.login)
		t.observer.ObserveLogin(recording.Exchange(*at.login))
	} else {
		answered := t.Anonymous().send(tokenRequest(who))
		if t.RealTenant() && answered.status != http.StatusOK {
			t.rejected[who] = t.loginError(who)
			t.must(t.rejected[who])
		}
		t.must(t.gatewayError(answered.exchange))
		answered.ExpectStatus(http.StatusOK)
		login := answered.Login()
		life := time.Duration(login.ExpiresIn.Value) * time.Second
		at = cachedToken{login.AccessToken.Value, answered.exchange, now.Add(life)}
		if t.RealTenant() {
			t.run.tokens.put(who, at)
		}
	}
	t.clients[who] = &Client{t: t, bearer: at.bearer, who: who}
	return t.clients[who]
}

// A Role is that of an identity of a [Target].
type Role string

// The roles, named as the fields of a [Target].
const (
	RoleOwner  Role = "owner"
	RoleSecond Role = "second"
	RoleAdmin  Role = "admin"
)

func (t *T) role(who Credentials) Role {
	switch who {
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
func (t *T) loginError(who Credentials) *LoginError {
	x := t.last
	err := tenantguard.ExplainResponse(tenantguard.SetupResponse{
		BaseURL: t.session.base, Method: x.Method, URL: x.URL, Status: x.Status, Header: x.ResponseHeader,
		Body:     []byte(x.ResponseBody),
		ClientID: who.ClientID, Redact: t.redact,
	})
	role := t.role(who)
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

// again is a client of the same login with another access token. An identity that was refused does
// not try once more.
func (t *T) again(c *Client) *Client {
	if t.identity(c.who) != c.who {
		return t.Login(c.who)
	}
	t.forget(c)
	return t.client(c.who)
}

// forget makes the next use of an identity log in again.
func (t *T) forget(c *Client) {
	t.run.tokens.evict(c.who, c.bearer)
	delete(t.clients, c.who)
}
