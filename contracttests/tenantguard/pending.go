package tenantguard

import "time"

// pendingWindow is the longest time between an intent and its create.
const pendingWindow = 10 * time.Minute

// isPending reports whether an object is a create whose outcome is unknown, and whether its name
// has a marker, so that a token with the name comes from it.
func (o Entry) isPending() bool {
	_, marked := ParseName(o.Name)
	return o.ID == "" && !o.Redacted && marked
}

// created reports whether a pending create made a token. The token has exactly its name, belongs to
// the identity that wrote the intent, and was created between the intent and ten minutes after, by
// the clock of the target.
func (o Entry) matches(t token) bool {
	created, err := parseCreated(t.Created)
	if err != nil || !o.isPending() || o.Name != t.Name || o.Owner == "" || o.Owner != t.Owner.ID {
		return false
	}
	intent := o.TargetTime
	if intent.IsZero() {
		intent = o.Time
	}
	// A target may report whole seconds.
	return !created.Before(intent.Truncate(time.Second)) &&
		!created.After(intent.Add(pendingWindow))
}

func parseCreated(s string) (time.Time, error) { return time.Parse(time.RFC3339Nano, s) }
