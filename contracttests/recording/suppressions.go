package recording

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/patmock/spec/strictyaml"
	"example.com/patmock/spec/version"
)

// A Suppression accepts differences. An empty field matches all of them.
type Suppression struct {
	Scenario string // an id; * matches any text
	Version  version.Version
	At       string // a JSON pointer into the case; * matches any text
	Severity Severity
	Reason   string

	fileLine string // file and line
}

// match reports whether the suppression accepts a difference.
func (s Suppression) match(d Difference) bool {
	return matches(s.Scenario, d.Scenario) && (s.At == "" || matches(s.At, d.At)) &&
		(s.Version == "" || s.Version == d.Version) &&
		(s.Severity == "" || s.Severity == d.Severity)
}

// matches reports whether a text matches a pattern with the wildcard *.
func matches(pattern, text string) bool {
	expression := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`)
	found, err := regexp.MatchString("^"+expression+"$", text)
	return found && err == nil
}

// Suppress marks each difference with the first matching suppression. It returns a warning for each
// unused suppression.
func (c *Comparison) Suppress(all []Suppression) (warnings []Warning) {
	used := make([]bool, len(all))
	for i := range c.Differences {
		for j, s := range all {
			if s.match(c.Differences[i]) {
				c.Differences[i].SuppressionReason, used[j] = s.Reason, true
				break
			}
		}
	}
	for j, s := range all {
		if !used[j] {
			text := fmt.Sprintf("%s: unused suppression: no difference of %s matches it",
				s.fileLine, s.Scenario)
			warnings = append(warnings, Warning{WarnUnusedSuppression, []string{s.Scenario}, text})
		}
	}
	return warnings
}

// suppressionEntry is a suppression in a file.
type suppressionEntry struct {
	Scenario strictyaml.Scalar `yaml:"scenario,required"`
	Version  strictyaml.Scalar `yaml:"version"`
	At       strictyaml.Scalar `yaml:"at"`
	Severity strictyaml.Scalar `yaml:"severity"`
	Reason   strictyaml.Scalar `yaml:"reason,required"`
	Line     int               `yaml:"-" line:""`
}

// maxSuppressions is the maximum size of a file of suppressions, in bytes.
const maxSuppressions = 1 << 20

// ParseSuppressions parses a YAML list of suppressions. Source is the file name for messages. The
// error is of type [strictyaml.Errors].
func ParseSuppressions(source string, data []byte) ([]Suppression, error) {
	file := strictyaml.Open(context.Background(), source, data, strictyaml.Options{
		MaxBytes: maxSuppressions,
	})
	var entries []suppressionEntry
	file.Decode(&entries)
	var all []Suppression
	for i, e := range entries {
		s := Suppression{
			Scenario: string(e.Scenario), Version: version.Version(e.Version), At: string(e.At),
			Severity: Severity(e.Severity), Reason: string(e.Reason),
			fileLine: fmt.Sprintf("%s:%d", source, e.Line),
		}
		s.check(file, fmt.Sprintf("[%d].", i))
		all = append(all, s)
	}
	return all, file.Err()
}

// check reports invalid values.
func (s Suppression) check(file *strictyaml.File, field string) {
	for name, text := range map[string]string{"scenario": s.Scenario, "reason": s.Reason} {
		if text != "" && strings.TrimSpace(text) == "" {
			file.Report(strictyaml.WrongType, field+name, "expected text")
		}
	}
	if s.Version != "" && !slices.Contains(version.All(), s.Version) {
		file.Report(strictyaml.BadValue, field+"version", "unknown version %q: expected one of %s",
			string(s.Version), version.Join(version.All()))
	}
	if s.Severity != "" && !slices.Contains(Severities(), s.Severity) {
		file.Report(strictyaml.BadValue, field+"severity",
			"unknown severity %q: expected breaking, unknown or harmless", string(s.Severity))
	}
	if s.At != "" && s.At[0] != '/' && s.At[0] != '*' {
		file.Report(strictyaml.BadValue, field+"at",
			"expected a JSON pointer such as /exchanges/*/response/status, got %q", s.At)
	}
}
