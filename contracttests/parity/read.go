package parity

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/schema"
	"example.com/patmock/spec/version"
)

// Read reads the published ledger. Source names it in messages. The error is of type [Errors], with a line for each:
// "parity.yaml:7:5: confirmations[3].date: ...".
func Read(source string, data []byte) (*Ledger, error) {
	return read(source, data, []string{"scenarios", "confirmations"})
}

// ReadOwn reads a ledger of one's own, as [Read] does. What it says of scenarios that are not known here is kept.
func ReadOwn(source string, data []byte) (*Ledger, error) {
	return read(source, data, []string{"confirmations"})
}

func read(source string, data []byte, fields []string) (*Ledger, error) {
	r := &reader{source: source}
	l := &Ledger{Confirmations: map[Key]Confirmation{}}
	if root := r.document(data); root != nil && r.schema(root) {
		lines := map[Key]int{}
		there := r.mapping("", root, fields, []string{schema.Field})
		delete(there, schema.Field)
		for name, n := range there {
			for i, element := range r.list(name, n) {
				field := fmt.Sprintf("%s[%d]", name, i)
				if name == "scenarios" {
					r.scenario(field, element, l)
					continue
				}
				r.confirmation(field, element, l, lines)
			}
		}
	}
	if len(r.errors) > 0 {
		r.errors.sort()
		return nil, r.errors
	}
	return l, nil
}

// reader gathers what is wrong with a file.
type reader struct {
	source string
	errors Errors
}

// schema reports whether this patmock reads the version of the file. If not, nothing else can be said about it.
func (r *reader) schema(root *yaml.Node) bool {
	if root.Kind != yaml.MappingNode {
		return true
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != schema.Field {
			continue
		}
		if err := schema.CheckText(root.Content[i+1].Value); err != nil {
			r.report(root.Content[i+1], schema.Field, OtherSchema, "%s", err)
			return false
		}
	}
	return true
}

// document returns the only one in a file, nil if there is none or another.
func (r *reader) document(data []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root, another yaml.Node
	switch err := decoder.Decode(&root); {
	case errors.Is(err, io.EOF):
		r.add(1, 1, Empty, "expected a ledger, got an empty file: remove it, or write confirmations: []")
		return nil
	case err != nil:
		r.notYAML(data, err)
		return nil
	}
	switch err := decoder.Decode(&another); {
	case err == nil:
		r.add(another.Line, another.Column, ManyDocuments, "expected one document, got another")
		return nil
	case !errors.Is(err, io.EOF):
		r.notYAML(data, err)
		return nil
	}
	return root.Content[0]
}

var lineForm = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)`)

func (r *reader) notYAML(data []byte, err error) {
	if line, column, message, isJSON := schema.DescribeJSONError(r.source, data); isJSON {
		r.add(line, column, Syntax, message)
		return
	}
	found := lineForm.FindStringSubmatch(err.Error())
	line, err := strconv.Atoi(found[1])
	if err != nil { // there is none
		line = 1
	}
	r.add(line, 1, Syntax, "not YAML: "+found[2])
}

// add reports an error of the file as a whole.
func (r *reader) add(line, column int, kind ErrorKind, message string) {
	r.errors = append(r.errors, Error{Source: r.source, Line: line, Column: column, Kind: kind, Message: message})
}

func (r *reader) report(n *yaml.Node, field string, kind ErrorKind, format string, args ...any) {
	r.errors = append(r.errors, Error{r.source, n.Line, n.Column, field, kind, fmt.Sprintf(format, args...)})
}

// mapping returns the values that are there of a mapping, by their names.
func (r *reader) mapping(field string, n *yaml.Node, required, optional []string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		r.report(n, field, WrongType, "expected a mapping, got %s", kind(n))
		return nil
	}
	there := map[string]*yaml.Node{}
	names := slices.Concat(required, optional)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		child := strings.TrimPrefix(field+"."+plain(name.Value), ".")
		switch {
		case name.Kind != yaml.ScalarNode || !slices.Contains(names, name.Value):
			r.report(name, child, UnknownField, "unknown field%s; there are %s", schema.DidYouMean(name.Value, names), strings.Join(names, ", "))
		case there[name.Value] != nil:
			r.report(name, child, Duplicate, "written twice, first in line %d", there[name.Value].Line)
		default:
			there[name.Value] = value
		}
	}
	for _, name := range required {
		if there[name] == nil {
			r.report(n, strings.TrimPrefix(field+"."+name, "."), MissingField, "missing")
		}
	}
	return there
}

func (r *reader) list(field string, n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		r.report(n, field, WrongType, "expected a list, got %s: write [] for none", kind(n))
		return nil
	}
	return n.Content
}

// form is what a text has to look like.
type form struct {
	pattern *regexp.Regexp
	text    string
}

var (
	idForm       = form{regexp.MustCompile(`^[a-z]+(/[a-z0-9-]+)+$`), "the id of a scenario, such as create/secret-is-shown-once"}
	standingForm = form{regexp.MustCompile(`^(published|observed|assumed)$`), "published, observed or assumed"}
	versionForm  = form{regexp.MustCompile(`^[a-z][a-z0-9]*$`), "a version of the API such as v2026, or oauth for none"}
	targetForm   = form{regexp.MustCompile(`^[A-Za-z0-9._:%-]+$`), "a host, such as acme.api.identitynow.com"}
	documentForm = form{regexp.MustCompile(`^[0-9a-f]{64}$`), "64 lower-case hexadecimal digits, the SHA-256 of a document in effect"}
	toolForm     = form{regexp.MustCompile(`^[[:print:]]+$`), "the program with its version"}
)

// text of a value, empty where it is wrong or not there.
func (r *reader) text(field string, n *yaml.Node, f form) string {
	switch {
	case n == nil: // told already
		return ""
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null":
		r.report(n, field, WrongType, "expected %s, got %s", f.text, kind(n))
		return ""
	case !f.pattern.MatchString(n.Value):
		r.report(n, field, BadValue, "expected %s, got %q", f.text, n.Value)
		return ""
	}
	return n.Value
}

// scenario adds an entry to the ledger.
func (r *reader) scenario(field string, n *yaml.Node, l *Ledger) {
	there := r.mapping(field, n, []string{"id", "standing", "versions"}, []string{"question"})
	s := Scenario{ID: r.text(field+".id", there["id"], idForm)}
	if s.ID != "" && slices.ContainsFunc(l.Scenarios, func(other Scenario) bool { return other.ID == s.ID }) {
		r.report(there["id"], field+".id", Duplicate, "%s is there already", s.ID)
	}
	s.Standing = evidence.Standing(r.text(field+".standing", there["standing"], standingForm))
	if asked := there["question"]; asked != nil {
		var err error
		if s.Question, err = strconv.ParseBool(asked.Value); err != nil || asked.Tag != "!!bool" {
			r.report(asked, field+".question", WrongType, "expected true or false, got %s", kind(asked))
		}
	}
	if versions := there["versions"]; versions != nil {
		for i, element := range r.list(field+".versions", versions) {
			s.Versions = append(s.Versions, r.version(fmt.Sprintf("%s.versions[%d]", field, i), element, s.Versions))
		}
	}
	l.Scenarios = append(l.Scenarios, s)
}

// version is one that is published, and not among those before.
func (r *reader) version(field string, n *yaml.Node, before []version.Version) version.Version {
	name := r.text(field, n, versionForm)
	v := versionOf(name)
	switch {
	case name == "": // told already
	case v != "" && !slices.Contains(version.All(), v):
		r.report(n, field, BadValue, "unknown version %q: expected one of %s, %s", name, version.Join(version.All()), noVersion)
	case slices.Contains(before, v):
		r.report(n, field, Duplicate, "%s is there already", name)
	}
	return v
}

// confirmation adds one to the ledger.
func (r *reader) confirmation(field string, n *yaml.Node, l *Ledger, lines map[Key]int) {
	before := len(r.errors)
	there := r.mapping(field, n, []string{"scenario", "version", "target", "date", "document", "tool"}, nil)
	text := func(name string, f form) string { return r.text(field+"."+name, there[name], f) }
	k := Key{text("scenario", idForm), versionOf(text("version", versionForm)), text("target", targetForm)}
	c := Confirmation{Date: r.date(field+".date", there["date"]), Document: text("document", documentForm), Tool: text("tool", toolForm)}
	if len(r.errors) > before {
		return
	}
	if first, twice := lines[k]; twice {
		r.report(n, field, Duplicate, "the same scenario, version and target as in line %d: keep one of them", first)
	}
	l.Confirmations[k], lines[k] = c, n.Line
}

func (r *reader) date(field string, n *yaml.Node) (at time.Time) {
	if n == nil { // told already
		return at
	}
	err := at.UnmarshalText([]byte(n.Value))
	at = at.UTC().Truncate(time.Second)
	if err != nil || n.Kind != yaml.ScalarNode || at.Year() < 1 || at.Year() > 9999 {
		wrong := BadValue
		if n.Kind != yaml.ScalarNode {
			wrong = WrongType
		}
		r.report(n, field, wrong, "expected an RFC 3339 time such as 2026-01-31T12:00:00Z, got %s", cmp.Or(plain(n.Value), kind(n)))
	}
	return at
}

// kind of a value, for people.
func kind(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.AliasNode:
		return "an alias"
	case n.Tag == "!!null":
		return "nothing"
	}
	return strconv.Quote(n.Value)
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_.:-]*$`)

// plain quotes a word where it is not a simple one, so that no message has a second line.
func plain(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return strconv.Quote(word)
}
