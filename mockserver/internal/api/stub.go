package api

import (
	"cmp"
	"mime"
	"net/http"
	"slices"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// StubErrors is the spec.Operation.Name of the operation whose errors the requests have that stubs
// match: their own operation has no document. The published errors are the same in all operations.
const StubErrors = "patchPersonalAccessToken"

// ServeStub responds to a request with a stub. The access token, the rate limit, fault rules, the
// scopes, and a JSON body are checked as for any other operation.
func (a *API) ServeStub(rw http.ResponseWriter, r *http.Request, stub control.Stub) {
	info := response.InfoFrom(r)
	req := &request{
		operation: a.stubErrors(info.Version), dialect: a.config.Writer.Dialect, httpRequest: r,
		info: info, now: a.config.Now(),
	}
	resp, err := a.runStub(req, stub)
	a.config.Writer.Reply(rw, r, req.operation.ValidateResponse, resp, err)
}

// stubErrors returns the operation for the errors in a version, or in any version if it is not
// served.
func (a *API) stubErrors(v string) *spec.Operation {
	document := a.config.Documents[version.Version(v)]
	for _, other := range version.All() {
		document = cmp.Or(document, a.config.Documents[other])
	}
	return document.Operation(StubErrors)
}

func (a *API) runStub(req *request, stub control.Stub) (*response.Response, error) {
	if err := a.admit(req); err != nil {
		return nil, err
	}
	if err := req.caller.CheckAnyScope(stub.Scope); err != nil {
		return nil, err
	}
	if err := req.checkJSON(); err != nil {
		return nil, err
	}
	// a canned response is sent as it is, and is not an error of the document
	req.info.Stub, req.info.Vary = stub.ID, nil
	resp := &response.Response{
		Status: stub.Status, ContentType: stub.ContentType, Header: http.Header{}, Validated: true,
	}
	if stub.ContentType != "" {
		resp.Body = []byte(stub.Body)
	}
	for name, value := range stub.Header {
		resp.Header.Set(name, value)
	}
	return resp, nil
}

// checkJSON returns an error if the body is not JSON although its content type is.
func (req *request) checkJSON() error {
	text, err := req.info.RequestBody, req.info.BodyErr
	if err != nil {
		return bodyError(err)
	}
	mediaType, _, _ := mime.ParseMediaType(req.httpRequest.Header.Get("Content-Type"))
	isJSON := slices.Contains([]string{"application/json", "text/json"}, mediaType) ||
		strings.HasSuffix(mediaType, "+json")
	if !isJSON || len(text) == 0 { // many clients send the type without a body
		return nil
	}
	_, err = decodeJSON(text)
	return err
}
