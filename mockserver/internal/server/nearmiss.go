package server

import (
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// The path segments of the API, and the maximum edit distance of a misspelled one.
const (
	tokens      = "personal-access-tokens"
	bulkUpdate  = "bulk-update"
	maxDistance = 2
)

var resources = []string{tokens, "identities", "public-identities"}

var (
	versionSegment  = regexp.MustCompile(`^(beta|v[0-9]+)$`)
	oauthOperations = []string{"token", "check_token", "info"}
)

// nearMiss returns the API path that a client probably meant, or "" if there is none. It corrects
// slashes, case, suffixes, a misspelled resource, and a version that is missing, repeated or
// misplaced.
func (h *unmatchedHandler) nearMiss(path string) string {
	var segments, versions []string
	for _, segment := range strings.Split(path, "/") {
		segment = strings.TrimSuffix(segment, ".json")
		if lower := strings.ToLower(segment); versionSegment.MatchString(lower) {
			versions = append(versions, lower)
		} else if segment != "" {
			segments = append(segments, segment)
		}
	}
	if len(segments) == 0 || len(segments) > 2 {
		return ""
	}
	suggestion := h.nearOperation(segments, slices.Compact(versions))
	if suggestion == path {
		return ""
	}
	return suggestion
}

func (h *unmatchedHandler) nearOperation(segments, versions []string) string {
	first := strings.ToLower(segments[0])
	if len(segments) == 2 && isNear(first, "oauth") {
		for _, name := range oauthOperations {
			if isNear(strings.ToLower(segments[1]), name) {
				return "/oauth/" + name
			}
		}
		return ""
	}
	index := slices.IndexFunc(resources, func(name string) bool { return isNear(first, name) })
	if index < 0 || len(versions) > 1 {
		return ""
	}
	resource := resources[index]
	v := h.latest()
	if len(versions) == 1 {
		v = version.Version(versions[0])
	}
	path := v.Path(resource)
	if len(segments) == 1 {
		return h.ifServed(v, path, path)
	}
	if resource == tokens && v == version.V1 && isNear(strings.ToLower(segments[1]), bulkUpdate) {
		return h.ifServed(v, path+"/"+bulkUpdate, path+"/"+bulkUpdate)
	}
	return h.ifServed(v, path+"/{id}", path+"/"+segments[1])
}

// ifServed returns a path if a version has an operation whose path is the template, or else "".
func (h *unmatchedHandler) ifServed(v version.Version, template, path string) string {
	document := h.documents.versions[v]
	if document == nil || !slices.ContainsFunc(document.Operations,
		func(op *spec.Operation) bool { return op.Path == template }) {
		return ""
	}
	return path
}

// latest returns the newest served version whose paths begin with the version.
func (h *unmatchedHandler) latest() version.Version {
	var latest version.Version
	for _, v := range version.All() {
		if h.documents.versions[v] != nil && (v != version.V1 || latest == "") {
			latest = v
		}
	}
	return latest
}

func isNear(segment, name string) bool {
	return len(segment) < 2*len(name) && levenshtein.ComputeDistance(segment, name) <= maxDistance
}
