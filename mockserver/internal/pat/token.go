// Package pat is the domain of the mock: what a personal access token is, and
// every rule about creating, listing, changing and deleting one. It knows no
// HTTP and no wall clock: time is an argument.
package pat

import (
	"sync/atomic"
	"time"
)

// Fields are what there is to know about a token.
type Fields struct {
	ID     string // 32 hexadecimal digits; the client id at the token endpoint
	Secret string // 64 hexadecimal digits; the client secret, told once
	Name   string // unique among the tokens of its owner
	Scope  []string
	Owner  Owner
	// Created is when it was made, in UTC and whole milliseconds like every time here.
	Created time.Time
	// LastUsed is when it last made an access token, noted at most once a day. Zero means never.
	LastUsed time.Time
	// AccessTokenValiditySeconds is the life of the access tokens made with it.
	AccessTokenValiditySeconds int
	// ExpirationDate is when it stops making access tokens. Zero means never.
	ExpirationDate time.Time
	// UserAwareTokenNeverExpires tells whether somebody acknowledged that it may never expire.
	UserAwareTokenNeverExpires bool
	// Managed marks a token that the platform made for itself. It stands here so that a token takes 256 bytes, which Go has a
	// size of memory for, and not 288.
	Managed bool
	// FormerScope is what a login gave when Scope was last changed, at ScopeChanged. Zero where it never was.
	FormerScope  []string
	ScopeChanged time.Time
}

// Owner is the identity that a token belongs to.
type Owner struct{ ID, Name string }

// A Token is one revision of a personal access token. Nobody changes a revision
// once it is made, its Scope included: a change makes a new one.
type Token struct {
	Fields
	encoded [shapes]atomic.Pointer[[]byte]
}

// NewToken makes the first revision of a token.
func NewToken(f Fields) *Token { return &Token{Fields: f} }

// Expired tells whether the token makes no access tokens any more.
func (t *Token) Expired(now time.Time) bool {
	return !t.ExpirationDate.IsZero() && !now.Before(t.ExpirationDate)
}

// Encoded returns this revision as encode writes it in a shape. It asks encode
// once and keeps the answer, unless that is an error.
func (t *Token) Encoded(shape Shape, encode func(*Token) ([]byte, error)) ([]byte, error) {
	if kept := t.encoded[shape].Load(); kept != nil {
		return *kept, nil
	}
	encoded, err := encode(t)
	if err != nil {
		return nil, err
	}
	t.encoded[shape].Store(&encoded)
	return encoded, nil
}
