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

// processID is in the names of namespaces, so that two runs can share a mock.
var processID = os.Getpid()

// T is the state of a running case: the target, the logged-in clients, the recorder and the
// cleanups. It must be used by one goroutine.
type T struct {
	ctx      context.Context //nolint:containedctx // a T lives as long as its scenario
	run      *Runner
	scenario Scenario
	version  version.Version
	session  *session
	logins
	recorder
	cleanups
	// observer checks each exchange against the rules of ExchangeRules.
	observer *observer.Observer
}

// abort is the panic value that ends a scenario.
type abort struct {
	err error // error of the harness or the network, nil after a failure
}

// Context returns the context of the scenario. It ends when the run is interrupted.
func (t *T) Context() context.Context { return t.ctx }

// Version returns the API version of the case, empty for an unversioned scenario.
func (t *T) Version() version.Version { return t.version }

// CollectionPath returns the path of the tokens in the version of the case. For an unversioned
// scenario it is that of the newest version.
func (t *T) CollectionPath() string {
	if t.version == "" {
		return t.run.newestVersion().CollectionPath()
	}
	return t.version.CollectionPath()
}

// Current reports whether tokens may never expire in the version of the case.
func (t *T) Current() bool {
	return slices.Contains(Current, t.version)
}

// Control returns the client of the mock's control API, nil for a real tenant.
func (t *T) Control() *control.Client { return t.session.control }

// Owner returns a logged-in client of the first identity.
func (t *T) Owner() *Client { return t.client(t.session.owner) }

// Second returns a logged-in client of the second identity. Its scenario needs SecondIdentity.
func (t *T) Second() *Client { return t.client(t.session.second) }

// Admin returns a logged-in client of an administrator. Its scenario needs Admin.
func (t *T) Admin() *Client { return t.client(t.session.admin) }

// Anonymous returns a client that sends no access token.
func (t *T) Anonymous() *Client { return &Client{t: t} }

// Credentials returns the credentials of the three identities and of an API client.
func (t *T) Credentials() (owner, second, admin, apiClient Credentials) {
	return t.session.owner, t.session.second, t.session.admin, t.session.apiClient
}

// Login returns a client with an access token of its own. It ends the scenario if the login is
// rejected.
func (t *T) Login(credentials Credentials) *Client {
	login := t.Anonymous().RequestToken(credentials).ExpectStatus(http.StatusOK).Login()
	return &Client{t: t, bearer: login.AccessToken.Value, credentials: credentials}
}

// WithBearer returns a client that sends bearer as its access token.
func (t *T) WithBearer(bearer string) *Client { return &Client{t: t, bearer: bearer} }

// Now returns the time at the target. On a patmock it is that of the namespace. On a real tenant it
// is derived from the Date of responses. Before the first response, the owner logs in.
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

// tenantLifetime is the default lifetime of a scenario's token on a real tenant. Leftovers of a
// killed run soon expire, every version accepts an hour, and no scenario runs that long.
const tenantLifetime = time.Hour

// mockLifetime is the default lifetime of a scenario's token on a patmock.
const mockLifetime = 30 * 24 * time.Hour

// Expiry returns the default expiration date of a scenario's tokens. Every version accepts it.
func (t *T) Expiry() time.Time {
	if t.RealTenant() {
		return t.Now().Add(tenantLifetime)
	}
	return t.Now().Add(mockLifetime)
}

// AdvanceTime moves the clock of a patmock, and waits on a real tenant.
func (t *T) AdvanceTime(d time.Duration) {
	if t.session.control == nil {
		t.must(t.run.options.Wait(t.ctx, d))
		return
	}
	t.AdvanceClock(d)
}

// SkipUnsupported ends the scenario as skipped, because the target lacks a feature that the
// scenario detects while it runs. The id, words with hyphens, names the feature in results.
func (t *T) SkipUnsupported(id, format string, args ...any) {
	t.must(&tenantguard.NotSentError{
		Reason: tenantguard.Reason(id), Missing: fmt.Sprintf(format, args...),
	})
}

// AdvanceClock moves the clock of the target. Its scenario needs Clock.
func (t *T) AdvanceClock(by time.Duration) {
	c, err := t.session.control.Advance(t.ctx, by)
	t.must(err)
	t.session.setClock(c, t.run.Now())
}

// FreezeClock stops the clock of the target at now. Its scenario needs Clock.
func (t *T) FreezeClock(now time.Time) {
	c, err := t.session.control.SetClock(t.ctx, control.ClockSetting{Now: &now, Frozen: true})
	t.must(err)
	t.session.setClock(c, t.run.Now())
}

// SeedToken adds a token in any state, and returns its credentials. Its scenario needs
// SeededTokens.
func (t *T) SeedToken(token control.NewToken) Credentials {
	user, err := t.session.control.AddToken(t.ctx, token)
	return t.seed(user, err)
}

// SeedUser adds a user with the given user levels. Its scenario needs SeededTokens.
func (t *T) SeedUser(name string, levels ...string) Credentials {
	return t.SeedIdentity(control.NewIdentity{Name: name, UserLevels: levels})
}

// SeedIdentity adds a user, and returns the credentials of a token of theirs. Its scenario needs
// SeededTokens.
func (t *T) SeedIdentity(identity control.NewIdentity) Credentials {
	user, err := t.session.control.AddIdentity(t.ctx, identity)
	return t.seed(user, err)
}

func (t *T) seed(user control.User, err error) Credentials {
	t.must(err)
	t.observer.AddToken(user.ClientID, user.ClientSecret)
	return Credentials{user.ClientID, user.ClientSecret}
}

// InjectFault adds a fault rule. Its scenario needs Faults.
func (t *T) InjectFault(rule control.Fault) {
	_, err := t.session.control.AddFault(t.ctx, rule)
	t.must(err)
}

// RealTenant reports whether the target is a real tenant. Assumed promises do not fail on one.
func (t *T) RealTenant() bool { return t.run.target.RealTenant() }

// OwnerName returns the name of the first identity in the mock's fixture.
func (t *T) OwnerName() string { return ownerName }

// must ends the scenario with an error unless err is nil.
func (t *T) must(err error) {
	if err != nil {
		panic(abort{err})
	}
}

// UniqueName returns a new name for a token. It has the time of the target and the marker of the
// run.
func (t *T) UniqueName() string {
	return tenantguard.Name(t.run.Clock().TargetTime(t.run.Now()), t.run.marker,
		t.run.counter.Add(1))
}

// requestContext returns the context of a request. If the run is interrupted, it gives a write in
// progress at a real tenant time to finish. The created token must be known, so that it can be
// deleted.
func (t *T) requestContext(r Request) (context.Context, context.CancelFunc) {
	if !r.isWrite() || t.cleaningUp || !t.RealTenant() {
		return context.WithCancel(t.ctx)
	}
	return tenantguard.WithGrace(t.ctx, writeGrace)
}

// Cleanup registers f to be called when the scenario has ended, in reverse order.
func (t *T) Cleanup(f func()) { t.funcs = append(t.funcs, f) }

// Notef adds a note to the result, such as the response to an open question.
func (t *T) Notef(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// MarkDialect records that the latest exchange decides a dialect entry.
func (t *T) MarkDialect(question string) {
	t.dialectEntries[question] = len(t.exchanges) - 1
}

// Errorf reports a failure with the latest exchange. The scenario continues.
func (t *T) Errorf(format string, args ...any) {
	t.fail(report.KindPromise, fmt.Sprintf(format, args...), "")
}

// Fatalf reports a failure and ends the scenario.
func (t *T) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	panic(abort{})
}

// Equal reports a failure with the difference, unless want and got are equal.
func (t *T) Equal(subject string, want, got any) {
	if diff := difference(want, got); diff != "" {
		t.fail(report.KindPromise, subject+" is not as promised", diff)
	}
}
