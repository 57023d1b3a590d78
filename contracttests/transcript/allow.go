package transcript

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/patmock/spec/version"
)

// Allowance accepts differences. What is empty fits everything.
type Allowance struct {
	// Scenario is an id, in which * stands for anything.
	Scenario string
	Version  version.Version
	// At is a JSON pointer into the transcript, in which * stands for anything.
	At    string
	Class Class
	// Reason why they are accepted.
	Reason string

	place string // file and line
}

// fits tells whether the allowance accepts a difference.
func (a Allowance) fits(d Difference) bool {
	return matches(a.Scenario, d.Scenario) && (a.Version == "" || a.Version == d.Version) && (a.At == "" || matches(a.At, d.At)) && (a.Class == "" || a.Class == d.Class)
}

// matches compares with a pattern in which * stands for anything.
func matches(pattern, text string) bool {
	form := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`)
	found, err := regexp.MatchString("^"+form+"$", text)
	return found && err == nil
}

// Allow marks the differences that are accepted, by the first allowance that fits, and tells of each allowance that accepts
// nothing.
func (c *Comparison) Allow(allowances []Allowance) (warnings []string) {
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
			warnings = append(warnings, fmt.Sprintf("%s: it allows nothing: no such difference is left in %s", a.place, a.Scenario))
		}
	}
	return warnings
}

// ParseAllowances reads a list of allowances in YAML. Source names it in messages, which have the line. All mistakes are
// reported together.
func ParseAllowances(source string, data []byte) ([]Allowance, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var root, another yaml.Node
	if err := d.Decode(&root); errors.Is(err, io.EOF) {
		return nil, nil // nothing but comments
	} else if err != nil {
		return nil, notYAML(source, err)
	}
	if err := d.Decode(&another); err == nil {
		return nil, fmt.Errorf("%s:%d: expected one document, got another", source, another.Line)
	} else if !errors.Is(err, io.EOF) {
		return nil, notYAML(source, err)
	}
	list := root.Content[0]
	if list.Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("%s:%d: expected a list of allowances, each with scenario and reason", source, list.Line)
	}
	r := &reader{source: source}
	var all []Allowance
	for _, n := range list.Content {
		all = append(all, r.allowance(n))
	}
	return all, errors.Join(r.mistakes...)
}

var lineForm = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?`)

func notYAML(source string, err error) error {
	line := "1"
	if found := lineForm.FindStringSubmatch(err.Error()); found != nil && found[1] != "" {
		line = found[1]
	}
	return fmt.Errorf("%s:%s: not YAML: %s", source, line, lineForm.ReplaceAllString(err.Error(), ""))
}

// reader gathers what is wrong with a file.
type reader struct {
	source   string
	mistakes []error
}

func (r *reader) report(n *yaml.Node, format string, args ...any) {
	r.mistakes = append(r.mistakes, fmt.Errorf("%s:%d: %s", r.source, n.Line, fmt.Sprintf(format, args...)))
}

func (r *reader) allowance(n *yaml.Node) Allowance {
	a := Allowance{place: fmt.Sprintf("%s:%d", r.source, n.Line)}
	if n.Kind != yaml.MappingNode {
		r.report(n, "expected an allowance with scenario and reason")
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
				r.report(value, "%s: expected a text", f.name)
			}
		}
		switch {
		case !known:
			r.report(key, "unknown field %q; there are scenario, version, at, class, reason", key.Value)
		case seen[key.Value]:
			r.report(key, "%s is written twice", key.Value)
		}
		seen[key.Value] = true
	}
	for _, f := range fields {
		if f.required && !seen[f.name] {
			r.report(n, "%s is missing", f.name)
		}
	}
	a.Version, a.Class = version.Version(v), Class(class)
	if v != "" && !slices.Contains(version.All(), a.Version) {
		r.report(n, "unknown version %q: expected one of %s", v, version.Join(version.All()))
	}
	if class != "" && !slices.Contains(Classes(), a.Class) {
		r.report(n, "unknown class %q: expected breaking, unknown or harmless", class)
	}
	if a.At != "" && a.At[0] != '/' && a.At[0] != '*' {
		r.report(n, "at: expected a JSON pointer such as /exchanges/*/response/status, got %q", a.At)
	}
	return a
}
