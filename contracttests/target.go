package contracttests

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
)

// Target is the server that the contract tests.
type Target struct {
	// Name is the display name: "mock" or the base URL.
	Name string
	// BaseURL is the base URL of clients, without a trailing slash.
	BaseURL string
	// RootCAs are the certificate authorities of an https target. Nil means those of the system.
	// They are not used with HTTP.
	RootCAs *x509.CertPool
	// HTTP makes the requests. Nil means a client that follows no redirects, with a timeout of 15
	// seconds.
	HTTP *http.Client
	// Control is the control API of a patmock. Nil means that the target is a real tenant.
	Control *control.Client
	// Owner is the identity of most scenarios, Second another user, and Admin an administrator.
	// Cases on a patmock use the identities of its fixture. There these are optional, and
	// [Runner.Preflight] logs in with them.
	Owner, Second, Admin Credentials
	// Origins name the variables of each role's credentials for login errors, such as
	// "SAIL_CLIENT_ID and SAIL_CLIENT_SECRET_FILE". May be nil.
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

// The fixture of scenarios on a patmock, and its users.
const (
	fixture    = "default"
	ownerName  = "jane.doe"
	secondName = "john.roe"
)

// session is the target of one case. On a patmock it has a namespace.
type session struct {
	target  Target
	base    string
	control *control.Client
	owner   Credentials
	second  Credentials
	admin   Credentials
	// apiClient is an OAuth client without a user.
	apiClient Credentials
	// provoke allows exceeding the rate limit of a real tenant.
	provoke bool
	profile control.Profile
	version string // of the patmock
	// clockOffset is the difference of the namespace's clock from the local one. frozenAt is its
	// time if the clock is frozen, and else zero.
	clockOffset time.Duration
	frozenAt    time.Time
	close       func(context.Context) error
}

var namespaces atomic.Int64

// mockInfo has the properties that all namespaces of a mock share.
type mockInfo struct {
	mu      sync.Mutex
	session *session // nil until the first fetch
}

// fetch returns a copy of the session of the first namespace.
func (m *mockInfo) fetch(
	ctx context.Context, c *control.Client, now func() time.Time,
) (*session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.session == nil {
		fetched := &session{control: c}
		if err := fetched.fetch(ctx, now); err != nil {
			return nil, err
		}
		m.session = fetched
	}
	same := *m.session
	return &same, nil
}

// fetch reads the identities and the profile of the mock.
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

// has reports whether the target has a feature.
func (t *session) has(feature Feature) bool {
	mock := t.control != nil
	switch feature {
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

// missing returns the features that the target lacks.
func (t *session) missing(features []Feature) []string {
	var missing []string
	for _, feature := range features {
		if !t.has(feature) {
			missing = append(missing, string(feature))
		}
	}
	return missing
}

// requestTimeout is the time limit of a request, including the response.
const requestTimeout = 15 * time.Second

// client returns the HTTP client. It follows no redirects, as no SDK does for requests with a body.
func (t Target) client() *http.Client {
	if t.HTTP != nil {
		return t.HTTP
	}
	var transport http.RoundTripper // nil means the default one
	if standard, ok := http.DefaultTransport.(*http.Transport); ok && t.RootCAs != nil {
		clone := standard.Clone()
		clone.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.RootCAs}
		transport = clone
	}
	return &http.Client{
		Transport: transport, Timeout: requestTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

func trimSlash(url string) string { return strings.TrimRight(url, "/") }
