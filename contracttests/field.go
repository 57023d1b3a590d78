package contracttests

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// A Field is a property of a JSON object: absent, null or a value. The zero Field is absent.
type Field[T any] struct {
	// Value is the zero value of T if the property is absent or null.
	Value T
	// Present reports whether the object has the property, Null whether it is null.
	Present, Null bool
}

// Value returns a Field with a value.
func Value[T any](value T) Field[T] { return Field[T]{Value: value, Present: true} }

// Null returns a null Field.
func Null[T any]() Field[T] { return Field[T]{Present: true, Null: true} }

// UnmarshalJSON decodes the value of a property that is present.
func (f *Field[T]) UnmarshalJSON(data []byte) error {
	*f = Field[T]{Present: true, Null: string(data) == "null"}
	return json.Unmarshal(data, &f.Value)
}

// HasValue reports whether the property is neither absent nor null.
func (f Field[T]) HasValue() bool { return f.Present && !f.Null }

// MarshalJSON encodes the value or null. The option omitzero omits an absent property.
func (f Field[T]) MarshalJSON() ([]byte, error) {
	if !f.HasValue() {
		return []byte("null"), nil
	}
	return json.Marshal(f.Value)
}

// String returns the value, "null" or "absent".
func (f Field[T]) String() string {
	switch {
	case !f.Present:
		return "absent"
	case f.Null:
		return "null"
	}
	return fmt.Sprint(f.Value)
}

// A PropertyError reports a property of a JSON object that cannot be decoded.
type PropertyError struct {
	Property string
	// Err is the error of the value. Nil means that a required property is absent or null.
	Err error
}

// Error returns the property and the problem.
func (e *PropertyError) Error() string {
	if e.Err == nil {
		return e.Property + " is absent or null"
	}
	return e.Property + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *PropertyError) Unwrap() error { return e.Err }

// decodeObject decodes a JSON object into a struct. Unlike encoding/json it matches names exactly,
// and requires every property without the option omitzero. Other properties are stored in the field
// Unknown, if the struct has one. The error of a property is a [PropertyError].
func decodeObject(data []byte, object any) error {
	var properties map[string]json.RawMessage
	if err := json.Unmarshal(data, &properties); err != nil {
		return err
	}
	value := reflect.ValueOf(object).Elem()
	for _, field := range reflect.VisibleFields(value.Type()) {
		name, optional := strings.CutSuffix(field.Tag.Get("json"), ",omitzero")
		if name == "" || name == "-" {
			continue
		}
		property, present := properties[name]
		if !optional && (!present || string(property) == "null") {
			return &PropertyError{Property: name}
		}
		if present {
			err := json.Unmarshal(property, value.FieldByIndex(field.Index).Addr().Interface())
			if err != nil {
				return &PropertyError{name, err}
			}
			delete(properties, name)
		}
	}
	if unknown := value.FieldByName("Unknown"); unknown.IsValid() && len(properties) > 0 {
		rest, err := json.Marshal(properties)
		if err != nil {
			return err
		}
		return json.Unmarshal(rest, unknown.Addr().Interface())
	}
	return nil
}
