package contracttests

import (
	"net/http"
	"net/url"
)

// A PublicIdentity is an identity in a response of /public-identities. No property is required.
type PublicIdentity struct {
	ID            Field[string]            `json:"id,omitzero"`
	Name          Field[string]            `json:"name,omitzero"`
	Alias         Field[string]            `json:"alias,omitzero"`
	Email         Field[string]            `json:"email,omitzero"`
	Status        Field[string]            `json:"status,omitzero"`
	IdentityState Field[string]            `json:"identityState,omitzero"`
	Manager       Field[IdentityReference] `json:"manager,omitzero"`
	Attributes    Field[[]any]             `json:"attributes,omitzero"`
	// Unknown has the properties that no document declares.
	Unknown map[string]any `json:"-"`
}

// An Identity is an identity in a response of /identities. Only its name is required.
type Identity struct {
	ID              Field[string]            `json:"id,omitzero"`
	Name            string                   `json:"name"`
	Created         Field[string]            `json:"created,omitzero"`
	Modified        Field[string]            `json:"modified,omitzero"`
	Alias           Field[string]            `json:"alias,omitzero"`
	EmailAddress    Field[string]            `json:"emailAddress,omitzero"`
	ProcessingState Field[string]            `json:"processingState,omitzero"`
	IdentityStatus  Field[string]            `json:"identityStatus,omitzero"`
	ManagerRef      Field[IdentityReference] `json:"managerRef,omitzero"`
	IsManager       Field[bool]              `json:"isManager,omitzero"`
	LastRefresh     Field[string]            `json:"lastRefresh,omitzero"`
	Attributes      Field[map[string]any]    `json:"attributes,omitzero"`
	LifecycleState  Field[map[string]any]    `json:"lifecycleState,omitzero"`
	// Unknown has the properties that no document declares.
	Unknown map[string]any `json:"-"`
}

// An IdentityReference is the manager of an identity. No property is required.
type IdentityReference struct {
	Type Field[string] `json:"type,omitzero"`
	ID   Field[string] `json:"id,omitzero"`
	Name Field[string] `json:"name,omitzero"`
	// Unknown has the properties that no document declares.
	Unknown map[string]any `json:"-"`
}

// UnmarshalJSON matches names exactly.
func (r *IdentityReference) UnmarshalJSON(data []byte) error { return decodeObject(data, r) }

// UnmarshalJSON matches names exactly.
func (i *PublicIdentity) UnmarshalJSON(data []byte) error { return decodeObject(data, i) }

// UnmarshalJSON matches names exactly, and requires the name.
func (i *Identity) UnmarshalJSON(data []byte) error { return decodeObject(data, i) }

// PublicIdentities lists public identities. The query parameters are name and value pairs. The
// version beta has no such operation.
func (c *Client) PublicIdentities(pairs ...string) *Response {
	return c.listResource(c.t.PublicIdentitiesPath(), pairs)
}

// Identities lists identities. The query parameters are name and value pairs. The version v3 has no
// such operation.
func (c *Client) Identities(pairs ...string) *Response {
	return c.listResource(c.t.IdentitiesPath(), pairs)
}

// Identity reads an identity. The version v3 has no such operation.
func (c *Client) Identity(id string) *Response {
	return c.Send(Request{Method: http.MethodGet, Path: c.t.IdentitiesPath() + "/" + id})
}

func (c *Client) listResource(path string, pairs []string) *Response {
	query, _ := url.ParseQuery(encodeForm(pairs...)) // it was just encoded
	return c.Send(Request{Method: http.MethodGet, Path: path, Query: query})
}

// PublicIdentitiesPath returns the path of the public identities in the version of the case.
func (t *T) PublicIdentitiesPath() string { return t.resourcePath("public-identities") }

// IdentitiesPath returns the path of the identities in the version of the case.
func (t *T) IdentitiesPath() string { return t.resourcePath("identities") }

// resourcePath returns the path of a resource. For an unversioned scenario it is that of the newest
// version.
func (t *T) resourcePath(name string) string {
	v := t.version
	if v == "" {
		v = t.run.newestVersion()
	}
	return v.Path(name)
}

// PublicIdentities decodes a list of public identities, and ends the scenario unless the status is
// 200 and the body is one.
func (r *Response) PublicIdentities() []PublicIdentity {
	return decoded[[]PublicIdentity](r.ExpectStatus(http.StatusOK), "a list of public identities")
}

// Identities decodes a list of identities, and ends the scenario unless the status is 200 and the
// body is one.
func (r *Response) Identities() []Identity {
	return decoded[[]Identity](r.ExpectStatus(http.StatusOK), "a list of identities")
}

// Identity decodes an identity, and ends the scenario unless the status is 200 and the body is one.
func (r *Response) Identity() Identity {
	return decoded[Identity](r.ExpectStatus(http.StatusOK), "an identity")
}
