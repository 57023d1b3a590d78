package contracttests

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"example.com/patmock/contracttests/internal/observer"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// processID keeps the namespaces of two runs apart that judge the same mock.
var processID = os.Getpid()

// T is one case, a scenario in one version, on its way. It is a handle on the target, with the
// clients that have logged in, a recorder and the cleanups. It is used by one goroutine.
type T struct {
	ctx      context.Context //nolint:containedctx // a T lives as long as its scenario
	run      *Runner
	scenario Scenario
	version  version.Version
	session  *session
	logins
	recorder
	cleanups
	// observer judges what the scenario is not about.
	observer *observer.Observer
}

// abort ends a scenario from within.
type abort struct {
	err error // of the harness or the network, nil for a failure
}

// Context ends when the run is interrupted.
func (t *T) Context() context.Context { return t.ctx }

// Version of the API that is tried, empty for a scenario that belongs to none.
func (t *T) Version() version.Version { return t.version }

// CollectionPath returns the path of the tokens in the version, and in the newest one for a
// scenario that belongs to none.
func (t *T) CollectionPath() string {
	if t.version == "" {
		return t.run.newestVersion().CollectionPath()
	}
	return t.version.CollectionPath()
}

// Current tells whether tokens may live for ever in this version.
func (t *T) Current() bool {
	return slices.Contains(Current, t.version)
}

// Control is the control surface of the mock, for scenarios that need what only it can do.
func (t *T) Control() *control.Client { return t.session.control }

// Owner is a client of the first identity, logged in.
func (t *T) Owner() *Client { return t.client(t.session.owner) }

// Second is a client of another user, who is no administrator. Its scenario needs SecondIdentity.
func (t *T) Second() *Client { return t.client(t.session.second) }

// Admin is a client of an administrator. Its scenario needs Admin.
func (t *T) Admin() *Client { return t.client(t.session.admin) }

// Anonymous is a client that sends no bearer.
func (t *T) Anonymous() *Client { return &Client{t: t} }

// Credentials of the three users, and of an API client.
func (t *T) Credentials() (owner, second, admin, apiClient Credentials) {
	return t.session.owner, t.session.second, t.session.admin, t.session.apiClient
}

// Login returns a client with an access token of its own. It ends the scenario if the login is
// rejected.
func (t *T) Login(credentials Credentials) *Client {
	login := t.Anonymous().RequestToken(credentials).ExpectStatus(http.StatusOK).Login()
	return &Client{t: t, bearer: login.AccessToken.Value, credentials: credentials}
}

// WithBearer returns a client with a bearer of any kind.
func (t *T) WithBearer(bearer string) *Client { return &Client{t: t, bearer: bearer} }

// Now returns the time at the target: that of the namespace on a patmock, and for a tenant that of
// its responses. If there was none yet, the owner logs in.
func (t *T) Now() time.Time {
	if t.session.control == nil {
		clock := t.run.Clock()
		if !clock.HasDate() {
			t.Owner()
		}
		return clock.TargetTime(t.run.Now()).UTC()
	}
	c, err := t.session.control.Clock(t.ctx)
	t.must(err)
	return c.Now
}

// tenantLifetime is how long a token that a scenario makes lives at a live target, where its
// promise is not about that: what a run that is killed leaves behind goes by itself soon. Every
// version takes an hour, and no scenario lasts that long.
const tenantLifetime = time.Hour

// mockLifetime is the same on a patmock, where nothing can be left.
const mockLifetime = 30 * 24 * time.Hour

// Expiry is when a token expires that a scenario makes, where its promise is not about that. Every
// version takes it.
func (t *T) Expiry() time.Time {
	if t.RealTenant() {
		return t.Now().Add(tenantLifetime)
	}
	return t.Now().Add(mockLifetime)
}

// AdvanceTime lets time pass: it moves the clock of a patmock, and waits at a real tenant.
func (t *T) AdvanceTime(d time.Duration) {
	if t.session.control == nil {
		t.must(t.run.options.Wait(t.ctx, d))
		return
	}
	t.AdvanceClock(d)
}

// SkipUnsupported ends the scenario as one that cannot be tried, because the target lacks something
// that shows on the way only. Results name it by its id, which is in words with dashes.
func (t *T) SkipUnsupported(id, format string, args ...any) {
	t.must(&tenantguard.NotSentError{
		Reason: tenantguard.Reason(id), Missing: fmt.Sprintf(format, args...),
	})
}

// AdvanceClock lets time pass at the target. Its scenario needs Clock.
func (t *T) AdvanceClock(by time.Duration) {
	c, err := t.session.control.Advance(t.ctx, by)
	t.must(err)
	t.session.setClock(c, t.run.Now())
}

// FreezeClock stops the clock of the target at a moment.
func (t *T) FreezeClock(now time.Time) {
	c, err := t.session.control.SetClock(t.ctx, control.ClockSetting{Now: &now, Frozen: true})
	t.must(err)
	t.session.setClock(c, t.run.Now())
}

// SeedToken adds a token in any state, and returns what logs in with it. Its scenario needs
// SeededTokens.
func (t *T) SeedToken(token control.NewToken) Credentials {
	user, err := t.session.control.AddToken(t.ctx, token)
	return t.seed(user, err)
}

// SeedUser adds a user with levels. Its scenario needs SeededTokens.
func (t *T) SeedUser(name string, levels ...string) Credentials {
	user, err := t.session.control.AddIdentity(t.ctx, control.NewIdentity{
		Name: name, UserLevels: levels,
	})
	return t.seed(user, err)
}

func (t *T) seed(user control.User, err error) Credentials {
	t.must(err)
	t.observer.AddToken(user.ClientID, user.ClientSecret)
	return Credentials{user.ClientID, user.ClientSecret}
}

// InjectFault adds a rule. Its scenario needs Faults.
func (t *T) InjectFault(rule control.Fault) {
	_, err := t.session.control.AddFault(t.ctx, rule)
	t.must(err)
}

// RealTenant reports whether the target is a real tenant. Assumed promises do not fail on one.
func (t *T) RealTenant() bool { return t.run.target.RealTenant() }

// OwnerName is the name of the first identity on a patmock, by which tokens are added for it.
func (t *T) OwnerName() string { return ownerName }

// must ends the scenario as one that could not be tried.
func (t *T) must(err error) {
	if err != nil {
		panic(abort{err})
	}
}

// UniqueName returns a new name for an object. It carries the time of the target and the marker of
// the run.
func (t *T) UniqueName() string {
	return tenantguard.Name(t.run.Clock().TargetTime(t.run.Now()), t.run.marker,
		t.run.counter.Add(1))
}

// requestContext returns the context of a request. If the run ends early, a write under way at a
// tenant is waited for: what it made has to be known, so that it can be deleted.
func (t *T) requestContext(r Request) (context.Context, context.CancelFunc) {
	if !r.isWrite() || t.cleaningUp || !t.RealTenant() {
		return context.WithCancel(t.ctx)
	}
	return tenantguard.WithGrace(t.ctx, writeGrace)
}

// Cleanup calls f when the scenario has ended, the last first.
func (t *T) Cleanup(f func()) { t.funcs = append(t.funcs, f) }

// Notef records what an open question was answered with.
func (t *T) Notef(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// MarkDialect says that the latest exchange is the target's answer to a question that nothing
// settles: the id of an entry of a dialect.
func (t *T) MarkDialect(question string) {
	t.dialectEntries[question] = len(t.exchanges) - 1
}

// Errorf notes a failure, with the last exchange, and goes on.
func (t *T) Errorf(format string, args ...any) {
	t.fail(report.KindPromise, fmt.Sprintf(format, args...), "")
}

// Fatalf notes a failure and ends the scenario.
func (t *T) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	panic(abort{})
}

// Equal compares, and notes the difference.
func (t *T) Equal(subject string, want, got any) {
	if diff := difference(want, got); diff != "" {
		t.fail(report.KindPromise, subject+" is not as promised", diff)
	}
}
