package strictyaml

import (
	"encoding"
	"reflect"
	"strconv"

	yaml "go.yaml.in/yaml/v4"
)

// path is the path of a value. It links from the value outwards to the file. The path of the file
// is nil.
type path struct {
	parent  *path
	key     string
	index   int // of an entry, if isEntry
	isEntry bool
}

// String returns the path in the form of errors, such as tokens[0].scope.
func (p *path) String() string {
	switch {
	case p == nil:
		return ""
	case p.isEntry:
		return p.parent.String() + "[" + strconv.Itoa(p.index) + "]"
	}
	return joinField(p.parent.String(), p.key)
}

// FieldSet is the set of an entry's fields that have a value.
type FieldSet struct {
	mask  uint64
	index map[string]int
}

// Fields returns the fields that have a value in an entry of a list at the top level. The parameter
// of is the type of the entry. The list "" has one entry, the file. A null counts as absent, as in
// the API.
func (f *File) Fields(list string, entry int, of reflect.Type) FieldSet {
	if all := f.present[list]; entry < len(all) {
		return FieldSet{all[entry], f.shapeOf(of).index}
	}
	return FieldSet{}
}

// Has reports whether the entry has the field of that name.
func (w FieldSet) Has(name string) bool { return w.mask&(1<<w.index[name]) != 0 }

// Decode decodes the file into the value that into points to. It reports whether all values were
// decoded.
func (f *File) Decode(into any) bool {
	if f.stopped {
		return false
	}
	v := reflect.ValueOf(into).Elem()
	var root *mapping
	f.parts(func(p part) bool {
		f.lineOffset = p.lineOffset
		n := deref(p.root)
		switch {
		case typeOf(n) == nullType && (n.Value == "" || f.options.Empty == ""):
			if f.options.Empty != "" {
				f.stop(failure{Empty, position{1, 1}, f.options.Empty})
			}
		case n.Kind == yaml.MappingNode && v.Kind() == reflect.Struct:
			if root == nil {
				root = f.newMapping(nil, n, v)
			}
			root.add(n, p.continued)
		default:
			f.value(nil, n, v, "")
		}
		return !f.Done()
	})
	if root != nil {
		root.finish()
	}
	return !f.incomplete
}

// reject reports an error and marks the file as incomplete.
func (f *File) reject(kind Kind, p *path, format string, args ...any) {
	f.incomplete = true
	if f.Full() {
		f.omitted++
		return
	}
	f.Report(kind, p.String(), format, args...)
}

// value decodes n into v. Expected describes the type of a text for messages.
func (f *File) value(p *path, n *yaml.Node, v reflect.Value, expected string) {
	n = deref(n)
	if f.values++; f.values > MaxValues {
		f.stop(failure{
			Size,
			position{n.Line + f.lineOffset, n.Column},
			"expected at most " + strconv.Itoa(MaxValues) + " values with those of aliases",
		})
		return
	}
	typ := typeOf(n)
	f.noteFlagged(p, n, typ)
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if typ != textType {
			f.mismatch(p, expected, n)
		} else if err := text.UnmarshalText([]byte(n.Value)); err != nil {
			f.Report(BadValue, p.String(), "%s", err)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if typ != mappingType {
			f.mismatch(p, string(mappingType), n)
			return
		}
		m := f.newMapping(p, n, v)
		m.add(n, false)
		m.finish()
	case reflect.Map:
		if typ != mappingType {
			f.mismatch(p, string(mappingType), n)
			return
		}
		m := f.newMapping(p, n, v)
		m.add(n, false)
		f.seen = f.seen[:m.first]
	case reflect.Slice:
		if typ != listType {
			f.mismatch(p, string(listType), n)
			return
		}
		f.list(p, n, v)
	case reflect.Interface:
		if value := toAny(n, 0); value != nil {
			v.Set(reflect.ValueOf(value))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.value(p, n, v.Elem(), expected)
	default:
		f.scalar(p, n, typ, v)
	}
}

// Scalar is a text that may also be written as a number, true, false or null. It keeps the notation
// of the file.
type Scalar string

func (f *File) scalar(p *path, n *yaml.Node, typ nodeType, v reflect.Value) {
	switch scalar := v.Type() == reflect.TypeFor[Scalar](); {
	case scalar && n.Kind == yaml.ScalarNode && typ != tagType && n.Value != "",
		v.Kind() == reflect.String && typ == textType && !scalar:
		v.SetString(n.Value)
	case v.Kind() == reflect.Bool && typ == boolType:
		v.SetBool(n.Value[0]|0x20 == 't')
	case v.Kind() == reflect.Int && typ == integerType:
		v.SetInt(parseInteger(n.Value))
	case v.Kind() == reflect.String:
		f.mismatch(p, string(textType), n)
	case v.Kind() == reflect.Bool:
		f.mismatch(p, string(boolType), n)
	default:
		f.mismatch(p, "a whole number", n)
	}
}

// noteFlagged records a field with a text that Options.Flag reports.
func (f *File) noteFlagged(p *path, n *yaml.Node, typ nodeType) {
	if f.options.Flag == nil {
		return
	}
	// {{ NAME }}
	template := typ == mappingType && len(n.Content) > 0 && n.Content[0].Kind == yaml.MappingNode
	if template || typ == textType && f.options.Flag(n.Value) {
		f.flagged[p.String()] = true
	}
}

// mismatch reports a wrong type. It never includes the value, because a secret may be in the wrong
// field.
func (f *File) mismatch(p *path, expected string, n *yaml.Node) {
	hint, typ := "", typeOf(n)
	switch {
	case expected == string(typ):
		typ = "empty text"
	case expected == string(textType) &&
		(typ == integerType || typ == fractionType || typ == boolType || typ == octalType):
		hint = ": put it in quotes"
	case typ == octalType:
		hint = ": some readers parse it as octal"
	}
	f.reject(WrongType, p, "expected %s, got %s%s", expected, string(typ), hint)
}

// list decodes the entries of n and appends them to v.
func (f *File) list(p *path, n *yaml.Node, v reflect.Value) {
	if v.IsNil() {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	element := &path{parent: p, isEntry: true}
	for _, entry := range n.Content {
		if f.Done() {
			return
		}
		i := v.Len()
		if i == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(i + 1)
		element.index = i
		f.value(element, entry, v.Index(i), "")
	}
}

// toAny returns the value of n as encoding/json would decode it. Integers are int64.
func toAny(n *yaml.Node, depth int) any {
	n = deref(n)
	switch typ := typeOf(n); {
	case depth > maxDepth || typ == nullType:
		return nil
	case typ == boolType:
		return n.Value[0]|0x20 == 't'
	case typ == integerType || typ == fractionType:
		return parseNumber(n.Value, typ)
	case typ == listType:
		list := make([]any, len(n.Content))
		for i, entry := range n.Content {
			list[i] = toAny(entry, depth+1)
		}
		return list
	case typ == mappingType:
		object := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			object[n.Content[i].Value] = toAny(n.Content[i+1], depth+1)
		}
		return object
	}
	return n.Value
}
