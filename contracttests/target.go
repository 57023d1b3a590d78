package contracttests

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
)

// Target is what the contract judges. Whoever starts a mock fills it in.
type Target struct {
	// Name is for people: mock, or the base URL.
	Name string
	// BaseURL of clients, without a slash at its end.
	BaseURL string
	// HTTP carries the requests. Nil means a client that follows no redirects, with a timeout of 15
	// seconds.
	HTTP *http.Client
	// Control is the control surface of a patmock. Nil means that the target is live: none of ours.
	Control *control.Client
	// Owner is the first identity, with whom most scenarios are tried; Second is another, no
	// administrator; Admin is one. On a patmock they are those of its fixture, and need not be
	// filled in. Those that are only log in, see [Runner.Preflight].
	Owner, Second, Admin Credentials
	// Origins name what held the credentials of a role, such as "SAIL_CLIENT_ID and
	// SAIL_CLIENT_SECRET_FILE", for the error of a login. May be nil.
	Origins map[Role]string
	// ReadOnly forbids writes.
	ReadOnly bool
}

// Credentials are the id and secret of a personal access token.
type Credentials struct{ ClientID, ClientSecret string }

// HasCredentials reports whether any identity has credentials.
func (t Target) HasCredentials() bool {
	return t.Owner.isSet() || t.Second.isSet() || t.Admin.isSet()
}

func (c Credentials) isSet() bool { return c.ClientID != "" && c.ClientSecret != "" }

// RealTenant reports whether the target is a real tenant.
func (t Target) RealTenant() bool { return t.Control == nil }

// The fixture that scenarios are tried with on a patmock, and its users.
const (
	fixture    = "default"
	ownerName  = "jane.doe"
	secondName = "john.roe"
)

// session is what one case has of a target: on a patmock a namespace of its own.
type session struct {
	target  Target
	base    string
	control *control.Client
	owner   Credentials
	second  Credentials
	admin   Credentials
	// apiClient is an OAuth client without a user.
	apiClient Credentials
	// provoke allows to exceed the rate limit of a live target.
	provoke bool
	profile control.Profile
	version string // of the patmock
	// clockOffset is by how much the clock of the namespace is ahead of ours. Frozen is its time if
	// the clock stands still, and else zero.
	clockOffset time.Duration
	frozenAt    time.Time
	close       func(context.Context) error
}

var namespaces atomic.Int64

// known is what every namespace of a mock has in common: who there is, and how it behaves.
type mockInfo struct {
	mu      sync.Mutex
	session *session // nil until one was asked
}

// ask asks the first namespace, and tells the same of the others.
func (k *mockInfo) fetch(ctx context.Context, c *control.Client, now func() time.Time) (*session,
	error,
) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.session == nil {
		fetched := &session{control: c}
		if err := fetched.fetch(ctx, now); err != nil {
			return nil, err
		}
		k.session = fetched
	}
	same := *k.session
	return &same, nil
}

// ask finds out who there is, and how the mock behaves.
func (t *session) fetch(ctx context.Context, now func() time.Time) error {
	credentials, err := t.control.Credentials(ctx)
	if err != nil {
		return err
	}
	for _, u := range credentials.Users {
		c := Credentials{u.ClientID, u.ClientSecret}
		switch {
		case u.Name == ownerName:
			t.owner = c
		case u.Name == secondName:
			t.second = c
		case slices.Contains(u.UserLevels, "ORG_ADMIN"):
			t.admin = c
		}
	}
	seed, err := fixtures.Load(fixture)
	if err != nil {
		return err
	}
	t.apiClient = Credentials{seed.APIClients[0].ID, seed.APIClients[0].Secret}
	health, err := t.control.Health(ctx)
	t.profile, t.version = health.Profile, health.Version
	if err != nil {
		return err
	}
	clock, err := t.control.Clock(ctx)
	t.clockOffset = clock.Now.Sub(now())
	return err
}

// has tells whether the session has what a scenario needs.
func (t *session) has(n Feature) bool {
	mock := t.control != nil
	switch n {
	case Writes:
		return mock || !t.target.ReadOnly
	case SecondIdentity:
		return t.second.isSet()
	case Admin:
		return t.admin.isSet()
	case Clock, Faults, SeededTokens, DisposableTokens, Unmetered:
		return mock
	case APIClient:
		return t.apiClient.isSet()
	case RateLimit:
		return mock && t.profile.RateLimit != "off" || !mock && t.provoke
	case TokenLimit:
		return !mock || t.profile.TokenLimit == 10
	case ScopeDelay:
		return mock && t.profile.ScopeDelay != "0s"
	}
	return false
}

// missing lists what a scenario needs and the session has not.
func (t *session) missing(features []Feature) []string {
	var missing []string
	for _, n := range features {
		if !t.has(n) {
			missing = append(missing, string(n))
		}
	}
	return missing
}

// requestTimeout bounds a request, its response included.
const requestTimeout = 15 * time.Second

// client carries requests. No SDK follows redirects with a body, so none are followed here.
func (t Target) client() *http.Client {
	if t.HTTP != nil {
		return t.HTTP
	}
	return &http.Client{
		Timeout: requestTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

func trimSlash(url string) string { return strings.TrimRight(url, "/") }
