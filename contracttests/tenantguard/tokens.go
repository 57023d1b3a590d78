package tenantguard

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
	"time"
)

// state is what the run knows of a token, and may do with it.
type state int

const (
	foreign   state = iota // it was there before, or logs in: the run never changes it
	protected              // the run logs in with it
	allowed                // a sweep may delete it
	pending                // its create is under way
	unknown                // its create may have been carried out
	unlisted               // as unknown, and a list of its owner did not show it
	rejected               // its create made nothing
	created                // the run created it
	deleted                // the run created it, or a sweep was allowed to delete it
)

// record is all that is known of a token at the target, or of a create that may make one.
type record struct {
	Entry
	state state
	owner *owner // nil if it is unknown
	// creates is the number of creates that began before this one, or before the target first
	// showed the token.
	creates int
}

// isOwn reports whether the run may change the token.
func (t *record) isOwn() bool {
	return slices.Contains([]state{allowed, created, deleted}, t.state)
}

// tokens has a record of each token that the run has created, deleted or seen.
type tokens struct {
	target, run string

	mu       sync.Mutex
	records  []*record          // in the order in which they began
	byID     map[string]*record // by folded id
	creates  int
	sessions map[bearer]*session
	owners   map[string]*owner
}

func newTokens(target, run string, ids []string) *tokens {
	k := &tokens{
		target: target, run: run,
		byID: map[string]*record{}, sessions: map[bearer]*session{}, owners: map[string]*owner{},
	}
	for _, id := range ids {
		k.addLocked(&record{Entry: Entry{ID: id}, state: protected})
	}
	return k
}

func (k *tokens) addLocked(t *record) {
	t.Target, t.Run, t.creates = k.target, k.run, k.creates
	k.records = append(k.records, t)
	if t.ID != "" {
		k.byID[fold(t.ID)] = t
	}
}

// isForeign reports whether a token was not created by this run.
func (k *tokens) isForeign(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.byID[id]
	return t != nil && !t.isOwn()
}

// areOwn reports whether the run may change all of these tokens.
func (k *tokens) areOwn(ids []string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool {
		return k.byID[id] == nil || !k.byID[id].isOwn()
	})
}

func (k *tokens) allow(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if t := k.seeLocked(token{ID: id}); t != nil && t.state == foreign {
		t.state = allowed
	}
}

// in returns the tokens that are in a state, in the order in which they began.
func (k *tokens) in(s state) (all []Entry) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range k.records {
		if t.state == s {
			all = append(all, t.Entry)
		}
	}
	return all
}

// begin reserves room for a token of the session's owner, for a create that is pending from now on.
func (k *tokens) begin(s *session, o Entry, limit int) (*record, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := &record{Entry: o, state: pending}
	if s != nil {
		t.owner = s.owner
		if t.owner.identified {
			t.Owner = t.owner.id
		}
		if k.countLocked(t.owner) >= limit {
			return nil, &NotSentError{
				Reason: OwnerFull, Owner: t.owner.id,
				Missing: "room for another token of " + t.owner.String(),
			}
		}
	}
	k.addLocked(t)
	k.creates++
	return t, nil
}

// countLocked returns the number of tokens that an owner has: those listed, and those created or
// pending since.
func (k *tokens) countLocked(o *owner) (n int) {
	for id := range o.listed {
		if k.byID[id].state != deleted {
			n++
		}
	}
	for _, t := range k.records {
		if t.owner == o && (t.state == pending || t.state == created && !o.listed[fold(t.ID)]) {
			n++
		}
	}
	return n
}

// conclude sets the state of a pending create, and reports whether the target has created a token,
// which the response shows.
func (k *tokens) conclude(t *record, s state, shown token) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s == created {
		return k.confirmLocked(t, shown)
	}
	t.state = s
	if s == unknown && t.owner != nil {
		t.owner.listed = nil
	}
	return false
}

// confirmLocked reports whether a create has made the token that the target shows. It has not if
// the token was there before.
func (k *tokens) confirmLocked(t *record, shown token) bool {
	if before := k.byID[fold(shown.ID)]; before != nil {
		if before.state != foreign || before.creates <= t.creates {
			t.state = rejected
			return false
		}
		before.state = rejected // it was seen before the response to its create
	}
	t.state, t.ID, t.TargetTime = created, shown.ID, time.Time{}
	t.Owner = cmp.Or(shown.Owner.ID, t.Owner)
	k.byID[fold(t.ID)] = t
	return true
}

// list takes the complete list of a caller's own tokens. It returns those that were created
// although the outcome of their creates was unknown.
func (k *tokens) list(s *session, all []token) (found []Entry) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s == nil {
		return nil
	}
	if !s.owner.identified && len(all) > 0 && all[0].Owner.ID != "" {
		k.identifyLocked(s.owner, all[0].Owner.ID)
	}
	for _, t := range k.records {
		if t.state == unknown && t.owner == s.owner && k.lookUpLocked(t, all) {
			found = append(found, t.Entry)
		}
	}
	s.owner.listed = map[string]bool{}
	for _, shown := range all {
		if k.seeLocked(shown) != nil {
			s.owner.listed[fold(shown.ID)] = true
		}
	}
	return found
}

// lookUpLocked looks in a list for the token of a create whose outcome is unknown.
func (k *tokens) lookUpLocked(t *record, all []token) (isCreated bool) {
	for _, shown := range all {
		if t.matches(shown) {
			return k.confirmLocked(t, shown)
		}
	}
	if !slices.ContainsFunc(all, func(shown token) bool { return shown.Name == t.Name }) {
		t.state = unlisted
	}
	return false
}

// see takes the tokens that a response shows.
func (k *tokens) see(all []token) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, shown := range all {
		k.seeLocked(shown)
	}
}

// seeLocked returns the record of a token, nil if it has no id. One that is not known is foreign.
func (k *tokens) seeLocked(shown token) *record {
	id := fold(shown.ID)
	if id != "" && k.byID[id] == nil {
		k.addLocked(&record{Entry: Entry{ID: shown.ID}})
	}
	return k.byID[id]
}

// delete takes the response to a delete of one token. It returns the token if it is gone by it. 404
// counts for its owner only: a target may respond with it to others although the token exists.
func (k *tokens) delete(r *guardedRequest, status int) (o Entry, gone bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.byID[r.route.ids[0]]
	if len(r.route.ids) > 1 || t == nil || t.state != created && t.state != allowed {
		return o, false
	}
	byOwner := t.state == allowed || t.owner == nil ||
		r.session != nil && r.session.owner == t.owner
	if status != http.StatusNoContent && (status != http.StatusNotFound || !byOwner) {
		return o, false
	}
	t.state = deleted
	return t.Entry, true
}
