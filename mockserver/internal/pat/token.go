// Package pat implements the domain of the mock: personal access tokens and all rules about them.
// It does not depend on HTTP or the wall clock; the time is an argument.
//
// A write is prepared and then committed, so that its response can be validated in between. If the
// commit returns ErrConflict, the write lost a race and must be prepared again.
package pat

import (
	"sync/atomic"
	"time"
)

// TokenData is the content of a token. The state file stores it as JSON.
type TokenData struct {
	ID     string   `json:"id"`     // 32 hexadecimal digits; the client id at the token endpoint
	Secret string   `json:"secret"` // 64 hexadecimal digits; the client secret, shown once
	Name   string   `json:"name"`   // unique among the tokens of its owner
	Scope  []string `json:"scope,omitzero"`
	Owner  Owner    `json:"owner"`
	// Created is in UTC and truncated to milliseconds, like all times in this package.
	Created time.Time `json:"created"`
	// LastUsed is the time of a login with the token, updated at most once a day. Zero means never.
	LastUsed time.Time `json:"lastUsed,omitzero"`
	// AccessTokenValiditySeconds is the lifetime of access tokens issued for the token.
	AccessTokenValiditySeconds int `json:"accessTokenValiditySeconds"`
	// ExpirationDate is the time from which the token cannot log in. Zero means that it never
	// expires.
	ExpirationDate time.Time `json:"expirationDate,omitzero"`
	// UserAwareTokenNeverExpires is the acknowledgment that the token may never expire.
	UserAwareTokenNeverExpires bool `json:"userAwareTokenNeverExpires,omitzero"`
	// Managed is true for a token that the platform created for itself.
	Managed bool `json:"managed,omitzero"`
	// FormerScope was effective in logins when Scope was last changed, at ScopeChanged. A zero
	// ScopeChanged means never.
	FormerScope  []string  `json:"formerScope,omitzero"`
	ScopeChanged time.Time `json:"scopeChanged,omitzero"`
}

// Owner is the identity that a token belongs to.
type Owner struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Token is one revision of a personal access token. It must not be modified, including its Scope.
// A change creates a new revision.
type Token struct {
	TokenData
	json [numShapes]atomic.Pointer[[]byte]
}

// NewToken returns a revision of a token.
func NewToken(data TokenData) *Token { return &Token{TokenData: data} }

// Expired reports whether the token can no longer log in.
func (t *Token) Expired(now time.Time) bool {
	return !t.ExpirationDate.IsZero() && !now.Before(t.ExpirationDate)
}

// JSON returns the JSON that SetJSON stored for a shape, or nil if there is none.
func (t *Token) JSON(shape Shape) []byte {
	if body := t.json[shape].Load(); body != nil {
		return *body
	}
	return nil
}

// SetJSON stores the JSON of the revision in a shape. The body must not be modified.
func (t *Token) SetJSON(shape Shape, body []byte) { t.json[shape].Store(&body) }
