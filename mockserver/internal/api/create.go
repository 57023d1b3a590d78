package api

import (
	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/pat"
)

// create reads the published CreatePersonalAccessTokenRequest; properties that it does not name are ignored.
func (a *API) create(x *exchange) (*answer.Answer, error) {
	r := pat.CreateRequest{
		Name:           property[string](x.body, "name"),
		Scope:          texts(x.body, "scope"),
		ExpirationDate: property[string](x.body, "expirationDate"),
	}
	if seconds := property[float64](x.body, "accessTokenValiditySeconds"); seconds != nil {
		whole := int(*seconds)
		r.AccessTokenValiditySeconds = &whole
	}
	if aware := property[bool](x.body, "userAwareTokenNeverExpires"); aware != nil {
		r.UserAwareTokenNeverExpires = *aware
	}
	call, made := x.call(func(tokens ...*pat.Token) (*answer.Answer, error) { return createdAnswer(tokens[0]) })
	_, err := a.config.Service.Create(call, r)
	return made(), err
}
