package namespace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/internal/pathpattern"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/admission"
	"example.com/patmock/mockserver/internal/api"
	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/mockserver/internal/hostile"
	"example.com/patmock/mockserver/internal/oauth"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/mockserver/internal/store/file"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/mockserver/internal/stub"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// Config is the configuration that the namespaces of a server share.
type Config struct {
	// Tenant is the initial state of a namespace without its own fixture.
	Tenant *fixtures.Tenant
	// Now is the time that clocks follow, WallNow is wall time.
	Now, WallNow func() time.Time
	// Profile defines the limits and hostile behaviors. RateLimit and ScopeDelay are parsed from
	// it.
	Profile     control.Profile
	RateLimit   ratelimit.Limit
	ScopeDelay  time.Duration
	Dialect     dialect.Dialect
	PublicURL   string
	JournalSize int
	Journals    *budget.Journals
	// StubBudget limits the memory of stubs that were added. Nil does not limit it.
	StubBudget *budget.Share
	// Simulated describes a path that the mock simulates and that the pattern of a stub matches. It
	// returns "" if there is none. Nil allows every pattern.
	Simulated func(pathpattern.Pattern) (string, error)
	// File persists the state. It is nil if the state ends with the process.
	File *file.File
	// Secret is the secret from which signing keys are derived.
	Secret    []byte
	Documents map[version.Version]*spec.Document
	OAuth     *spec.Document
	Writer    response.Writer
}

// Namespace is an isolated tenant on a server.
type Namespace struct {
	State
	Name    string
	Service *pat.Service
	OAuth   *oauth.Server
	API     *api.API
	// Done is closed when the namespace is removed.
	Done chan struct{}
	// Dirty reports whether the namespace may differ from its initial state.
	Dirty atomic.Bool
	// IgnoreFindings reports whether verdicts on clients ignore the requests of the namespace.
	IgnoreFindings atomic.Bool

	config  *Config
	enforce bool // reject requests over the rate limit
	hostile *hostile.Hostile
	durable *file.Store // nil if the state ends with the process
	// generation distinguishes this namespace from earlier ones of the same name. Access tokens of
	// another generation are rejected. It is empty in state files of older versions.
	generation string
	allowed    atomic.Pointer[[]string] // kinds of findings, cleared by a reset

	mu         sync.Mutex       // held while the tenant is replaced
	fixture    *fixtures.Tenant // initial state, restored by a reset
	savedStubs string           // the stubs in the state file
}

// New returns a namespace from the state file, or else from the fixture.
func New(c *Config, name string) (*Namespace, error) {
	n := c.prepare(name, c.Now)
	if c.File != nil {
		var err error
		if n.durable, err = c.File.Namespace(name); err != nil {
			return nil, err
		}
		n.Service = c.newService(n.durable, n.Random)
	}
	err := n.load()
	if err == nil {
		err = n.initHandlers()
	}
	return n, err
}

// Preview returns a new namespace with a clock that does not advance. It applies neither limits nor
// hostile behavior.
func Preview(c *Config, now time.Time) (*Namespace, error) {
	n := c.prepare("", func() time.Time { return now })
	n.Limits, n.enforce = ratelimit.New(ratelimit.Limit{Requests: math.MaxInt, Window: time.Hour}),
		false
	n.hostile = nil
	n.generation = oauth.NewGeneration()
	return n, errors.Join(n.Start(nil, false), n.initHandlers())
}

// prepare returns a namespace in memory without a tenant.
func (c *Config) prepare(name string, now func() time.Time) *Namespace {
	state := c.newState(name, now)
	return &Namespace{
		Name: name, State: state, config: c, Done: make(chan struct{}), fixture: c.Tenant,
		enforce: c.RateLimit.Requests > 0,
		Service: c.newService(memory.NewKeyed(PolicyOptions(c.Dialect).NameKey()), state.Random),
		hostile: hostile.New(hostile.Config{
			Behaviours: c.Profile.Hostile, Rate: c.Profile.HostileRate,
			MaxConsecutive: c.Profile.HostileMaxConsecutive, Random: state.Random,
			WallNow: c.WallNow,
		}),
	}
}

func (c *Config) newService(store pat.Store, source Random) *pat.Service {
	return pat.NewService(pat.Config{
		Store: store, Limit: c.Profile.TokenLimit, ScopeDelay: c.ScopeDelay,
		Options:   PolicyOptions(c.Dialect),
		NewID:     func() string { return source.Hex("token id", 16) },
		NewSecret: func() string { return source.Hex("token secret", 32) },
	})
}

// initHandlers creates the handlers of the API and the token endpoint.
func (n *Namespace) initHandlers() error {
	c := n.config
	key, err := oauth.DeriveKey(c.Secret, n.Name, n.generation)
	if err != nil {
		return err
	}
	controller := &admission.Controller{
		Limits: n.Limits, Enforce: n.enforce, Faults: n.Faults, Hostile: n.hostile,
		WallNow: c.WallNow,
		Done:    c.Writer.Done,
	}
	n.OAuth = oauth.New(oauth.Config{
		Document: c.OAuth, Service: n.Service, Key: key, Admission: controller, Random: n.Random,
		PublicURL: c.PublicURL,
		Now:       n.Clock.Now, Writer: c.Writer,
	})
	n.API = api.New(api.Config{
		Documents: c.Documents, Service: n.Service, Authenticate: n.OAuth.Authenticate,
		Admission: controller,
		Now:       n.Clock.Now, Writer: c.Writer,
	})
	return nil
}

// Start replaces the state of the namespace with a fixture, or with the server's own if it is nil.
// On an error the namespace is unchanged.
func (n *Namespace) Start(fixture *fixtures.Tenant, ignoreFindings bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	var record []byte // nil for the server's own fixture: it may change until the next start
	charge := stub.Limited
	if fixture == nil {
		fixture, charge = n.config.Tenant, stub.Free
	} else {
		tenant, err := fixture.JSON()
		if err != nil {
			return err
		}
		if record, err = json.Marshal(fixtureRecord{fixture.Source, tenant}); err != nil {
			return err
		}
	}
	if err := n.resetLocked(fixture, charge); err != nil {
		return err
	}
	n.fixture = fixture
	if err := n.record(recordFixture, record); err != nil {
		return err
	}
	return n.ignoreFindingsLocked(ignoreFindings)
}

// Reset restores the initial state of the namespace.
func (n *Namespace) Reset() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fixture == n.config.Tenant {
		return n.resetLocked(n.fixture, stub.Free)
	}
	return n.resetLocked(n.fixture, stub.Forced) // it had the memory before
}

func (n *Namespace) resetLocked(fixture *fixtures.Tenant, charge stub.Charge) error {
	tenant, err := seedTenant(fixture, startTime(fixture, n.config.Now()))
	if err != nil {
		return err
	}
	if err := n.replaceStubsLocked(fixture, charge, func() error {
		return n.Service.Replace(context.TODO(), tenant)
	}); err != nil {
		return fmt.Errorf("start from %s: %w", fixture.Source, err)
	}
	n.Clock.Clear()
	if !fixture.Clock.IsZero() {
		n.Clock.Set(startTime(fixture, time.Time{}), false)
	}
	n.Faults.Reset()
	n.Limits.Reset()
	n.hostile.Reset()
	n.Random.Reset()
	n.Linter.Reset()
	n.Journal.Clear()
	if n.OAuth != nil { // nil while the namespace is created
		n.OAuth.Reset()
	}
	n.Dirty.Store(false)
	n.allowed.Store(nil)
	return n.saveClockLocked()
}

// Snapshot returns the tenant with absolute times, with or without its secrets.
func (n *Namespace) Snapshot(secrets bool) (*fixtures.Tenant, error) {
	n.mu.Lock() // tokens and stubs belong together
	defer n.mu.Unlock()
	tenant, err := n.Service.Snapshot(context.TODO())
	snapshot := toFixture(tenant, secrets)
	snapshot.Stubs = mapStubs(n.Stubs.List(), toStub)
	return snapshot, err
}

// Restore replaces the tenant with a snapshot. Errors in its content are fixtures.Errors.
func (n *Namespace) Restore(ctx context.Context, source []byte) error {
	current, err := n.Service.Snapshot(ctx)
	if err != nil {
		return err
	}
	fixture, err := fixtures.ParseSnapshot(ctx, "the snapshot", source, secretsByID(current))
	if err != nil {
		return err
	}
	start := startTime(fixture, n.Clock.Now())
	if err := n.replace(ctx, fixture, start); err != nil || fixture.Clock.IsZero() {
		return err
	}
	return n.MoveClock(func(c Clock) error {
		c.Set(start, false)
		return nil
	})
}

// replace replaces the tenant and its stubs.
func (n *Namespace) replace(
	ctx context.Context, fixture *fixtures.Tenant, start time.Time,
) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.replaceStubsLocked(fixture, stub.Limited, func() error {
		return n.Service.Replace(ctx, toTenant(fixture, start))
	})
}

// Users returns the users who can log in. The first administrator comes first.
func (n *Namespace) Users() ([]control.User, error) {
	logins, err := n.Service.Logins(context.TODO())
	if err != nil {
		return nil, err
	}
	users := make([]control.User, len(logins))
	for i, l := range logins {
		users[i] = userOf(l)
	}
	admin := slices.IndexFunc(users, func(u control.User) bool {
		return slices.Contains(u.UserLevels, "ORG_ADMIN")
	})
	if admin > 0 {
		first := users[admin]
		users = slices.Insert(slices.Delete(users, admin, admin+1), 0, first)
	}
	return users, nil
}

func userOf(l pat.UserLogin) control.User {
	return control.User{
		Name: l.Identity.Name, UserLevels: append([]string{}, l.Identity.UserLevels...),
		ClientID: l.Token.ID, ClientSecret: l.Token.Secret,
	}
}

// Evictable reports whether the namespace can be removed to make room: it was never used and
// contains only its fixture. Namespaces with the server's own fixture have the lowest rank, since
// they are the easiest to replace.
func (n *Namespace) Evictable() (rank int, ok bool) {
	if n.Dirty.Load() {
		return 0, false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fixture != n.config.Tenant {
		rank = 1
	}
	return rank, true
}

// Credentials returns the client id and secret of a user.
func (n *Namespace) Credentials(user string) (clientID, clientSecret string, err error) {
	users, err := n.Users()
	if err != nil {
		return "", "", err
	}
	for _, u := range users {
		if u.Name == user {
			return u.ClientID, u.ClientSecret, nil
		}
	}
	if _, err = n.fixture.LoginToken(user); err == nil {
		err = fmt.Errorf("%s has no token to log in with", user)
	}
	return "", "", err
}

// Describe returns the description of the namespace, without its BaseURL.
func (n *Namespace) Describe() control.Namespace {
	n.mu.Lock()
	fixture := n.fixture.Source
	n.mu.Unlock()
	return control.Namespace{
		Name: n.Name, Fixture: fixture, Tokens: n.Service.Count(context.TODO()),
		Requests: n.Linter.Total(), IgnoreFindings: n.IgnoreFindings.Load(),
	}
}
