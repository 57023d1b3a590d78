package pat

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/spec/rule"
)

// The bounds of accessTokenValiditySeconds, and what it is when nothing is said (published).
const (
	minValiditySeconds     = 15
	maxValiditySeconds     = 43200
	defaultValiditySeconds = 43200
)

func checkName(name, at string) *Error {
	if strings.TrimSpace(name) == "" {
		return &Error{Kind: Missing, Field: at, Want: "a name that is not blank", Got: quote(name), Rule: rule.NameNotBlank}
	}
	return nil
}

func checkValidity(seconds int) *Error {
	if seconds >= minValiditySeconds && seconds <= maxValiditySeconds {
		return nil
	}
	return &Error{
		Kind: Illegal, Field: "/accessTokenValiditySeconds", Want: fmt.Sprintf("%d to %d seconds", minValiditySeconds, maxValiditySeconds),
		Got: fmt.Sprint(seconds), Rule: rule.ValidityBounds,
	}
}

func nameTaken(name, at string) *Error {
	return &Error{
		Kind: Invalid, Field: at, Want: "a name that no other token of the owner has", Got: quote(name), Rule: rule.NameUnique, Entry: "duplicate-name",
	}
}

func notFound(id string) *Error {
	return &Error{
		Kind: NotFound, Field: "path parameter id", Want: "the id of a token that the caller may see", Got: quote(id), Advice: IDAdvice(id), Rule: rule.UnknownID,
	}
}

func limitReached(limit int) *Error {
	return &Error{
		Kind: Limit, Want: fmt.Sprintf("fewer than %d tokens of the owner", limit), Got: fmt.Sprint(limit),
		Advice: "delete one first", Rule: rule.TokensPerOwner, Entry: "token-limit",
	}
}

// ordinal writes a number as a rank: 11th, 21st.
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

// allScopes are those of most tokens, which share them: nobody changes the scopes of a revision.
var allScopes = []string{ScopeAll}

// scopeOf are the scopes of a token that is asked for.
func scopeOf(asked []string) []string {
	if asked == nil || slices.Equal(asked, allScopes) {
		return allScopes
	}
	return slices.Clone(asked)
}
