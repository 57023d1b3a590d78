package mockserver

import (
	"golang.org/x/sync/errgroup"

	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// documents are those that the mock serves and holds its answers against.
type documents struct {
	versions       map[version.Version]*spec.Document
	oauth, control *spec.Document
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
	d := &documents{versions: map[version.Version]*spec.Document{}, oauth: loaded[0], control: loaded[1]}
	for i, v := range versions {
		d.versions[v] = loaded[i+2]
	}
	return d, nil
}
