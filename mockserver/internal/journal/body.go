package journal

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/patmock/mockserver/control"
)

// jsonBody is a body that was read as JSON.
type jsonBody struct {
	text  string
	value any
	valid bool
}

func readBody(text string) *jsonBody {
	value, err := decode(text)
	return &jsonBody{text: text, value: value, valid: err == nil}
}

var errMore = errors.New("more than one value")

// decode keeps numbers as they are written: not every one fits a float64.
func decode(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errMore
	}
	return value, nil
}

// contained tells where actual lacks something of expected. Objects may have more properties; arrays have as many
// elements, each of which contains what is expected there.
func contained(pointer string, expected, actual any) []control.Difference {
	differ := []control.Difference{{Pointer: pointer, Expected: expected, Actual: actual}}
	switch expected := expected.(type) {
	case map[string]any:
		object, ok := actual.(map[string]any)
		if !ok {
			return differ
		}
		return containedObject(pointer, expected, object)
	case []any:
		array, ok := actual.([]any)
		if !ok || len(array) != len(expected) {
			return differ
		}
		var found []control.Difference
		for i := range expected {
			found = append(found, contained(pointer+"/"+strconv.Itoa(i), expected[i], array[i])...)
		}
		return found
	case json.Number:
		if number, ok := actual.(json.Number); ok && sameNumber(string(expected), string(number)) {
			return nil
		}
		return differ
	}
	if expected != actual { // text, true, false or null
		return differ
	}
	return nil
}

func containedObject(pointer string, expected, actual map[string]any) []control.Difference {
	names := make([]string, 0, len(expected))
	for name := range expected {
		names = append(names, name)
	}
	slices.Sort(names)
	var found []control.Difference
	for _, name := range names {
		child := pointer + "/" + escape(name)
		value, ok := actual[name]
		if !ok { // not the same as null
			found = append(found, control.Difference{Pointer: child, Expected: expected[name]})
			continue
		}
		found = append(found, contained(child, expected[name], value)...)
	}
	return found
}

// sameNumber compares by value: 1, 1.0 and 1e0 are the same. Integers of any size are compared exactly.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	if isInteger(a) && isInteger(b) {
		return a == "-0" && b == "0" || a == "0" && b == "-0"
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

func isInteger(number string) bool { return !strings.ContainsAny(number, ".eE") }

const maxShown = 200

// clip keeps a verdict readable.
func clip(text string) string {
	if len(text) <= maxShown {
		return text
	}
	end := maxShown
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
