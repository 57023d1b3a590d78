package server

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/admission"
	"example.com/patmock/mockserver/internal/api"
	"example.com/patmock/mockserver/internal/clock"
	controls "example.com/patmock/mockserver/internal/controlapi"
	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/mockserver/internal/hostile"
	"example.com/patmock/mockserver/internal/journal"
	"example.com/patmock/mockserver/internal/lint"
	"example.com/patmock/mockserver/internal/oauth"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/mockserver/internal/store/file"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/redact"
)

// tenant is one namespace, with everything that is its own.
type tenant struct {
	name    string
	server  *Server
	clock   *clock.Clock
	random  *random.Source
	service *pat.Service
	limits  *ratelimit.Limiter
	enforce bool // what is over the limits is rejected
	faults  *fault.Set
	hostile *hostile.Hostile
	journal *journal.Journal
	linter  *lint.Linter
	durable *file.Store // nil where the state ends with the process

	tokens   *oauth.Server
	pats     *api.API
	controls *controls.Server

	// generation distinguishes this namespace from earlier ones of its name, whose access tokens it rejects. It
	// is empty in state files that an older patmock wrote.
	generation string
	// removed is closed when the namespace is removed.
	removed chan struct{}
	// used reports that the namespace may have more than what it started from.
	used atomic.Bool
	// ignored reports that findings do not count, and allowed has the kinds that do not until the
	// next reset.
	ignored atomic.Bool
	allowed atomic.Pointer[[]string]

	mu      sync.Mutex       // held while the tenant is made anew
	fixture *fixtures.Tenant // what a reset leads back to
}

// newTenant makes a namespace: as the state file has it, or else from the server's fixture.
func (s *Server) newTenant(name string) (*tenant, error) {
	t := s.prepare(name, s.config.Now)
	if s.file != nil {
		var err error
		if t.durable, err = s.file.Namespace(name); err != nil {
			return nil, err
		}
		t.service = s.newService(t.durable, t.random)
	}
	err := t.load()
	if err == nil {
		err = t.serve()
	}
	return t, err
}

// prepare makes a namespace in memory that has no state yet.
func (s *Server) prepare(name string, now func() time.Time) *tenant {
	source := random.New(s.config.Profile.RandomSeed, name)
	limit := s.config.RateLimit
	if limit.Requests == 0 {
		limit = ratelimit.Tenant // to tell what a tenant would refuse
	}
	profile := s.config.Profile
	return &tenant{
		name: name, server: s, removed: make(chan struct{}), random: source, clock: clock.New(now), fixture: s.config.Tenant,
		limits: ratelimit.New(limit), enforce: s.config.RateLimit.Requests > 0, faults: fault.New(source), linter: lint.New(),
		journal: journal.New(journal.Config{Size: s.config.JournalSize, Added: s.journals.Added}),
		service: s.newService(memory.NewKeyed(choices(s.config.Dialect).NameKey()), source),
		hostile: hostile.New(hostile.Config{
			Behaviours: profile.Hostile, Rate: profile.HostileRate, InARow: profile.HostileInARow, Random: source, Wall: s.wall,
		}),
	}
}

func (s *Server) newService(store pat.Store, source *random.Source) *pat.Service {
	return pat.NewService(pat.Config{
		Store: store, Limit: s.config.Profile.TokenLimit, ScopeDelay: s.config.ScopeDelay, Options: choices(s.config.Dialect),
		NewID:     func() string { return source.Hex("token id", 16) },
		NewSecret: func() string { return source.Hex("token secret", 32) },
	})
}

// serve puts together what answers requests.
func (t *tenant) serve() error {
	s := t.server
	key, err := oauth.DeriveKey(s.secret, t.name, t.generation)
	if err != nil {
		return err
	}
	front := &admission.Gate{
		Limits: t.limits, Enforce: t.enforce, Faults: t.faults, Hostile: t.hostile, Wall: s.wall, Stopped: s.stopped,
	}
	t.tokens = oauth.New(oauth.Config{
		Document: s.documents.oauth, Service: t.service, Key: key, Gate: front, Random: t.random, PublicURL: s.config.PublicURL,
		Now: t.clock.Now, Writer: s.writer,
	})
	t.pats = api.New(api.Config{
		Documents: s.documents.versions, Service: t.service, Authenticate: t.tokens.Authenticate, Gate: front,
		Now: t.clock.Now, Writer: s.writer,
	})
	t.controls = controls.New(controls.Config{
		Tenant: t, Namespaces: neighbours{s}, Name: t.name, Clock: t.clock, Faults: t.faults, Journal: t.journal, Findings: s.findings,
		Documents: s.documents.byName(), Statuses: s.documents.statuses, PublicURL: s.publicURL,
		Token: s.config.ControlToken, Writer: s.writer, Heavy: s.heavy,
		Removed: t.removed, Streams: s.streams,
	})
	return nil
}

// Start implements control.Tenant. What it starts from was found good, or nothing has changed.
func (t *tenant) Start(from *fixtures.Tenant, ignoreFindings bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var record []byte // none for the server's own, which may be another one next time
	if from == nil {
		from = t.server.config.Tenant
	} else {
		tenant, err := from.JSON()
		if err != nil {
			return err
		}
		if record, err = json.Marshal(startedFrom{from.Source, tenant}); err != nil {
			return err
		}
	}
	if err := t.resetLocked(from); err != nil {
		return err
	}
	t.fixture = from
	if err := t.record(recordFixture, record); err != nil {
		return err
	}
	return t.ignoreFindingsLocked(ignoreFindings)
}

// Reset implements control.Tenant.
func (t *tenant) Reset() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.resetLocked(t.fixture)
}

func (t *tenant) resetLocked(from *fixtures.Tenant) error {
	start, err := seed(from, startOf(from, t.server.config.Now()))
	if err != nil {
		return err
	}
	if err := t.service.Replace(context.TODO(), start); err != nil {
		return fmt.Errorf("start from %s: %w", from.Source, err)
	}
	t.clock.Clear()
	if !from.Clock.IsZero() {
		t.clock.Set(startOf(from, time.Time{}), false)
	}
	t.faults.Reset()
	t.limits.Reset()
	t.hostile.Reset()
	t.random.Reset()
	t.linter.Reset()
	t.journal.Clear()
	if t.tokens != nil { // else it is being made
		t.tokens.Reset()
	}
	t.used.Store(false)
	t.allowed.Store(nil)
	return t.keepClockLocked()
}

// Snapshot implements control.Tenant.
func (t *tenant) Snapshot(secrets bool) (*fixtures.Tenant, error) {
	now, err := t.service.Snapshot(context.TODO())
	return snapshot(now, secrets), err
}

// Restore implements control.Tenant.
func (t *tenant) Restore(ctx context.Context, source []byte) error {
	now, err := t.service.Snapshot(ctx)
	if err != nil {
		return err
	}
	from, err := fixtures.ParseSnapshot(ctx, "the snapshot", source, secrets(now))
	if err != nil {
		return err
	}
	start := startOf(from, t.clock.Now())
	if err := t.service.Replace(ctx, domain(from, start)); err != nil || from.Clock.IsZero() {
		return err
	}
	return t.MoveClock(func(c *clock.Clock) error {
		c.Set(start, false)
		return nil
	})
}

// Users implements control.Tenant.
func (t *tenant) Users() ([]control.User, error) {
	logins, err := t.service.Logins(context.TODO())
	if err != nil {
		return nil, err
	}
	users := make([]control.User, len(logins))
	for i, l := range logins {
		users[i] = userOf(l)
	}
	admin := slices.IndexFunc(users, func(u control.User) bool { return slices.Contains(u.UserLevels, "ORG_ADMIN") })
	if admin > 0 {
		first := users[admin]
		users = slices.Insert(slices.Delete(users, admin, admin+1), 0, first)
	}
	return users, nil
}

func userOf(l pat.UserLogin) control.User {
	return control.User{Name: l.Identity.Name, UserLevels: append([]string{}, l.Identity.UserLevels...), ClientID: l.Token.ID, ClientSecret: l.Token.Secret}
}

// Health implements control.Tenant.
func (t *tenant) Health() control.Health {
	h := control.Health{
		Product: controls.Product, Version: t.server.config.Version, Status: "ok", Namespace: t.name,
		Profile:  t.server.config.Profile,
		Counters: t.linter.Counters(),
	}
	h.Counters.JournalDropped, h.Counters.Namespaces, h.Counters.Tokens = t.journal.Dropped(), t.server.namespaces.Len(), t.service.Count(context.TODO())
	if t.server.file != nil {
		if cause := t.server.file.Cause(); cause != nil {
			h.Status, h.Cause = "degraded", redact.String(cause.Error())
		}
	}
	return h
}

// Describe implements control.Tenant.
func (t *tenant) Describe() control.Namespace {
	t.mu.Lock()
	fixture := t.fixture.Source
	t.mu.Unlock()
	return control.Namespace{
		Name: t.name, Fixture: fixture, Tokens: t.service.Count(context.TODO()), Requests: t.linter.Total(), IgnoreFindings: t.ignored.Load(),
	}
}
