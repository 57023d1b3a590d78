package tenantguard

import "encoding/json"

// token is a token in a response.
type token struct {
	ID             string                    `json:"id"`
	Name           string                    `json:"name"`
	Owner          struct{ ID, Name string } `json:"owner"`
	Created        string                    `json:"created"`
	ExpirationDate string                    `json:"expirationDate"` // empty for null

	topLevel bool // the body itself, or an element of the array
}

// extractTokens returns every object of a body with an id, except owners. It reports whether the
// body is an array.
func extractTokens(body []byte) (all []token, array bool) {
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

func appendTokens(all []token, value any, topLevel bool) []token {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			all = appendTokens(all, element, false)
		}
	case map[string]any:
		t := token{topLevel: topLevel}
		t.ID, _ = v["id"].(string)
		t.Name, _ = v["name"].(string)
		t.Created, _ = v["created"].(string)
		if owner, ok := v["owner"].(map[string]any); ok {
			t.Owner.ID, _ = owner["id"].(string)
		}
		if t.ID != "" {
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
