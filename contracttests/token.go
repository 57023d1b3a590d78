package contracttests

import (
	"encoding/json"
	"maps"
	"slices"
)

// A Token is a personal access token as a response represents it. Two tokens that cmp.Diff finds
// equal have the same properties with the same values, unknown ones included.
type Token struct {
	ID                         string          `json:"id"`
	Name                       string          `json:"name"`
	Owner                      Owner           `json:"owner"`
	Created                    string          `json:"created"`
	Scope                      Field[[]string] `json:"scope,omitzero"`
	LastUsed                   Field[string]   `json:"lastUsed,omitzero"`
	Managed                    Field[bool]     `json:"managed,omitzero"`
	AccessTokenValiditySeconds Field[float64]  `json:"accessTokenValiditySeconds,omitzero"`
	ExpirationDate             Field[string]   `json:"expirationDate,omitzero"`
	UserAwareTokenNeverExpires Field[bool]     `json:"userAwareTokenNeverExpires,omitzero"`
	// Secret is in the response to create only.
	Secret Field[string] `json:"secret,omitzero"`
	// Unknown are the properties that are not published.
	Unknown map[string]any `json:"-"`
}

// An Owner is the identity that a token belongs to.
type Owner struct {
	Type Field[string] `json:"type,omitzero"`
	ID   Field[string] `json:"id,omitzero"`
	Name Field[string] `json:"name,omitzero"`
	// Unknown are the properties that are not published.
	Unknown map[string]any `json:"-"`
}

// UnmarshalJSON requires id, name, owner and created, which every document requires.
func (k *Token) UnmarshalJSON(data []byte) error { return decodeObject(data, k) }

// UnmarshalJSON requires nothing, as the documents do.
func (o *Owner) UnmarshalJSON(data []byte) error { return decodeObject(data, o) }

// Credentials returns what logs in with a new token.
func (k Token) Credentials() Credentials { return Credentials{k.ID, k.Secret.Value} }

// Keys returns the names of the properties that the token has, sorted.
func (k Token) Keys() []string {
	properties := map[string]any{}
	_ = json.Unmarshal([]byte(encode(k)), &properties) // it was just encoded
	maps.Copy(properties, k.Unknown)
	return slices.Sorted(maps.Keys(properties))
}
