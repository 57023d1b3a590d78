package tenantguard

import (
	"cmp"
	"slices"
	"time"
)

// wish is a token that is asked for.
type wish struct {
	// object is what the ledger has of it.
	object Object
	owner  *owner // nil where nobody is logged in
	// number of wishes before it.
	number int
	// lost tells that nobody knows what became of it.
	lost bool
}

// wish takes room for a token.
func (k *tokens) wish(a *asked, limit int, now, targetTime time.Time) (*wish, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := &wish{number: k.wished, object: Object{
		Target: k.target, Run: k.run, Name: a.name(), At: now, TargetTime: targetTime,
	}}
	if a.session != nil {
		w.owner = a.session.owner
		if w.owner.identified {
			w.object.Owner = w.owner.id
		}
		if there := len(w.owner.alive) + w.owner.pending; there >= limit {
			return nil, &Refusal{Reason: OwnerFull, Lacks: "room for another token of " + w.owner.String(), Owner: w.owner.id}
		}
		w.owner.pending++
	}
	k.wished++
	k.wishes = append(k.wishes, w)
	return w, nil
}

// end forgets a wish that nothing was made for.
func (k *tokens) end(w *wish) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.endLocked(w)
}

func (k *tokens) endLocked(w *wish) {
	at := slices.Index(k.wishes, w)
	if at < 0 {
		return
	}
	k.wishes = slices.Delete(k.wishes, at, at+1)
	if w.owner != nil && !w.lost {
		w.owner.pending--
	}
}

// lose says that nobody knows what became of a wish. The owner's tokens have to be counted again.
func (k *tokens) lose(w *wish) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w.lost = true
	if w.owner != nil {
		w.owner.pending--
		w.owner.counted = false
	}
}

// grant says what was made for a wish. It is nothing where the target shows what was there before.
func (k *tokens) grant(w *wish, s shown) (o Object, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.grantLocked(w, s)
}

func (k *tokens) grantLocked(w *wish, s shown) (o Object, ok bool) {
	k.endLocked(w)
	id := fold(s.id)
	if since, foreign := k.foreign[id]; foreign && since <= w.number || k.protected[id] || k.own[id] != nil {
		return o, false
	}
	o = w.object
	o.ID, o.Owner, o.TargetTime = s.id, cmp.Or(s.owner, o.Owner), time.Time{}
	t := &ownToken{object: o, by: w.owner}
	k.own[id] = t
	k.made = append(k.made, t)
	if w.owner != nil {
		w.owner.grow(id)
	}
	return o, true
}
