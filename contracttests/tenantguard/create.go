package tenantguard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// create sends a request for a token if its owner has room for it. The ledger has it first.
func (g *Guard) create(r *guardedRequest) (*http.Response, error) {
	if err := g.count(r); err != nil {
		return nil, err
	}
	if err := startOf(r.Context()).Err(); err != nil {
		return nil, err
	}
	now := g.config.Now()
	intent := Entry{Name: r.name(), Time: now, TargetTime: g.clock.earliest(now)}
	t, err := g.tokens.begin(r.session, intent, g.config.MaxTokens)
	if err != nil {
		return nil, err
	}
	if err := g.config.Ledger.Write(EventIntend, t.Entry); err != nil {
		g.tokens.conclude(t, rejected, token{})
		return nil,
			blocked(LedgerFailed, "%s: not sent, since it cannot be written down: %w", r, err)
	}
	g.addStats(Stats{Creates: 1})
	got, err := g.send(r)
	state, shown := outcomeOf(r, got, err)
	switch isCreated := g.tokens.conclude(t, state, shown); {
	case isCreated:
		g.write(EventCreated, t.Entry)
	case state == unknown:
		g.addStats(Stats{UnknownOutcomes: 1})
	default:
		g.write(EventRejected, Entry{Name: t.Name})
	}
	switch {
	case err != nil:
		return nil, err
	case isFull(got):
		return nil, &NotSentError{
			Reason: TargetFull,
			Missing: "room for another token, as it says itself: " +
				"it counts more than the list of its owner shows",
		}
	}
	if err := r.checkRepeated(got); err != nil {
		return nil, err
	}
	return got.Response, nil
}

// outcomeOf returns what became of a create: unknown, rejected, or created with a token.
func outcomeOf(r *guardedRequest, got *response, err error) (state, token) {
	switch {
	case err == nil && got.succeeded():
		all, array := extractTokens(got.body)
		if len(all) == 0 || array || !all[0].topLevel {
			return unknown, token{}
		}
		return created, all[0]
	case r.maybeApplied, // the name may be taken by what an earlier attempt created
		err != nil && r.outcomeUnknown,
		err == nil && got.StatusCode >= http.StatusInternalServerError:
		return unknown, token{}
	}
	return rejected, token{}
}

// isFull reports whether a create was rejected because of a limit. Nothing else about the request
// was judged.
func isFull(got *response) bool {
	var body struct {
		DetailCode string `json:"detailCode"`
	}
	if got.StatusCode != http.StatusBadRequest || json.Unmarshal(got.body, &body) != nil {
		return false
	}
	code, _, _ := strings.Cut(body.DetailCode, " ")
	return code == "400.1.4"
}

// count lists the caller's own tokens unless they are counted. A bearer that is not accepted
// creates nothing.
func (g *Guard) count(r *guardedRequest) error {
	if r.session == nil || g.tokens.ownerOf(r.session).listed != nil {
		return nil
	}
	get, err := http.NewRequestWithContext(startOf(r.Context()), http.MethodGet, r.URL.String(),
		nil)
	if err != nil {
		return err
	}
	get.URL.RawQuery = ownTokens
	get.Header.Set("Authorization", r.Header.Get("Authorization"))
	list := &guardedRequest{Request: get, route: r.route, client: r.client, session: r.session}
	got, err := g.send(list)
	if err != nil {
		return err
	}
	g.observe(list, got)
	o := g.tokens.ownerOf(r.session)
	if got.StatusCode == http.StatusUnauthorized || o.listed != nil {
		return nil
	}
	return &NotSentError{
		Reason: NotCounted, Owner: o.id,
		Missing: fmt.Sprintf("a way to count the tokens of %s: the list of its own is answered "+
			"with %d",
			&o, got.StatusCode),
	}
}

// observe updates what is known of tokens by a response.
func (g *Guard) observe(r *guardedRequest, got *response) {
	switch {
	case !got.succeeded():
	case r.route.kind == loginRoute:
		g.tokens.logIn(r.client, got.body)
	case r.route.kind >= listRoute:
		all, array := extractTokens(got.body)
		if array && r.listsOwn() {
			top := slices.DeleteFunc(slices.Clone(all), func(t token) bool { return !t.topLevel })
			for _, o := range g.tokens.list(r.session, top) {
				g.write(EventCreated, o)
			}
		}
		g.tokens.see(all)
	}
	if r.Method == http.MethodDelete && r.route.kind == tokenRoute {
		if o, gone := g.tokens.delete(r, got.StatusCode); gone {
			g.write(EventDeleted, Entry{ID: o.ID})
		}
	}
}

// write adds a line to the ledger. After its first error nothing is created any more.
func (g *Guard) write(e Event, o Entry) {
	o.Target, o.Run = g.base.Host, g.config.Run
	err := g.config.Ledger.Write(e, o)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ledgerErr == nil {
		g.ledgerErr = err
	}
}
