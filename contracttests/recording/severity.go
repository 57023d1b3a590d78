package recording

import (
	"encoding/json"
	"slices"
	"strings"
)

// Severity says what a difference means for a client.
type Severity string

// The classes.
const (
	Breaking Severity = "breaking"
	Harmless Severity = "harmless"
	Unknown  Severity = "unknown"
)

// Severities lists them, the worst first.
func Severities() []Severity { return []Severity{Breaking, Unknown, Harmless} }

// A Kind says, for programs, what is different.
type Kind string

// The kinds, in the order of the rules.
const (
	PromiseBroken  Kind = "promise-broken"
	OtherOutcome   Kind = "other-outcome"
	ExchangeGone   Kind = "exchange-gone"
	ExchangeAdded  Kind = "exchange-added"
	OtherRequest   Kind = "other-request"
	OtherStatus    Kind = "other-status"
	OtherRule      Kind = "other-rule"
	HeaderGone     Kind = "header-gone"
	HeaderAdded    Kind = "header-added"
	OtherCharset   Kind = "other-charset"
	OtherMediaType Kind = "other-media-type"
	OtherHeader    Kind = "other-header"
	BodyAdded      Kind = "body-added"
	BodyGone       Kind = "body-gone"
	OtherForm      Kind = "other-form"
	ScopeOrder     Kind = "scope-order"
	OtherOrder     Kind = "other-order"
	ElementGone    Kind = "element-gone"
	ElementAdded   Kind = "element-added"
	PropertyGone   Kind = "property-gone"
	PropertyAdded  Kind = "property-added"
	NullForValue   Kind = "null-for-value"
	ValueForNull   Kind = "value-for-null"
	OtherType      Kind = "other-type"
	OtherText      Kind = "other-text"
	SecondsLeft    Kind = "seconds-left"
	OtherValue     Kind = "other-value"
)

// A Rule gives differences their class and kind. The first that fits decides.
type Rule struct {
	Severity Severity
	Kind     Kind
	// What says the kind in a few words, Reason why it is of its class.
	What, Reason string
	fits         func(change) bool
}

// Rules lists them in their order.
func Rules() []Rule { return slices.Clone(rules) }

var rules = []Rule{
	{Breaking, PromiseBroken, "a promise is not kept", "the scenario fails on the second side and not on the first", func(c change) bool {
		return c.at[0] == "outcome" && (c.b == "fail" || c.b == "error")
	}},
	{Unknown, OtherOutcome, "another outcome", "the first side did not keep the promise", func(c change) bool { return c.at[0] == "outcome" }},
	{Breaking, ExchangeGone, "an exchange is missing", "the scenario came no further, or found nothing to go on with", whole(gone)},
	{Unknown, ExchangeAdded, "another exchange", "the scenario went another way", whole(added)},
	{Unknown, OtherRequest, "another request", "it is made of former answers", within("request")},
	{Breaking, OtherStatus, "another status", "clients decide by the status", within("response", "status")},
	{
		Harmless, OtherRule, "another rule of patmock", "no client reads it",
		within("response", "header", ruleHeader),
	},
	{Breaking, HeaderGone, "a header is gone", "clients need it", both(within("response", "header"), is(gone))},
	{Harmless, HeaderAdded, "another header", "clients ignore headers that they do not know", both(within("response", "header"), is(added))},
	{Harmless, OtherCharset, "another charset", "JSON is UTF-8 whatever is said", charset},
	{Breaking, OtherMediaType, "another media type", "clients choose by it how to decode", within("response", "header", "Content-Type")},
	{Unknown, OtherHeader, "another header value", "it depends on the client", within("response", "header")},
	{Unknown, BodyAdded, "a body where there was none", "few clients read it", both(exactly("response", "body"), is(added))},
	{Breaking, BodyGone, "the body is gone", "clients decode it", both(exactly("response", "body"), is(gone))},
	{Breaking, OtherForm, "another kind of body", "clients cannot decode it", within("response", "body", "form")},
	{Harmless, ScopeOrder, "another order of scopes", "scopes are a set", both(is(order), last("scope", "authorities"))},
	{Unknown, OtherOrder, "another order", "a client may rely on it", either(is(order), within("response", "sortedById"))},
	{Unknown, ElementGone, "an element is missing", "the list was made of other things", both(is(gone), element)},
	{Unknown, ElementAdded, "another element", "the list was made of other things", both(is(added), element)},
	{Breaking, PropertyGone, "a property is gone", "clients may read it", is(gone)},
	{Harmless, PropertyAdded, "another property", "clients ignore properties that they do not know", is(added)},
	{Breaking, NullForValue, "null where there was a value", "clients decode a value", func(c change) bool { return c.how == typed && c.b == nil }},
	{Unknown, ValueForNull, "a value where there was null", "clients that expect null may not", func(c change) bool { return c.how == typed && c.a == nil }},
	{Breaking, OtherType, "another type", "clients cannot decode it", either(is(typed), claimType)},
	{Harmless, OtherText, "another text", "texts are for people", last("text", "error_description", "attributeValue")},
	{Harmless, SecondsLeft, "some seconds of time", "it is the rest of a life", remaining},
	{Unknown, OtherValue, "another value", "whether it matters depends on what it means", func(change) bool { return true }},
}

// judge returns the rule of a difference.
func judge(c change) Rule {
	return rules[slices.IndexFunc(rules, func(r Rule) bool { return r.fits(c) })] // the last one fits everything
}

func is(h how) func(change) bool { return func(c change) bool { return c.how == h } }

func both(one, other func(change) bool) func(change) bool {
	return func(c change) bool { return one(c) && other(c) }
}

func either(one, other func(change) bool) func(change) bool {
	return func(c change) bool { return one(c) || other(c) }
}

// inExchange is the place within an exchange, nil for one outside.
func (c change) inExchange() []string {
	if len(c.at) < 2 || c.at[0] != "exchanges" {
		return nil
	}
	return c.at[2:]
}

// whole chooses exchanges.
func whole(h how) func(change) bool {
	return func(c change) bool { return c.how == h && len(c.at) == 2 && c.at[0] == "exchanges" }
}

// within chooses what is there or below, in an exchange.
func within(place ...string) func(change) bool {
	return func(c change) bool {
		at := c.inExchange()
		return len(at) >= len(place) && slices.Equal(at[:len(place)], place)
	}
}

// exactly chooses what is there, in an exchange.
func exactly(place ...string) func(change) bool {
	return func(c change) bool { return slices.Equal(c.inExchange(), place) }
}

// last chooses by the name of the property.
func last(names ...string) func(change) bool {
	return func(c change) bool { return slices.Contains(names, c.at[len(c.at)-1]) }
}

// element chooses elements of lists.
func element(c change) bool {
	return strings.Trim(c.at[len(c.at)-1], "0123456789") == ""
}

// claimType chooses claims of access tokens, of which a transcript has the types.
func claimType(c change) bool {
	return c.at[0] == "accessTokens" && !slices.Contains([]string{"alg", "typ"}, c.at[len(c.at)-1])
}

// charset is a content type that differs in its parameters alone.
func charset(c change) bool {
	media := func(value any) string {
		text, _ := value.(string)
		name, _, _ := strings.Cut(text, ";")
		return strings.TrimSpace(name)
	}
	return within("response", "header", "Content-Type")(c) && c.how == another && media(c.a) == media(c.b)
}

// remaining is the life of an access token, which begins before it is told.
func remaining(c change) bool {
	number := func(value any) float64 {
		n, _ := value.(json.Number)
		f, _ := n.Float64() // 0 for what is none
		return f
	}
	const most = 5
	d := number(c.a) - number(c.b)
	return last("expires_in")(c) && c.how == another && d >= -most && d <= most
}
