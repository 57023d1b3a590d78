package oauth

import "example.com/patmock/mockserver/internal/pat"

// MaxVerified is how many access tokens are remembered at least.
const MaxVerified = maxVerified

// Verified is the access tokens that are remembered, under any text.
type Verified struct{ verified }

// Add remembers an access token of a client.
func (v *Verified) Add(token string, caller pat.Caller) {
	v.add(digestOf(token), bearer{&holder{caller: caller}, 1})
}

// Has reports whether an access token is remembered, and for whom.
func (v *Verified) Has(token string) (pat.Caller, bool) {
	b, known := v.get(digestOf(token))
	if !known {
		return pat.Caller{}, false
	}
	return b.caller, true
}
