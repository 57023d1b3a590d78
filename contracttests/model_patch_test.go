package contracttests_test

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/patmock/spec/version"
)

// operation is an operation of a JSON Patch. NoValue omits the value. This differs from null.
type operation struct {
	Op, Path, From string
	Value          any
	NoValue        bool
}

func (o operation) encode() map[string]any {
	encoded := map[string]any{"op": o.Op, "path": o.Path}
	if o.From != "" {
		encoded["from"] = o.From
	}
	if !o.NoValue && o.Op != "remove" && o.From == "" {
		encoded["value"] = o.Value
	}
	return encoded
}

// document is the part of a token that patches change, as JSON. A removed property is absent.
type document map[string]any

// applyPatch returns a token after a patch, and reports whether the patch is valid.
func (m *model) applyPatch(
	k *tokenModel, operations []operation, v version.Version,
) (changed tokenModel, ok bool) {
	d := document{
		"name": k.Name, "scope": slices.Clone(k.Scope), "expirationDate": k.Expires,
		"userAwareTokenNeverExpires": k.Acknowledged,
	}
	dateChanged, flagChanged := false, false
	for _, o := range operations {
		if !patchable(o.Path, v) || o.From != "" && !patchable(o.From, v) || !d.apply(o) {
			return changed, false
		}
		dateChanged = dateChanged || o.Op != "test" && o.Path == "/expirationDate"
		flagChanged = flagChanged || o.Op != "test" && o.Path == "/userAwareTokenNeverExpires"
	}
	changed = *k
	name, _ := d["name"].(string)
	changed.Name = name
	changed.Scope, _ = d["scope"].([]string)
	if changed.Scope == nil {
		changed.Scope = []string{"sp:scopes:all"}
	}
	changed.Expires, _ = d["expirationDate"].(time.Time)
	changed.Acknowledged, _ = d["userAwareTokenNeverExpires"].(bool)
	switch forever := changed.Expires.IsZero(); {
	case isBlank(name), m.nameTaken(k.Owner, name, k):
		return changed, false
	case dateChanged && !forever && !changed.Expires.After(m.now):
		return changed, false
	case dateChanged && forever && (!flagChanged || !changed.Acknowledged):
		return changed, false
	case flagChanged && forever && !changed.Acknowledged:
		return changed, false
	}
	return changed, true
}

// patchable reports whether a version patches the field of a path.
func patchable(path string, v version.Version) bool {
	field, element, nested := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch field {
	case "name":
		return !nested
	case "scope":
		return !nested || element != ""
	case "expirationDate", "userAwareTokenNeverExpires":
		return !nested && !isLegacy(v)
	}
	return false
}

// apply applies an operation of RFC 6902, and reports whether it is valid.
func (d document) apply(o operation) bool {
	value := o.Value
	if o.NoValue {
		if o.Op != "replace" || o.Path != "/expirationDate" {
			// Only SDKs that cannot send null need this (date-without-value-is-null).
			return false
		}
		value = time.Time{}
	}
	switch o.Op {
	case "add":
		return d.add(o.Path, value)
	case "remove":
		return d.remove(o.Path)
	case "replace":
		_, found := d.get(o.Path)
		return found && d.remove(o.Path) && d.add(o.Path, value)
	case "test":
		got, found := d.get(o.Path)
		return found && equal(got, value)
	case "copy":
		value, found := d.get(o.From)
		return found && d.add(o.Path, value)
	case "move":
		value, found := d.get(o.From)
		return found && d.remove(o.From) && d.add(o.Path, value)
	}
	return false
}

func equal(a, b any) bool {
	if one, ok := a.([]string); ok {
		other, ok := b.([]string)
		return ok && slices.Equal(one, other)
	}
	return a == b
}

// element returns the scopes and the index of a path. The index is -1 for the path of a field.
func (d document) element(path string) (field string, scopes []string, index int, ok bool) {
	field, step, nested := strings.Cut(path[1:], "/")
	if !nested {
		return field, nil, -1, true
	}
	scopes, _ = d["scope"].([]string)
	if index = len(scopes); step != "-" {
		index, _ = strconv.Atoi(step)
	}
	return field, scopes, index, scopes != nil && index <= len(scopes)
}

func (d document) get(path string) (value any, found bool) {
	field, scopes, index, ok := d.element(path)
	if index < 0 {
		value, found = d[field]
		return value, found
	}
	if !ok || index == len(scopes) {
		return nil, false
	}
	return scopes[index], true
}

func (d document) add(path string, value any) bool {
	field, scopes, index, ok := d.element(path)
	if index < 0 {
		d[field] = value
		return true
	}
	scope, isText := value.(string)
	if ok && isText {
		d["scope"] = slices.Insert(slices.Clone(scopes), index, scope)
	}
	return ok && isText
}

func (d document) remove(path string) bool {
	field, scopes, index, ok := d.element(path)
	if _, found := d.get(path); !found || !ok {
		return false
	}
	if index < 0 {
		delete(d, field)
		return true
	}
	d["scope"] = slices.Delete(slices.Clone(scopes), index, index+1)
	return true
}
