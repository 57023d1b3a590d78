package api

import (
	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/pat"
)

func (a *API) bulkUpdate(x *exchange) (*answer.Answer, error) {
	operations, err := patchOperations(*property[any](x.body, "patch"))
	if err != nil {
		return nil, err
	}
	call, made := a.call(x, func(tokens ...*pat.Token) (*answer.Answer, error) {
		return a.listAnswer(x.policy.Shape, tokens)
	})
	_, err = a.config.Service.BulkUpdate(call, texts(x.body, "ids"), operations)
	return made(), err
}
