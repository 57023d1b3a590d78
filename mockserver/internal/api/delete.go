package api

import (
	"net/http"

	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/pat"
)

func (a *API) delete(x *exchange) (*answer.Answer, error) {
	call, made := a.call(x, func(...*pat.Token) (*answer.Answer, error) {
		return &answer.Answer{Status: http.StatusNoContent}, nil
	})
	err := a.config.Service.Delete(x.request.Context(), call, x.id)
	return made(), err
}
