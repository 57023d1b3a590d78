package api

import (
	"net/http"
	"strconv"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
)

func (a *API) list(x *exchange) (*response.Response, error) {
	if err := x.checkLimit(); err != nil {
		return nil, err
	}
	filter, err := a.config.Service.ParseFilter(x.query.Get("filters"))
	if err != nil {
		return nil, err
	}
	tokens, err := a.config.Service.List(x.request.Context(), x.caller, pat.ListQuery{
		OwnerID: x.query.Get("owner-id"), Filter: filter,
	})
	if err != nil {
		return nil, err
	}
	if !x.pages() {
		return a.listResponse(x.policy.Shape, tokens)
	}
	response, err := a.listResponse(x.policy.Shape, x.page(tokens))
	if err == nil && x.query.Get("count") == "true" {
		response.Header = http.Header{"X-Total-Count": {strconv.Itoa(len(tokens))}}
	}
	return response, err
}
