package api

import (
	"strings"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
)

// create reads the published CreatePersonalAccessTokenRequest; properties that it does not name are
// ignored.
func (a *API) create(req *request) (*response.Response, error) {
	r := pat.CreateRequest{
		Name:           optional[string](req.body, "name"),
		Scope:          stringSlice(req.body, "scope"),
		ExpirationDate: optional[string](req.body, "expirationDate"),
	}
	if seconds := optional[float64](req.body, "accessTokenValiditySeconds"); seconds != nil {
		n := int(*seconds)
		r.AccessTokenValiditySeconds = &n
	}
	if ack := optional[bool](req.body, "userAwareTokenNeverExpires"); ack != nil {
		r.UserAwareTokenNeverExpires = *ack
	}
	creation, err := a.config.Service.PrepareCreate(req.httpRequest.Context(), req.call(), r)
	if err != nil {
		return nil, err
	}
	resp, err := a.createResponse(creation.Token)
	if err == nil {
		resp, err = a.commit(req, resp, creation)
	}
	if err != nil {
		return nil, err
	}
	if note := creation.Note(req.httpRequest.Context()); note != "" {
		req.info.AddNote(note)
	}
	if creation.Token.ExpirationDate.IsZero() && a.neverExpires.Value == dialect.Null &&
		isPythonSDK(req.httpRequest.UserAgent()) {
		req.info.AddNote("expirationDate is null in this answer, which the model of SailPoint's " +
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
