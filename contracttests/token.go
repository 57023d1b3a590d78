package contracttests

import (
	"encoding/json"
	"maps"
	"slices"
)

// A Token is a personal access token in a response. cmp.Diff compares all its properties, including
// unknown ones.
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
	// Secret is only in the response to create.
	Secret Field[string] `json:"secret,omitzero"`
	// Unknown has the properties that no document declares.
	Unknown map[string]any `json:"-"`
}

// An Owner is the identity that owns a token.
type Owner struct {
	Type Field[string] `json:"type,omitzero"`
	ID   Field[string] `json:"id,omitzero"`
	Name Field[string] `json:"name,omitzero"`
	// Unknown has the properties that no document declares.
	Unknown map[string]any `json:"-"`
}

// UnmarshalJSON decodes a token. It requires id, name, owner and created, as every document does.
func (k *Token) UnmarshalJSON(data []byte) error { return decodeObject(data, k) }

// UnmarshalJSON decodes an owner. No property is required.
func (o *Owner) UnmarshalJSON(data []byte) error { return decodeObject(data, o) }

// Credentials returns the credentials of a new token.
func (k Token) Credentials() Credentials { return Credentials{k.ID, k.Secret.Value} }

// Keys returns the sorted names of the token's properties.
func (k Token) Keys() []string {
	properties := map[string]any{}
	_ = json.Unmarshal([]byte(encode(k)), &properties) // it was just encoded
	maps.Copy(properties, k.Unknown)
	return slices.Sorted(maps.Keys(properties))
}
