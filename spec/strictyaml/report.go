package strictyaml

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/schema"
)

// pending is an error without its place. Places are looked up at the end, for the few fields that
// need one.
type pending struct {
	Error
	field  string
	at     place // zero for that of the field
	format string
	args   []any
}

// LineOf is a field in the arguments of a message, which shows the field's line.
type FieldLine string

// Full reports whether further errors are only counted.
func (f *File) Full() bool { return len(f.pending) >= limit.Items }

// HasErrors reports whether there is an error at a field or in it.
func (f *File) HasErrors(field string) bool {
	return slices.ContainsFunc(f.pending, func(p pending) bool {
		rest, inside := strings.CutPrefix(p.field, field)
		return inside && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// maxArgument bounds, in bytes, a text in a message. The longest are lists of known names.
const maxArgument = 1 << 10

// Report adds an error. Text in the arguments may come from the file, and is redacted and cut.
func (f *File) Report(kind Kind, field, format string, args ...any) {
	f.ReportRule(kind, f.options.Rules[kind], field, format, args...)
}

// ReportRule is like [File.Report] for an error of another rule than that of its kind.
func (f *File) ReportRule(kind Kind, broken rule.ID, field, format string, args ...any) {
	switch {
	case f.stopped:
		return
	case f.Full():
		f.more++
		return
	}
	for i, arg := range args {
		switch arg := arg.(type) {
		case string:
			args[i] = redact.Truncate(arg, maxArgument)
		case error:
			args[i] = redact.Truncate(arg.Error(), maxArgument)
		}
	}
	f.pending = append(f.pending, pending{
		Error: Error{Source: f.source, Field: redact.String(field), Kind: kind, Rule: broken},
		field: field, format: format, args: args,
	})
}

// ReportUnknown reports a word that is not one of the known ones, with the closest of them.
func (f *File) ReportUnknown(kind Kind, broken rule.ID, field, word string, known func() []string,
	format string,
) {
	if f.Full() || f.stopped {
		f.ReportRule(kind, broken, field, "")
		return
	}
	words := known()
	f.ReportRule(kind, broken, field, "%s%s; there are %s", fmt.Sprintf(format, word),
		schema.DidYouMean(word, words), List(words))
	last := &f.pending[len(f.pending)-1]
	last.Unknown, last.Suggestion = word, schema.Closest(word, words)
}

// UnknownEntry reports a key that is not one of Options.Entries.
func (f *File) ReportUnknownEntry(key string) {
	known := func() []string { return append(slices.Clone(f.options.Entries), schema.Field) }
	f.ReportUnknown(UnknownEntry, f.options.Rules[UnknownEntry], plain(key), key, known,
		"unknown entry%.0s")
}

// maxListed keeps a message readable where there are hundreds of names.
const maxListed = 40

// List writes names for a message, with quotes where one could break its line.
func List(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	var words []string
	for _, name := range names[:min(len(names), maxListed)] {
		words = append(words, plain(name))
	}
	if more := len(names) - maxListed; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}

// Err returns the errors as [Errors], that of the context if it ended, or nil.
func (f *File) Err() error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	if len(f.pending) == 0 {
		return nil
	}
	places := map[string]place{"": {}} // there are none without a file
	if f.data != nil {
		places = f.locate()
	}
	var found Errors
	for _, p := range f.pending {
		if p.at == (place{}) {
			p.at = placeOf(places, p.field)
		}
		for i, arg := range p.args {
			if field, ok := arg.(FieldLine); ok {
				p.args[i] = placeOf(places, string(field)).line
			}
		}
		p.Line, p.Column, p.Message = p.at.line, p.at.column, fmt.Sprintf(p.format, p.args...)
		if f.flagged[p.field] {
			p.Message += f.options.Hint(p.field)
		}
		found = append(found, p.Error)
	}
	found.sort()
	if f.more > 0 {
		found = append(found, Error{Source: f.source, Message: limit.Remainder(f.more), More: f.more})
	}
	return found
}

// placeOf returns the place of a field, or for an absent one that of the mapping that lacks it.
func placeOf(places map[string]place, field string) place {
	for places[field] == (place{}) && field != "" {
		field = parentOf(field)
	}
	return places[field]
}

func parentOf(field string) string { return field[:max(0, strings.LastIndexAny(field, ".["))] }

// locate reads the file again for the places of the fields that errors name, and of their parents.
func (f *File) locate() map[string]place {
	l := locator{map[string]place{}, f}
	want := func(field string) {
		for ; field != ""; field = parentOf(field) {
			l.places[field] = place{}
		}
	}
	for _, p := range f.pending {
		want(p.field)
		for _, arg := range p.args {
			if field, ok := arg.(FieldLine); ok {
				want(string(field))
			}
		}
	}
	l.places[""] = place{1, 1}
	if !f.stopped || f.pending[0].at == (place{}) {
		entries := 0 // of the list that goes on in the next part
		f.parts(func(p part) bool {
			f.lines = p.lines
			if !p.continued {
				entries = 0
			}
			entries = l.walk("", p.root, entries)
			return true
		})
	}
	return l.places
}

type locator struct {
	places map[string]place
	file   *File
}

// walk visits the values in n. A first list in it begins with the entry of that number. It returns
// the number of entries of the last value.
func (l locator) walk(field string, n *yaml.Node, first int) int {
	n = deref(n)
	switch n.Kind {
	case yaml.MappingNode:
		entries := first
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], deref(n.Content[i+1])
			l.visit(child(field, key.Value), key, value, first)
			if entries = first; value.Kind == yaml.SequenceNode {
				entries += len(value.Content)
			}
			first = 0
		}
		return entries
	case yaml.SequenceNode:
		for i, entry := range n.Content {
			l.visit(field+"["+strconv.Itoa(first+i)+"]", entry, entry, 0)
		}
	}
	return 0
}

// visit notes the place of a field that is wanted, and goes on inside.
func (l locator) visit(field string, at, value *yaml.Node, first int) {
	known, wanted := l.places[field]
	if !wanted || known != (place{}) && first == 0 {
		return
	}
	if known == (place{}) {
		l.places[field] = place{at.Line + l.file.lines, at.Column}
	}
	l.walk(field, value, first)
}

// child returns the path of a key in the mapping at a path.
func child(field, key string) string {
	if field == "" {
		return plain(key)
	}
	return field + "." + plain(key)
}
