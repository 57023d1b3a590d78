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
	checkTokenRoute           // a POST that changes nothing
	identityRoute             // identities, which a run only reads
	listRoute                 // all tokens
	tokenRoute                // one token
	bulkRoute                 // the bulk update
)

// route is the resource of a path.
type route struct {
	kind routeKind
	// version is the version of the API, oauth for paths below /oauth, or empty.
	version string
	ids     []string // normalized ids of tokens in the path
}

const resource = "personal-access-tokens"

// resourceVersion matches the version of a resource, which follows the resource in a path.
var resourceVersion = regexp.MustCompile(`^v[0-9]+$`)

// parseRoute parses a path as leniently as any server, so that it finds every token id.
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

// identityResources are the resources that a run reads beside tokens.
var identityResources = []string{"identities", "public-identities"}

// parseOther parses a path without tokens.
func parseOther(segments []string) (p route) {
	i := slices.IndexFunc(segments, func(segment string) bool {
		return slices.Contains(identityResources, segment)
	})
	if i >= 0 {
		return parseIdentities(segments, i)
	}
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

// parseIdentities parses the path of identities. Their resource is the segment with index i.
func parseIdentities(segments []string, i int) route {
	p := route{kind: identityRoute}
	switch {
	case i+1 < len(segments) && resourceVersion.MatchString(segments[i+1]):
		p.version = segments[i+1]
	case i > 0:
		p.version = segments[i-1]
	}
	return p
}

// pathSegments returns the normalized segments of a path, without empty ones.
func pathSegments(u *url.URL) (segments []string) {
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment = normalizeID(segment); segment != "" {
			segments = append(segments, segment)
		}
	}
	return segments
}

// normalizeID returns the same id for all spellings that a lenient server may accept. It ignores
// case, surrounding blanks and trailing parameters.
func normalizeID(id string) string {
	id, _, _ = strings.Cut(id, ";")
	return strings.ToLower(strings.TrimSpace(id))
}

// isSafe reports whether a method is safe (RFC 9110, 9.2.1).
func isSafe(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions, ""},
		method)
}
