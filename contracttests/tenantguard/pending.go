package tenantguard

import "time"

// pendingWindow is the maximum time between an intent and its create.
const pendingWindow = 10 * time.Minute

// isPending reports whether an entry is a create with an unknown outcome and a marker in its name.
// The marker ensures that a token with the name comes from the create.
func (o Entry) isPending() bool {
	_, marked := ParseName(o.Name)
	return o.ID == "" && !o.Redacted && marked
}

// matches reports whether a token comes from a pending create. The token must have the name and the
// owner of the create. Its creation must follow the intent by at most pendingWindow, by the clock
// of the target.
func (o Entry) matches(t token) bool {
	created, err := parseCreated(t.Created)
	if err != nil || !o.isPending() || o.Name != t.Name || o.Owner == "" || o.Owner != t.Owner.ID {
		return false
	}
	intent := o.TargetTime
	if intent.IsZero() {
		intent = o.Time
	}
	// A target may truncate times to seconds.
	return !created.Before(intent.Truncate(time.Second)) &&
		!created.After(intent.Add(pendingWindow))
}

func parseCreated(s string) (time.Time, error) { return time.Parse(time.RFC3339Nano, s) }
