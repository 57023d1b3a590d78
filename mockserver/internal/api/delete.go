package api

import (
	"net/http"

	"example.com/patmock/mockserver/internal/response"
)

func (a *API) delete(x *exchange) (*response.Response, error) {
	deletion, err := a.config.Service.PrepareDelete(x.request.Context(), x.call(), x.id)
	if err != nil {
		return nil, err
	}
	return a.commit(x, &response.Response{Status: http.StatusNoContent}, deletion)
}
