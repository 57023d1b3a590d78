package tenantguard

import "encoding/json"

// tokenRef is a token in a response.
type tokenRef struct {
	id, name, owner, created string
	topLevel                 bool // the body itself, or an element of it
}

// extractTokens returns every object of a body that has an id, except owners. It reports whether the
// body is an array.
func extractTokens(body []byte) (all []tokenRef, array bool) {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return nil, false
	}
	elements, array := value.([]any)
	if !array {
		elements = []any{value}
	}
	for _, element := range elements {
		all = appendTokens(all, element, true)
	}
	return all, array
}

func appendTokens(all []tokenRef, value any, topLevel bool) []tokenRef {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			all = appendTokens(all, element, false)
		}
	case map[string]any:
		t := tokenRef{topLevel: topLevel}
		t.id, _ = v["id"].(string)
		t.name, _ = v["name"].(string)
		t.created, _ = v["created"].(string)
		if owner, ok := v["owner"].(map[string]any); ok {
			t.owner, _ = owner["id"].(string)
		}
		if t.id != "" {
			all = append(all, t)
		}
		for name, property := range v {
			if name != "owner" {
				all = appendTokens(all, property, false)
			}
		}
	}
	return all
}
