package oauth

import "example.com/patmock/mockserver/internal/pat"

// GenerationSize is how many access tokens are remembered at least.
const GenerationSize = generationSize

// BearerCache is the access tokens that are remembered, under any text.
type BearerCache struct{ bearerCache }

// Add remembers an access token of a client.
func (v *BearerCache) Add(token string, caller pat.Caller) {
	v.add(digestOf(token), bearer{&subject{caller: caller}, 1})
}

// Has reports whether an access token is remembered, and for whom.
func (v *BearerCache) Has(token string) (pat.Caller, bool) {
	b, known := v.get(digestOf(token))
	if !known {
		return pat.Caller{}, false
	}
	return b.caller, true
}
