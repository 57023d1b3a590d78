// Package pat is the domain of the mock: personal access tokens and every rule about them. It knows
// no HTTP and no wall clock: time is an argument.
//
// A write is prepared and then committed, so that its response can be validated in between. A
// commit that fails with ErrConflict has lost a race, and the write has to be prepared again.
package pat

import (
	"sync/atomic"
	"time"
)

// TokenData is the content of a token. The state file has it as JSON.
type TokenData struct {
	ID     string   `json:"id"`     // 32 hexadecimal digits; the client id at the token endpoint
	Secret string   `json:"secret"` // 64 hexadecimal digits; the client secret, shown once
	Name   string   `json:"name"`   // unique among the tokens of its owner
	Scope  []string `json:"scope,omitzero"`
	Owner  Owner    `json:"owner"`
	// Created is in UTC and whole milliseconds, as every time here.
	Created time.Time `json:"created"`
	// LastUsed is the time of a login with the token, noted at most once a day. Zero means never.
	LastUsed time.Time `json:"lastUsed,omitzero"`
	// AccessTokenValiditySeconds is the life of its access tokens.
	AccessTokenValiditySeconds int `json:"accessTokenValiditySeconds"`
	// ExpirationDate is when logins with it end. Zero means never.
	ExpirationDate time.Time `json:"expirationDate,omitzero"`
	// UserAwareTokenNeverExpires reports whether it was acknowledged that it may never expire.
	UserAwareTokenNeverExpires bool `json:"userAwareTokenNeverExpires,omitzero"`
	// Managed reports whether the platform created the token for itself.
	Managed bool `json:"managed,omitzero"`
	// FormerScope was effective in logins when Scope was last changed, at ScopeChanged. Zero means
	// never.
	FormerScope  []string  `json:"formerScope,omitzero"`
	ScopeChanged time.Time `json:"scopeChanged,omitzero"`
}

// Owner is the identity that a token belongs to.
type Owner struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Token is one revision of a personal access token. It must not be modified, its Scope included:
// a change is a new revision.
type Token struct {
	TokenData
	json [numShapes]atomic.Pointer[[]byte]
}

// NewToken returns a revision of a token.
func NewToken(data TokenData) *Token { return &Token{TokenData: data} }

// Expired reports whether logins with the token have ended.
func (t *Token) Expired(now time.Time) bool {
	return !t.ExpirationDate.IsZero() && !now.Before(t.ExpirationDate)
}

// JSON returns what SetJSON stored for a shape, nil before.
func (t *Token) JSON(shape Shape) []byte {
	if body := t.json[shape].Load(); body != nil {
		return *body
	}
	return nil
}

// SetJSON stores the JSON of the revision in a shape. It must not be modified.
func (t *Token) SetJSON(shape Shape, body []byte) { t.json[shape].Store(&body) }
