package pat

import (
	"errors"

	"example.com/patmock/spec/rule"
)

const supportedFilters = `lastUsed with le or isnull, such as "lastUsed le 2027-01-31T00:00:00Z" ` +
	`or ` +
	`"lastUsed isnull", combined by and, or, not and parentheses`

// ParseFilter parses the filters parameter of a list of tokens with the default options.
func ParseFilter(text string) (*Filter, error) { return parseFilter(text, &Options{}) }

// ParseFilter parses the filters parameter of a list of tokens. Blank text returns a nil Filter
// (rule.FilterEmpty). The error is an *[Error] with a position.
//
// assumed
func (s *Service) ParseFilter(text string) (*Filter, error) {
	return parseFilter(text, &s.config.Options)
}

// tokenFilters is the language of filters of tokens.
var tokenFilters = filterLanguage[*Token]{
	supported: supportedFilters, operators: "le or isnull", rule: rule.FilterSupported,
	compare: compareToken,
}

func compareToken(
	p *filterParser[*Token], field, operator lexeme, values []lexeme,
) (condition[*Token], error) {
	switch {
	case field.text != "lastUsed":
		return nil, p.unsupportedError(field)
	case operator.text == "isnull":
		return lastUsedIsNull{}, nil
	case operator.text == "le":
		return lastUsedLe(p, values[0])
	}
	return nil, p.unsupportedError(operator)
}

func parseFilter(text string, options *Options) (*Filter, error) {
	c, err := tokenFilters.parse(text, options)
	if ruleErr, ok := errors.AsType[*Error](err); ok && ruleErr.Rule != rule.QuotedTimestamp {
		ruleErr.Entry = "bad-filter"
	}
	if c == nil || err != nil {
		return nil, err
	}
	return &Filter{condition: c}, nil
}

// lastUsedLe returns the condition "lastUsed le value".
func lastUsedLe(p *filterParser[*Token], value lexeme) (condition[*Token], error) {
	if value.kind == stringLiteral && p.options.RejectQuotedTimestamps {
		return nil, &Error{
			Kind: Invalid, Field: filterParameter, Want: "a timestamp without quotes",
			Got: quote(value.text), Position: value.position,
			Advice: "supported is " + supportedFilters, Rule: rule.QuotedTimestamp,
		}
	}
	text := value.text
	if offset, ok := p.peek(word); ok && len(offset.text) == len("01:00") && offset.text[2] == ':' {
		// an unescaped + before an offset arrives as a space
		text += " " + offset.text
	}
	until, err := ParseDate(text, filterParameter)
	if ruleErr := (*Error)(nil); errors.As(err, &ruleErr) {
		ruleErr.Kind, ruleErr.Position = Invalid, value.position
		if ruleErr.Advice != "" {
			ruleErr.Advice += "; "
		}
		ruleErr.Advice += "supported is " + supportedFilters
		return nil, ruleErr
	}
	neverUsed := unknown
	if p.options.ListNeverUsed {
		neverUsed = yes
	}
	return lastUsedUntil{until, neverUsed}, nil
}
