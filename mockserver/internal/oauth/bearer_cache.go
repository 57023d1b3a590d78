package oauth

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"example.com/patmock/mockserver/internal/pat"
)

// generationSize is the least number of verified access tokens of a namespace that are remembered.
// Twice as many are at most: those that were used lately, and those of before.
const generationSize = 1 << 16

// A bearer is what is remembered of a verified access token.
type bearer struct {
	*subject
	expires int64 // seconds since 1970
}

// A subject is what access tokens of the same user and scopes share.
type subject struct {
	caller    pat.Caller
	scopeHash string // of a pat.ScopeSet, see claims.ScopeHash
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

// expiry returns when the access token expires.
func (b bearer) expiry() time.Time { return time.Unix(b.expires, 0) }

func (h *subject) equal(other *subject) bool {
	a, b := h.caller, other.caller
	return a.ClientID == b.ClientID && a.ID == b.ID && a.Name == b.Name &&
		h.scopeHash == other.scopeHash &&
		slices.Equal(a.UserLevels, b.UserLevels) && slices.Equal(a.Scopes, b.Scopes)
}

// A digest identifies an access token. An access token with the digest of another cannot be found:
// half of SHA-256 is enough, because those that are remembered are made here.
type digest [sha256.Size / 2]byte

// digestOf allocates nothing for an access token of this server, which is shorter than
// maxTokenBytes.
func digestOf(token string) digest {
	var short [maxTokenBytes]byte
	sum := sha256.Sum256(append(short[:0], token...))
	return digest(sum[:])
}

// bearerCache remembers access tokens whose signature was verified. The zero value is empty. It is
// safe for concurrent use.
type bearerCache struct {
	mu          sync.RWMutex
	recent, old generation
}

// A generation is the access tokens that were used in the same time.
type generation struct {
	bearers  map[digest]bearer
	subjects map[string]*subject // the latest of each client id
}

// get returns an access token that is remembered.
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

// clear forgets every access token. Those that are valid still are verified again.
func (v *bearerCache) clear() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.recent, v.old = generation{}, generation{}
}

// add remembers an access token. It forgets those that were not used since as many others were.
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
