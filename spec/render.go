package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/patmock/spec/redact"
)

// maxRendered is the maximum number of bytes of JSON that are rendered before redacting. It is
// larger than the longest secret that may begin in the visible part.
const maxRendered = 1 << 10

// renderJSON returns the JSON of a value for a message: redacted and truncated. Its cost does not
// grow with the size of the value.
func renderJSON(value any) string {
	r := renderer{remaining: maxRendered}
	r.value(value)
	text := r.out.String()
	if r.remaining <= 0 {
		text = redact.Tail(text)
	}
	return redact.Truncate(text, maxGot)
}

// renderBody returns a body for a message: redacted and truncated.
func renderBody(body []byte) string {
	text := string(body[:min(len(body), maxRendered)])
	if len(body) > maxRendered {
		text = redact.Tail(text)
	}
	return redact.Truncate(redact.Body(text), maxGot)
}

// renderer writes JSON up to a limit. Output that exceeds the limit is incomplete JSON.
type renderer struct {
	out       strings.Builder
	remaining int
}

func (r *renderer) write(text string) {
	if r.remaining > 0 {
		r.out.WriteString(text)
		r.remaining -= len(text)
	}
}

func (r *renderer) value(value any) {
	switch value := value.(type) {
	case []any:
		r.write("[")
		for i, element := range value {
			if r.remaining <= 0 {
				return
			}
			if i > 0 {
				r.write(",")
			}
			r.value(element)
		}
		r.write("]")
	case map[string]any:
		r.object(value)
	case string:
		r.text(value)
	default:
		encoded, err := json.Marshal(value)
		if err != nil {
			encoded = fmt.Appendf(nil, "a value of type %T", value)
		}
		r.write(string(encoded))
	}
}

func (r *renderer) text(value string) {
	if len(value) > r.remaining { // each character takes at least as many bytes in JSON
		value = strings.ToValidUTF8(value[:max(0, r.remaining)], "")
		encoded, _ := json.Marshal(value) // a string always encodes
		r.write(strings.TrimSuffix(string(encoded), `"`))
		r.remaining = 0
		return
	}
	encoded, _ := json.Marshal(value)
	r.write(string(encoded))
}

func (r *renderer) object(value map[string]any) {
	r.write("{")
	for i, name := range firstKeys(value, r.remaining/len(`"":0,`)+1) {
		if r.remaining <= 0 {
			return
		}
		if i > 0 {
			r.write(",")
		}
		r.text(name)
		r.write(":")
		r.value(value[name])
	}
	r.write("}")
}

// firstKeys returns the first n keys of an object in sorted order, or all if there are fewer.
func firstKeys(value map[string]any, n int) []string {
	if len(value) <= n {
		return slices.Sorted(maps.Keys(value))
	}
	first := make([]string, 0, 2*n)
	last := "" // the largest of the first n, if there are n
	for name := range value {
		if last != "" && name >= last {
			continue
		}
		if first = append(first, name); len(first) == cap(first) {
			slices.Sort(first)
			first = first[:n]
			last = first[n-1]
		}
	}
	slices.Sort(first)
	return first[:n]
}
