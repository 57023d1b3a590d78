package pat

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"example.com/patmock/spec/rule"
)

// The operators of the grammar. Not binds tighter than and, and tighter than or
// (rule.FilterPrecedence). All of it is parsed, so that an error distinguishes a misspelling from
// what this list does not support.
//
// published: standard collection parameters
var (
	comparisons = []string{"eq", "ne", "gt", "ge", "lt", "le", "co", "sw"}
	memberships = []string{"in", "ca"}
)

// maxFilterDepth bounds how deep parentheses and nots may nest.
const maxFilterDepth = 100

const (
	filterParameter = "query parameter filters"
	filterSupported = `lastUsed with le or isnull, such as "lastUsed le 2027-01-31T00:00:00Z" or ` +
		`"lastUsed isnull", combined by and, or, not and parentheses`
)

// ParseFilter parses the filters parameter by the default options.
func ParseFilter(text string) (*Filter, error) { return parseFilter(text, &Options{}) }

// ParseFilter parses the filters parameter. Blank text is no filter (rule.FilterEmpty). // assumed
// The error of type *[Error] has a position.
func (s *Service) ParseFilter(text string) (*Filter, error) {
	return parseFilter(text, &s.config.Options)
}

func parseFilter(text string, choices *Options) (*Filter, error) {
	words := lexFilter(text)
	if len(words) == 0 {
		return nil, nil // which matches every token
	}
	p := &filterParser{choices: choices, words: words, end: utf8.RuneCountInString(text) + 1}
	c, err := p.or(0)
	if err == nil && p.next < len(words) {
		err = p.syntax("and, or, or the end of the filter")
	}
	if broken := (*Error)(nil); errors.As(err, &broken) && broken.Rule != rule.QuotedTimestamp {
		broken.Entry = "bad-filter"
	}
	if err != nil {
		return nil, err
	}
	return &Filter{condition: c}, nil
}

type filterParser struct {
	choices *Options
	words   []lexeme
	next    int // of lexemes
	end     int // the position behind the last character
}

func (p *filterParser) or(depth int) (condition, error) {
	left, err := p.and(depth)
	for err == nil && p.take("or") {
		var right condition
		right, err = p.and(depth)
		left = orExpr{left, right}
	}
	return left, err
}

func (p *filterParser) and(depth int) (condition, error) {
	left, err := p.not(depth)
	for err == nil && p.take("and") {
		var right condition
		right, err = p.not(depth)
		left = andExpr{left, right}
	}
	return left, err
}

func (p *filterParser) not(depth int) (condition, error) {
	if depth > maxFilterDepth {
		return nil,
			p.syntax(fmt.Sprintf("at most %d levels of parentheses and not", maxFilterDepth))
	}
	if p.take("not") {
		c, err := p.not(depth + 1)
		return notExpr{c}, err
	}
	if !p.takePunct("(") {
		return p.comparison()
	}
	c, err := p.or(depth + 1)
	if err == nil && !p.takePunct(")") {
		err = p.syntax("and, or, or a closing parenthesis")
	}
	return c, err
}

// comparison parses any comparison of the grammar, and rejects those that the list does not
// support.
func (p *filterParser) comparison() (condition, error) {
	field, ok := p.peek(bare)
	if !ok || slices.Contains([]string{"and", "or", "isnull"}, field.text) {
		return nil, p.syntax("a field, not, or an opening parenthesis")
	}
	p.next++
	if field.text == "pr" {
		if _, ok := p.peek(bare); !ok {
			return nil, p.syntax("a field")
		}
		return nil, unsupported(field)
	}
	operator, ok := p.peek(bare)
	known := operator.text == "isnull" || slices.Contains(comparisons, operator.text) ||
		slices.Contains(memberships, operator.text)
	if !ok || !known {
		return nil, p.syntax("an operator in lower case, le or isnull")
	}
	p.next++
	if operator.text == "isnull" {
		return lastUsedIsNull{}, supported(field, operator)
	}
	if slices.Contains(memberships, operator.text) {
		if err := p.list(); err != nil {
			return nil, err
		}
		return nil, supported(field, operator)
	}
	value, err := p.literal()
	if err == nil {
		err = supported(field, operator)
	}
	if err != nil {
		return nil, err
	}
	return p.until(value)
}

// supported rejects what the list does not support of the grammar.
func supported(field, operator lexeme) error {
	if field.text != "lastUsed" {
		return unsupported(field)
	}
	if operator.text != "le" && operator.text != "isnull" {
		return unsupported(operator)
	}
	return nil
}

func (p *filterParser) until(value lexeme) (condition, error) {
	if value.kind == quoted && p.choices.RejectQuotedTimestamps {
		return nil, &Error{
			Kind: Invalid, Field: filterParameter, Want: "a timestamp without quotes",
			Got: quote(value.text), Position: value.position,
			Advice: "supported is " + filterSupported, Rule: rule.QuotedTimestamp,
		}
	}
	text := value.text
	if offset, ok := p.peek(bare); ok && len(offset.text) == len("01:00") && offset.text[2] == ':' {
		// the + in front of an offset, when it is not escaped, arrives as a blank
		text += " " + offset.text
	}
	moment, err := ParseDate(text, filterParameter)
	if broken := (*Error)(nil); errors.As(err, &broken) {
		broken.Kind, broken.Position = Invalid, value.position
		if broken.Advice != "" {
			broken.Advice += "; "
		}
		broken.Advice += "supported is " + filterSupported
		return nil, broken
	}
	neverUsed := unknown
	if p.choices.ListNeverUsed {
		neverUsed = yes
	}
	return lastUsedUntil{moment, neverUsed}, nil
}

func (p *filterParser) list() error {
	if !p.takePunct("(") {
		return p.syntax("an opening parenthesis")
	}
	for {
		if _, err := p.literal(); err != nil {
			return err
		}
		if p.takePunct(")") {
			return nil
		}
		if !p.takePunct(",") {
			return p.syntax("a comma or a closing parenthesis")
		}
	}
}

func (p *filterParser) literal() (lexeme, error) {
	for _, kind := range []lexemeKind{bare, quoted} {
		if w, ok := p.peek(kind); ok {
			p.next++
			return w, nil
		}
	}
	if _, ok := p.peek(unterminated); ok {
		return lexeme{}, p.syntax("a closing quote (a # in a URL has to be written %23)")
	}
	return lexeme{}, p.syntax("a value")
}

// peek returns the next word if it is of that kind.
func (p *filterParser) peek(kind lexemeKind) (lexeme, bool) {
	if p.next == len(p.words) || p.words[p.next].kind != kind {
		return lexeme{}, false
	}
	return p.words[p.next], true
}

func (p *filterParser) take(keyword string) bool {
	w, ok := p.peek(bare)
	if ok = ok && w.text == keyword; ok {
		p.next++
	}
	return ok
}

func (p *filterParser) takePunct(text string) bool {
	w, ok := p.peek(punct)
	if ok = ok && w.text == text; ok {
		p.next++
	}
	return ok
}

// syntax returns the error of the next lexeme.
func (p *filterParser) syntax(expected string) error {
	got, position := "the end", p.end
	if p.next < len(p.words) {
		got, position = quote(p.words[p.next].text), p.words[p.next].position
	}
	return &Error{
		Kind: Invalid, Field: filterParameter, Want: expected, Got: got, Position: position,
		Advice: "supported is " + filterSupported, Rule: rule.FilterSyntax,
	}
}

func unsupported(w lexeme) error {
	return &Error{
		Kind: Invalid, Field: filterParameter, Want: filterSupported,
		Got: quote(w.text), Position: w.position, Rule: rule.FilterSupported,
	}
}
