package tenantguard

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// kind of a place.
type kind int

const (
	elsewhere  kind = iota
	login           // the token endpoint
	inspection      // its neighbour check_token, which is asked by POST and changes nothing
	collection      // the tokens as a whole
	single          // one token
	bulk            // the bulk update
)

// A place is what a path leads to.
type place struct {
	kind kind
	// version of the API, oauth for the token endpoint and its neighbours, empty where the path names none.
	version string
	// ids of tokens in the path, folded.
	ids []string
}

const resource = "personal-access-tokens"

// resourceVersion is the version of a resource, which stands behind it.
var resourceVersion = regexp.MustCompile(`^v[0-9]+$`)

// placeOf reads a path, also one that only a lenient server would take for what it leads to: nothing that may be the id of a
// token is overlooked.
func placeOf(base, u *url.URL) place {
	segments := segmentsOf(u)
	if in := segmentsOf(base); len(in) <= len(segments) && slices.Equal(in, segments[:len(in)]) {
		segments = segments[len(in):]
	}
	at := slices.Index(segments, resource)
	if at < 0 {
		return besides(segments)
	}
	p := place{kind: collection}
	if at > 0 {
		p.version = segments[at-1]
	}
	for _, segment := range segments[at+1:] {
		switch {
		case segment == "bulk-update":
			p.kind = bulk
		case resourceVersion.MatchString(segment):
			p.version = segment
		default:
			p.ids = append(p.ids, segment)
		}
	}
	if p.kind == collection && len(p.ids) > 0 {
		p.kind = single
	}
	return p
}

// besides is a place that is none of tokens.
func besides(segments []string) (p place) {
	if len(segments) == 0 || segments[0] != "oauth" {
		return p
	}
	p.version = "oauth"
	if len(segments) == 2 {
		p.kind = map[string]kind{"token": login, "check_token": inspection}[segments[1]]
	}
	return p
}

// segmentsOf are what stands between the slashes, which may be several in a row or escaped.
func segmentsOf(u *url.URL) (segments []string) {
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment = fold(segment); segment != "" {
			segments = append(segments, segment)
		}
	}
	return segments
}

// fold makes the same of whatever a lenient server may take for the same id: capitals, blanks around it, parameters behind it.
func fold(id string) string {
	id, _, _ = strings.Cut(id, ";")
	return strings.ToLower(strings.TrimSpace(id))
}

// reads tells that a method changes nothing (RFC 9110, 9.2.1).
func reads(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions, ""}, method)
}
