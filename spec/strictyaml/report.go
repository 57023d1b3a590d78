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

// pendingError is an error whose position is not yet known. Positions are determined at the end,
// for the few fields that need one.
type pendingError struct {
	Error
	field    string
	position position // zero for the position of the field
	format   string
	args     []any
}

// FieldLine is the path of a field in the arguments of a message. The message has the line of the
// field.
type FieldLine string

// Full reports whether the limit of errors is reached. Further errors are only counted.
func (f *File) Full() bool { return len(f.pending) >= limit.Items }

// HasErrors reports whether a field, or a field in it, has an error.
func (f *File) HasErrors(field string) bool {
	return slices.ContainsFunc(f.pending, func(p pendingError) bool {
		rest, inside := strings.CutPrefix(p.field, field)
		return inside && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// maxArgument is the maximum length of an argument in bytes. The longest arguments are lists of
// names.
const maxArgument = 1 << 10

// Report adds an error. It redacts and truncates arguments, because they may come from the file.
func (f *File) Report(kind Kind, field, format string, args ...any) {
	f.ReportRule(kind, f.options.Rules[kind], field, format, args...)
}

// ReportRule is like [File.Report] but sets another rule than that of the kind.
func (f *File) ReportRule(kind Kind, id rule.ID, field, format string, args ...any) {
	switch {
	case f.stopped:
		return
	case f.Full():
		f.omitted++
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
	f.pending = append(f.pending, pendingError{
		Error: Error{Source: f.source, Field: redact.String(field), Kind: kind, Rule: id},
		field: field, format: format, args: args,
	})
}

// ReportUnknown reports an unknown word with the closest known one.
func (f *File) ReportUnknown(
	kind Kind, id rule.ID, field, word string, known func() []string, format string,
) {
	if f.Full() || f.stopped {
		f.ReportRule(kind, id, field, "")
		return
	}
	words := known()
	f.ReportRule(kind, id, field, "%s%s; there are %s", fmt.Sprintf(format, word),
		schema.DidYouMean(word, words), List(words))
	last := &f.pending[len(f.pending)-1]
	last.Unknown, last.Suggestion = word, schema.Closest(word, words)
}

// ReportUnknownEntry reports a key that is not one of Options.Entries.
func (f *File) ReportUnknownEntry(key string) {
	known := func() []string { return append(slices.Clone(f.options.Entries), schema.Field) }
	f.ReportUnknown(UnknownEntry, f.options.Rules[UnknownEntry], formatKey(key), key, known,
		"unknown entry%.0s")
}

// maxListed is the maximum number of names in a message.
const maxListed = 40

// List returns names for a message. It quotes names that would break the line.
func List(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	var words []string
	for _, name := range names[:min(len(names), maxListed)] {
		words = append(words, formatKey(name))
	}
	if more := len(names) - maxListed; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}

// Err returns the errors as [Errors], or nil. If the context has ended, it returns the context's
// error.
func (f *File) Err() error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	if len(f.pending) == 0 {
		return nil
	}
	positions := map[string]position{"": {}} // without a file there are no positions
	if f.data != nil {
		positions = f.locate()
	}
	var list Errors
	for _, p := range f.pending {
		if p.position == (position{}) {
			p.position = positionOf(positions, p.field)
		}
		for i, arg := range p.args {
			if field, ok := arg.(FieldLine); ok {
				p.args[i] = positionOf(positions, string(field)).line
			}
		}
		p.Line, p.Column, p.Message = p.position.line, p.position.column,
			fmt.Sprintf(p.format, p.args...)
		if f.flagged[p.field] {
			p.Message += f.options.Hint(p.field)
		}
		list = append(list, p.Error)
	}
	list.sort()
	if f.omitted > 0 {
		list = append(list, Error{
			Source: f.source, Message: limit.Remainder(f.omitted), More: f.omitted,
		})
	}
	return list
}

// positionOf returns the position of a field. For an absent field it is that of the surrounding
// mapping.
func positionOf(positions map[string]position, field string) position {
	for positions[field] == (position{}) && field != "" {
		field = parentOf(field)
	}
	return positions[field]
}

func parentOf(field string) string { return field[:max(0, strings.LastIndexAny(field, ".["))] }

// locate reads the file again to find the positions of the fields in errors, and of their parents.
func (f *File) locate() map[string]position {
	l := locator{map[string]position{}, f}
	add := func(field string) {
		for ; field != ""; field = parentOf(field) {
			l.positions[field] = position{}
		}
	}
	for _, p := range f.pending {
		add(p.field)
		for _, arg := range p.args {
			if field, ok := arg.(FieldLine); ok {
				add(string(field))
			}
		}
	}
	l.positions[""] = position{1, 1}
	if !f.stopped || f.pending[0].position == (position{}) {
		entries := 0 // number of entries in the list so far, if the next part continues it
		f.parts(func(p part) bool {
			f.lineOffset = p.lineOffset
			if !p.continued {
				entries = 0
			}
			entries = l.walk("", p.root, entries)
			return true
		})
	}
	return l.positions
}

type locator struct {
	positions map[string]position
	file      *File
}

// walk visits the values in n. If n begins with a continued list, its entries count from
// firstIndex. walk returns the number of entries in the last value.
func (l locator) walk(field string, n *yaml.Node, firstIndex int) int {
	n = deref(n)
	switch n.Kind {
	case yaml.MappingNode:
		entries := firstIndex
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], deref(n.Content[i+1])
			l.visit(joinField(field, key.Value), key, value, firstIndex)
			if entries = firstIndex; value.Kind == yaml.SequenceNode {
				entries += len(value.Content)
			}
			firstIndex = 0
		}
		return entries
	case yaml.SequenceNode:
		for i, entry := range n.Content {
			l.visit(field+"["+strconv.Itoa(firstIndex+i)+"]", entry, entry, 0)
		}
	}
	return 0
}

// visit records the position of a requested field, and visits its children.
func (l locator) visit(field string, at, value *yaml.Node, firstIndex int) {
	known, requested := l.positions[field]
	if !requested || known != (position{}) && firstIndex == 0 {
		return
	}
	if known == (position{}) {
		l.positions[field] = position{at.Line + l.file.lineOffset, at.Column}
	}
	l.walk(field, value, firstIndex)
}

// joinField returns the path of a key in the mapping at a path.
func joinField(field, key string) string {
	if field == "" {
		return formatKey(key)
	}
	return field + "." + formatKey(key)
}
