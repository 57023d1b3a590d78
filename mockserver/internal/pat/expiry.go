package pat

import (
	"fmt"
	"time"

	"example.com/patmock/spec/rule"
)

// expiration returns the expiration time of a new token, or the zero time if it never expires. Ack
// is the acknowledgment of the caller.
func (p Policy) expiration(date *string, ack bool, now time.Time) (time.Time, error) {
	if date != nil {
		return p.parseExpiration(*date, "/"+fieldExpiration, now)
	}
	if p.LifetimeMonths > 0 {
		return addMonths(now, p.LifetimeMonths), nil // rule.ExpirySixMonths
	}
	if !ack {
		return time.Time{},
			neverExpiresAckError("/"+fieldExpiration, fieldNeverExpiresAck+" not true")
	}
	return time.Time{}, nil
}

// parseExpiration parses an expiration date and checks it against the limits of the version.
func (p Policy) parseExpiration(text, field string, now time.Time) (time.Time, error) {
	t, err := ParseDate(text, field)
	if err != nil {
		return time.Time{}, err
	}
	if !t.After(now) {
		return time.Time{}, &Error{
			Kind: Invalid, Field: field, Want: "a time after now, " + FormatDate(now),
			Got: quote(text), Rule: rule.ExpiryFuture, Entry: "past-date",
		}
	}
	if p.LifetimeMonths > 0 {
		if latest := addMonths(now, p.LifetimeMonths); t.After(latest) {
			return time.Time{}, &Error{
				Kind: Invalid, Field: field,
				Want: fmt.Sprintf("a time within %d months, by %s", p.LifetimeMonths,
					FormatDate(latest)),
				Got: quote(text), Advice: "versions from v2025 on have no such limit",
				Rule: rule.ExpiryUpperBound,
			}
		}
	}
	return t, nil
}

// neverExpiresAckError returns the error for a token that has neither a date nor the
// acknowledgment. Some SDKs send userAwareTokenNeverExpires: false by default. Therefore the advice
// names both fields.
func neverExpiresAckError(field, got string) error {
	return &Error{
		Kind:  Invalid,
		Field: field,
		Want:  "a date, or none together with " + fieldNeverExpiresAck + " true",
		Got:   "no date, and " + got,
		Advice: fmt.Sprintf(`send "%s": true for a token that never expires, or "%s" with a `+
			`time in the future; some SDKs send "%s": false by default`,
			fieldNeverExpiresAck, fieldExpiration, fieldNeverExpiresAck),
		Rule: rule.ExpiryNever,
	}
}
