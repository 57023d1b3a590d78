package spec

import (
	"slices"
	"strings"

	"example.com/patmock/spec/version"
)

// resources are the parts of several documents that are written once: the paths and components of
// the resources beside personal access tokens. Their files have the names of all versions but v1.
var resources = []string{"collection", "public-identities", "identities"}

// withResources adds the resources of a version to its document. A document that is no version's
// has none. It splices text, because a document is parsed only once, and is shown as it is written.
func withResources(name string, source []byte) ([]byte, error) {
	v := version.Version(name)
	if !slices.Contains(version.All(), v) {
		return source, nil
	}
	var paths, parameters, schemas strings.Builder
	for _, r := range resources {
		if v.Lacks(r) {
			continue
		}
		text, err := files.ReadFile("documents/resources/" + r + ".yaml")
		if err != nil {
			return nil, err
		}
		section := &paths
		for line := range strings.Lines(string(text)) {
			switch line {
			case "paths:\n":
				section = &paths
			case "  parameters:\n":
				section = &parameters
			case "  schemas:\n":
				section = &schemas
			default:
				if strings.HasPrefix(line, " ") {
					section.WriteString(nameFor(v, line))
				}
			}
		}
	}
	const components = "\ncomponents:\n"
	before, after, _ := strings.Cut(string(source), components)
	return []byte(before + "\n" + paths.String() + components[1:] + "  parameters:\n" +
		parameters.String() + after + schemas.String()), nil
}

// nameFor returns a line of a resource with the names that a version uses. In v1, the version
// follows the resource in paths, ids of operations end in V1, and components are in lower case.
//
// published, for personal access tokens
func nameFor(v version.Version, line string) string {
	if v != version.V1 {
		return line
	}
	const schema = "#/components/schemas/"
	switch key, _, _ := strings.Cut(strings.TrimSpace(line), ":"); {
	case strings.HasPrefix(line, "  /"):
		collection, rest, _ := strings.Cut(key[1:], "/")
		if rest != "" {
			rest = "/" + rest
		}
		return "  /" + collection + "/v1" + rest + ":\n"
	case strings.HasSuffix(key, "operationId"), strings.HasSuffix(key, "operation-id"):
		return strings.TrimSuffix(line, "\n") + "V1\n"
	case strings.Contains(line, schema):
		before, name, _ := strings.Cut(line, schema)
		return before + schema + strings.ToLower(name)
	case isComponent(line):
		return strings.ToLower(line)
	}
	return line
}

// isComponent reports whether a line is the name of a component.
func isComponent(line string) bool {
	return strings.HasPrefix(line, "    ") && line[4] >= 'A' && line[4] <= 'Z'
}
