package server

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/controlapi"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// unmatchedHandler responds to requests that match no operation of the API.
type unmatchedHandler struct {
	documents *documents
	writer    response.Writer
	fallback  http.Handler      // nil if there is none
	control   *controlElsewhere // nil if the control API is served at the same address
}

// controlElsewhere has the texts about a control API that is served at another address.
type controlElsewhere struct {
	// index is a sentence of the index page, cause and remedy are those of a request to /_mock/.
	index, cause, remedy string
}

var (
	// separateControl is for a mock whose control API has its own listener.
	separateControl = controlElsewhere{
		"The control API of this mock has its own listener. The mock prints the address when it " +
			"starts.",
		"path: the control API of this mock has its own listener; the mock prints the address " +
			"when it starts",
		"send the request to the listener of the control API",
	}
	// tenantControl is for the host of a tenant, which a proxy intercepts.
	tenantControl = controlElsewhere{
		"The control API is at the address in PATMOCK_URL.",
		"path: the host of a tenant has no control API",
		"send the request to the address in PATMOCK_URL",
	}
)

// rejectTooLarge rejects a body by its Content-Length, even if no operation would read it.
func (s *requestState) rejectTooLarge(r *http.Request, p *route) {
	if s.info.Form == response.Control {
		s.reject(r, controlapi.TooLarge(p.maxBody))
		return
	}
	s.unmatched.tooLarge(s.rw, r, p.document)
}

func (h *unmatchedHandler) tooLarge(
	rw http.ResponseWriter, r *http.Request, document *spec.Document,
) {
	h.reject(rw, r, document, response.TooLarge, response.Reason{
		Rule: rule.ContentTooLarge,
		Text: fmt.Sprintf("body: expected at most %d bytes, got %d", maxBodyBytes, r.ContentLength),
	})
}

// rejectMethod rejects a method that the path does not allow.
func (s *requestState) rejectMethod(r *http.Request, p *route) {
	if get := p.operations[http.MethodGet]; r.Method == http.MethodDelete && get != nil &&
		get.name == operationNames["getIdentity"] { // published, docs/behaviour.md#identity-delete
		if s.unmatched.fallback != nil {
			s.unmatched.serveFallback(s.rw, r)
			return
		}
		const advice = "do not send such requests, or forward them with --fallback"
		s.unmatched.rejectUnserved(s.rw, r, p.document, "patmock only reads identities", advice,
			advice)
		return
	}
	text := fmt.Sprintf("expected %s, got %s", p.allowed, response.Truncate(r.Method))
	document := s.documents.control
	if s.info.Form != response.Control {
		text, document = "method: "+text, p.document
	}
	reason := response.Reason{Rule: rule.MethodNotAllowed, Text: text}
	if s.info.Form != response.Control {
		addUnmatchedFinding(r, control.UnmatchedPath, reason.String(),
			methodRemedy(r, p, p.allowed))
	}
	e := response.NewError(response.MethodNotAllowed, reason)
	e.Header = http.Header{"Allow": {p.allowed}}
	s.writer.Write(s.rw, r, s.writer.ErrorResponse(r, e), document.ValidateUnmatched)
}

// isIdentityJob reports whether a path has the name of a job in the place of the ID of an identity.
// A POST starts the job (published, docs/behaviour.md#identity-delete).
func isIdentityJob(path string) bool {
	collection, isJob := strings.CutSuffix(path, "/process")
	if !isJob {
		collection, isJob = strings.CutSuffix(path, "/invite")
	}
	return isJob && slices.ContainsFunc(version.All(), func(v version.Version) bool {
		return collection == v.Path("identities")
	})
}

// methodRemedy returns the remedy for a request whose method the path does not allow.
func methodRemedy(r *http.Request, p *route, allowed string) string {
	if isSafe(r.Method) && p.operations[http.MethodPatch] != nil &&
		p.operations[http.MethodDelete] != nil {
		return "list the tokens and search the list: no operation returns a single token"
	}
	return "send " + strings.ReplaceAll(allowed, ", ", " or ") + " to this path"
}

// addUnmatchedFinding adds a finding about a request that matches no operation.
func addUnmatchedFinding(r *http.Request, kind, detail, remedy string) {
	info := response.InfoFrom(r)
	info.Unmatched = true
	info.AddFinding(kind, detail, remedy)
}

// otherResource matches the paths of other APIs, such as /accounts/v1/{id}.
var otherResource = regexp.MustCompile(`^/[a-z][a-z0-9-]*/v[0-9]+(/|$)`)

// notFound responds to a path without an operation. A near miss of an API path is 404. A path that
// only a real tenant serves is 501, so that it is not mistaken for missing data. Anything else is
// 404.
//
// The hint about a similar stub is added to the cause. It may be empty.
func (h *unmatchedHandler) notFound(rw http.ResponseWriter, r *http.Request, hint string) {
	if isIndex(r) {
		h.documents.writeIndex(h.writer, rw, r, h.control)
		return
	}
	path := r.URL.EscapedPath()
	base, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	v, known := h.versionOf(path, base)
	document := h.documents.forUnmatched(path)
	if served := h.documents.versions[v]; served != nil {
		document = served
	}
	suggestion := h.nearMiss(path)
	switch {
	case r.ContentLength > maxBodyBytes:
		h.tooLarge(rw, r, document)
	case suggestion != "":
		suggestion = response.Truncate(response.InfoFrom(r).Prefix + suggestion)
		h.rejectPath(rw, r, document,
			fmt.Sprintf("path: did you mean %s? got %s", suggestion, response.Truncate(path)),
			"send the request to "+suggestion)
	case h.fallback != nil && !strings.Contains(path, controlPath):
		h.serveFallback(rw, r)
	case isBrowserRequest(r):
		response.InfoFrom(r).Browser = true
		reason := response.Reason{
			Rule: rule.UnmatchedPath,
			Text: "path: a tenant has nothing at " + response.Truncate(path),
		}
		h.reject(rw, r, document, response.NotFound, reason)
	case known && h.documents.versions[v] == nil && isSimulated(v, path):
		advice := fmt.Sprintf("add %s to --versions", v)
		h.rejectUnserved(rw, r, document,
			fmt.Sprintf("this patmock was started without version %s", v), advice, advice)
	case known && hasPathPrefix(path, v.CollectionPath()):
		h.rejectPath(rw, r, document,
			"path: nothing is below a token, got "+response.Truncate(path),
			"send the request to the token itself")
	case hasPathPrefix(path, controlPath) && h.control != nil:
		h.rejectPath(rw, r, document, h.control.cause, h.control.remedy)
	case hasPathPrefix(path, "/oauth/authorize"):
		h.notImplemented(rw, r, document,
			"patmock has no login page: log in with grant_type=client_credentials",
			"log in with POST /oauth/token and grant_type=client_credentials")
	case hasPathPrefix(path, "/cc"):
		h.notImplemented(rw, r, document, "patmock has none of the private APIs below /cc"+
			cmp.Or(hint, addStubHint), "")
	case !known && unknownVersion.MatchString(base):
		advice := fmt.Sprintf("send one of %s instead of %s", h.joinServedVersions(),
			response.Truncate(base))
		h.rejectUnserved(rw, r, document,
			fmt.Sprintf("patmock does not know version %s; it serves %s", response.Truncate(base),
				h.joinServedVersions()), advice, advice)
	case known && isLacking(v, path):
		h.notImplemented(rw, r, document, fmt.Sprintf("version %s does not have it%s", v,
			cmp.Or(hint, addStubHint)), "")
	case known || base == "latest" || otherResource.MatchString(path):
		h.notImplemented(rw, r, document,
			"patmock serves personal access tokens, identities and /oauth only"+
				cmp.Or(hint, addStubHint), "")
	default:
		h.rejectPath(rw, r, document,
			"path: a tenant has nothing at "+response.Truncate(path)+hint, "")
	}
}

// unknownVersion matches the first segment of a version that may exist in the future.
var unknownVersion = regexp.MustCompile(`^v[0-9]+$`)

// versionOf returns the version that a path belongs to, and reports whether there is one.
func (h *unmatchedHandler) versionOf(path, base string) (version.Version, bool) {
	if isSimulated(version.V1, path) {
		return version.V1, true
	}
	v, err := version.Parse(base)
	return v, err == nil && v != version.V1 // v1 follows its resource
}

// isSimulated reports whether a path belongs to a resource that patmock simulates in a version.
func isSimulated(v version.Version, path string) bool {
	return slices.ContainsFunc(resources, func(resource string) bool {
		return hasPathPrefix(path, v.Path(resource)) && !v.Lacks(resource)
	})
}

// isLacking reports whether a path belongs to a resource that a version lacks.
func isLacking(v version.Version, path string) bool {
	return slices.ContainsFunc(resources, func(resource string) bool {
		return hasPathPrefix(path, v.Path(resource)) && v.Lacks(resource)
	})
}

// joinServedVersions returns the served versions as a list for a message.
func (h *unmatchedHandler) joinServedVersions() string {
	var names []string
	for _, v := range h.documents.servedVersions() {
		names = append(names, string(v))
	}
	return strings.Join(names, ", ")
}

// servedVersions returns the served versions in their order.
func (d *documents) servedVersions() []version.Version {
	return slices.DeleteFunc(version.All(), func(v version.Version) bool {
		return d.versions[v] == nil
	})
}

// hasPathPrefix reports whether a path equals another one or is below it.
func hasPathPrefix(path, other string) bool {
	return path == other || strings.HasPrefix(path, other+"/")
}

func (h *unmatchedHandler) notImplemented(
	rw http.ResponseWriter, r *http.Request, document *spec.Document, cause, remedy string,
) {
	h.rejectUnserved(rw, r, document, cause, remedy, "")
}

// rejectUnserved rejects a request that a tenant may serve. If remedy or advice is empty, the
// default of the error's kind is used.
func (h *unmatchedHandler) rejectUnserved(
	rw http.ResponseWriter, r *http.Request, document *spec.Document, cause, remedy, advice string,
) {
	text := fmt.Sprintf("%s %s is not simulated: %s", response.Truncate(r.Method),
		response.Truncate(r.URL.EscapedPath()), cause)
	addUnmatchedFinding(r, control.NotSimulated, text, remedy)
	e := response.NewError(response.NotSimulated, response.Reason{
		Rule: rule.NotSimulated, Text: text,
	})
	e.Advice = advice
	h.writer.Write(rw, r, h.writer.ErrorResponse(r, e), document.ValidateUnmatched)
}

func (h *unmatchedHandler) rejectPath(
	rw http.ResponseWriter, r *http.Request, document *spec.Document, cause, remedy string,
) {
	reason := response.Reason{Rule: rule.UnmatchedPath, Text: cause}
	addUnmatchedFinding(r, control.UnmatchedPath, reason.String(), remedy)
	h.reject(rw, r, document, response.NotFound, reason)
}

// reject writes an error in the form of the path.
func (h *unmatchedHandler) reject(rw http.ResponseWriter, r *http.Request, document *spec.Document,
	kind response.Kind, reason response.Reason,
) {
	h.writer.Write(rw, r, h.writer.ErrorResponse(r, response.NewError(kind, reason)),
		document.ValidateUnmatched)
}

// controlNotFound responds to a request that matches no operation of the control API.
func (s *requestState) controlNotFound(r *http.Request) {
	if isIndex(r) {
		s.documents.writeIndex(s.writer, s.rw, r, nil)
		return
	}
	text := fmt.Sprintf("no operation at %s: GET /_mock/spec/control returns the document of the "+
		"control API",
		response.Truncate(r.URL.EscapedPath()))
	s.reject(r,
		response.NewError(response.NotFound, response.Reason{
			Rule: rule.ControlUnknownPath, Text: text,
		}))
}
