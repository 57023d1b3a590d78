package contracttests

import (
	"cmp"
	"slices"
	"strings"

	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// findOperation finds what takes a request: in the document of the version, else in that of the
// token endpoint. Op is nil where none does.
func (r *Runner) findOperation(v version.Version, method, path string) (*spec.Operation,
	*spec.Document,
) {
	path = "/" + strings.TrimLeft(path, "/")
	names := []string{spec.OAuth}
	for _, other := range version.All() {
		names = append(names, string(other))
	}
	if v != "" {
		names = append([]string{string(v)}, names...)
	}
	for _, literal := range []bool{true, false} { // a literal path wins, whatever the method
		var without *spec.Document
		for _, name := range names {
			for _, op := range r.documents[name].Operations {
				if literal != !strings.Contains(op.Path, "{") || !samePath(op.Path, path) {
					continue
				}
				if op.Method == method {
					return op, r.documents[name]
				}
				if without == nil {
					without = r.documents[name]
				}
			}
		}
		if without != nil {
			return nil, without
		}
	}
	if strings.HasPrefix(path, "/oauth/") {
		return nil, r.documents[spec.OAuth]
	}
	return nil, r.documents[string(cmp.Or(v, version.V2026))]
}

// samePath compares a path with one of a document, in which {id} stands for one segment.
func samePath(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, got, func(w, g string) bool {
		return w == g || strings.HasPrefix(w, "{") && g != ""
	})
}
