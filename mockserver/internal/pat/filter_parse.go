package pat

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"example.com/patmock/spec/rule"
)

// The operators of the grammar. The operator not binds tightest, then and, then or
// (rule.FilterPrecedence). The parser accepts the complete grammar, so that errors distinguish a
// misspelling from an unsupported operator.
//
// published: standard collection parameters
var (
	comparisons = []string{"eq", "ne", "gt", "ge", "lt", "le", "co", "sw"}
	memberships = []string{"in", "ca"}
)

// maxFilterDepth is the maximum nesting depth of parentheses and nots.
const maxFilterDepth = 100

const (
	filterParameter  = "query parameter filters"
	supportedFilters = `lastUsed with le or isnull, such as "lastUsed le 2027-01-31T00:00:00Z" ` +
		`or ` +
		`"lastUsed isnull", combined by and, or, not and parentheses`
)

// ParseFilter parses the filters parameter with the default options.
func ParseFilter(text string) (*Filter, error) { return parseFilter(text, &Options{}) }

// ParseFilter parses the filters parameter. Blank text returns a nil Filter (rule.FilterEmpty). The
// error is an *[Error] with a position.
//
// assumed
func (s *Service) ParseFilter(text string) (*Filter, error) {
	return parseFilter(text, &s.config.Options)
}

func parseFilter(text string, options *Options) (*Filter, error) {
	lexemes := lexFilter(text)
	if len(lexemes) == 0 {
		return nil, nil // matches every token
	}
	p := &filterParser{options: options, lexemes: lexemes, end: utf8.RuneCountInString(text) + 1}
	c, err := p.or(0)
	if err == nil && p.pos < len(lexemes) {
		err = p.syntaxError("and, or, or the end of the filter")
	}
	if ruleErr := (*Error)(nil); errors.As(err, &ruleErr) && ruleErr.Rule != rule.QuotedTimestamp {
		ruleErr.Entry = "bad-filter"
	}
	if err != nil {
		return nil, err
	}
	return &Filter{condition: c}, nil
}

type filterParser struct {
	options *Options
	lexemes []lexeme
	pos     int // index of the next lexeme
	end     int // position after the last character
}

func (p *filterParser) or(depth int) (condition, error) {
	left, err := p.and(depth)
	for err == nil && p.accept("or") {
		var right condition
		right, err = p.and(depth)
		left = orExpr{left, right}
	}
	return left, err
}

func (p *filterParser) and(depth int) (condition, error) {
	left, err := p.not(depth)
	for err == nil && p.accept("and") {
		var right condition
		right, err = p.not(depth)
		left = andExpr{left, right}
	}
	return left, err
}

func (p *filterParser) not(depth int) (condition, error) {
	if depth > maxFilterDepth {
		return nil,
			p.syntaxError(fmt.Sprintf("at most %d levels of parentheses and not", maxFilterDepth))
	}
	if p.accept("not") {
		c, err := p.not(depth + 1)
		return notExpr{c}, err
	}
	if !p.acceptPunct("(") {
		return p.comparison()
	}
	c, err := p.or(depth + 1)
	if err == nil && !p.acceptPunct(")") {
		err = p.syntaxError("and, or, or a closing parenthesis")
	}
	return c, err
}

// comparison parses any comparison of the grammar, and rejects one that the list
// operation does not support.
func (p *filterParser) comparison() (condition, error) {
	field, ok := p.peek(word)
	if !ok || slices.Contains([]string{"and", "or", "isnull"}, field.text) {
		return nil, p.syntaxError("a field, not, or an opening parenthesis")
	}
	p.pos++
	if field.text == "pr" {
		if _, ok := p.peek(word); !ok {
			return nil, p.syntaxError("a field")
		}
		return nil, unsupportedError(field)
	}
	operator, ok := p.peek(word)
	valid := operator.text == "isnull" || slices.Contains(comparisons, operator.text) ||
		slices.Contains(memberships, operator.text)
	if !ok || !valid {
		return nil, p.syntaxError("an operator in lower case, le or isnull")
	}
	p.pos++
	if operator.text == "isnull" {
		return lastUsedIsNull{}, checkSupported(field, operator)
	}
	if slices.Contains(memberships, operator.text) {
		if err := p.list(); err != nil {
			return nil, err
		}
		return nil, checkSupported(field, operator)
	}
	value, err := p.literal()
	if err == nil {
		err = checkSupported(field, operator)
	}
	if err != nil {
		return nil, err
	}
	return p.lastUsedLe(value)
}

// checkSupported returns an error unless the list operation supports the field and the operator.
func checkSupported(field, operator lexeme) error {
	if field.text != "lastUsed" {
		return unsupportedError(field)
	}
	if operator.text != "le" && operator.text != "isnull" {
		return unsupportedError(operator)
	}
	return nil
}

// lastUsedLe returns the condition "lastUsed le value".
func (p *filterParser) lastUsedLe(value lexeme) (condition, error) {
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

func (p *filterParser) list() error {
	if !p.acceptPunct("(") {
		return p.syntaxError("an opening parenthesis")
	}
	for {
		if _, err := p.literal(); err != nil {
			return err
		}
		if p.acceptPunct(")") {
			return nil
		}
		if !p.acceptPunct(",") {
			return p.syntaxError("a comma or a closing parenthesis")
		}
	}
}

func (p *filterParser) literal() (lexeme, error) {
	for _, kind := range []lexemeKind{word, stringLiteral} {
		if l, ok := p.peek(kind); ok {
			p.pos++
			return l, nil
		}
	}
	if _, ok := p.peek(openString); ok {
		return lexeme{}, p.syntaxError("a closing quote (a # in a URL has to be written %23)")
	}
	return lexeme{}, p.syntaxError("a value")
}

// peek returns the next lexeme if it has the given kind.
func (p *filterParser) peek(kind lexemeKind) (lexeme, bool) {
	if p.pos == len(p.lexemes) || p.lexemes[p.pos].kind != kind {
		return lexeme{}, false
	}
	return p.lexemes[p.pos], true
}

// accept consumes the next lexeme if it is the given keyword, and reports whether it did.
func (p *filterParser) accept(keyword string) bool {
	l, ok := p.peek(word)
	if ok = ok && l.text == keyword; ok {
		p.pos++
	}
	return ok
}

// acceptPunct is like accept for a parenthesis or comma.
func (p *filterParser) acceptPunct(text string) bool {
	l, ok := p.peek(punct)
	if ok = ok && l.text == text; ok {
		p.pos++
	}
	return ok
}

// syntaxError returns the error of the next lexeme.
func (p *filterParser) syntaxError(want string) error {
	got, position := "the end", p.end
	if p.pos < len(p.lexemes) {
		got, position = quote(p.lexemes[p.pos].text), p.lexemes[p.pos].position
	}
	return &Error{
		Kind: Invalid, Field: filterParameter, Want: want, Got: got, Position: position,
		Advice: "supported is " + supportedFilters, Rule: rule.FilterSyntax,
	}
}

func unsupportedError(l lexeme) error {
	return &Error{
		Kind: Invalid, Field: filterParameter, Want: supportedFilters,
		Got: quote(l.text), Position: l.position, Rule: rule.FilterSupported,
	}
}
