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

// generator derives variations of a response. If the response is valid, so are its variations.
type generator struct {
	resp      *response.Response
	operation *spec.Operation
	draw      func(n int) int
	wallNow   func() time.Time
}

// apply returns the variation that a behaviour causes, or nil if the behaviour does not apply.
func (g generator) apply(behaviour string) *response.Response {
	switch behaviour {
	case RetryAfterDate:
		return g.retryAfterDate()
	case ListOrder:
		return g.changeBody(g.shuffle)
	case MessageOrder:
		return g.changeBody(g.reverseMessages)
	case ExtraProperties:
		return g.changeBody(g.addProperty)
	case AbsentProperties:
		return g.changeBody(g.dropProperties)
	}
	return nil
}

// changeBody returns a response with a changed body, or nil if change returns false.
func (g generator) changeBody(change func(value any) bool) *response.Response {
	value, ok := decode(g.resp.Body)
	if !ok || !change(value) {
		return nil
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	varied := *g.resp
	varied.Body, varied.Validated = encoded, false
	return &varied
}

func (g generator) shuffle(value any) bool {
	list, ok := value.([]any)
	if !ok || len(list) < 2 {
		return false
	}
	original := slices.Clone(list)
	for i := len(list) - 1; i > 0; i-- {
		j := g.draw(i + 1)
		list[i], list[j] = list[j], list[i]
	}
	return !slices.EqualFunc(original, list, func(a, b any) bool {
		return fmt.Sprint(a) == fmt.Sprint(b)
	})
}

// reverseMessages reverses the messages of an error.
//
// observed: both orders.
func (g generator) reverseMessages(value any) bool {
	object, _ := value.(map[string]any)
	messages, _ := object["messages"].([]any)
	slices.Reverse(messages)
	return len(messages) > 1
}

// addProperty adds a property that no document names, if objects allow additional properties.
func (g generator) addProperty(value any) bool {
	if _, open := g.operation.Properties(g.resp.Status); !open {
		return false
	}
	kinds := []any{"new", json.Number("7"), true, nil, map[string]any{"id": "new"}, []any{"new"}}
	name, newValue := "x-new-property-"+strconv.Itoa(g.draw(100)), kinds[g.draw(len(kinds))]
	all := objects(value)
	for _, object := range all {
		object[name] = newValue
	}
	return len(all) > 0
}

// dropProperties removes optional properties, or sets nullable ones to null.
func (g generator) dropProperties(value any) bool {
	properties, _ := g.operation.Properties(g.resp.Status)
	changed := false
	for _, object := range objects(value) {
		for _, p := range properties {
			current, present := object[p.Name]
			if !present || g.draw(2) == 0 {
				continue
			}
			switch {
			case p.Nullable && current != nil && (p.Required || g.draw(2) == 0):
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

// objects returns the object that a value is, or the objects of an array.
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

// retryAfterDate changes Retry-After to a date (RFC 9110, section 10.2.3).
func (g generator) retryAfterDate() *response.Response {
	seconds, err := strconv.Atoi(g.resp.Header.Get("Retry-After"))
	if err != nil {
		return nil
	}
	varied := *g.resp
	varied.Header = g.resp.Header.Clone()
	varied.Header.Set("Retry-After",
		response.HTTPDate(g.wallNow().Add(time.Duration(seconds)*time.Second)))
	return &varied
}
