package pat

import (
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/patmock/spec/rule"
)

// An IdentityFilter is the parsed filters parameter of a list of identities. A nil IdentityFilter
// matches every identity.
type IdentityFilter struct{ condition condition[*Identity] }

// Match reports whether the filter is true for an identity. Unknown counts as false.
func (f *IdentityFilter) Match(i *Identity) bool { return f == nil || f.condition.eval(i) == yes }

// An IdentityList describes what a list of identities can be filtered and sorted by.
type IdentityList struct {
	fields   []identityField
	sortable []string // names of fields
	language filterLanguage[*Identity]
}

// identityField is a field of a filter.
type identityField struct {
	name      string
	operators []string
	// value returns "" for a missing value. It is nil for a field that the mock does not simulate.
	value func(i *Identity) string
}

func idOf(i *Identity) string    { return i.ID }
func aliasOf(i *Identity) string { return i.Name }
func emailOf(i *Identity) string { return i.Email }

// displayNameOf returns the display name of an identity, or its alias if it has none.
func displayNameOf(i *Identity) string {
	if i.DisplayName == "" {
		return i.Name
	}
	return i.DisplayName
}

var (
	eqIn = []string{"eq", "in"}
	eqSw = []string{"eq", "sw"}
	eq   = []string{"eq"}
)

// The lists of identities, with the published fields and operators.
//
// published: v2026 #/paths/~1public-identities/get/parameters,
// v2026 #/paths/~1identities/get/parameters
var (
	PublicIdentities = newIdentityList([]string{"name"}, []identityField{
		{"id", eqIn, idOf},
		{"alias", eqSw, aliasOf},
		{"email", eqSw, emailOf},
		{"firstname", eqSw, nil},
		{"lastname", eqSw, nil},
	})
	AllIdentities = newIdentityList([]string{"name", "alias", "cloudStatus"}, []identityField{
		{"id", eqIn, idOf},
		{"name", eqSw, displayNameOf},
		{"alias", eqSw, aliasOf},
		{"email", eqSw, emailOf},
		{"firstname", eqSw, nil},
		{"lastname", eqSw, nil},
		{"cloudStatus", eq, nil},
		{"processingState", eq, nil},
		{"correlated", eq, nil},
		{"protected", eq, nil},
	})
)

func newIdentityList(sortable []string, fields []identityField) *IdentityList {
	l := &IdentityList{fields: fields, sortable: sortable}
	var supported []string
	for _, f := range fields {
		supported = append(supported, f.name+" ("+strings.Join(f.operators, ", ")+")")
	}
	l.language = filterLanguage[*Identity]{
		supported: strings.Join(supported, ", ") +
			", combined by and, or, not and parentheses",
		operators: "eq, in or sw", rule: rule.IdentityFilterSupported, compare: l.compare,
	}
	return l
}

// ParseFilter parses the filters parameter. Blank text returns a nil IdentityFilter
// (rule.FilterEmpty). The error is an *[Error]: with a position if the filter is invalid, and of
// the kind NotSimulated if it has fields that only a tenant has.
func (l *IdentityList) ParseFilter(text string) (*IdentityFilter, error) {
	c, err := l.language.parse(text, &Options{})
	if c == nil || err != nil {
		return nil, err
	}
	return &IdentityFilter{condition: c}, nil
}

// compare returns the condition of a comparison.
func (l *IdentityList) compare(
	p *filterParser[*Identity], name, operator lexeme, values []lexeme,
) (condition[*Identity], error) {
	index := slices.IndexFunc(l.fields, func(f identityField) bool { return f.name == name.text })
	if index < 0 {
		return nil, p.unsupportedError(name)
	}
	field := l.fields[index]
	if !slices.Contains(field.operators, operator.text) {
		return nil, p.unsupportedError(operator)
	}
	if field.value == nil {
		if !slices.Contains(p.notSimulated, field.name) {
			p.notSimulated = append(p.notSimulated, field.name)
		}
		return notSimulated{}, nil
	}
	for _, value := range values {
		if value.kind == word { // rule.IdentityFilterString, assumed
			return nil, &Error{
				Kind: Invalid, Field: filterParameter,
				Want: "a value in quotes, such as " + name.text + ` eq "x"`,
				Got:  quote(value.text), Position: value.position,
				Rule: rule.IdentityFilterString,
			}
		}
	}
	switch operator.text {
	case "in":
		members := make(map[string]bool, len(values)/2+1)
		for _, value := range values {
			if value.kind == stringLiteral { // not a comma
				members[strings.ToLower(value.text)] = true
			}
		}
		return isMember{field.value, members}, nil
	case "sw":
		prefix := values[0].text
		return beginsWith{field.value, prefix, utf8.RuneCountInString(prefix)}, nil
	}
	return equals{field.value, values[0].text}, nil
}

// notSimulatedError returns the error of fields that a tenant has, but not the mock.
func notSimulatedError(parameter string, fields []string) *Error {
	return &Error{
		Kind: NotSimulated, Field: parameter, Got: strings.Join(fields, ", "),
		Advice: "leave them out of " + parameter, Rule: rule.NotSimulated,
	}
}

// notSimulated is the condition on a field that the mock does not simulate. It is never evaluated.
type notSimulated struct{}

func (notSimulated) eval(*Identity) truth { return unknown }

// Comparisons ignore case (rule.IdentityFilterCase). A missing value is neither equal nor different
// (rule.IdentityFilterNull).
//
// assumed

// equals is the condition "field eq text".
type equals struct {
	value func(*Identity) string
	text  string
}

func (c equals) eval(i *Identity) truth {
	value := c.value(i)
	if value == "" {
		return unknown
	}
	return truthOf(strings.EqualFold(value, c.text))
}

// beginsWith is the condition "field sw prefix".
type beginsWith struct {
	value  func(*Identity) string
	prefix string
	length int // of the prefix in characters
}

func (c beginsWith) eval(i *Identity) truth {
	value := c.value(i)
	if value == "" {
		return unknown
	}
	rest := c.length
	for end := range value {
		if rest == 0 {
			return truthOf(strings.EqualFold(value[:end], c.prefix))
		}
		rest--
	}
	return truthOf(rest == 0 && strings.EqualFold(value, c.prefix))
}

// isMember is the condition "field in (member, ...)". Only ids have it, which are in lower case.
type isMember struct {
	value   func(*Identity) string
	members map[string]bool // in lower case
}

func (c isMember) eval(i *Identity) truth { return truthOf(c.members[c.value(i)]) }
