package journal

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/jsondiff"
)

// jsonBody is a body that was parsed as JSON.
type jsonBody struct {
	text  string
	value any
	valid bool
}

func parseBody(text string) *jsonBody {
	value, err := decode(text)
	return &jsonBody{text: text, value: value, valid: err == nil}
}

var errTrailingData = errors.New("more than one value")

// decode decodes one JSON value. Numbers stay as written, because not every one fits a float64.
func decode(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errTrailingData
	}
	return value, nil
}

// subsetDifferences returns the values of expected that actual does not contain. Objects may have
// more properties. Arrays must have the same number of elements, and each must contain the expected
// one.
func subsetDifferences(pointer string, expected, actual any) (differences []control.Difference) {
	differ := jsondiff.Differ{Equal: equalValues}
	for _, c := range differ.Compare(expected, actual) {
		if c.Kind != jsondiff.Added {
			path := pointer + jsondiff.Pointer(c.Path)
			differences = append(differences, control.Difference{
				Pointer: path, Expected: c.A, Actual: c.B,
			})
		}
	}
	return differences
}

func equalValues(a, b any) bool {
	x, isNumber := a.(json.Number)
	if y, ok := b.(json.Number); isNumber && ok {
		return sameNumber(string(x), string(y))
	}
	return a == b
}

// sameNumber compares numbers by value: 1, 1.0 and 1e0 are equal. Integers of any size are compared
// exactly.
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

const maxDetail = 200

// truncate shortens text to maxDetail bytes, so that a result stays readable.
func truncate(text string) string {
	if len(text) <= maxDetail {
		return text
	}
	end := maxDetail
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
