package spec

import (
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
)

// patternDescriptions describes the values that match the regular expressions of the documents.
var patternDescriptions = map[string]string{
	`\S`:                                 "a text that is not blank",
	`^[0-9a-f]{32}$`:                     "32 lower-case hexadecimal digits",
	`^[0-9a-f]{64}$`:                     "64 lower-case hexadecimal digits",
	`^[0-9]{1,6}$`:                       "a number up to 999999",
	`^[1-5][0-9][0-9]$`:                  "a status from 100 to 599",
	`^[A-Za-z0-9._-]{1,64}$`:             "up to 64 letters, digits, dots, underscores and dashes",
	`^[A-Za-z0-9_-]{43}$`:                "43 characters of base64url",
	`^urn:problem-type:patmock:[a-z-]+$`: "a URN such as urn:problem-type:patmock:not-found",
	`^(off|[0-9]+/[0-9a-z.]+)$`:          "requests and a window such as 100/10s, or off",
	`^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+$`: "a duration such as 3s, 90m or 1d12h",
	`^([0-9]+(\.[0-9]+)?(ms|s))+$`:       "a duration such as 500ms or 2s",
	`^[^@ \t\n\f\r]+@[^@ \t\n\f\r]+$`:    "an email address such as jane.doe@example.com",
	`^([0-9]+(\.[0-9]+)?(ms|s|m))+(-([0-9]+(\.[0-9]+)?(ms|s|m))+)?$`: "a duration such as 200ms, " +
		"or a range such as 100ms-300ms",
}

// describePattern describes the strings that match the pattern of a schema.
func describePattern(s *openapi3.Schema) string {
	if description := patternDescriptions[s.Pattern]; description != "" {
		return description
	}
	if s.Example != nil {
		return fmt.Sprintf("a text such as %v", s.Example)
	}
	return "a text that matches " + s.Pattern
}
