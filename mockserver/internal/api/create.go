package api

import (
	"strings"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
)

// create reads the published CreatePersonalAccessTokenRequest; properties that it does not name are
// ignored.
func (a *API) create(x *exchange) (*response.Response, error) {
	r := pat.CreateRequest{
		Name:           optional[string](x.body, "name"),
		Scope:          stringSlice(x.body, "scope"),
		ExpirationDate: optional[string](x.body, "expirationDate"),
	}
	if seconds := optional[float64](x.body, "accessTokenValiditySeconds"); seconds != nil {
		whole := int(*seconds)
		r.AccessTokenValiditySeconds = &whole
	}
	if aware := optional[bool](x.body, "userAwareTokenNeverExpires"); aware != nil {
		r.UserAwareTokenNeverExpires = *aware
	}
	creation, err := a.config.Service.PrepareCreate(x.request.Context(), x.call(), r)
	if err != nil {
		return nil, err
	}
	resp, err := a.createResponse(creation.Token)
	if err == nil {
		resp, err = a.commit(x, resp, creation)
	}
	if err != nil {
		return nil, err
	}
	if note := creation.Note(x.request.Context()); note != "" {
		x.info.AddNote(note)
	}
	if creation.Token.ExpirationDate.IsZero() && a.never.Value == dialect.Null &&
		isPythonSDK(x.request.UserAgent()) {
		x.info.AddNote("expirationDate is null in this answer, which the model of SailPoint's " +
			"Python SDK refuses with a ValidationError: " +
			"the token was made, but its secret is lost to the caller; send a date instead, " +
			"however far away, or start the mock with --never-expires-as far-date")
	}
	return resp, nil
}

// isPythonSDK knows SailPoint's Python SDK by the User-Agent of its releases (observed).
func isPythonSDK(userAgent string) bool {
	generated := strings.HasPrefix(userAgent, "OpenAPI-Generator/") &&
		strings.HasSuffix(userAgent, "/python")
	return generated || strings.HasPrefix(userAgent, "SailPoint-SDK-Python/")
}
