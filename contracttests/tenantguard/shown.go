package tenantguard

import "encoding/json"

// shown is a token in an answer.
type shown struct {
	id, name, owner, created string
	// outer tells that it is what was asked for: the body itself, or an element of it.
	outer bool
}

// found are the tokens in a body: every object that has an id, wherever it stands, but for owners. Array tells that the body
// is one.
func found(body []byte) (all []shown, array bool) {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return nil, false
	}
	elements, array := value.([]any)
	if !array {
		elements = []any{value}
	}
	for _, each := range elements {
		all = foundIn(each, true, all)
	}
	return all, array
}

func foundIn(value any, outer bool, all []shown) []shown {
	switch v := value.(type) {
	case []any:
		for _, each := range v {
			all = foundIn(each, false, all)
		}
	case map[string]any:
		t := shown{outer: outer}
		t.id, _ = v["id"].(string)
		t.name, _ = v["name"].(string)
		t.created, _ = v["created"].(string)
		if owner, ok := v["owner"].(map[string]any); ok {
			t.owner, _ = owner["id"].(string)
		}
		if t.id != "" {
			all = append(all, t)
		}
		for name, each := range v {
			if name != "owner" {
				all = foundIn(each, false, all)
			}
		}
	}
	return all
}
