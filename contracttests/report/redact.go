package report

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/patmock/spec/redact"
)

// redacted returns a copy without secrets. Its lists are never nil, and its counts match its
// results. All formats render such a copy, before anything is truncated or escaped.
func (r *Report) redacted() *Report {
	out := redactedCopy(*r)
	if out.Judged != nil {
		slices.SortStableFunc(out.Judged.NotJudged, func(a, b NotJudged) int {
			return b.Requests - a.Requests
		})
	}
	out.Count()
	return &out
}

// redactedCopy returns a deep copy in which every string is redacted and no slice is nil.
func redactedCopy[T any](value T) T {
	out, _ := redactValue(reflect.ValueOf(value)).Interface().(T)
	return out
}

func redactValue(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		out.SetString(redact.Report(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(redactValue(v.Elem()).Addr())
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(redactValue(v.Index(i)))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if out.Field(i).CanSet() { // time.Time has no exported fields
				out.Field(i).Set(redactValue(v.Field(i)))
			}
		}
	}
	return out
}

// sanitize replaces control characters, bidirectional controls and noncharacters.
func sanitize(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n") // Map replaces invalid UTF-8
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n', c == '\t':
			return c
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c), c == '\u2028',
			c == '\u2029', c == '\ufffe', c == '\uffff':
			return unicode.ReplacementChar
		}
		return c
	}, text)
}

// oneLine returns a text as one sanitized line.
func oneLine(text string) string { return strings.Join(strings.Fields(sanitize(text)), " ") }

// clip truncates a text to a number of bytes and marks the end.
func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "... (truncated)"
}
