package contracttests

import (
	"cmp"
	"slices"
	"strings"

	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// findOperation returns the operation of a request and its document. It searches the document of
// the version, then that of the token endpoint, then those of the other versions. The operation is
// nil if none matches.
func (r *Runner) findOperation(
	v version.Version, method, path string,
) (*spec.Operation, *spec.Document) {
	path = "/" + strings.TrimLeft(path, "/")
	names := []string{spec.OAuth}
	for _, other := range version.All() {
		names = append(names, string(other))
	}
	if v != "" {
		names = append([]string{string(v)}, names...)
	}
	// a literal path takes precedence, whatever the method
	for _, literal := range []bool{true, false} {
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

// samePath reports whether a path matches a path template, in which {id} matches one segment.
func samePath(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, got, func(w, g string) bool {
		return w == g || strings.HasPrefix(w, "{") && g != ""
	})
}
