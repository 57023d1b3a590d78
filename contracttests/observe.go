package contracttests

import (
	"net/http"
	"net/url"
	"time"

	"example.com/patmock/contracttests/internal/observer"
	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// ExchangeRules returns the rules that are checked in every exchange of every scenario.
func ExchangeRules() []rule.ID { return observer.Rules() }

// newObserver returns the observer of a scenario.
func (t *T) newObserver() *observer.Observer {
	o := observer.Options{
		Now: t.estimatedNow, RealTenant: t.RealTenant(), BrokenRules: t.scenario.ViolatedRules,
		APIClient: t.session.apiClient.ClientID,
		HasFaults: t.scenario.has(Faults) || len(t.session.profile.Hostile) > 0,
	}
	if o.RealTenant {
		// awaitVisible reports a write that takes longer
		o.ConsistencyTimeout = 2 * t.run.options.ConsistencyTimeout
	}
	return observer.New(o)
}

// estimatedNow returns the time at the target without making a request. On a tenant it follows the
// responses, and on a patmock the clock that the scenario has set.
func (t *T) estimatedNow() time.Time {
	now := t.run.Now()
	switch {
	case t.session.control == nil:
		return t.run.Clock().TargetTime(now)
	case !t.session.frozenAt.IsZero():
		return t.session.frozenAt
	}
	return now.Add(t.session.clockOffset)
}

// setClock stores the clock of a control response.
func (s *session) setClock(c control.Clock, now time.Time) {
	s.clockOffset, s.frozenAt = c.Now.Sub(now), time.Time{}
	if c.Frozen {
		s.frozenAt = c.Now
	}
}

// judgeExchange adds the observer's findings about an exchange to the failures. On a tenant a
// finding of an assumed rule is no failure.
func (t *T) judgeExchange(x *exchange) {
	t.run.observed.exchanges.Add(1)
	for _, f := range t.observer.Observe(recording.Exchange(*x)) {
		into := &t.observerFailures
		if t.RealTenant() && f.Evidence == evidence.Assumed {
			into = &t.assumedFailures
		}
		t.lastExchange = x
		*into = append(*into, t.failure(report.KindUnrelatedRule, f.Message, ""))
	}
}

// requestLists requests lists of a patmock after a write, for the observer to check: that of the
// user who wrote, and that of the token's owner. They are not recorded.
func (t *T) requestLists(c *Client, effects []effect) {
	if len(effects) == 0 || !t.listsAllowed() || t.cleaningUp {
		return
	}
	if c.bearer != "" {
		t.requestList(c, t.CollectionPath(), "owner-id", "me")
	}
	for _, e := range effects {
		if owner := t.clients[t.owners[e.id]]; owner != nil && owner.bearer != c.bearer {
			t.requestList(owner, t.CollectionPath(), "owner-id", "me")
			return
		}
	}
}

// requestLastLists requests lists of a patmock at the end of a scenario that wrote: one in another
// version, and one of all tokens.
func (t *T) requestLastLists() {
	if !t.modified || !t.listsAllowed() {
		return
	}
	other := Current[0].CollectionPath()
	if t.Current() {
		other = Legacy[0].CollectionPath()
	}
	if c := t.clients[t.session.owner]; c != nil {
		t.requestList(c, other, "owner-id", "me")
	}
	if t.session.admin.isSet() {
		t.requestList(t.unrecordedClient(t.session.admin), t.CollectionPath())
	}
}

// unrecordedClient returns a client of an identity without recording its login.
func (t *T) unrecordedClient(credentials Credentials) *Client {
	if c := t.clients[credentials]; c != nil {
		return c
	}
	exchanges, requests, last := t.exchanges, t.requests, t.lastExchange
	c := t.client(credentials)
	delete(t.clients, credentials)
	t.exchanges, t.requests, t.lastExchange = exchanges, requests, last
	return c
}

// listsAllowed reports whether the observer may request lists.
func (t *T) listsAllowed() bool {
	countsRequests := t.scenario.has(Faults) || t.scenario.has(RateLimit)
	return !t.RealTenant() && !t.run.options.NoLists && !countsRequests &&
		len(t.session.profile.Hostile) == 0
}

func (t *T) requestList(c *Client, path string, pairs ...string) {
	query, _ := url.ParseQuery(encodeForm(pairs...)) // it was just encoded
	last := t.lastExchange
	x, err := c.do(t.ctx, Request{Method: http.MethodGet, Path: path, Query: query})
	t.run.observed.lists.Add(1)
	t.must(err)
	t.must(t.gatewayError(x))
	t.rememberSecrets(x)
	t.judgeExchange(x)
	t.lastExchange = last
}
