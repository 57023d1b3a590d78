package api

import (
	"net/http"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
)

func (a *API) delete(x *exchange) (*response.Response, error) {
	call, made := a.call(x, func(...*pat.Token) (*response.Response, error) {
		return &response.Response{Status: http.StatusNoContent}, nil
	})
	err := a.config.Service.Delete(x.request.Context(), call, x.id)
	return made(), err
}
