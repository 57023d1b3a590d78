package tenantguard

import (
	"net/http"
	"slices"
	"sync"
)

// tokens is what is known of the tokens at a target, and of who has them. Ids are folded where they are keys.
type tokens struct {
	// target and run of the objects.
	target, run string
	// protected are never changed.
	protected map[string]bool

	mu sync.Mutex
	// own are those that the run may change, made those of them that it made, in that order.
	own  map[string]*ownToken
	made []*ownToken
	// foreign are the others that the target showed, with how many wishes there had been when it first did.
	foreign map[string]int
	// wished is how many wishes there were, and wishes are those of which it is not known what became of them.
	wished   int
	wishes   []*wish
	unlisted []Object
	sessions map[bearer]*session
	owners   map[string]*owner
}

// ownToken is one that the run may change.
type ownToken struct {
	object Object
	by     *owner // nil where nobody knows
	gone   bool
}

func newTokens(target, run string, protected []string) *tokens {
	k := &tokens{
		target: target, run: run, protected: map[string]bool{},
		own: map[string]*ownToken{}, foreign: map[string]int{}, sessions: map[bearer]*session{}, owners: map[string]*owner{},
	}
	for _, id := range protected {
		k.protected[fold(id)] = true
	}
	return k
}

// stranger tells that an id is of a token that the run has nothing to do with.
func (k *tokens) stranger(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, foreign := k.foreign[id]
	return k.protected[id] || k.own[id] == nil && foreign
}

// owns tells that all of these tokens may be changed.
func (k *tokens) owns(ids []string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return k.protected[id] || k.own[id] == nil })
}

func (k *tokens) adopt(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.own[fold(id)] == nil {
		k.own[fold(id)] = &ownToken{object: Object{Target: k.target, Run: k.run, ID: id}}
	}
}

// left are the tokens that were made and are not known to be gone, and those of which nobody knows whether they were made.
func (k *tokens) left() (left []Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range k.made {
		if !t.gone {
			left = append(left, t.object)
		}
	}
	for _, w := range k.wishes {
		if w.lost {
			left = append(left, w.object)
		}
	}
	return left
}

// notListed returns the pending creates that no list showed.
func (k *tokens) notListed() []Object {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.unlisted)
}

// list takes the whole list of a caller's own tokens, and returns those that pending creates made.
// A wish whose name is not there becomes unlisted.
func (k *tokens) list(s *session, all []shown) (made []Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s == nil {
		return nil
	}
	all = slices.DeleteFunc(slices.Clone(all), func(t shown) bool { return !t.outer })
	if !s.owner.identified && len(all) > 0 && all[0].owner != "" {
		s.owner = k.identityLocked(all[0].owner)
	}
	o := s.owner
	for _, w := range slices.Clone(k.wishes) {
		if !w.lost || w.owner != o {
			continue
		}
		at := slices.IndexFunc(all, func(t shown) bool { return w.object.created(t.name, t.owner, t.created) })
		switch {
		case at >= 0:
			if o, ok := k.grantLocked(w, all[at]); ok {
				made = append(made, o)
			}
		case !slices.ContainsFunc(all, func(t shown) bool { return t.name == w.object.Name }):
			k.endLocked(w)
			k.unlisted = append(k.unlisted, w.object)
		}
	}
	o.alive, o.counted = map[string]bool{}, true
	for id, t := range k.own {
		if t.by == o && !t.gone {
			o.grow(id)
		}
	}
	for _, t := range all {
		if own := k.own[fold(t.id)]; own == nil || !own.gone {
			o.grow(fold(t.id))
		}
	}
	return made
}

// show takes tokens that an answer shows.
func (k *tokens) show(all []shown) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range all {
		k.showLocked(t)
	}
}

// showLocked notes a stranger's token.
func (k *tokens) showLocked(t shown) {
	id := fold(t.id)
	if _, before := k.foreign[id]; !before && id != "" && k.own[id] == nil {
		k.foreign[id] = k.wished
	}
}

// gone takes the answer to a delete, and returns the id of a token of the run that is gone by it. Not found counts for who
// made it: to others a target may say so of what is there.
func (k *tokens) gone(a *asked, got *answer) (id string, gone bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := a.place.ids[0]
	t := k.own[key]
	if t == nil || t.gone || len(a.place.ids) > 1 {
		return "", false
	}
	byMaker := t.by == nil || a.session != nil && a.session.owner == t.by
	if notFound := got.StatusCode == http.StatusNotFound && byMaker; !notFound && got.StatusCode != http.StatusNoContent {
		return "", false
	}
	t.gone = true
	for _, s := range k.sessions {
		delete(s.owner.alive, key)
	}
	return t.object.ID, true
}
