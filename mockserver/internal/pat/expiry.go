package pat

import (
	"fmt"
	"time"

	"example.com/patmock/spec/rule"
)

// expiration returns when a new token expires, zero for never.
func (p Policy) expiration(date *string, ack bool, now time.Time) (time.Time, error) {
	if date != nil {
		return p.parseExpiration(*date, "/"+fieldExpiration, now)
	}
	if p.LifetimeMonths > 0 {
		return addMonths(now, p.LifetimeMonths), nil // rule.ExpirySixMonths
	}
	if !ack {
		return time.Time{},
			neverExpiresAckMissing("/"+fieldExpiration, fieldNeverExpiresAck+" not true")
	}
	return time.Time{}, nil
}

// parseExpiration parses an expiration date and checks the bounds of the version.
func (p Policy) parseExpiration(text, field string, now time.Time) (time.Time, error) {
	t, err := ParseDate(text, field)
	if err != nil {
		return time.Time{}, err
	}
	if !t.After(now) {
		return time.Time{}, &Error{
			Kind: Invalid, Field: field, Want: "a moment after now, " + FormatDate(now),
			Got: quote(text), Rule: rule.ExpiryFuture, Entry: "past-date",
		}
	}
	if p.LifetimeMonths > 0 {
		if latest := addMonths(now, p.LifetimeMonths); t.After(latest) {
			return time.Time{}, &Error{
				Kind: Invalid, Field: field,
				Want: fmt.Sprintf("a moment within %d months, until %s", p.LifetimeMonths,
					FormatDate(latest)),
				Got: quote(text), Advice: "versions from v2025 on know no such limit",
				Rule: rule.ExpiryUpperBound,
			}
		}
	}
	return t, nil
}

// neverExpiresAckMissing returns the error of a token without a date and without the
// acknowledgment. Some SDKs send userAwareTokenNeverExpires: false on their own, so it names both
// fields and both ways out.
func neverExpiresAckMissing(field, got string) error {
	return &Error{
		Kind:  Invalid,
		Field: field,
		Want:  "a date, or none together with " + fieldNeverExpiresAck + " true",
		Got:   "no date, and " + got,
		Advice: fmt.Sprintf(`send "%s": true for a token that never expires, or "%s" with a `+
			`moment in the future; some SDKs send "%s": false by themselves`,
			fieldNeverExpiresAck, fieldExpiration, fieldNeverExpiresAck),
		Rule: rule.ExpiryNever,
	}
}
