package server

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"example.com/patmock/mockserver/control"
	controls "example.com/patmock/mockserver/internal/controlapi"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// apiStrangers responds to requests that match no operation of the API.
type apiStrangers struct {
	documents *documents
	writer    response.Writer
	fallback  http.Handler // nil for none
	apart     bool         // the control API has a listener of its own
}

// tooLarge rejects a body by its announced length, even if nothing would read it.
func (s *apiStrangers) tooLarge(rw http.ResponseWriter, r *http.Request, p *path) {
	s.reject(rw, r, p.document, response.TooLarge, response.Reason{
		Rule: rule.ContentTooLarge, Text: fmt.Sprintf("body: expected at most %d bytes, got %d", p.maxBody, r.ContentLength),
	})
}

func (s *apiStrangers) methodNotAllowed(rw http.ResponseWriter, r *http.Request, p *path, allowed string) {
	cause := response.Reason{Rule: rule.MethodNotAllowed, Text: fmt.Sprintf("method: expected %s, got %s", allowed, response.Truncate(r.Method))}
	unmatched(r, control.UnmatchedPath, cause.String(), methodRemedy(r, p, allowed))
	rw.Header().Set("Allow", allowed)
	s.reject(rw, r, p.document, response.MethodNotAllowed, cause)
}

// methodRemedy says what to do instead of a request whose method its path does not have.
func methodRemedy(r *http.Request, p *path, allowed string) string {
	if safe(r.Method) && p.methods[http.MethodPatch] != nil && p.methods[http.MethodDelete] != nil {
		return "request the list and look for the token: no operation gets one token by its id"
	}
	return "send " + strings.ReplaceAll(allowed, ", ", " or ") + " to this path"
}

// unmatched notes that no operation takes a request.
func unmatched(r *http.Request, kind, why, remedy string) {
	trace := response.InfoFrom(r)
	trace.Unmatched = true
	trace.AddFinding(kind, why, remedy)
}

// otherResource is a path of the per-resource APIs, such as /accounts/v1/{id}.
var otherResource = regexp.MustCompile(`^/[a-z][a-z0-9-]*/v[0-9]+(/|$)`)

// notFound responds to a path without operation: 404 to a near-miss of one of ours, 501 if a tenant has
// the path and the mock does not, so that it is not taken for missing data, and 404 to anything else.
func (s *apiStrangers) notFound(rw http.ResponseWriter, r *http.Request) {
	if isIndex(r) {
		s.documents.index(s.writer, rw, r, s.apart)
		return
	}
	at := r.URL.EscapedPath()
	base, _, _ := strings.Cut(strings.TrimPrefix(at, "/"), "/")
	v, known := s.versionOf(at, base)
	document := s.documents.outside(at)
	if served := s.documents.versions[v]; served != nil {
		document = served
	}
	meant := s.nearMiss(at)
	switch {
	case r.ContentLength > maxBody:
		s.tooLarge(rw, r, &path{document: document, maxBody: maxBody})
	case meant != "":
		meant = response.Truncate(response.InfoFrom(r).Prefix + meant)
		s.noSuchPath(rw, r, document, fmt.Sprintf("path: did you mean %s? got %s", meant, response.Truncate(at)), "send the request to "+meant)
	case s.fallback != nil && !strings.Contains(at, surface):
		s.forwarded(rw, r)
	case isBrowserRequest(r):
		response.InfoFrom(r).Browser = true
		why := response.Reason{Rule: rule.UnmatchedPath, Text: "path: a tenant has nothing at " + response.Truncate(at)}
		s.reject(rw, r, document, response.NotFound, why)
	case known && s.documents.versions[v] == nil && under(at, v.CollectionPath()):
		advice := fmt.Sprintf("start patmock with %s among its --versions", v)
		s.rejectUnserved(rw, r, document, fmt.Sprintf("this patmock was started without version %s", v), advice, advice)
	case known && under(at, v.CollectionPath()):
		s.noSuchPath(rw, r, document, "path: nothing is below a token, got "+response.Truncate(at), "send the request to the token itself")
	case under(at, surface):
		s.noSuchPath(rw, r, document, "path: the control API of this mock has a listener of its own, whose address the mock printed at its start",
			"send the request to the listener of the control API")
	case under(at, "/oauth/authorize"):
		s.notSimulated(rw, r, document, "patmock has no login page: log in by grant_type=client_credentials",
			"log in by POST /oauth/token and grant_type=client_credentials")
	case under(at, "/cc"):
		s.notSimulated(rw, r, document, "patmock has none of the private APIs below /cc", "")
	case !known && unknownVersion.MatchString(base):
		advice := fmt.Sprintf("send one of %s instead of %s", s.served(), response.Truncate(base))
		s.rejectUnserved(rw, r, document, fmt.Sprintf("patmock does not know version %s; it serves %s", response.Truncate(base), s.served()), advice, advice)
	case known || base == "latest" || otherResource.MatchString(at):
		s.notSimulated(rw, r, document, "patmock serves personal access tokens and /oauth only", "")
	default:
		s.noSuchPath(rw, r, document, "path: a tenant has nothing at "+response.Truncate(at), "")
	}
}

// unknownVersion is the base of a version that may exist by now.
var unknownVersion = regexp.MustCompile(`^v[0-9]+$`)

// versionOf returns the version that a path belongs to, and reports whether there is one.
func (s *apiStrangers) versionOf(at, base string) (version.Version, bool) {
	if under(at, version.V1.CollectionPath()) {
		return version.V1, true
	}
	v, err := version.Parse(base)
	return v, err == nil && v != version.V1 // v1 is behind its resource
}

// served lists the versions of the mock.
func (s *apiStrangers) served() string {
	var names []string
	for _, v := range s.documents.served() {
		names = append(names, string(v))
	}
	return strings.Join(names, ", ")
}

// served returns the versions of the mock in their order.
func (d *documents) served() []version.Version {
	return slices.DeleteFunc(version.All(), func(v version.Version) bool { return d.versions[v] == nil })
}

// under tells whether a path is another one or below it.
func under(path, other string) bool { return path == other || strings.HasPrefix(path, other+"/") }

func (s *apiStrangers) notSimulated(rw http.ResponseWriter, r *http.Request, document *spec.Document, why, remedy string) {
	s.rejectUnserved(rw, r, document, why, remedy, "")
}

// rejectUnserved rejects a request that a tenant may serve. An empty remedy or advice is that of the kind.
func (s *apiStrangers) rejectUnserved(rw http.ResponseWriter, r *http.Request, document *spec.Document, why, remedy, advice string) {
	text := fmt.Sprintf("%s %s is not simulated: %s", response.Truncate(r.Method), response.Truncate(r.URL.EscapedPath()), why)
	unmatched(r, control.NotSimulated, text, remedy)
	e := response.Errorf(response.NotSimulated, response.Reason{Rule: rule.NotSimulated, Text: text})
	e.Advice = advice
	s.writer.Write(rw, r, s.writer.ErrorResponse(r, e), document.CheckUnrouted)
}

func (s *apiStrangers) noSuchPath(rw http.ResponseWriter, r *http.Request, document *spec.Document, cause, remedy string) {
	why := response.Reason{Rule: rule.UnmatchedPath, Text: cause}
	unmatched(r, control.UnmatchedPath, why.String(), remedy)
	s.reject(rw, r, document, response.NotFound, why)
}

// reject writes an error in the form that the path has.
func (s *apiStrangers) reject(rw http.ResponseWriter, r *http.Request, document *spec.Document, kind response.Kind, why response.Reason) {
	s.writer.Write(rw, r, s.writer.ErrorResponse(r, response.Errorf(kind, why)), document.CheckUnrouted)
}

// controlStrangers answers what no operation of the control surface takes, as problems.
type controlStrangers struct {
	documents *documents
	writer    response.Writer
}

func (s *controlStrangers) tooLarge(rw http.ResponseWriter, r *http.Request, p *path) {
	s.reject(rw, r, controls.TooLarge(p.maxBody))
}

func (s *controlStrangers) methodNotAllowed(rw http.ResponseWriter, r *http.Request, _ *path, allowed string) {
	text := fmt.Sprintf("expected %s, got %s", allowed, response.Truncate(r.Method))
	e := response.Errorf(response.MethodNotAllowed, response.Reason{Rule: rule.MethodNotAllowed, Text: text})
	e.Header = http.Header{"Allow": {allowed}}
	s.reject(rw, r, e)
}

func (s *controlStrangers) notFound(rw http.ResponseWriter, r *http.Request) {
	if isIndex(r) {
		s.documents.index(s.writer, rw, r, false)
		return
	}
	text := fmt.Sprintf("there is nothing at %s: GET /_mock/spec/control lists what there is", response.Truncate(r.URL.EscapedPath()))
	s.reject(rw, r, response.Errorf(response.NotFound, response.Reason{Rule: rule.ControlUnknownPath, Text: text}))
}

func (s *controlStrangers) reject(rw http.ResponseWriter, r *http.Request, err error) {
	s.writer.Write(rw, r, s.writer.ErrorResponse(r, err), s.documents.control.CheckUnrouted)
}
