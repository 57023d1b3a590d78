package oauth

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"example.com/patmock/mockserver/internal/pat"
)

// generationSize is the minimum number of verified access tokens that are cached per namespace. The
// maximum is twice as many: the recently used generation and the previous one.
const generationSize = 1 << 16

// A bearer is the cached result of verifying an access token.
type bearer struct {
	*subject
	expires int64 // seconds since 1970
}

// A subject is shared by access tokens with the same user and scopes.
type subject struct {
	caller    pat.Caller
	scopeHash string // hash of a pat.ScopeSet, see claims.ScopeHash
}

func newBearer(c *claims) bearer {
	return bearer{&subject{
		caller: pat.Caller{
			ClientID: c.ClientID, ID: c.IdentityID, Name: c.UserName, UserLevels: c.Authorities,
			Scopes: c.Scope,
		},
		scopeHash: c.ScopeHash,
	}, c.ExpiresAt.Unix()}
}

// expiry returns the expiration time of the access token.
func (b bearer) expiry() time.Time { return time.Unix(b.expires, 0) }

func (h *subject) equal(other *subject) bool {
	a, b := h.caller, other.caller
	return a.ClientID == b.ClientID && a.ID == b.ID && a.Name == b.Name &&
		h.scopeHash == other.scopeHash &&
		slices.Equal(a.UserLevels, b.UserLevels) && slices.Equal(a.Scopes, b.Scopes)
}

// A digest identifies an access token. Half of SHA-256 is sufficient: this server issues all cached
// access tokens, and a second preimage cannot be found.
type digest [sha256.Size / 2]byte

// digestOf does not allocate for access tokens of this server, because they are shorter than
// maxTokenBytes.
func digestOf(token string) digest {
	var short [maxTokenBytes]byte
	sum := sha256.Sum256(append(short[:0], token...))
	return digest(sum[:])
}

// bearerCache caches access tokens with a verified signature. The zero value is empty. It is safe
// for concurrent use.
type bearerCache struct {
	mu          sync.RWMutex
	recent, old generation
}

// A generation is a set of access tokens that were used in the same period.
type generation struct {
	bearers  map[digest]bearer
	subjects map[string]*subject // the latest subject of each client id
}

// get returns a cached access token.
func (v *bearerCache) get(token digest) (b bearer, ok bool) {
	v.mu.RLock()
	b, ok = v.recent.bearers[token]
	inOld := false
	if !ok {
		b, inOld = v.old.bearers[token]
	}
	v.mu.RUnlock()
	if inOld {
		v.add(token, b)
	}
	return b, ok || inOld
}

// clear removes all access tokens. Their signatures will be verified again.
func (v *bearerCache) clear() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.recent, v.old = generation{}, generation{}
}

// add caches an access token. It evicts access tokens that were not used while generationSize
// others were added.
func (v *bearerCache) add(token digest, b bearer) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.recent.bearers) >= generationSize {
		v.old, v.recent = v.recent, generation{}
	}
	if v.recent.bearers == nil {
		v.recent = generation{map[digest]bearer{}, map[string]*subject{}}
	}
	id := b.caller.ClientID
	if shared := v.recent.subjects[id]; shared != nil && shared.equal(b.subject) {
		b.subject = shared
	} else {
		v.recent.subjects[id] = b.subject
	}
	v.recent.bearers[token] = b
}
