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
		"name", "scope", "accessTokenValiditySeconds", "expirationDate", "userAwareTokenNeverExpires", "ids", "patch", "op", "path", "value",
	}
)

// plain removes what misspelt names differ in: capitals, dashes, underscores, and a plural.
func plain(name string) string {
	return strings.TrimSuffix(strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name)), "s")
}

// didYouMean returns ": did you mean X?" for the name that another is nearly, else "".
func didYouMean(name string, known []string) string {
	if len(name) > limit.Text {
		return ""
	}
	for _, candidate := range known {
		if plain(candidate) == plain(name) {
			return ": did you mean " + candidate + "?"
		}
	}
	return ""
}

// checkNames notes query parameters that the operation does not have. The right spelling of one is also
// a hint for the error of this request, if there is one.
func (x *exchange) checkNames() {
	unknown := slices.DeleteFunc(x.operation.UnknownQuery(x.query), func(name string) bool {
		return x.pages() && slices.Contains(pagingParameters, name)
	})
	x.trace.FindEach(control.UnknownParameter, unknown, func(name string) string {
		text := "query parameter " + redact.Quote(name) + " is none of " + x.operation.ID + ", and was ignored"
		if meant := didYouMean(name, queryNames); meant != "" {
			text += meant
			x.trace.Hints = append(x.trace.Hints, text)
		}
		return text
	})
	if owner := x.query.Get("owner-id"); owner != "me" && strings.EqualFold(strings.TrimSpace(owner), "me") {
		text := "query parameter owner-id: " + redact.Quote(owner) + " is taken for an id: did you mean me?"
		x.trace.Hints = append(x.trace.Hints, text)
		x.trace.Find(control.InvalidProperty, text)
	}
}
