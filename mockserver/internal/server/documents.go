package server

import (
	"slices"

	"golang.org/x/sync/errgroup"

	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// documents are those that the mock serves and holds its answers against.
type documents struct {
	versions       map[version.Version]*spec.Document
	oauth, control *spec.Document
	anyVersion     *spec.Document // of a version that is served
	byName         map[string]*spec.Document
}

// loadDocuments loads them side by side: that is most of the time a mock takes to start.
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

// forUnmatched returns the document that describes the errors of a path without operation.
func (d *documents) forUnmatched(path string) *spec.Document {
	if response.OAuthPath(path) {
		return d.oauth
	}
	return d.anyVersion
}

// operationNames are the short names that rules and the journal use, by spec.Operation.Name.
var operationNames = map[string]string{
	"requestAccessToken": "token", "checkAccessToken": "checkToken", "getTenantInfo": "info",
	"listPersonalAccessTokens": "list", "createPersonalAccessToken": "create",
	"patchPersonalAccessToken":  "patch",
	"deletePersonalAccessToken": "delete", "updateBulkPersonalAccessTokens": "bulk",
	"updateBulkPersonalAccessTokensPost": "bulk",
}

// statuses lists what operations of a short name in a version may answer, empty for any of them;
// none means that there is no such operation.
func (d *documents) statuses(operation, inVersion string) []int {
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
