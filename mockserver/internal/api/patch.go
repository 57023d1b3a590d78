package api

import (
	"encoding/json"
	"net/http"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
)

func (a *API) patch(x *exchange) (*response.Response, error) {
	operations, err := patchOperations(x.body)
	if err != nil {
		return nil, err
	}
	call, made := a.call(x, func(tokens ...*pat.Token) (*response.Response, error) {
		body, err := a.encoded(x.policy.Shape, tokens[0])
		return &response.Response{Status: http.StatusOK, Body: body, Validated: true}, err
	})
	_, err = a.config.Service.Patch(x.request.Context(), call, x.id, operations)
	return made(), err
}

// patchOperations reads a JSON Patch whose shape is known to be right.
func patchOperations(body any) ([]pat.PatchOperation, error) {
	elements, _ := body.([]any)
	operations := make([]pat.PatchOperation, len(elements))
	for i, element := range elements {
		for name, into := range map[string]*string{
			"op": &operations[i].Op, "path": &operations[i].Path, "from": &operations[i].From,
		} {
			if text := property[string](element, name); text != nil {
				*into = *text
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
