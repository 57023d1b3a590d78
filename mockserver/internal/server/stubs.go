package server

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"example.com/patmock/internal/pathpattern"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// stubOperation is the name of requests that stubs match, in fault rules and in the journal.
const stubOperation = "stub"

// simulated describes a path that patmock simulates in some version and that a pattern matches. It
// returns "" if there is none. Versions that this mock does not serve count as well: another mock
// serves them.
func (d *documents) simulated(p pathpattern.Pattern) (string, error) {
	for _, reserved := range []string{controlPath, "/oauth"} {
		if p.Overlaps(pathpattern.Below(reserved)) {
			return reserved + "/**", nil
		}
	}
	if p.Overlaps(pathpattern.OfTemplate("/")) {
		return "/", nil
	}
	if isIdentityJob(p.String()) {
		return "", nil
	}
	for _, v := range version.All() {
		document := d.versions[v]
		if document == nil {
			var err error
			if document, err = spec.Load(string(v)); err != nil {
				return "", err
			}
		}
		for _, op := range document.Operations {
			if p.Overlaps(pathpattern.OfTemplate(op.Path)) {
				return op.Path, nil
			}
		}
	}
	return "", nil
}

// serveStub responds to a request that a stub matches. It reports whether there is one. It is
// called only for requests that match no route, so that a stub never hides an operation.
func (s *requestState) serveStub(r *http.Request) bool {
	path := r.URL.EscapedPath()
	stub, ok := s.tenant.Stubs.Match(r.Method, path)
	if !ok {
		return false
	}
	s.info.Operation, s.info.Version = stubOperation, string(s.unmatched.versionOfPath(path))
	if r.ContentLength > maxBodyBytes {
		s.unmatched.tooLarge(s.rw, r, s.documents.anyVersion)
		return true
	}
	s.tenant.API.ServeStub(s.rw, r, stub)
	if s.info.Stub != "" {
		s.tenant.Stubs.CountHit(stub.ID)
	}
	return true
}

// versionOfPath returns the served version that a path belongs to, or "" if there is none.
func (h *unmatchedHandler) versionOfPath(path string) version.Version {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	v, known := h.versionOf(path, first)
	if second, _, _ := strings.Cut(rest, "/"); !known && second == string(version.V1) {
		v = version.V1
	}
	if h.documents.versions[v] == nil {
		return ""
	}
	return v
}

// stubMethods returns the methods that a preflight may allow for a path that stubs match. It is
// empty if none does.
func stubMethods(methods []string, all bool) string {
	if all {
		methods = append(slices.Clone(methods), strings.Split(allMethods, ", ")...)
		methods = append(methods, http.MethodPut)
		slices.Sort(methods)
		methods = slices.Compact(methods)
	}
	return strings.Join(methods, ", ")
}

// addStubHint is the end of a message about a path that only a real tenant serves.
const addStubHint = "; patmock control stub add adds a response"

// stubHint returns the end of a message about a request that no stub matches. It describes a stub
// whose method or trailing slash differs. It is empty if there is none.
func (s *requestState) stubHint(r *http.Request) string {
	stub, ok := s.tenant.Stubs.Near(r.URL.EscapedPath())
	if !ok {
		return ""
	}
	return "; stub " + stub.ID + " is for " + cmp.Or(stub.Method, "any method") + " " +
		response.Truncate(stub.Path)
}
