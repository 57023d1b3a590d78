package contract

import (
	"fmt"
	"time"
)

const expiryWarning = 14 * 24 * time.Hour

// A doctorWarning is a possible problem of a run. Its JSON form is its text.
type doctorWarning struct {
	kind doctorKind
	text string
}

// MarshalText implements encoding.TextMarshaler.
func (w doctorWarning) MarshalText() ([]byte, error) { return []byte(w.text), nil }

type doctorKind string

// The kinds of warnings.
const (
	tokenNotListed   doctorKind = "token-not-listed"
	tokenExpiresSoon doctorKind = "token-expires-soon"
	tooFewTokens     doctorKind = "little-room"
	sameUser         doctorKind = "same-user"
	secondIsAdmin    doctorKind = "second-is-admin"
	adminIsNoAdmin   doctorKind = "administrator-is-none"
	noWrites         doctorKind = "no-writes"
	clockSkew        doctorKind = "other-clock"
)

func (d *diagnosis) addWarning(kind doctorKind, format string, args ...any) {
	d.Warnings = append(d.Warnings, doctorWarning{kind, fmt.Sprintf(format, args...)})
}

// maxSkew is the maximum difference between the clocks of a tenant and this machine without a
// warning.
const maxSkew = 2 * time.Second

// addWarnings adds the possible problems of a run. now is the time of the target.
func (d *diagnosis) addWarnings(now time.Time) {
	for _, e := range d.Identities {
		remaining := time.Duration(0)
		if e.Expires != nil {
			remaining = e.Expires.Sub(now)
		}
		switch {
		case !e.InOwnList:
			d.addWarning(tokenNotListed,
				"the %s identity's list of tokens lacks its own token %s: its expiration is "+
					"unknown", e.Role, e.ClientID)
		case e.Expires != nil && remaining < expiryWarning:
			d.addWarning(tokenExpiresSoon, "the token of the %s identity expires in %d days, on %s",
				e.Role, int(remaining.Hours()/24), e.Expires.Format(time.DateOnly))
		}
		if d.Writes && e.Room < d.Tokens {
			d.addWarning(tooFewTokens,
				"the %s identity can have %d more tokens, but cases need %d: some will be skipped",
				e.Role, e.Room, d.Tokens)
		}
		if e.Role == "second" && e.Identity != "" && e.Identity == d.Identities[0].Identity {
			d.addWarning(sameUser,
				"the first and the second identity are the same user: a run rejects this, since "+
					"its failures would be wrong")
		}
		if e.Role == "second" && e.CanListAll {
			d.addWarning(secondIsAdmin,
				"the second identity can list all tokens: use a user who is not an administrator")
		}
		if e.Role == "administrator" && !e.CanListAll {
			d.addWarning(adminIsNoAdmin,
				"the administrator cannot list all tokens: its level or the scopes of its token "+
					"are too low")
		}
	}
	if d.clock != nil && d.clock.Differs(maxSkew) {
		d.addWarning(clockSkew,
			"the target's clock is %s: requests and expectations use its time", d.clock)
	}
	if d.RealTenant && !d.Writes {
		d.addWarning(noWrites,
			"writes are off: set --allow-writes to the target's host to run the other cases")
	}
}
