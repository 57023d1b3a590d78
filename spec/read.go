package spec

import (
	"encoding/json"

	"go.yaml.in/yaml/v3"
)

// toJSON reads YAML, of which JSON is a part. A mock starts with this: the library is the fast one, fixtures are read by
// another, which tells where a mistake is.
func toJSON(source []byte) ([]byte, error) {
	var value any
	if err := yaml.Unmarshal(source, &value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}
