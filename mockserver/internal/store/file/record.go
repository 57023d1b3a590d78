package file

import (
	"time"

	"example.com/patmock/mockserver/internal/pat"
)

// The records are what stands in the file. They are not those of the domain, so that a name that changes
// there does not change the format. A slice that is nil is null, and a time that is zero is left out.

type tokenRecord struct {
	ID                         string    `json:"id"`
	Secret                     string    `json:"secret"`
	Name                       string    `json:"name"`
	Scope                      []string  `json:"scope"`
	OwnerID                    string    `json:"ownerId"`
	OwnerName                  string    `json:"ownerName"`
	Created                    time.Time `json:"created,omitzero"`
	LastUsed                   time.Time `json:"lastUsed,omitzero"`
	Managed                    bool      `json:"managed"`
	AccessTokenValiditySeconds int       `json:"accessTokenValiditySeconds"`
	ExpirationDate             time.Time `json:"expirationDate,omitzero"`
	UserAwareTokenNeverExpires bool      `json:"userAwareTokenNeverExpires"`
	FormerScope                []string  `json:"formerScope"`
	ScopeChanged               time.Time `json:"scopeChanged,omitzero"`
}

func recordOf(t *pat.Token) tokenRecord {
	return tokenRecord{
		ID: t.ID, Secret: t.Secret, Name: t.Name, Scope: t.Scope, OwnerID: t.Owner.ID, OwnerName: t.Owner.Name,
		Created: t.Created.UTC(), LastUsed: t.LastUsed.UTC(), Managed: t.Managed,
		AccessTokenValiditySeconds: t.AccessTokenValiditySeconds,
		ExpirationDate:             t.ExpirationDate.UTC(), UserAwareTokenNeverExpires: t.UserAwareTokenNeverExpires,
		FormerScope: t.FormerScope, ScopeChanged: t.ScopeChanged.UTC(),
	}
}

func (r tokenRecord) token() *pat.Token {
	return pat.NewToken(pat.TokenData{
		ID: r.ID, Secret: r.Secret, Name: r.Name, Scope: r.Scope, Owner: pat.Owner{ID: r.OwnerID, Name: r.OwnerName},
		Created: r.Created, LastUsed: r.LastUsed, Managed: r.Managed,
		AccessTokenValiditySeconds: r.AccessTokenValiditySeconds,
		ExpirationDate:             r.ExpirationDate, UserAwareTokenNeverExpires: r.UserAwareTokenNeverExpires,
		FormerScope: r.FormerScope, ScopeChanged: r.ScopeChanged,
	})
}

type identityRecord struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	UserLevels []string `json:"userLevels"`
	Login      string   `json:"login"`
}

type scopeSetRecord struct {
	Hash   string   `json:"hash"`
	Scopes []string `json:"scopes"`
}

type apiClientRecord struct {
	ID     string   `json:"id"`
	Secret string   `json:"secret"`
	Name   string   `json:"name"`
	Scope  []string `json:"scope"`
}

// tenantRecord is a tenant without its identities and tokens, which have values of their own.
type tenantRecord struct {
	ID         string              `json:"id"`
	Name       string              `json:"name"`
	Pod        string              `json:"pod"`
	UserLevels map[string][]string `json:"userLevels"`
	APIClients []apiClientRecord   `json:"apiClients"`
}

func recordOfTenant(t pat.Tenant) tenantRecord {
	r := tenantRecord{ID: t.ID, Name: t.Name, Pod: t.Pod, UserLevels: t.UserLevels}
	if t.APIClients != nil {
		r.APIClients = make([]apiClientRecord, len(t.APIClients))
	}
	for i, c := range t.APIClients {
		r.APIClients[i] = apiClientRecord(c)
	}
	return r
}

func (r tenantRecord) tenant() pat.Tenant {
	t := pat.Tenant{ID: r.ID, Name: r.Name, Pod: r.Pod, UserLevels: r.UserLevels}
	if r.APIClients != nil {
		t.APIClients = make([]pat.APIClient, len(r.APIClients))
	}
	for i, c := range r.APIClients {
		t.APIClients[i] = pat.APIClient(c)
	}
	return t
}
