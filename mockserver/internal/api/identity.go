package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
)

// publicIdentityJSON is the published PublicIdentity. A fixture has neither state, manager nor
// attributes.
type publicIdentityJSON struct {
	ID            string     `json:"id"`
	Name          string     `json:"name"`
	Alias         string     `json:"alias"`
	Email         *string    `json:"email"`
	Status        *string    `json:"status"`
	IdentityState *string    `json:"identityState"`
	Manager       *struct{}  `json:"manager"`
	Attributes    []struct{} `json:"attributes"`
}

// identityJSON is the published Identity, without the properties that a fixture does not have and
// that may not be null.
type identityJSON struct {
	ID              string                 `json:"id"`
	Name            string                 `json:"name"`
	Alias           string                 `json:"alias"`
	EmailAddress    *string                `json:"emailAddress"`
	ProcessingState *string                `json:"processingState"`
	IdentityStatus  string                 `json:"identityStatus,omitzero"`
	ManagerRef      *struct{}              `json:"managerRef"`
	IsManager       bool                   `json:"isManager"`
	Attributes      identityAttributesJSON `json:"attributes"`
}

type identityAttributesJSON struct {
	UID         string `json:"uid"`
	DisplayName string `json:"displayName"`
	Email       string `json:"email,omitzero"`
}

func publicIdentityOf(i *pat.Identity) publicIdentityJSON {
	return publicIdentityJSON{
		ID: i.ID, Name: i.Title(), Alias: i.Name, Email: nullable(i.Email),
		Status: nullable(i.Status), Attributes: []struct{}{},
	}
}

func identityOf(i *pat.Identity) identityJSON {
	return identityJSON{
		ID: i.ID, Name: i.Title(), Alias: i.Name, EmailAddress: nullable(i.Email),
		IdentityStatus: identityStatus(i.Status),
		Attributes: identityAttributesJSON{
			UID: i.Name, DisplayName: i.Title(), Email: i.Email,
		},
	}
}

// nullable returns nil for a missing text.
func nullable(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// identityStatuses are the values of identityStatus.
//
// published: v2026 #/components/schemas/Identity/properties/identityStatus
var identityStatuses = []string{
	"UNREGISTERED", "REGISTERED", "PENDING", "WARNING", "DISABLED", "ACTIVE", "DEACTIVATED",
	"TERMINATED", "ERROR", "LOCKED",
}

// identityStatus returns the published status that equals a lifecycle status except for its case,
// or "" if there is none.
//
// assumed
func identityStatus(status string) string {
	if status = strings.ToUpper(status); slices.Contains(identityStatuses, status) {
		return status
	}
	return ""
}

// publicIdentities serves getPublicIdentities.
func (a *API) publicIdentities(req *request) (*response.Response, error) {
	return listIdentities(a, req, pat.PublicIdentities, publicIdentityOf)
}

// identities serves listIdentities. Its parameter defaultFilter changes nothing, since every
// identity is correlated (rule.IdentityDefaultFilter).
func (a *API) identities(req *request) (*response.Response, error) {
	return listIdentities(a, req, pat.AllIdentities, identityOf)
}

func listIdentities[T any](
	a *API, req *request, list *pat.IdentityList, encode func(*pat.Identity) T,
) (*response.Response, error) {
	filter, err := list.ParseFilter(req.query.Get("filters"))
	if err != nil {
		return nil, req.noteNotSimulated(err)
	}
	sorters, err := list.ParseSorters(req.query.Get("sorters"))
	if err != nil {
		return nil, req.noteNotSimulated(err)
	}
	q := pat.IdentityQuery{
		Filter: filter, Sorters: sorters, Core: req.flag("add-core-filters"),
		Offset: req.intParameter("offset", 0), Limit: req.intParameter("limit", maxLimit),
		Count: req.flag("count"),
	}
	page, total, err := a.config.Service.Identities(req.httpRequest.Context(), q)
	if err != nil {
		return nil, err
	}
	body := make([]T, len(page))
	for i := range page {
		body[i] = encode(&page[i])
	}
	resp, err := response.JSON(http.StatusOK, body)
	if err == nil && q.Count {
		resp.Header = http.Header{"X-Total-Count": {strconv.Itoa(total)}}
	}
	return resp, err
}

// identity serves getIdentity.
func (a *API) identity(req *request) (*response.Response, error) {
	identity, err := a.config.Service.FindIdentity(req.httpRequest.Context(), req.id)
	if err != nil {
		return nil, err
	}
	return response.JSON(http.StatusOK, identityOf(&identity))
}

// flag returns the value of a boolean parameter, which is valid. It is false if it is absent.
func (req *request) flag(name string) bool {
	return strings.EqualFold(req.query.Get(name), "true")
}

// noteNotSimulated adds a finding for an error about what the mock does not simulate, and returns
// the error.
func (req *request) noteNotSimulated(err error) error {
	if e := (*pat.Error)(nil); errors.As(err, &e) && e.Kind == pat.NotSimulated {
		req.info.AddFinding(control.NotSimulated, e.Text(), e.Advice)
	}
	return err
}
