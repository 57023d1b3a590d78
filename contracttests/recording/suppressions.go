package recording

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/patmock/spec/schema"
	"example.com/patmock/spec/version"
)

// Suppression accepts differences. What is empty fits everything.
type Suppression struct {
	// Scenario is an id, in which * stands for anything.
	Scenario string
	Version  version.Version
	// At is a JSON pointer into the transcript, in which * stands for anything.
	At       string
	Severity Severity
	// Reason why they are accepted.
	Reason string

	place string // file and line
}

// fits tells whether the allowance accepts a difference.
func (a Suppression) fits(d Difference) bool {
	return matches(a.Scenario, d.Scenario) && (a.Version == "" || a.Version == d.Version) && (a.At == "" || matches(a.At, d.At)) && (a.Severity == "" || a.Severity == d.Severity)
}

// matches compares with a pattern in which * stands for anything.
func matches(pattern, text string) bool {
	form := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`)
	found, err := regexp.MatchString("^"+form+"$", text)
	return found && err == nil
}

// Suppress marks the differences that are accepted, by the first allowance that fits, and tells of each allowance that accepts
// nothing.
func (c *Comparison) Suppress(allowances []Suppression) (warnings []Warning) {
	used := make([]bool, len(allowances))
	for i := range c.Differences {
		for j, a := range allowances {
			if a.fits(c.Differences[i]) {
				c.Differences[i].Allowed, used[j] = a.Reason, true
				break
			}
		}
	}
	for j, a := range allowances {
		if !used[j] {
			text := fmt.Sprintf("%s: it allows nothing: no such difference is left in %s", a.place, a.Scenario)
			warnings = append(warnings, Warning{WarnUnusedSuppression, []string{a.Scenario}, text})
		}
	}
	return warnings
}

// An SuppressionErrorKind says what is wrong with a place in a file of allowances.
type SuppressionErrorKind string

// The kinds.
const (
	// Syntax is no YAML.
	Syntax SuppressionErrorKind = "syntax"
	// ManyDocuments is a second document in a file.
	ManyDocuments SuppressionErrorKind = "many-documents"
	// WrongType is a value of another type, such as a text in place of a list.
	WrongType SuppressionErrorKind = "wrong-type"
	// UnknownField is a field that allowances do not have.
	UnknownField SuppressionErrorKind = "unknown-field"
	// MissingField is a field that has to be there.
	MissingField SuppressionErrorKind = "missing-field"
	// Duplicate is a field that was there before.
	Duplicate SuppressionErrorKind = "duplicate"
	// BadValue is a text that the field does not take.
	BadValue SuppressionErrorKind = "bad-value"
)

// An SuppressionError is one thing that is wrong with a file of allowances.
type SuppressionError struct {
	// Source is the file, as it was given to [ParseSuppressions], and Line counts from 1.
	Source string
	Line   int
	// Field of an allowance. It is empty for the allowance, or the file, as a whole.
	Field string
	Kind  SuppressionErrorKind
	// Message says what is wrong, or what was expected.
	Message string
}

// Error returns the place and the message on one line.
func (e *SuppressionError) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.Source, e.Line, e.Message)
}

// SuppressionErrors are all that is wrong with a file of allowances.
type SuppressionErrors []*SuppressionError

// Error returns a line for each.
func (e SuppressionErrors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// ParseSuppressions reads a list of allowances in YAML. Source names it in messages. The error is of
// type [SuppressionErrors].
func ParseSuppressions(source string, data []byte) ([]Suppression, error) {
	r := &reader{source: source}
	all := r.allowances(data)
	if len(r.errors) > 0 {
		return all, r.errors
	}
	return all, nil
}

// reader gathers what is wrong with a file.
type reader struct {
	source string
	errors SuppressionErrors
}

func (r *reader) allowances(data []byte) (all []Suppression) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var root, another yaml.Node
	if err := d.Decode(&root); errors.Is(err, io.EOF) {
		return nil // nothing but comments
	} else if err != nil {
		r.notYAML(data, err)
		return nil
	}
	if err := d.Decode(&another); err == nil {
		r.report(&another, "", ManyDocuments, "expected one document, got another")
		return nil
	} else if !errors.Is(err, io.EOF) {
		r.notYAML(data, err)
		return nil
	}
	list := root.Content[0]
	if list.Kind != yaml.SequenceNode {
		r.report(list, "", WrongType, "expected a list of allowances, each with scenario and reason")
		return nil
	}
	for _, n := range list.Content {
		all = append(all, r.allowance(n))
	}
	return all
}

var lineForm = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?`)

func (r *reader) notYAML(data []byte, err error) {
	n := &yaml.Node{Line: 1}
	if line, _, message, isJSON := schema.DescribeJSONError(r.source, data); isJSON {
		n.Line = line
		r.report(n, "", Syntax, "%s", message)
		return
	}
	if found := lineForm.FindStringSubmatch(err.Error()); found != nil && found[1] != "" {
		n.Line, _ = strconv.Atoi(found[1]) // it is digits
	}
	r.report(n, "", Syntax, "not YAML: %s", lineForm.ReplaceAllString(err.Error(), ""))
}

func (r *reader) report(n *yaml.Node, field string, kind SuppressionErrorKind, format string, args ...any) {
	r.errors = append(r.errors, &SuppressionError{r.source, n.Line, field, kind, fmt.Sprintf(format, args...)})
}

func (r *reader) allowance(n *yaml.Node) Suppression {
	a := Suppression{place: fmt.Sprintf("%s:%d", r.source, n.Line)}
	if n.Kind != yaml.MappingNode {
		r.report(n, "", WrongType, "expected an allowance with scenario and reason")
		return a
	}
	var v, class string
	fields := []struct {
		name     string
		into     *string
		required bool
	}{{"scenario", &a.Scenario, true}, {"version", &v, false}, {"at", &a.At, false}, {"class", &class, false}, {"reason", &a.Reason, true}}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		known := false
		for _, f := range fields {
			if f.name != key.Value {
				continue
			}
			known = true
			if *f.into = value.Value; value.Kind != yaml.ScalarNode || value.Tag == "!!null" || strings.TrimSpace(value.Value) == "" {
				r.report(value, f.name, WrongType, "%s: expected a text", f.name)
			}
		}
		switch {
		case !known:
			r.report(key, key.Value, UnknownField, "unknown field %q; there are scenario, version, at, class, reason", key.Value)
		case seen[key.Value]:
			r.report(key, key.Value, Duplicate, "%s is written twice", key.Value)
		}
		seen[key.Value] = true
	}
	for _, f := range fields {
		if f.required && !seen[f.name] {
			r.report(n, f.name, MissingField, "%s is missing", f.name)
		}
	}
	a.Version, a.Severity = version.Version(v), Severity(class)
	if v != "" && !slices.Contains(version.All(), a.Version) {
		r.report(n, "version", BadValue, "unknown version %q: expected one of %s", v, version.Join(version.All()))
	}
	if class != "" && !slices.Contains(Severities(), a.Severity) {
		r.report(n, "class", BadValue, "unknown class %q: expected breaking, unknown or harmless", class)
	}
	if a.At != "" && a.At[0] != '/' && a.At[0] != '*' {
		r.report(n, "at", BadValue, "at: expected a JSON pointer such as /exchanges/*/response/status, got %q", a.At)
	}
	return a
}
