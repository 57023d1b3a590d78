package server

import (
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"example.com/patmock/spec/version"
)

// The segments of our paths, and how far another may be from one of them to be taken for it.
const (
	resource    = "personal-access-tokens"
	bulkUpdate  = "bulk-update"
	maxDistance = 2
)

var (
	versionSegment  = regexp.MustCompile(`^(beta|v[0-9]+)$`)
	oauthOperations = []string{"token", "check_token", "info"}
)

// nearMiss returns the path of ours that a client meant, empty if there is none: one with other
// slashes or capitals, a suffix, a misspelt resource, or a version that is missing, doubled or in
// another place.
func (s *unmatchedHandler) nearMiss(path string) string {
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
	suggestion := s.nearOperation(segments, slices.Compact(versions))
	if suggestion == path {
		return ""
	}
	return suggestion
}

func (s *unmatchedHandler) nearOperation(segments, versions []string) string {
	first := strings.ToLower(segments[0])
	if len(segments) == 2 && isNear(first, "oauth") {
		for _, name := range oauthOperations {
			if isNear(strings.ToLower(segments[1]), name) {
				return "/oauth/" + name
			}
		}
		return ""
	}
	if !isNear(first, resource) || len(versions) > 1 {
		return ""
	}
	v := s.latest()
	if len(versions) == 1 {
		v = version.Version(versions[0])
	}
	if s.documents.versions[v] == nil {
		return ""
	}
	path := v.CollectionPath()
	if len(segments) == 1 {
		return path
	}
	if v == version.V1 && isNear(strings.ToLower(segments[1]), bulkUpdate) {
		return path + "/" + bulkUpdate
	}
	return path + "/" + segments[1]
}

// latest returns the newest version that is served, of those with the version in front.
func (s *unmatchedHandler) latest() version.Version {
	var latest version.Version
	for _, v := range version.All() {
		if s.documents.versions[v] != nil && (v != version.V1 || latest == "") {
			latest = v
		}
	}
	return latest
}

func isNear(segment, name string) bool {
	return len(segment) < 2*len(name) && levenshtein.ComputeDistance(segment, name) <= maxDistance
}
