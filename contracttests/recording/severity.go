package recording

import (
	"encoding/json"
	"slices"
	"strings"

	"example.com/patmock/spec/jsondiff"
)

// A Severity is what a difference means for a client.
type Severity string

// The severities.
const (
	Breaking Severity = "breaking"
	Harmless Severity = "harmless"
	Unknown  Severity = "unknown"
)

// Severities lists them, the worst first.
func Severities() []Severity { return []Severity{Breaking, Unknown, Harmless} }

// A Kind is what differs.
type Kind string

// The kinds, in the order of the rules.
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

// A Rule gives differences their severity and kind. The first that matches decides.
type Rule struct {
	Severity Severity
	Kind     Kind
	// Description describes the kind, and Reason says why it has its severity.
	Description, Reason string
	match               func(jsondiff.Change) bool
}

// Rules lists them in their order.
func Rules() []Rule { return slices.Clone(rules) }

var rules = []Rule{
	{
		Breaking, PromiseBroken, "a promise is not kept",
		"the scenario fails on the second side and not on the first", func(c jsondiff.Change) bool {
			return c.Path[0] == "outcome" && (c.B == "fail" || c.B == "error")
		},
	},
	{
		Unknown, OutcomeChanged, "another outcome", "the first side did not keep the promise",
		func(c jsondiff.Change) bool { return c.Path[0] == "outcome" },
	},
	{
		Breaking, ExchangeRemoved, "an exchange is missing",
		"the scenario came no further, or found nothing to go on with",
		isExchange(jsondiff.Removed),
	},
	{
		Unknown, ExchangeAdded, "another exchange", "the scenario went another way",
		isExchange(jsondiff.Added),
	},
	{
		Unknown, RequestChanged, "another request", "it is made of former answers",
		isUnder("request"),
	},
	{
		Breaking, StatusChanged, "another status", "clients decide by the status",
		isUnder("response", "status"),
	},
	{
		Harmless, RuleChanged, "another rule of patmock", "no client reads it",
		isUnder("response", "header", ruleHeader),
	},
	{
		Breaking, HeaderRemoved, "a header is gone", "clients need it",
		both(isUnder("response", "header"), hasKind(jsondiff.Removed)),
	},
	{
		Harmless, HeaderAdded, "another header", "clients ignore headers that they do not know",
		both(isUnder("response", "header"), hasKind(jsondiff.Added)),
	},
	{Harmless, CharsetChanged, "another charset", "JSON is UTF-8 whatever is said", isCharset},
	{
		Breaking, MediaTypeChanged, "another media type", "clients choose by it how to decode",
		isUnder("response", "header", "Content-Type"),
	},
	{
		Unknown, HeaderChanged, "another header value", "it depends on the client",
		isUnder("response", "header"),
	},
	{
		Unknown, BodyAdded, "a body where there was none", "few clients read it",
		both(isPath("response", "body"), hasKind(jsondiff.Added)),
	},
	{
		Breaking, BodyRemoved, "the body is gone", "clients decode it",
		both(isPath("response", "body"), hasKind(jsondiff.Removed)),
	},
	{
		Breaking, BodyFormatChanged, "another kind of body", "clients cannot decode it",
		isUnder("response", "body", "format"),
	},
	{
		Harmless, ScopeOrderChanged, "another order of scopes", "scopes are a set",
		both(hasKind(jsondiff.Order), hasName("scope", "authorities")),
	},
	{
		Unknown, OrderChanged, "another order", "a client may rely on it",
		either(hasKind(jsondiff.Order), isUnder("response", "sortedById")),
	},
	{
		Unknown, ElementRemoved, "an element is missing", "the list was made of other things",
		both(hasKind(jsondiff.Removed), isElement),
	},
	{
		Unknown, ElementAdded, "another element", "the list was made of other things",
		both(hasKind(jsondiff.Added), isElement),
	},
	{
		Breaking, PropertyRemoved, "a property is gone", "clients may read it",
		hasKind(jsondiff.Removed),
	},
	{
		Harmless, PropertyAdded, "another property",
		"clients ignore properties that they do not know", hasKind(jsondiff.Added),
	},
	{
		Breaking, ValueToNull, "null where there was a value", "clients decode a value",
		func(c jsondiff.Change) bool { return c.Kind == jsondiff.Type && c.B == nil },
	},
	{
		Unknown, NullToValue, "a value where there was null", "clients that expect null may not",
		func(c jsondiff.Change) bool { return c.Kind == jsondiff.Type && c.A == nil },
	},
	{
		Breaking, TypeChanged, "another type", "clients cannot decode it",
		either(hasKind(jsondiff.Type), isClaimType),
	},
	{
		Harmless, TextChanged, "another text", "texts are for people",
		hasName("text", "error_description", "attributeValue"),
	},
	{Harmless, LifetimeChanged, "some seconds of time", "it is the rest of a life", isLifetime},
	{
		Unknown, ValueChanged, "another value", "whether it matters depends on what it means",
		func(jsondiff.Change) bool { return true },
	},
}

func classify(c jsondiff.Change) Rule {
	// the last one matches
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

// pathInExchange returns the path within an exchange, nil for one outside.
func pathInExchange(c jsondiff.Change) []string {
	if len(c.Path) < 2 || c.Path[0] != "exchanges" {
		return nil
	}
	return c.Path[2:]
}

// isExchange matches exchanges.
func isExchange(k jsondiff.Kind) func(jsondiff.Change) bool {
	return func(c jsondiff.Change) bool {
		return c.Kind == k && len(c.Path) == 2 && c.Path[0] == "exchanges"
	}
}

// isUnder matches a place in an exchange, and those below.
func isUnder(path ...string) func(jsondiff.Change) bool {
	return func(c jsondiff.Change) bool {
		actual := pathInExchange(c)
		return len(actual) >= len(path) && slices.Equal(actual[:len(path)], path)
	}
}

// isPath matches a place in an exchange.
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

// isClaimType matches claims of access tokens, of which a case has the types.
func isClaimType(c jsondiff.Change) bool {
	return c.Path[0] == "accessTokens" && !hasName("alg", "typ")(c)
}

// isCharset matches a content type that differs in its parameters only.
func isCharset(c jsondiff.Change) bool {
	media := func(value any) string {
		text, _ := value.(string)
		name, _, _ := strings.Cut(text, ";")
		return strings.TrimSpace(name)
	}
	isHeader := isUnder("response", "header", "Content-Type")(c)
	return isHeader && c.Kind == jsondiff.Value && media(c.A) == media(c.B)
}

// isLifetime matches the lifetime of an access token. It begins before the response.
func isLifetime(c jsondiff.Change) bool {
	number := func(value any) float64 {
		n, _ := value.(json.Number)
		f, _ := n.Float64() // 0 for other types
		return f
	}
	const maxSeconds = 5 // seconds
	d := number(c.A) - number(c.B)
	return hasName("expires_in")(c) && c.Kind == jsondiff.Value && d >= -maxSeconds &&
		d <= maxSeconds
}
