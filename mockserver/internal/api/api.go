// Package api is the personal access token API over HTTP, in every version.
package api

import (
	"cmp"
	"log/slog"
	"net/http"
	"time"

	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// Config is what an API needs.
type Config struct {
	// Documents of the versions that are served.
	Documents map[version.Version]*spec.Document
	Service   *pat.Service
	// Authenticate turns the Authorization header into a caller. Its error text is the 401.
	Authenticate func(header string, now time.Time) (pat.Caller, error)
	Now          func() time.Time
	Log          *slog.Logger
}

// API serves the operations of its documents.
type API struct {
	config Config
	writer answer.Writer
}

// New returns an API.
func New(c Config) *API { return &API{config: c, writer: answer.Writer{Log: c.Log}} }

// handlers of the operations, by spec.Operation.Name.
var handlers = map[string]func(*API, *exchange) (*answer.Answer, error){
	"listPersonalAccessTokens":           (*API).list,
	"createPersonalAccessToken":          (*API).create,
	"patchPersonalAccessToken":           (*API).patch,
	"deletePersonalAccessToken":          (*API).delete,
	"updateBulkPersonalAccessTokens":     (*API).bulkUpdate,
	"updateBulkPersonalAccessTokensPost": (*API).bulkUpdate,
}

// Handler returns the handler of an operation, nil for one that the API does not know.
func (a *API) Handler(v version.Version, op *spec.Operation) http.Handler {
	handle := handlers[op.Name]
	if handle == nil {
		return nil
	}
	policy := pat.PolicyFor(v)
	return a.writer.Handler(op.CheckResponse, func(r *http.Request, trace *answer.Trace) (*answer.Answer, error) {
		return a.run(&exchange{operation: op, policy: policy, request: r, trace: trace, now: a.config.Now()}, handle)
	}, a.refusal)
}

// run leads a request through the steps that every operation has.
func (a *API) run(x *exchange, handle func(*API, *exchange) (*answer.Answer, error)) (*answer.Answer, error) {
	caller, err := a.config.Authenticate(x.request.Header.Get("Authorization"), x.now)
	if err != nil {
		return nil, &unauthenticated{err}
	}
	x.caller = caller
	x.trace.User = cmp.Or(caller.Name, caller.ClientID)
	if err := caller.CheckScopes(x.operation.Scopes); err != nil {
		return nil, err
	}
	if err := x.read(); err != nil {
		return nil, err
	}
	return handle(a, x)
}

// call is the context of the exchange for the domain. The answer that accept makes
// of the revisions is checked before any of them is stored.
func (x *exchange) call(accept func(tokens ...*pat.Token) (*answer.Answer, error)) (call pat.Call, made func() *answer.Answer) {
	var response *answer.Answer
	call = pat.Call{Caller: x.caller, Policy: x.policy, Now: x.now, Accept: func(tokens ...*pat.Token) error {
		var err error
		if response, err = accept(tokens...); err != nil {
			return err
		}
		return response.Verify(x.operation.CheckResponse)
	}}
	return call, func() *answer.Answer { return response }
}
