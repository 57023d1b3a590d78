package contracttests

// A Login is the response to a successful request to /oauth/token.
type Login struct {
	AccessToken         Field[string]  `json:"access_token,omitzero"`
	TokenType           Field[string]  `json:"token_type,omitzero"`
	ExpiresIn           Field[float64] `json:"expires_in,omitzero"`
	RefreshToken        Field[string]  `json:"refresh_token,omitzero"`
	Scope               Field[string]  `json:"scope,omitzero"`
	TenantID            Field[string]  `json:"tenant_id,omitzero"`
	Pod                 Field[string]  `json:"pod,omitzero"`
	Org                 Field[string]  `json:"org,omitzero"`
	IdentityID          Field[string]  `json:"identity_id,omitzero"`
	UserName            Field[string]  `json:"user_name,omitzero"`
	StrongAuth          Field[bool]    `json:"strong_auth,omitzero"`
	StrongAuthSupported Field[bool]    `json:"strong_auth_supported,omitzero"`
	JTI                 Field[string]  `json:"jti,omitzero"`
}

// Claims are the claims of an access token that scenarios read.
type Claims struct {
	ClientID    Field[string]   `json:"client_id,omitzero"`
	UserName    Field[string]   `json:"user_name,omitzero"`
	IdentityID  Field[string]   `json:"identity_id,omitzero"`
	TenantID    Field[string]   `json:"tenant_id,omitzero"`
	Org         Field[string]   `json:"org,omitzero"`
	Pod         Field[string]   `json:"pod,omitzero"`
	Authorities Field[[]string] `json:"authorities,omitzero"`
	Exp         Field[float64]  `json:"exp,omitzero"`
	JTI         Field[string]   `json:"jti,omitzero"`
}

// An Introspection is a response of check_token to a valid access token.
type Introspection struct {
	Claims
	Active Field[bool]     `json:"active,omitzero"`
	Scope  Field[[]string] `json:"scope,omitzero"`
}

// A JOSEHeader is the header of an access token.
type JOSEHeader struct {
	Alg Field[string] `json:"alg,omitzero"`
	Kid Field[string] `json:"kid,omitzero"`
}

// A TenantInfo is a response of /oauth/info.
type TenantInfo struct {
	TenantID          Field[string] `json:"tenantId,omitzero"`
	TenantName        Field[string] `json:"tenantName,omitzero"`
	AuthorizeEndpoint Field[string] `json:"authorizeEndpoint,omitzero"`
	TokenEndpoint     Field[string] `json:"tokenEndpoint,omitzero"`
	CloudDomainURL    Field[string] `json:"cloudDomainUrl,omitzero"`
	LogoutURL         Field[string] `json:"logoutUrl,omitzero"`
	Pod               Field[string] `json:"pod,omitzero"`
}

// UnmarshalJSON matches names exactly.
func (l *Login) UnmarshalJSON(data []byte) error { return decodeObject(data, l) }

// UnmarshalJSON matches names exactly.
func (c *Claims) UnmarshalJSON(data []byte) error { return decodeObject(data, c) }

// UnmarshalJSON matches names exactly.
func (i *Introspection) UnmarshalJSON(data []byte) error { return decodeObject(data, i) }

// UnmarshalJSON matches names exactly.
func (h *JOSEHeader) UnmarshalJSON(data []byte) error { return decodeObject(data, h) }

// UnmarshalJSON matches names exactly.
func (i *TenantInfo) UnmarshalJSON(data []byte) error { return decodeObject(data, i) }
