package server

import (
	"slices"

	"golang.org/x/sync/errgroup"

	"example.com/patmock/mockserver/internal/api"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// documents stores the OpenAPI documents that the mock serves and validates its responses against.
type documents struct {
	versions       map[version.Version]*spec.Document
	oauth, control *spec.Document
	anyVersion     *spec.Document // one of the served versions
	byName         map[string]*spec.Document
}

// loadDocuments loads the documents in parallel. This takes most of the startup time.
func loadDocuments(versions []version.Version) (*documents, error) {
	names := []string{spec.OAuth, spec.Control}
	for _, v := range versions {
		names = append(names, string(v))
	}
	loaded := make([]*spec.Document, len(names))
	var group errgroup.Group
	for i, name := range names {
		group.Go(func() (err error) {
			loaded[i], err = spec.Load(name)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	d := &documents{
		versions: map[version.Version]*spec.Document{}, oauth: loaded[0], control: loaded[1],
		byName: map[string]*spec.Document{},
	}
	for i, name := range names {
		d.byName[name] = loaded[i]
	}
	for i, v := range versions {
		d.versions[v], d.anyVersion = loaded[i+2], loaded[i+2]
	}
	return d, nil
}

// forUnmatched returns the document that describes the errors for a path without an operation.
func (d *documents) forUnmatched(path string) *spec.Document {
	if response.OAuthPath(path) {
		return d.oauth
	}
	return d.anyVersion
}

// operationNames maps spec.Operation.Name to the short names in rules and in the journal.
var operationNames = map[string]string{
	"requestAccessToken": "token", "checkAccessToken": "checkToken", "getTenantInfo": "info",
	"listPersonalAccessTokens": "list", "createPersonalAccessToken": "create",
	"patchPersonalAccessToken":  "patch",
	"deletePersonalAccessToken": "delete", "updateBulkPersonalAccessTokens": "bulk",
	"updateBulkPersonalAccessTokensPost": "bulk", "getPublicIdentities": "publicIdentities",
	"listIdentities": "identities", "getIdentity": "identity",
}

// statuses returns the response statuses of the operations with a short name in a version. An empty
// name or version matches all. The result is empty if there is no such operation.
func (d *documents) statuses(operation, inVersion string) []int {
	if operation == stubOperation {
		operation = operationNames[api.StubErrors] // the errors of stubs
	}
	var all []int
	for name, document := range d.byName {
		if inVersion != "" && inVersion != name || name == spec.Control {
			continue
		}
		for _, op := range document.Operations {
			if operation == "" || operationNames[op.Name] == operation {
				all = append(all, op.Statuses()...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
