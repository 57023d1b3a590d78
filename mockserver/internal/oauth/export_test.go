package oauth

import "example.com/patmock/mockserver/internal/pat"

// GenerationSize is the minimum number of cached access tokens.
const GenerationSize = generationSize

// BearerCache is a cache of access tokens by any text.
type BearerCache struct{ bearerCache }

// Add caches an access token of a client.
func (v *BearerCache) Add(token string, caller pat.Caller) {
	v.add(digestOf(token), bearer{&subject{caller: caller}, 1})
}

// Has returns the caller of a cached access token, and whether it is cached.
func (v *BearerCache) Has(token string) (pat.Caller, bool) {
	b, ok := v.get(digestOf(token))
	if !ok {
		return pat.Caller{}, false
	}
	return b.caller, true
}
