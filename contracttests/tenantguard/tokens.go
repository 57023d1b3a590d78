package tenantguard

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
	"time"
)

// state is the state of a token, which determines the permitted changes.
type state int

const (
	stateForeign   state = iota // not created by the run, or used to log in: never changed
	stateProtected              // a login of the run: never changed
	stateAllowed                // a sweep may delete it
	statePending                // create in progress
	stateUnknown                // create with an unknown outcome
	stateUnlisted               // as unknown, and missing in a list of the owner
	stateRejected               // create that created nothing
	stateCreated                // created by the run
	stateDeleted                // deleted after being created or allowed
)

// record is a token at the target, or a create that may result in one.
type record struct {
	Entry
	state state
	owner *owner // nil if unknown
	// creates is the number of creates that began before this one, or before the target first
	// showed the token.
	creates int
}

// isOwn reports whether the run may change the token.
func (t *record) isOwn() bool {
	return slices.Contains([]state{stateAllowed, stateCreated, stateDeleted}, t.state)
}

// tokens has a record of each token that the run has created, deleted or observed.
type tokens struct {
	target, run string

	mu       sync.Mutex
	records  []*record          // in order of their first observation
	byID     map[string]*record // by normalized id
	creates  int
	sessions map[bearer]*session
	owners   map[string]*owner
}

func newTokens(target, run string, ids []string) *tokens {
	ts := &tokens{
		target: target, run: run,
		byID: map[string]*record{}, sessions: map[bearer]*session{}, owners: map[string]*owner{},
	}
	for _, id := range ids {
		ts.addLocked(&record{Entry: Entry{ID: id}, state: stateProtected})
	}
	return ts
}

func (ts *tokens) addLocked(t *record) {
	t.Target, t.Run, t.creates = ts.target, ts.run, ts.creates
	ts.records = append(ts.records, t)
	if t.ID != "" {
		ts.byID[normalizeID(t.ID)] = t
	}
}

// isForeign reports whether the token is known and was not created by this run.
func (ts *tokens) isForeign(id string) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := ts.byID[id]
	return t != nil && !t.isOwn()
}

// areOwn reports whether the run may change all of these tokens.
func (ts *tokens) areOwn(ids []string) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool {
		return ts.byID[id] == nil || !ts.byID[id].isOwn()
	})
}

func (ts *tokens) allow(id string) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if t := ts.ensureLocked(token{ID: id}); t != nil && t.state == stateForeign {
		t.state = stateAllowed
	}
}

// withState returns the tokens in a state, in order of their first observation.
func (ts *tokens) withState(s state) (all []Entry) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for _, t := range ts.records {
		if t.state == s {
			all = append(all, t.Entry)
		}
	}
	return all
}

// beginCreate reserves room for a token of the session's owner. The new record is pending.
func (ts *tokens) beginCreate(s *session, o Entry, limit int) (*record, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := &record{Entry: o, state: statePending}
	if s != nil {
		t.owner = s.owner
		if t.owner.identified {
			t.Owner = t.owner.id
		}
		if ts.countLocked(t.owner) >= limit {
			return nil, &NotSentError{
				Reason: OwnerFull, Owner: t.owner.id,
				Missing: "room for another token of " + t.owner.String(),
			}
		}
	}
	ts.addLocked(t)
	ts.creates++
	return t, nil
}

// countLocked returns the number of tokens of an owner: the listed ones, and those created or
// pending since the list.
func (ts *tokens) countLocked(o *owner) (n int) {
	for id := range o.listed {
		if ts.byID[id].state != stateDeleted {
			n++
		}
	}
	for _, t := range ts.records {
		if t.owner == o &&
			(t.state == statePending || t.state == stateCreated && !o.listed[normalizeID(t.ID)]) {
			n++
		}
	}
	return n
}

// finishCreate sets the state of a pending create. It reports whether the target has created the
// token in the response.
func (ts *tokens) finishCreate(t *record, s state, tok token) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if s == stateCreated {
		return ts.confirmLocked(t, tok)
	}
	t.state = s
	if s == stateUnknown && t.owner != nil {
		t.owner.listed = nil
	}
	return false
}

// confirmLocked reports whether a create resulted in a token of the target. It does not if the
// token is older than the create.
func (ts *tokens) confirmLocked(t *record, tok token) bool {
	if known := ts.byID[normalizeID(tok.ID)]; known != nil {
		if known.state != stateForeign || known.creates <= t.creates {
			t.state = stateRejected
			return false
		}
		known.state = stateRejected // observed before the response to its create
	}
	t.state, t.ID, t.TargetTime = stateCreated, tok.ID, time.Time{}
	t.Owner = cmp.Or(tok.Owner.ID, t.Owner)
	ts.byID[normalizeID(t.ID)] = t
	return true
}

// recordList records the complete list of a caller's own tokens. It returns the tokens that come
// from creates with an unknown outcome.
func (ts *tokens) recordList(s *session, all []token) (confirmed []Entry) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if s == nil {
		return nil
	}
	if !s.owner.identified && len(all) > 0 && all[0].Owner.ID != "" {
		ts.identifyLocked(s.owner, all[0].Owner.ID)
	}
	for _, t := range ts.records {
		if t.state == stateUnknown && t.owner == s.owner && ts.resolveLocked(t, all) {
			confirmed = append(confirmed, t.Entry)
		}
	}
	s.owner.listed = map[string]bool{}
	for _, tok := range all {
		if ts.ensureLocked(tok) != nil {
			s.owner.listed[normalizeID(tok.ID)] = true
		}
	}
	return confirmed
}

// resolveLocked searches a list for the token of a create with an unknown outcome.
func (ts *tokens) resolveLocked(t *record, all []token) (isCreated bool) {
	for _, tok := range all {
		if t.matches(tok) {
			return ts.confirmLocked(t, tok)
		}
	}
	if !slices.ContainsFunc(all, func(tok token) bool { return tok.Name == t.Name }) {
		t.state = stateUnlisted
	}
	return false
}

// observe records the tokens in a response.
func (ts *tokens) observe(all []token) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for _, tok := range all {
		ts.ensureLocked(tok)
	}
}

// ensureLocked returns the record of a token, nil if the token has no id. A new record is foreign.
func (ts *tokens) ensureLocked(tok token) *record {
	id := normalizeID(tok.ID)
	if id != "" && ts.byID[id] == nil {
		ts.addLocked(&record{Entry: Entry{ID: tok.ID}})
	}
	return ts.byID[id]
}

// recordDelete records the response to a delete of one token. It returns the token if it no longer
// exists. A 404 counts for the owner only, since a target may respond so to other identities.
func (ts *tokens) recordDelete(r *guardedRequest, status int) (o Entry, ok bool) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := ts.byID[r.route.ids[0]]
	if len(r.route.ids) > 1 || t == nil || t.state != stateCreated && t.state != stateAllowed {
		return o, false
	}
	byOwner := t.state == stateAllowed || t.owner == nil ||
		r.session != nil && r.session.owner == t.owner
	if status != http.StatusNoContent && (status != http.StatusNotFound || !byOwner) {
		return o, false
	}
	t.state = stateDeleted
	return t.Entry, true
}
