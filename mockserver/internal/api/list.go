package api

import (
	"net/http"
	"strconv"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
)

// list serves listPersonalAccessTokens. The paging parameters, among them count, apply only if the
// dialect pages the list.
func (a *API) list(req *request) (*response.Response, error) {
	if err := req.validateLimit(); err != nil {
		return nil, err
	}
	filter, err := a.config.Service.ParseFilter(req.query.Get("filters"))
	if err != nil {
		return nil, err
	}
	tokens, err := a.config.Service.List(req.httpRequest.Context(), req.caller, pat.ListQuery{
		OwnerID: req.query.Get("owner-id"), Filter: filter,
	})
	if err != nil {
		return nil, err
	}
	if !req.isPaged() {
		return a.listResponse(req.policy.Shape, tokens)
	}
	resp, err := a.listResponse(req.policy.Shape, req.page(tokens))
	if err == nil && req.query.Get("count") == "true" {
		resp.Header = http.Header{"X-Total-Count": {strconv.Itoa(len(tokens))}}
	}
	return resp, err
}
