package live

import (
	"net/http"
	"time"
)

// pendingWindow is how long after its intent a create may have been carried out.
const pendingWindow = 10 * time.Minute

// isPending reports whether an object is a create whose outcome is unknown, and whether its name
// carries a marker, so that a token with the name comes from it.
func (o Object) isPending() bool {
	_, marked := NamedAt(o.Name)
	return o.ID == "" && !o.Redacted && marked
}

// created reports whether a pending create made a token. The token has its name to the letter,
// belongs to the identity that wrote the intent, and was created between the intent and ten minutes
// after, by the clock of the target.
func (o Object) created(name, owner, created string) bool {
	at, err := parseCreated(created)
	if err != nil || !o.isPending() || o.Name != name || o.Owner == "" || o.Owner != owner {
		return false
	}
	intent := o.TargetTime
	if intent.IsZero() {
		intent = o.At
	}
	// A target may report whole seconds.
	return !at.Before(intent.Truncate(time.Second)) && !at.After(intent.Add(pendingWindow))
}

func parseCreated(text string) (time.Time, error) { return time.Parse(time.RFC3339Nano, text) }

// targetClock reckons the time of the target by the dates of its responses.
type targetClock struct{ date, received time.Time }

// observe reads the date of a response. The target sent it at that time or a second later at most.
func (c *targetClock) observe(header http.Header, now time.Time) {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		c.date, c.received = date, now
	}
}

// at returns the time of the target, zero if it sent no date.
func (c *targetClock) at(now time.Time) time.Time {
	if c.date.IsZero() {
		return time.Time{}
	}
	return c.date.Add(now.Sub(c.received))
}
