package tenantguard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// create sends a request for a token: there has to be room for it, and the ledger knows before the target does.
func (g *Guard) create(a *asked) (*http.Response, error) {
	if err := g.count(a); err != nil {
		return nil, err
	}
	if err := startOf(a.context()).Err(); err != nil {
		return nil, err
	}
	now := g.config.Now()
	w, err := g.tokens.wish(a, g.config.Tokens, now, g.clock.earliest(now))
	if err != nil {
		return nil, err
	}
	if err := g.config.Ledger.Intend(w.object); err != nil {
		g.tokens.end(w)
		return nil, blocked(LedgerFailed, "%s: not sent, since it cannot be written down: %w", a, err)
	}
	g.mu.Lock()
	g.stats.Creates++
	g.mu.Unlock()
	got, err := g.send(a)
	switch {
	case err != nil && (a.unsure || a.doubtful), err == nil && got.StatusCode >= 500:
		g.lose(w)
	case err == nil && got.succeeded():
		g.granted(w, got)
	case a.doubtful:
		g.lose(w) // the name may be taken by what an earlier attempt made
	default:
		g.refused(w)
	}
	switch {
	case err != nil:
		return nil, err
	case isFull(got):
		return nil, &Refusal{Reason: TargetFull, Lacks: "room for another token, as it says itself: it counts more than the list of its owner shows"}
	}
	if err := a.repeated(got); err != nil {
		return nil, err
	}
	return got.Response, nil
}

// isFull tells that a limit is the reason of a refusal, as SailPoint's APIs say it: whatever else was asked about is not
// answered.
func isFull(got *answer) bool {
	var told struct {
		DetailCode string `json:"detailCode"`
	}
	if got.StatusCode != http.StatusBadRequest || json.Unmarshal(got.body, &told) != nil {
		return false
	}
	code, _, _ := strings.Cut(told.DetailCode, " ")
	return code == "400.1.4"
}

// granted takes an answer of success.
func (g *Guard) granted(w *wish, got *answer) {
	all, array := found(got.body)
	if len(all) == 0 || array || !all[0].outer {
		g.lose(w)
		return
	}
	if o, ok := g.tokens.grant(w, all[0]); ok {
		g.record(o)
		return
	}
	g.refused(w)
}

// lose takes it that nobody knows what became of a wish.
func (g *Guard) lose(w *wish) {
	g.mu.Lock()
	g.stats.Lost++
	g.mu.Unlock()
	g.tokens.lose(w)
}

// refused takes an answer by which nothing was made.
func (g *Guard) refused(w *wish) {
	g.tokens.end(w)
	g.note(g.config.Ledger.Refused(g.base.Host, g.config.Run, w.object.Name))
}

// count asks for the caller's own list, where nobody has looked at it. A bearer that is refused altogether makes nothing;
// where one is that makes tokens but cannot list them, nobody knows whether there is room.
func (g *Guard) count(a *asked) error {
	if a.session == nil || g.tokens.counted(a.session) {
		return nil
	}
	r, err := http.NewRequestWithContext(startOf(a.context()), http.MethodGet, a.request.URL.String(), nil)
	if err != nil {
		return err
	}
	r.URL.RawQuery = ownTokens
	r.Header.Set("Authorization", a.request.Header.Get("Authorization"))
	list := &asked{request: r, place: a.place, client: a.client, session: a.session}
	got, err := g.send(list)
	if err != nil {
		return err
	}
	g.learn(list, got)
	if got.StatusCode == http.StatusUnauthorized || g.tokens.counted(a.session) {
		return nil
	}
	owner, id := g.tokens.ownerOf(a.session)
	return &Refusal{
		Reason: NotCounted, Owner: id,
		Lacks: fmt.Sprintf("a way to count the tokens of %s: the list of its own is answered with %d", owner, got.StatusCode),
	}
}
