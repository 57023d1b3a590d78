package recording

import (
	"encoding/json"
	"slices"
	"strings"

	"example.com/patmock/spec/jsondiff"
)

// A Severity is the effect of a difference on clients.
type Severity string

// The severities.
const (
	Breaking Severity = "breaking"
	Harmless Severity = "harmless"
	Unknown  Severity = "unknown"
)

// Severities returns all severities, the worst first.
func Severities() []Severity { return []Severity{Breaking, Unknown, Harmless} }

// A Kind is the kind of a difference.
type Kind string

// The kinds, in the order of Rules.
const (
	PromiseBroken     Kind = "promise-broken"
	OutcomeChanged    Kind = "outcome-changed"
	ExchangeRemoved   Kind = "exchange-removed"
	ExchangeAdded     Kind = "exchange-added"
	RequestChanged    Kind = "request-changed"
	StatusChanged     Kind = "status-changed"
	RuleChanged       Kind = "rule-changed"
	HeaderRemoved     Kind = "header-removed"
	HeaderAdded       Kind = "header-added"
	CharsetChanged    Kind = "charset-changed"
	MediaTypeChanged  Kind = "media-type-changed"
	HeaderChanged     Kind = "header-changed"
	BodyAdded         Kind = "body-added"
	BodyRemoved       Kind = "body-removed"
	BodyFormatChanged Kind = "body-format-changed"
	ScopeOrderChanged Kind = "scope-order-changed"
	OrderChanged      Kind = "order-changed"
	ElementRemoved    Kind = "element-removed"
	ElementAdded      Kind = "element-added"
	PropertyRemoved   Kind = "property-removed"
	PropertyAdded     Kind = "property-added"
	ValueToNull       Kind = "value-to-null"
	NullToValue       Kind = "null-to-value"
	TypeChanged       Kind = "type-changed"
	TextChanged       Kind = "text-changed"
	LifetimeChanged   Kind = "lifetime-changed"
	ValueChanged      Kind = "value-changed"
)

// A Rule assigns a severity and a kind to differences. The first matching rule decides.
type Rule struct {
	Severity Severity
	Kind     Kind
	// Description describes the kind, and Reason justifies the severity.
	Description, Reason string
	match               func(jsondiff.Change) bool
}

// Rules returns the rules in their order.
func Rules() []Rule { return slices.Clone(rules) }

var rules = []Rule{
	{
		Breaking, PromiseBroken, "the promise is broken",
		"the scenario fails on the second side only", func(c jsondiff.Change) bool {
			return c.Path[0] == "outcome" && (c.B == "fail" || c.B == "error")
		},
	},
	{
		Unknown, OutcomeChanged, "the outcome changed", "the first side did not pass",
		func(c jsondiff.Change) bool { return c.Path[0] == "outcome" },
	},
	{
		Breaking, ExchangeRemoved, "an exchange is missing",
		"the scenario ended early",
		isExchange(jsondiff.Removed),
	},
	{
		Unknown, ExchangeAdded, "an exchange was added", "the scenario took another path",
		isExchange(jsondiff.Added),
	},
	{
		Unknown, RequestChanged, "the request changed", "it depends on earlier responses",
		isUnder("request"),
	},
	{
		Breaking, StatusChanged, "the status changed", "clients depend on the status",
		isUnder("response", "status"),
	},
	{
		Harmless, RuleChanged, "the rule of patmock changed", "clients ignore it",
		isUnder("response", "header", ruleHeader),
	},
	{
		Breaking, HeaderRemoved, "a header is missing", "clients may need it",
		both(isUnder("response", "header"), hasKind(jsondiff.Removed)),
	},
	{
		Harmless, HeaderAdded, "a header was added", "clients ignore unknown headers",
		both(isUnder("response", "header"), hasKind(jsondiff.Added)),
	},
	{Harmless, CharsetChanged, "the charset changed", "JSON is always UTF-8", isCharset},
	{
		Breaking, MediaTypeChanged, "the media type changed", "clients decode by the media type",
		isUnder("response", "header", "Content-Type"),
	},
	{
		Unknown, HeaderChanged, "a header value changed", "it depends on the client",
		isUnder("response", "header"),
	},
	{
		Unknown, BodyAdded, "a body was added", "few clients read it",
		both(isPath("response", "body"), hasKind(jsondiff.Added)),
	},
	{
		Breaking, BodyRemoved, "the body is missing", "clients decode it",
		both(isPath("response", "body"), hasKind(jsondiff.Removed)),
	},
	{
		Breaking, BodyFormatChanged, "the format of the body changed", "clients cannot decode it",
		isUnder("response", "body", "format"),
	},
	{
		Harmless, ScopeOrderChanged, "the order of scopes changed", "scopes are a set",
		both(hasKind(jsondiff.Order), hasName("scope", "authorities")),
	},
	{
		Unknown, OrderChanged, "the order changed", "clients may rely on it",
		either(hasKind(jsondiff.Order), isUnder("response", "sortedById")),
	},
	{
		Unknown, ElementRemoved, "an element is missing", "the list may have other contents",
		both(hasKind(jsondiff.Removed), isElement),
	},
	{
		Unknown, ElementAdded, "an element was added", "the list may have other contents",
		both(hasKind(jsondiff.Added), isElement),
	},
	{
		Breaking, PropertyRemoved, "a property is missing", "clients may read it",
		hasKind(jsondiff.Removed),
	},
	{
		Harmless, PropertyAdded, "a property was added",
		"clients ignore unknown properties", hasKind(jsondiff.Added),
	},
	{
		Breaking, ValueToNull, "a value became null", "clients expect a value",
		func(c jsondiff.Change) bool { return c.Kind == jsondiff.Type && c.B == nil },
	},
	{
		Unknown, NullToValue, "null became a value", "clients may expect null",
		func(c jsondiff.Change) bool { return c.Kind == jsondiff.Type && c.A == nil },
	},
	{
		Breaking, TypeChanged, "the type changed", "clients cannot decode it",
		either(hasKind(jsondiff.Type), isClaimType),
	},
	{
		Harmless, TextChanged, "the text changed", "texts are for people",
		hasName("text", "error_description", "attributeValue"),
	},
	{
		Harmless, LifetimeChanged, "a lifetime differs by seconds", "it shrinks with time",
		isLifetime,
	},
	{
		Unknown, ValueChanged, "the value changed", "the effect depends on the property",
		func(jsondiff.Change) bool { return true },
	},
}

func classify(c jsondiff.Change) Rule {
	// the last rule matches everything
	return rules[slices.IndexFunc(rules, func(r Rule) bool { return r.match(c) })]
}

func hasKind(k jsondiff.Kind) func(jsondiff.Change) bool {
	return func(c jsondiff.Change) bool { return c.Kind == k }
}

func both(one, other func(jsondiff.Change) bool) func(jsondiff.Change) bool {
	return func(c jsondiff.Change) bool { return one(c) && other(c) }
}

func either(one, other func(jsondiff.Change) bool) func(jsondiff.Change) bool {
	return func(c jsondiff.Change) bool { return one(c) || other(c) }
}

// pathInExchange returns the path within an exchange, nil outside exchanges.
func pathInExchange(c jsondiff.Change) []string {
	if len(c.Path) < 2 || c.Path[0] != "exchanges" {
		return nil
	}
	return c.Path[2:]
}

// isExchange matches added or removed exchanges.
func isExchange(k jsondiff.Kind) func(jsondiff.Change) bool {
	return func(c jsondiff.Change) bool {
		return c.Kind == k && len(c.Path) == 2 && c.Path[0] == "exchanges"
	}
}

// isUnder matches a path in an exchange and the paths below it.
func isUnder(path ...string) func(jsondiff.Change) bool {
	return func(c jsondiff.Change) bool {
		actual := pathInExchange(c)
		return len(actual) >= len(path) && slices.Equal(actual[:len(path)], path)
	}
}

// isPath matches a path in an exchange.
func isPath(path ...string) func(jsondiff.Change) bool {
	return func(c jsondiff.Change) bool { return slices.Equal(pathInExchange(c), path) }
}

// hasName matches properties by name.
func hasName(names ...string) func(jsondiff.Change) bool {
	return func(c jsondiff.Change) bool { return slices.Contains(names, c.Path[len(c.Path)-1]) }
}

// isElement matches elements of lists.
func isElement(c jsondiff.Change) bool {
	return strings.Trim(c.Path[len(c.Path)-1], "0123456789") == ""
}

// isClaimType matches the types of claims.
func isClaimType(c jsondiff.Change) bool {
	return c.Path[0] == "accessTokens" && !hasName("alg", "typ")(c)
}

// isCharset matches a content type that differs only in its parameters.
func isCharset(c jsondiff.Change) bool {
	media := func(value any) string {
		text, _ := value.(string)
		name, _, _ := strings.Cut(text, ";")
		return strings.TrimSpace(name)
	}
	isHeader := isUnder("response", "header", "Content-Type")(c)
	return isHeader && c.Kind == jsondiff.Value && media(c.A) == media(c.B)
}

// isLifetime matches small differences in the lifetime of an access token. The lifetime starts
// before the response.
func isLifetime(c jsondiff.Change) bool {
	number := func(value any) float64 {
		n, _ := value.(json.Number)
		f, _ := n.Float64() // 0 if value is not a number
		return f
	}
	const maxSeconds = 5 // seconds
	d := number(c.A) - number(c.B)
	return hasName("expires_in")(c) && c.Kind == jsondiff.Value && d >= -maxSeconds &&
		d <= maxSeconds
}
