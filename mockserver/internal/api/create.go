package api

import (
	"strings"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
)

// create handles the published CreatePersonalAccessTokenRequest. It ignores unknown properties.
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
		req.info.AddNote("expirationDate is null in this response, and SailPoint's Python SDK " +
			"rejects that with a ValidationError: the token was created, but the caller loses " +
			"its secret; send a date in the far future, or start the mock with " +
			"--never-expires-as far-date")
	}
	return resp, nil
}

// isPythonSDK reports whether the User-Agent is that of a release of SailPoint's Python SDK.
//
// observed: User-Agent headers of its releases
func isPythonSDK(userAgent string) bool {
	isGenerated := strings.HasPrefix(userAgent, "OpenAPI-Generator/") &&
		strings.HasSuffix(userAgent, "/python")
	return isGenerated || strings.HasPrefix(userAgent, "SailPoint-SDK-Python/")
}
