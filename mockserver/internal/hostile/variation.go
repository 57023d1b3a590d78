package hostile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
)

// variation makes other answers of one, each as legal as that.
type variation struct {
	answer    *response.Response
	operation *spec.Operation
	luck      func(n int) int
	wall      func() time.Time
}

// as returns the answer as a behaviour shows it, nil where there is nothing to change.
func (v variation) as(behaviour string) *response.Response {
	switch behaviour {
	case RetryAfterDate:
		return v.retryAfterDate()
	case ListOrder:
		return v.body(v.shuffle)
	case MessageOrder:
		return v.body(v.messages)
	case ExtraProperties:
		return v.body(v.extra)
	case LessProperties:
		return v.body(v.less)
	}
	return nil
}

// body changes the body, if change says that it did.
func (v variation) body(change func(value any) bool) *response.Response {
	value, ok := decoded(v.answer.Body)
	if !ok || !change(value) {
		return nil
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	varied := *v.answer
	varied.Body, varied.Validated = encoded, false
	return &varied
}

func (v variation) shuffle(value any) bool {
	list, ok := value.([]any)
	if !ok || len(list) < 2 {
		return false
	}
	before := slices.Clone(list)
	for i := len(list) - 1; i > 0; i-- {
		j := v.luck(i + 1)
		list[i], list[j] = list[j], list[i]
	}
	return !slices.EqualFunc(before, list, func(a, b any) bool {
		return fmt.Sprint(a) == fmt.Sprint(b)
	})
}

// messages exchanges the order of the messages of an error: both were seen.
func (v variation) messages(value any) bool {
	object, _ := value.(map[string]any)
	messages, _ := object["messages"].([]any)
	slices.Reverse(messages)
	return len(messages) > 1
}

// extra adds a property that no document names, where objects may have any.
func (v variation) extra(value any) bool {
	if _, open := v.operation.Properties(v.answer.Status); !open {
		return false
	}
	kinds := []any{"new", json.Number("7"), true, nil, map[string]any{"id": "new"}, []any{"new"}}
	name, is := "x-new-property-"+strconv.Itoa(v.luck(100)), kinds[v.luck(len(kinds))]
	found := objects(value)
	for _, object := range found {
		object[name] = is
	}
	return len(found) > 0
}

// less takes optional properties away, or makes them null where they may be.
func (v variation) less(value any) bool {
	properties, _ := v.operation.Properties(v.answer.Status)
	changed := false
	for _, object := range objects(value) {
		for _, p := range properties {
			is, present := object[p.Name]
			if !present || v.luck(2) == 0 {
				continue
			}
			switch {
			case p.Nullable && is != nil && (p.Required || v.luck(2) == 0):
				object[p.Name] = nil
			case !p.Required:
				delete(object, p.Name)
			default:
				continue
			}
			changed = true
		}
	}
	return changed
}

// objects are the object that an answer is, or those in the array that it is.
func objects(value any) []map[string]any {
	switch value := value.(type) {
	case map[string]any:
		return []map[string]any{value}
	case []any:
		var all []map[string]any
		for _, element := range value {
			if object, ok := element.(map[string]any); ok {
				all = append(all, object)
			}
		}
		return all
	}
	return nil
}

// retryAfterDate writes Retry-After in its other form (RFC 9110, section 10.2.3).
func (v variation) retryAfterDate() *response.Response {
	seconds, err := strconv.Atoi(v.answer.Header.Get("Retry-After"))
	if err != nil {
		return nil
	}
	varied := *v.answer
	varied.Header = v.answer.Header.Clone()
	varied.Header.Set("Retry-After",
		response.Date(v.wall().Add(time.Duration(seconds)*time.Second)))
	return &varied
}
