package tenantguard

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

type routeKind int

const (
	otherRoute      routeKind = iota
	loginRoute                // the token endpoint
	checkTokenRoute           // its neighbour: a POST that changes nothing
	listRoute                 // all tokens
	tokenRoute                // one token
	bulkRoute                 // the bulk update
)

// route is what a path leads to.
type route struct {
	kind routeKind
	// version of the API, oauth for the token endpoint and its neighbors, empty if the path has
	// none.
	version string
	ids     []string // of tokens in the path, folded
}

const resource = "personal-access-tokens"

// resourceVersion matches the version of a resource. It is behind the resource in a path.
var resourceVersion = regexp.MustCompile(`^v[0-9]+$`)

// routeOf parses a path as the most lenient server does, so that no id of a token is overlooked.
func parseRoute(base, u *url.URL) route {
	segments := pathSegments(u)
	if prefix := pathSegments(base); len(prefix) <= len(segments) &&
		slices.Equal(prefix, segments[:len(prefix)]) {
		segments = segments[len(prefix):]
	}
	i := slices.Index(segments, resource)
	if i < 0 {
		return parseOther(segments)
	}
	p := route{kind: listRoute}
	if i > 0 {
		p.version = segments[i-1]
	}
	for _, segment := range segments[i+1:] {
		switch {
		case segment == "bulk-update":
			p.kind = bulkRoute
		case resourceVersion.MatchString(segment):
			p.version = segment
		default:
			p.ids = append(p.ids, segment)
		}
	}
	if p.kind == listRoute && len(p.ids) > 0 {
		p.kind = tokenRoute
	}
	return p
}

// parseOther parses a path that leads to no token.
func parseOther(segments []string) (p route) {
	if len(segments) == 0 || segments[0] != "oauth" {
		return p
	}
	p.version = "oauth"
	if len(segments) == 2 {
		p.kind = map[string]routeKind{
			"token": loginRoute, "check_token": checkTokenRoute,
		}[segments[1]]
	}
	return p
}

// segmentsOf returns the segments of a path, folded. Empty ones are left out.
func pathSegments(u *url.URL) (segments []string) {
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment = normalizeID(segment); segment != "" {
			segments = append(segments, segment)
		}
	}
	return segments
}

// fold returns the same for all ids that a lenient server may take for the same one: it ignores
// case, blanks around an id, and parameters behind it.
func normalizeID(id string) string {
	id, _, _ = strings.Cut(id, ";")
	return strings.ToLower(strings.TrimSpace(id))
}

// isSafe reports whether a method changes nothing (RFC 9110, 9.2.1).
func isSafe(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions, ""},
		method)
}
