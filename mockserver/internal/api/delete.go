package api

import (
	"net/http"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
)

func (a *API) delete(x *exchange) (*response.Answer, error) {
	call, made := a.call(x, func(...*pat.Token) (*response.Answer, error) {
		return &response.Answer{Status: http.StatusNoContent}, nil
	})
	err := a.config.Service.Delete(x.request.Context(), call, x.id)
	return made(), err
}
