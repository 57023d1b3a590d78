package contracttests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"example.com/patmock/spec/jsondiff"
)

// difference returns the differences of two values as JSON: "-" before wanted values, "+" before
// others. It is empty if the values are deeply equal.
func difference(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	cleanupErr, isJSON := asJSON(want)
	right, also := asJSON(got)
	if !isJSON || !also {
		return fmt.Sprintf("-%v\n+%v\n", want, got)
	}
	differ := jsondiff.Differ{Key: func(element any, _ bool) string { return compactJSON(element) }}
	var b strings.Builder
	for _, c := range differ.Compare(cleanupErr, right) {
		pointer := ""
		if len(c.Path) > 0 {
			pointer = jsondiff.Pointer(c.Path) + ": "
		}
		if c.Kind != jsondiff.Added {
			b.WriteString("-" + pointer + compactJSON(c.A) + "\n")
		}
		if c.Kind != jsondiff.Removed {
			b.WriteString("+" + pointer + compactJSON(c.B) + "\n")
		}
	}
	if b.Len() == 0 { // such as numbers of two types
		return fmt.Sprintf("-%#v\n+%#v\n", want, got)
	}
	return b.String()
}

// asJSON converts a value to decoded JSON. It reports false for a value that JSON cannot express,
// and for a fmt.Stringer such as an absent field.
func asJSON(value any) (decoded any, ok bool) {
	if _, ok := value.(fmt.Stringer); ok {
		return nil, false
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&decoded)
	return decoded, err == nil
}

func compactJSON(value any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
