package api

import (
	"net/http"

	"example.com/patmock/mockserver/internal/response"
)

func (a *API) delete(req *request) (*response.Response, error) {
	deletion, err := a.config.Service.PrepareDelete(req.httpRequest.Context(), req.call(), req.id)
	if err != nil {
		return nil, err
	}
	return a.commit(req, &response.Response{Status: http.StatusNoContent}, deletion)
}
