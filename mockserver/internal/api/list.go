package api

import (
	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/pat"
)

func (a *API) list(x *exchange) (*answer.Answer, error) {
	if err := x.checkLimit(); err != nil {
		return nil, err
	}
	filter, err := a.config.Service.ParseFilter(x.query.Get("filters"))
	if err != nil {
		return nil, err
	}
	tokens, err := a.config.Service.List(x.caller, pat.ListQuery{OwnerID: x.query.Get("owner-id"), Filter: filter})
	if err != nil {
		return nil, err
	}
	return a.listAnswer(x.policy.Shape, tokens)
}
