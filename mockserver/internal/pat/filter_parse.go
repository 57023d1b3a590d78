package pat

import (
	"fmt"
	"slices"
	"strings"
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

// filterParameter names the parameter in errors.
const filterParameter = "query parameter filters"

// A filterLanguage is what the filter of a list supports of the grammar.
type filterLanguage[T any] struct {
	// supported describes the fields, with the operators of each, for messages.
	supported string
	// operators are those of the fields, for messages.
	operators string
	rule      rule.ID // of the supported fields and operators
	// compare returns the condition of a comparison, or an error if it is not supported. The values
	// are its literals, with the commas between those of a list.
	compare func(p *filterParser[T], field, operator lexeme, values []lexeme) (condition[T], error)
}

// parse returns the condition of a filter, or nil for blank text (rule.FilterEmpty). The error is
// an *[Error] with a position.
//
// assumed
func (l *filterLanguage[T]) parse(text string, options *Options) (condition[T], error) {
	if strings.Trim(text, blanks) == "" {
		return nil, nil // matches everything
	}
	p := &filterParser[T]{language: l, options: options, end: utf8.RuneCountInString(text) + 1}
	p.lexemes = appendLexemes(p.first[:0], text)
	c, err := p.or(0)
	if err == nil && p.pos < len(p.lexemes) {
		err = p.syntaxError("and, or, or the end of the filter")
	}
	if err == nil && p.notSimulated != nil {
		err = notSimulatedError(filterParameter, p.notSimulated)
	}
	return c, err
}

type filterParser[T any] struct {
	language *filterLanguage[T]
	options  *Options
	lexemes  []lexeme
	pos      int // index of the next lexeme
	end      int // position after the last character
	// notSimulated are the fields that the list has, but not the mock. They are an error only if
	// the rest of the filter is valid.
	notSimulated []string
	first        [12]lexeme // memory of the first lexemes
}

func (p *filterParser[T]) or(depth int) (condition[T], error) {
	left, err := p.and(depth)
	for err == nil && p.accept("or") {
		var right condition[T]
		right, err = p.and(depth)
		left = orExpr[T]{left, right}
	}
	return left, err
}

func (p *filterParser[T]) and(depth int) (condition[T], error) {
	left, err := p.not(depth)
	for err == nil && p.accept("and") {
		var right condition[T]
		right, err = p.not(depth)
		left = andExpr[T]{left, right}
	}
	return left, err
}

func (p *filterParser[T]) not(depth int) (condition[T], error) {
	if depth > maxFilterDepth {
		return nil,
			p.syntaxError(fmt.Sprintf("at most %d levels of parentheses and not", maxFilterDepth))
	}
	if p.accept("not") {
		c, err := p.not(depth + 1)
		return notExpr[T]{c}, err
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

// comparison parses any comparison of the grammar, and rejects one that the list operation does not
// support.
func (p *filterParser[T]) comparison() (condition[T], error) {
	field, ok := p.peek(word)
	if !ok || slices.Contains([]string{"and", "or", "isnull"}, field.text) {
		return nil, p.syntaxError("a field, not, or an opening parenthesis")
	}
	p.pos++
	if field.text == "pr" {
		if _, ok := p.peek(word); !ok {
			return nil, p.syntaxError("a field")
		}
		return nil, p.unsupportedError(field)
	}
	operator, ok := p.peek(word)
	valid := operator.text == "isnull" || slices.Contains(comparisons, operator.text) ||
		slices.Contains(memberships, operator.text)
	if !ok || !valid {
		return nil, p.syntaxError("an operator in lower case, " + p.language.operators)
	}
	p.pos++
	var values []lexeme
	var err error
	switch {
	case operator.text == "isnull":
	case slices.Contains(memberships, operator.text):
		values, err = p.list()
	default:
		values = p.lexemes[p.pos:min(p.pos+1, len(p.lexemes))]
		_, err = p.literal()
	}
	if err != nil {
		return nil, err
	}
	return p.language.compare(p, field, operator, values)
}

// list returns the lexemes between the parentheses of a list.
func (p *filterParser[T]) list() ([]lexeme, error) {
	if !p.acceptPunct("(") {
		return nil, p.syntaxError("an opening parenthesis")
	}
	start := p.pos
	for {
		if _, err := p.literal(); err != nil {
			return nil, err
		}
		end := p.pos
		if p.acceptPunct(")") {
			return p.lexemes[start:end], nil
		}
		if !p.acceptPunct(",") {
			return nil, p.syntaxError("a comma or a closing parenthesis")
		}
	}
}

func (p *filterParser[T]) literal() (lexeme, error) {
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
func (p *filterParser[T]) peek(kind lexemeKind) (lexeme, bool) {
	if p.pos == len(p.lexemes) || p.lexemes[p.pos].kind != kind {
		return lexeme{}, false
	}
	return p.lexemes[p.pos], true
}

// accept consumes the next lexeme if it is the given keyword, and reports whether it did.
func (p *filterParser[T]) accept(keyword string) bool {
	l, ok := p.peek(word)
	if ok = ok && l.text == keyword; ok {
		p.pos++
	}
	return ok
}

// acceptPunct is like accept for a parenthesis or comma.
func (p *filterParser[T]) acceptPunct(text string) bool {
	l, ok := p.peek(punct)
	if ok = ok && l.text == text; ok {
		p.pos++
	}
	return ok
}

// syntaxError returns the error of the next lexeme.
func (p *filterParser[T]) syntaxError(want string) error {
	got, position := "the end", p.end
	if p.pos < len(p.lexemes) {
		got, position = quote(p.lexemes[p.pos].text), p.lexemes[p.pos].position
	}
	return &Error{
		Kind: Invalid, Field: filterParameter, Want: want, Got: got, Position: position,
		Advice: "supported is " + p.language.supported, Rule: rule.FilterSyntax,
	}
}

// unsupportedError returns the error of a field or operator that the list does not have.
func (p *filterParser[T]) unsupportedError(l lexeme) error {
	return &Error{
		Kind: Invalid, Field: filterParameter, Want: p.language.supported,
		Got: quote(l.text), Position: l.position, Rule: p.language.rule,
	}
}
