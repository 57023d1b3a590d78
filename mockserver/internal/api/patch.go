package api

import (
	"encoding/json"
	"net/http"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
)

func (a *API) patch(req *request) (*response.Response, error) {
	operations, err := patchOperations(req.body)
	if err != nil {
		return nil, err
	}
	update, err := a.config.Service.PreparePatch(req.httpRequest.Context(), req.call(), req.id,
		operations)
	if err != nil {
		return nil, err
	}
	body, err := a.encode(req.policy.Shape, update.Tokens[0])
	if err != nil {
		return nil, err
	}
	return a.commit(req, &response.Response{Status: http.StatusOK, Body: body, Validated: true},
		update)
}

// patchOperations returns the operations of a JSON Patch with a valid schema.
func patchOperations(body any) ([]pat.PatchOperation, error) {
	elements, _ := body.([]any)
	operations := make([]pat.PatchOperation, len(elements))
	for i, element := range elements {
		for name, field := range map[string]*string{
			"op": &operations[i].Op, "path": &operations[i].Path, "from": &operations[i].From,
		} {
			if text := optional[string](element, name); text != nil {
				*field = *text
			}
		}
		value, present := element.(map[string]any)["value"]
		if !present {
			continue
		}
		encoded, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		operations[i].Value = encoded
	}
	return operations, nil
}
