package parity

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/strictyaml"
	"example.com/patmock/spec/version"
)

// Read parses the published ledger. Source is the file name for messages. The error is of type
// [strictyaml.Errors], with a line for each error: "parity.yaml:7:5: confirmations[3].date: ...".
func Read(source string, data []byte) (*Ledger, error) {
	var file struct {
		Scenarios     []scenarioEntry     `yaml:"scenarios,required"`
		Confirmations []confirmationEntry `yaml:"confirmations,required"`
	}
	r := open(source, data)
	r.Decode(&file)
	r.scenarios(file.Scenarios)
	r.confirmations(file.Confirmations)
	return r.ledger, r.Err()
}

// ReadOwn parses a user's own ledger, like [Read]. It keeps confirmations of unknown scenarios.
func ReadOwn(source string, data []byte) (*Ledger, error) {
	var file struct {
		Confirmations []confirmationEntry `yaml:"confirmations,required"`
	}
	r := open(source, data)
	r.Decode(&file)
	r.confirmations(file.Confirmations)
	return r.ledger, r.Err()
}

type scenarioEntry struct {
	ID       strictyaml.Scalar   `yaml:"id,required"`
	Evidence strictyaml.Scalar   `yaml:"evidence,required"`
	Question bool                `yaml:"question"`
	Versions []strictyaml.Scalar `yaml:"versions,required"`
}

type confirmationEntry struct {
	Scenario strictyaml.Scalar `yaml:"scenario,required"`
	Version  strictyaml.Scalar `yaml:"version,required"`
	Target   strictyaml.Scalar `yaml:"target,required"`
	Date     strictyaml.Scalar `yaml:"date,required"`
	Document strictyaml.Scalar `yaml:"document,required"`
	Tool     strictyaml.Scalar `yaml:"tool,required"`
}

// reader reads a ledger from a file.
type reader struct {
	*strictyaml.File
	ledger *Ledger
}

// maxBytes is the maximum size of a file. An entry takes some 300 bytes.
const maxBytes = 16 << 20

func open(source string, data []byte) *reader {
	file := strictyaml.Open(context.Background(), source, data, strictyaml.Options{
		MaxBytes: maxBytes,
		Empty:    "expected a ledger, got an empty file: remove it, or write confirmations: []",
	})
	return &reader{file, &Ledger{Confirmations: map[Key]Confirmation{}}}
}

// format is the required format of a string.
type format struct {
	pattern *regexp.Regexp
	text    string
}

var (
	idFormat = format{
		regexp.MustCompile(`^[a-z]+(/[a-z0-9-]+)+$`),
		"the id of a scenario, such as create/secret-is-shown-once",
	}
	evidenceFormat = format{
		regexp.MustCompile(`^(published|observed|assumed)$`), "published, observed or assumed",
	}
	versionFormat = format{
		regexp.MustCompile(`^[a-z][a-z0-9]*$`),
		"a version of the API such as v2026, or oauth for none",
	}
	targetFormat = format{
		regexp.MustCompile(`^[A-Za-z0-9._:%-]+$`), "a host, such as acme.api.identitynow.com",
	}
	documentFormat = format{
		regexp.MustCompile(`^[0-9a-f]{64}$`),
		"64 lower-case hexadecimal digits, the SHA-256 of a document in effect",
	}
	toolFormat = format{regexp.MustCompile(`^[[:print:]]+$`), "the program with its version"}
)

// text returns a value with that format, or "" if it is invalid or absent.
func (r *reader) text(field string, value strictyaml.Scalar, f format) string {
	if value != "" && !f.pattern.MatchString(string(value)) {
		r.Report(strictyaml.BadValue, field, "expected %s, got %q", f.text, string(value))
		return ""
	}
	return string(value)
}

func (r *reader) scenarios(entries []scenarioEntry) {
	known := map[string]bool{}
	for i, e := range entries {
		field := fmt.Sprintf("scenarios[%d]", i)
		s := Scenario{ID: r.text(field+".id", e.ID, idFormat), Question: e.Question}
		if s.ID != "" && known[s.ID] {
			r.Report(strictyaml.Duplicate, field+".id", "duplicate %s", s.ID)
		}
		known[s.ID] = true
		s.Evidence = evidence.Level(r.text(field+".evidence", e.Evidence, evidenceFormat))
		for j, name := range e.Versions {
			s.Versions = append(s.Versions,
				r.version(fmt.Sprintf("%s.versions[%d]", field, j), name, s.Versions))
		}
		r.ledger.Scenarios = append(r.ledger.Scenarios, s)
	}
}

// version returns a published version that is not in previous.
func (r *reader) version(
	field string, text strictyaml.Scalar, previous []version.Version,
) version.Version {
	name := r.text(field, text, versionFormat)
	v := parseVersion(name)
	switch {
	case name == "": // reported already
	case v != "" && !slices.Contains(version.All(), v):
		r.Report(strictyaml.BadValue, field, "unknown version %q: expected one of %s, %s", name,
			version.Join(version.All()), noVersion)
	case slices.Contains(previous, v):
		r.Report(strictyaml.Duplicate, field, "duplicate %s", name)
	}
	return v
}

func (r *reader) confirmations(entries []confirmationEntry) {
	first := map[Key]string{}
	for i, e := range entries {
		field := fmt.Sprintf("confirmations[%d]", i)
		text := func(name string, value strictyaml.Scalar, f format) string {
			return r.text(field+"."+name, value, f)
		}
		k := Key{
			text("scenario", e.Scenario, idFormat),
			parseVersion(text("version", e.Version, versionFormat)),
			text("target", e.Target, targetFormat),
		}
		c := Confirmation{
			Date:     r.date(field+".date", string(e.Date)),
			Document: text("document", e.Document, documentFormat),
			Tool:     text("tool", e.Tool, toolFormat),
		}
		switch firstField, isDuplicate := first[k]; {
		case k.Scenario == "" || k.Target == "" || e.Version == "": // reported already
		case isDuplicate:
			r.Report(strictyaml.Duplicate, field,
				"the same scenario, version and target as in line %d: keep one of them",
				strictyaml.FieldLine(firstField))
		default:
			r.ledger.Confirmations[k], first[k] = c, field
		}
	}
}

func (r *reader) date(field, text string) (date time.Time) {
	if text == "" { // reported already
		return date
	}
	err := date.UnmarshalText([]byte(text))
	date = date.UTC().Truncate(time.Second)
	if err != nil || date.Year() < 1 || date.Year() > 9999 {
		r.Report(strictyaml.BadValue, field,
			"expected an RFC 3339 time such as 2026-01-31T12:00:00Z, got %q", text)
	}
	return date
}
