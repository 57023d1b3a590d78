package api

import (
	"slices"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/redact"
)

// The names that clients misspell.
var (
	queryNames    = []string{"owner-id", "filters"}
	propertyNames = []string{
		"name", "scope", "accessTokenValiditySeconds", "expirationDate",
		"userAwareTokenNeverExpires", "ids", "patch", "op", "path", "value",
	}
	// serverProperties are those of a response that no request has.
	serverProperties = []string{"id", "secret", "owner", "created", "lastUsed", "managed"}
)

// plain removes what misspelt names differ in: capitals, dashes, underscores, and a plural.
func plain(name string) string {
	return strings.TrimSuffix(strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name)),
		"s")
}

// nearestName returns the name that another one nearly is, and nothing if there is none.
func nearestName(name string, known []string) string {
	if len(name) > limit.Text {
		return ""
	}
	for _, candidate := range known {
		if plain(candidate) == plain(name) {
			return candidate
		}
	}
	return ""
}

// checkNames notes query parameters that the operation does not have. The right spelling of one is
// also a hint for the error of this request, if there is one.
func (x *exchange) checkNames() {
	x.findEmpty()
	unknown := slices.DeleteFunc(x.operation.UnknownQuery(x.query), func(name string) bool {
		return x.pages() && slices.Contains(pagingParameters, name)
	})
	x.info.AddFindings(control.UnknownParameter, len(unknown), func(i int) (detail, remedy string) {
		name := unknown[i]
		text := "query parameter " + redact.Quote(name) + " is none of " + x.operation.ID +
			", and was ignored"
		meant := nearestName(name, queryNames)
		if meant == "" || !x.isList() {
			return text, x.parameterRemedy(name)
		}
		text += ": did you mean " + meant + "?"
		x.info.Hints = append(x.info.Hints, text)
		return text, "send " + meant + " instead"
	})
	if owner := x.query.Get("owner-id"); owner != "me" &&
		strings.EqualFold(strings.TrimSpace(owner), "me") {
		text := "query parameter owner-id: " + redact.Quote(owner) +
			" is taken for an id: did you mean me?"
		x.info.Hints = append(x.info.Hints, text)
		x.info.AddFinding(control.InvalidProperty, text, "send owner-id=me")
	}
}

// findEmpty notes parameters that were sent without a value and count as absent.
func (x *exchange) findEmpty() {
	for _, name := range queryNames {
		if values := x.query[name]; x.isList() && len(values) == 1 && values[0] == "" {
			x.info.AddFinding(control.IgnoredParameter,
				"query parameter "+name+" is empty, and counts as absent",
				"send "+name+" with a value, or not at all")
		}
	}
}

// parameterRemedy says what to do instead of sending a query parameter that the operation does not
// have.
func (x *exchange) parameterRemedy(name string) string {
	switch {
	case !x.isList():
		return "remove the parameter: " + x.operation.ID + " has none of that name"
	case slices.Contains(pagingParameters, name):
		return "remove the parameter: the list is complete and has no pages"
	case name == "sorters":
		return "remove the parameter, and sort the list yourself"
	}
	return "remove the parameter: the list has " + strings.Join(queryNames, " and ")
}
