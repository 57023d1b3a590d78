package journal

import "example.com/patmock/mockserver/control"

// A Follower reads the requests of a journal as they come. It stores none: a reader that is slower
// than the journal misses those that the journal drops. It is for one goroutine.
type Follower struct {
	journal *Journal
	matcher matcher
	last    int // sequence of the latest request that was read
	cleared int // how often the journal had been cleared by then
}

// Update are what happened since a Follower was last read.
type Update struct {
	// Cleared reports that the journal was cleared, before everything else here.
	Cleared bool
	// Missed is how many requests the journal dropped before they were read, whether they match or
	// not.
	Missed int
	// Requests that match, oldest first, without their messages.
	Requests []control.Request
}

// batch bounds the requests of News.
const batch = 64

// Follow returns a Follower of the requests that match, from the next one on.
func (j *Journal) Follow(m control.Match) *Follower {
	now := j.snapshot()
	return &Follower{journal: j, matcher: newMatcher(m), last: now.latest, cleared: now.cleared}
}

// FollowAfter is like Follow from the request behind the one of an ID on. If the journal no longer
// has that, it begins with the oldest request, and found is false.
func (j *Journal) FollowAfter(m control.Match, id string) (f *Follower, resumed bool) {
	now := j.snapshot()
	f = &Follower{journal: j, matcher: newMatcher(m), last: now.oldest - 1, cleared: now.cleared}
	for e := range now.backward() {
		if e.ID == id {
			f.last = e.Sequence
			return f, true
		}
	}
	return f, false
}

// Next returns what happened since the last call. If that is nothing, ok is false, and changed is
// closed when the journal changes.
func (f *Follower) Next() (update Update, changed <-chan struct{}, ok bool) {
	now, changed := f.journal.watch()
	if now.cleared != f.cleared {
		f.last, f.cleared, update.Cleared = 0, now.cleared, true
	}
	for e := range now.after(f.last) {
		update.Missed += e.Sequence - f.last - 1
		f.last = e.Sequence
		if s := (&parsedRequest{entry: e}); !f.matcher.matches(s) {
			continue
		}
		if update.Requests = append(update.Requests,
			e.withoutMessages()); len(update.Requests) == batch {
			return update, changed, true
		}
	}
	update.Missed += now.latest - f.last // dropped since now
	f.last = now.latest
	return update, changed, update.Cleared || update.Missed > 0 || len(update.Requests) > 0
}
