package pat

import (
	"fmt"
	"slices"
	"strconv"

	"example.com/patmock/spec/rule"
)

// Bounds and default of accessTokenValiditySeconds.
//
// published
const (
	minValiditySeconds     = 15
	maxValiditySeconds     = 43200
	defaultValiditySeconds = 43200
)

func checkValiditySeconds(seconds int) error {
	if seconds >= minValiditySeconds && seconds <= maxValiditySeconds {
		return nil
	}
	return &Error{
		Kind: Illegal, Field: "/accessTokenValiditySeconds",
		Want: fmt.Sprintf("%d to %d seconds", minValiditySeconds, maxValiditySeconds),
		Got:  fmt.Sprint(seconds), Rule: rule.ValidityBounds,
	}
}

func nameTakenError(name, field string) *Error {
	return &Error{
		Kind: Invalid, Field: field, Want: "a name that no other token of the owner has",
		Got: quote(name), Rule: rule.NameUnique, Entry: "duplicate-name",
	}
}

func notFoundError(id string) *Error {
	return &Error{
		Kind: NotFound, Field: "path parameter id",
		Want: "the id of a token that the caller may see", Got: quote(id), Advice: IDAdvice(id),
		Rule: rule.UnknownID,
	}
}

// ordinal returns a number with its ordinal suffix, such as 11th or 21st.
func ordinal(n int) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// allScopes is shared by most tokens. It must not be modified.
var allScopes = []string{ScopeAll}

// scopeOf returns the scopes of a new token (rule.ScopeDefaultsToAll).
func scopeOf(scope []string) []string {
	if scope == nil || slices.Equal(scope, allScopes) {
		return allScopes
	}
	return slices.Clone(scope)
}
