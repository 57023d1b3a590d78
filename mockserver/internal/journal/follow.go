package journal

import "example.com/patmock/mockserver/control"

// A Follower reads the requests of a journal as they are added. It does not buffer them: a slow
// reader misses the requests that the journal drops. A Follower must not be used concurrently.
type Follower struct {
	journal *Journal
	matcher matcher
	last    int // sequence of the latest request that was read
	cleared int // number of clears of the journal before the last read
}

// Update contains the changes of a journal since the last call of Follower.Next.
type Update struct {
	// Cleared reports whether the journal was cleared before the other changes.
	Cleared bool
	// Missed is the number of requests that the journal dropped before they were read. It counts
	// requests that do not match as well.
	Missed int
	// Requests are the matching requests, oldest first, without their messages.
	Requests []control.Request
}

// batch is the maximum number of requests in an Update.
const batch = 64

// Follow returns a Follower of the requests that match m, beginning with the next request.
func (j *Journal) Follow(m control.Match) *Follower {
	now := j.snapshot()
	return &Follower{journal: j, matcher: newMatcher(m), last: now.latest, cleared: now.cleared}
}

// FollowAfter is like Follow but begins after the request with the given ID. If the journal no
// longer stores that request, the Follower begins with the oldest one, and resumed is false.
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

// Next returns the changes since the last call. If there are none, ok is false, and changed is
// closed by the next change of the journal.
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
	update.Missed += now.latest - f.last // dropped since the snapshot
	f.last = now.latest
	return update, changed, update.Cleared || update.Missed > 0 || len(update.Requests) > 0
}
