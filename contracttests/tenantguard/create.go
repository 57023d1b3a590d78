package tenantguard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// create sends a create if its owner has room for another token. It writes the ledger first.
func (g *Guard) create(r *guardedRequest) (*http.Response, error) {
	if err := g.countTokens(r); err != nil {
		return nil, err
	}
	if err := startContext(r.Context()).Err(); err != nil {
		return nil, err
	}
	now := g.config.Now()
	intent := Entry{Name: r.name(), Time: now, TargetTime: g.clock.earliest(now)}
	t, err := g.tokens.beginCreate(r.session, intent, g.config.MaxTokens)
	if err != nil {
		return nil, err
	}
	if err := g.config.Ledger.Write(EventIntend, t.Entry); err != nil {
		g.tokens.finishCreate(t, stateRejected, token{})
		return nil,
			newBlockedError(LedgerFailed, "%s: not sent: writing the ledger failed: %w", r, err)
	}
	g.addStats(Stats{Creates: 1})
	resp, err := g.send(r)
	state, tok := createOutcome(r, resp, err)
	switch isCreated := g.tokens.finishCreate(t, state, tok); {
	case isCreated:
		g.writeLedger(EventCreated, t.Entry)
	case state == stateUnknown:
		g.addStats(Stats{UnknownOutcomes: 1})
	default:
		g.writeLedger(EventRejected, Entry{Name: t.Name})
	}
	switch {
	case err != nil:
		return nil, err
	case isLimitError(resp):
		return nil, &NotSentError{
			Reason: TargetFull,
			Missing: "room for another token by its own response: " +
				"its count exceeds the list of the owner",
		}
	}
	if err := r.checkRepeated(resp); err != nil {
		return nil, err
	}
	return resp.Response, nil
}

// createOutcome returns the outcome of a create: unknown, rejected, or created with a token.
func createOutcome(r *guardedRequest, resp *response, err error) (state, token) {
	switch {
	case err == nil && resp.isSuccess():
		all, array := extractTokens(resp.body)
		if len(all) == 0 || array || !all[0].topLevel {
			return stateUnknown, token{}
		}
		return stateCreated, all[0]
	case r.maybeApplied, // an earlier attempt may have created the token
		err != nil && r.outcomeUnknown,
		err == nil && resp.StatusCode >= http.StatusInternalServerError:
		return stateUnknown, token{}
	}
	return stateRejected, token{}
}

// isLimitError reports whether a create was rejected because of the token limit. Such a response
// does not validate the rest of the request.
func isLimitError(resp *response) bool {
	var body struct {
		DetailCode string `json:"detailCode"`
	}
	if resp.StatusCode != http.StatusBadRequest || json.Unmarshal(resp.body, &body) != nil {
		return false
	}
	code, _, _ := strings.Cut(body.DetailCode, " ")
	return code == "400.1.4"
}

// countTokens lists the caller's own tokens unless the guard has the list. A rejected bearer needs
// no list, since it creates nothing.
func (g *Guard) countTokens(r *guardedRequest) error {
	if r.session == nil || g.tokens.ownerOf(r.session).listed != nil {
		return nil
	}
	get, err := http.NewRequestWithContext(startContext(r.Context()), http.MethodGet,
		r.URL.String(), nil)
	if err != nil {
		return err
	}
	get.URL.RawQuery = ownTokens
	get.Header.Set("Authorization", r.Header.Get("Authorization"))
	list := &guardedRequest{Request: get, route: r.route, client: r.client, session: r.session}
	resp, err := g.send(list)
	if err != nil {
		return err
	}
	g.observe(list, resp)
	o := g.tokens.ownerOf(r.session)
	if resp.StatusCode == http.StatusUnauthorized || o.listed != nil {
		return nil
	}
	return &NotSentError{
		Reason: NotCounted, Owner: o.id,
		Missing: fmt.Sprintf("a way to count the tokens of %s: its own list has status %d",
			&o, resp.StatusCode),
	}
}

// observe updates the known tokens by a response.
func (g *Guard) observe(r *guardedRequest, resp *response) {
	switch {
	case !resp.isSuccess():
	case r.route.kind == loginRoute:
		g.tokens.recordLogin(r.client, resp.body)
	case r.route.kind >= listRoute:
		all, array := extractTokens(resp.body)
		if array && r.isOwnList() {
			top := slices.DeleteFunc(slices.Clone(all), func(t token) bool { return !t.topLevel })
			for _, o := range g.tokens.recordList(r.session, top) {
				g.writeLedger(EventCreated, o)
			}
		}
		g.tokens.observe(all)
	}
	if r.Method == http.MethodDelete && r.route.kind == tokenRoute {
		if o, ok := g.tokens.recordDelete(r, resp.StatusCode); ok {
			g.writeLedger(EventDeleted, Entry{ID: o.ID})
		}
	}
}

// writeLedger appends a line to the ledger. After the first error the guard sends no more creates.
func (g *Guard) writeLedger(e Event, o Entry) {
	o.Target, o.Run = g.base.Host, g.config.Run
	err := g.config.Ledger.Write(e, o)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ledgerErr == nil {
		g.ledgerErr = err
	}
}
