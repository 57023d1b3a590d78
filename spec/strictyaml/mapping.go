package strictyaml

import (
	"reflect"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"example.com/patmock/spec/schema"
)

// shape describes the fields of a struct by their names in a file.
type shape struct {
	index     map[string]int
	names     []string
	typeNames map[string]string // descriptions of types, by name
	required  []string
	// line is the index of the field for a line number, or -1 if there is no such field. The line
	// is that of the key lineKey, or of the struct if the key is absent.
	line    int
	lineKey string
}

// shapeOf returns the shape of a type. A tag `yaml:"name,a time"` gives the name in the file, and a
// description of the type for messages or "required". The tag `line:"name"` marks the field for the
// line number of a key.
func (f *File) shapeOf(t reflect.Type) *shape {
	s := f.shapes[t]
	if s != nil {
		return s
	}
	s = &shape{index: map[string]int{}, typeNames: map[string]string{}, line: -1}
	for i := range t.NumField() {
		field := t.Field(i)
		if key, tagged := field.Tag.Lookup("line"); tagged {
			s.line, s.lineKey = i, key
		}
		name, option, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if name == "-" || name == "" {
			continue
		}
		s.index[name] = i
		s.names = append(s.names, name)
		if option == "required" {
			s.required = append(s.required, name)
		} else if option != "" {
			s.typeNames[name] = option
		}
	}
	f.shapes[t] = s
	return s
}

// mapping decodes a mapping, possibly in parts.
type mapping struct {
	*File
	path    *path
	v       reflect.Value
	shape   *shape // nil for a map
	first   int    // index of its first key in File.seen
	child   path
	present uint64
}

type seenKey struct {
	key  string
	line int
}

func (f *File) newMapping(p *path, n *yaml.Node, v reflect.Value) *mapping {
	m := &mapping{File: f, path: p, v: v, first: len(f.seen), child: path{parent: p}}
	if v.Kind() == reflect.Map {
		v.Set(reflect.MakeMap(v.Type()))
		return m
	}
	m.shape = f.shapeOf(v.Type())
	m.setLine(n)
	return m
}

// setLine sets the field with a line tag.
func (m *mapping) setLine(at *yaml.Node) {
	if m.shape.line >= 0 {
		m.v.Field(m.shape.line).SetInt(int64(at.Line + m.lineOffset))
	}
}

// add decodes the keys of n. If continued is true, the first key continues the last one of the part
// before.
func (m *mapping) add(n *yaml.Node, continued bool) {
	for i := 0; i+1 < len(n.Content) && !m.Done(); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		p := &m.child
		p.key = key.Value
		first := slices.IndexFunc(m.seen[m.first:], func(s seenKey) bool {
			return s.key == key.Value
		})
		typ := typeOf(key)
		switch {
		case strings.HasPrefix(key.Value, "x-") && typ == textType &&
			(m.shape != nil || m.path == nil): // deeper maps have free keys
			continue
		case isMerge(key):
			m.reject(BadKey, p, "expected a mapping to merge, got %s", string(typeOf(deref(value))))
		case typ != textType:
			m.reject(BadKey, p, "expected a plain key, got %s", string(typ))
		case first >= 0 && (!continued || i > 0):
			m.reject(Duplicate, p, "duplicate key, first in line %d", m.seen[m.first+first].line)
			if last := len(m.pending) - 1; m.omitted == 0 {
				m.pending[last].position = position{key.Line + m.lineOffset, key.Column}
			}
		default:
			m.field(p, key, value)
		}
		if first < 0 {
			m.seen = append(m.seen, seenKey{key.Value, key.Line + m.lineOffset})
		}
	}
}

// field decodes the value of a key.
func (m *mapping) field(p *path, key, value *yaml.Node) {
	if m.path == nil && key.Value == schema.Field {
		m.schema(p, value)
		return
	}
	if known := m.options.Entries; m.shape == nil && m.path == nil && known != nil &&
		!slices.Contains(known, key.Value) {
		m.incomplete = true
		m.ReportUnknownEntry(key.Value)
		return
	}
	if m.shape == nil {
		element := reflect.New(m.v.Type().Elem()).Elem()
		m.value(p, value, element, "")
		m.v.SetMapIndex(reflect.ValueOf(key.Value), element)
		return
	}
	i, known := m.shape.index[key.Value]
	if !known {
		m.incomplete = true
		names := m.shape.names
		if m.path == nil {
			names = append([]string{schema.Field}, names...)
		}
		m.ReportUnknown(UnknownField, m.options.Rules[UnknownField], p.String(), key.Value,
			func() []string { return names }, "unknown field%.0s")
		return
	}
	if typeOf(deref(value)) == nullType && m.v.Field(i).Type() != reflect.TypeFor[Scalar]() &&
		!slices.Contains(m.shape.required, key.Value) {
		return
	}
	if key.Value == m.shape.lineKey {
		m.setLine(key)
	}
	m.present |= 1 << i
	m.value(p, value, m.v.Field(i), m.shape.typeNames[key.Value])
}

// finish records the fields that are present, and reports missing required fields.
func (m *mapping) finish() {
	m.seen = m.seen[:m.first]
	for _, name := range m.shape.required {
		if !m.stopped && m.present&(1<<m.shape.index[name]) == 0 {
			m.reject(MissingField, &path{parent: m.path, key: name}, "missing")
		}
	}
	list := ""
	if p := m.path; p != nil {
		if p.parent == nil || p.parent.parent != nil || !p.isEntry {
			return
		}
		list = p.parent.key
	}
	m.File.present[list] = append(m.File.present[list], m.present)
}

// schema checks the schema version of the file.
func (m *mapping) schema(p *path, n *yaml.Node) {
	switch typ := typeOf(deref(n)); typ {
	case nullType:
	case integerType:
		err := schema.Check(int(parseInteger(deref(n).Value)))
		if err == nil {
			return
		}
		newer := parseInteger(deref(n).Value) > schema.Version
		if newer { // other errors are meaningless then
			m.pending, m.omitted = nil, 0
		}
		m.reject(UnsupportedSchema, p, "%s", err)
		m.stopped = newer
	default:
		m.mismatch(p, "a whole number", deref(n))
	}
}
