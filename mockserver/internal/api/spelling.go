package api

import (
	"slices"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/redact"
)

// Names that clients misspell.
var (
	propertyNames = []string{
		"name", "scope", "accessTokenValiditySeconds", "expirationDate",
		"userAwareTokenNeverExpires", "ids", "patch", "op", "path", "value",
	}
	// serverProperties are the properties that occur only in responses.
	serverProperties = []string{"id", "secret", "owner", "created", "lastUsed", "managed"}
)

// normalizeName removes the usual differences of misspelled names: capitals, dashes, underscores,
// and a plural s.
func normalizeName(name string) string {
	return strings.TrimSuffix(strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name)),
		"s")
}

// nearestName returns the known name that is equal to name after normalization, or "".
func nearestName(name string, known []string) string {
	if len(name) > limit.Text {
		return ""
	}
	for _, candidate := range known {
		if normalizeName(candidate) == normalizeName(name) {
			return candidate
		}
	}
	return ""
}

// noteUnknownParameters adds findings for query parameters that the operation does not have. A
// suggested spelling is also a hint in the error of this request.
func (req *request) noteUnknownParameters() {
	req.noteEmptyParameters()
	unknown := slices.DeleteFunc(req.operation.UnknownQuery(req.query), func(name string) bool {
		return req.isPaged() && slices.Contains(pagingParameters, name)
	})
	req.info.AddFindings(control.UnknownParameter, len(unknown),
		func(i int) (detail, remedy string) {
			name := unknown[i]
			text := "query parameter " + redact.Quote(name) + " does not exist in " +
				req.operation.ID +
				" and was ignored"
			suggestion := nearestName(name, req.operation.QueryNames())
			if suggestion == "" {
				return text, req.parameterRemedy(name)
			}
			text += ": did you mean " + suggestion + "?"
			req.info.Hints = append(req.info.Hints, text)
			return text, "send " + suggestion + " instead"
		})
	if owner := req.query.Get("owner-id"); owner != "me" &&
		strings.EqualFold(strings.TrimSpace(owner), "me") {
		text := "query parameter owner-id: " + redact.Quote(owner) +
			" is treated as an id: did you mean me?"
		req.info.Hints = append(req.info.Hints, text)
		req.info.AddFinding(control.InvalidProperty, text, "send owner-id=me")
	}
}

// textParameters are the query parameters that any text is valid for.
var textParameters = []string{"owner-id", "filters", "sorters"}

// noteEmptyParameters adds findings for empty parameters. They count as absent.
func (req *request) noteEmptyParameters() {
	for _, name := range textParameters {
		values := req.query[name]
		if len(values) == 1 && values[0] == "" &&
			slices.Contains(req.operation.QueryNames(), name) {
			req.info.AddFinding(control.IgnoredParameter,
				"query parameter "+name+" is empty and counts as absent",
				"send "+name+" with a value, or not at all")
		}
	}
}

// parameterRemedy returns the remedy for a query parameter that the operation does not have.
func (req *request) parameterRemedy(name string) string {
	names := req.operation.QueryNames()
	switch {
	case len(names) == 0:
		return "remove the parameter: " + req.operation.ID + " has none of that name"
	case !req.isList():
	case slices.Contains(pagingParameters, name):
		return "remove the parameter: the list is complete and has no pages"
	case name == "sorters":
		return "remove the parameter, and sort the list yourself"
	}
	last := len(names) - 1
	return "remove the parameter: the list has " + strings.Join(names[:last], ", ") + " and " +
		names[last]
}
