package api

import (
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
)

func (a *API) bulkUpdate(req *request) (*response.Response, error) {
	operations, err := patchOperations(*optional[any](req.body, "patch"))
	if err != nil {
		return nil, err
	}
	update, err := a.config.Service.PrepareBulkUpdate(req.httpRequest.Context(), req.call(),
		stringSlice(req.body, "ids"), operations)
	if err != nil {
		return nil, err
	}
	resp, err := a.bulkResponse(update.Tokens)
	if err != nil {
		return nil, err
	}
	return a.commit(req, resp, update)
}

// bulkResponse returns the tokens of a bulk update. The schema contains the acknowledgment, but it
// "is stored internally and is not returned in the response".
//
// published: docs/behaviour.md#bulk-update-hides-the-acknowledgment
func (a *API) bulkResponse(tokens []*pat.Token) (*response.Response, error) {
	shape := pat.Legacy
	if a.config.Writer.Dialect[dialect.BulkFlag].Value == dialect.Present {
		shape = pat.Current
	}
	resp, err := a.listResponse(shape, tokens)
	if err == nil {
		resp.Validated = false // not yet validated for this operation
	}
	return resp, err
}
