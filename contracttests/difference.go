package contracttests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/rogpeppe/go-internal/diff"
)

// difference returns the lines in which two values differ as JSON: "-" before those that are wanted,
// "+" before those that there are. It returns an empty string if the values are deeply equal.
//
// The commands use it, too, in which go-cmp would keep every exported method of every type.
func difference(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	left, right := inLines(want), inLines(got)
	if left == right { // such as a nil slice and an empty one
		left, right = fmt.Sprintf("%#v\n", want), fmt.Sprintf("%#v\n", got)
	}
	if left == right { // such as numbers of two types
		return fmt.Sprintf("-%s+%s", left, right)
	}
	unified := diff.Diff("want", []byte(left), "got", []byte(right))
	if i := bytes.Index(unified, []byte("\n@@")); i >= 0 {
		unified = unified[i+1:]
	}
	return string(unified)
}

// inLines returns a value as text, each element in a line of its own.
func inLines(value any) string {
	if s, ok := value.(fmt.Stringer); ok {
		return s.String() + "\n"
	}
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Sprintf("%+v\n", value)
	}
	return string(text) + "\n"
}
