// Package api implements the personal access token API over HTTP, in every version.
package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/admission"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// Config holds the dependencies of an API.
type Config struct {
	// Documents are the documents of the versions to serve.
	Documents map[version.Version]*spec.Document
	Service   *pat.Service
	// Authenticate returns the caller that an Authorization header identifies. Errors are of type
	// *response.Error.
	Authenticate func(ctx context.Context, info *response.RequestInfo, header string,
		now time.Time) (pat.Caller, error)
	// Admission decides whether a valid request is served.
	Admission *admission.Controller
	Now       func() time.Time
	// Writer writes responses. It also holds the dialect.
	Writer response.Writer
}

// API serves the operations of its documents for one tenant.
type API struct {
	config       Config
	neverExpires dialect.Response // response to the creation of a token that never expires
}

// New returns an API.
func New(c Config) *API {
	return &API{config: c, neverExpires: c.Writer.Dialect.Response(dialect.NeverExpiringResponse)}
}

// handlers maps spec.Operation.Name to the handler of the operation.
var handlers = map[string]func(*API, *request) (*response.Response, error){
	"listPersonalAccessTokens":           (*API).list,
	"createPersonalAccessToken":          (*API).create,
	"patchPersonalAccessToken":           (*API).patch,
	"deletePersonalAccessToken":          (*API).delete,
	"updateBulkPersonalAccessTokens":     (*API).bulkUpdate,
	"updateBulkPersonalAccessTokensPost": (*API).bulkUpdate,
	"getPublicIdentities":                (*API).publicIdentities,
	"listIdentities":                     (*API).identities,
	"getIdentity":                        (*API).identity,
}

// Route is an operation with its handler.
type Route struct {
	operation *spec.Operation
	policy    pat.Policy
	handle    func(*API, *request) (*response.Response, error)
}

// NewRoute returns the route of an operation of a version, or nil if the operation has no handler.
func NewRoute(v version.Version, op *spec.Operation) *Route {
	handle := handlers[op.Name]
	if handle == nil {
		return nil
	}
	return &Route{operation: op, policy: pat.PolicyFor(v), handle: handle}
}

// Serve responds to a request of a route.
func (a *API) Serve(rw http.ResponseWriter, r *http.Request, route *Route) {
	req := &request{
		operation: route.operation, policy: route.policy, dialect: a.config.Writer.Dialect,
		httpRequest: r, info: response.InfoFrom(r), now: a.config.Now(),
	}
	resp, err := a.run(req, route.handle)
	a.config.Writer.Reply(rw, r, route.operation.ValidateResponse, resp, err)
}

// run executes the steps common to all operations. It repeats an operation that lost a race for a
// token.
func (a *API) run(
	req *request, handle func(*API, *request) (*response.Response, error),
) (*response.Response, error) {
	if err := a.admit(req); err != nil {
		return nil, err
	}
	if err := req.caller.CheckScopes(req.operation.Scopes); err != nil {
		return nil, err
	}
	if err := req.checkExperimental(); err != nil {
		return nil, err
	}
	if err := req.decode(); err != nil {
		return nil, err
	}
	for {
		resp, err := handle(a, req)
		if !errors.Is(err, pat.ErrConflict) {
			return resp, err
		}
	}
}

// admit authenticates the caller, and decides whether the request is served.
func (a *API) admit(req *request) error {
	caller, err := a.config.Authenticate(req.httpRequest.Context(), req.info,
		req.httpRequest.Header.Get("Authorization"), req.now)
	if err != nil {
		return err
	}
	req.caller = caller
	req.info.User, req.info.ClientID = cmp.Or(caller.Name, caller.ClientID), caller.ClientID
	return a.config.Admission.Admit(admission.Request{
		Request: req.httpRequest, Operation: req.operation, Info: req.info,
		ClientID: caller.ClientID,
		OwnerID:  caller.ID, OwnerName: caller.Name, Now: req.now,
	})
}

// call returns the context of the request for the domain.
func (req *request) call() pat.Call {
	return pat.Call{Caller: req.caller, Policy: req.policy, Now: req.now}
}

// commit validates the response to a prepared write and then commits the write.
func (a *API) commit(
	req *request, resp *response.Response, write interface{ Commit(context.Context) error },
) (*response.Response, error) {
	if err := a.config.Writer.Validate(resp, req.operation.ValidateResponse); err != nil {
		return nil, err
	}
	return resp, write.Commit(req.httpRequest.Context())
}
