package spec

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/goccy/go-yaml"

	"example.com/patmock/spec/standing"
)

//go:embed errata.yaml
var errataSource []byte

// Errata is the list of what the published documents get wrong or leave out.
type Errata struct {
	Contradictions []Contradiction `yaml:"contradictions"`
	Undeclared     []Undeclared    `yaml:"undeclared"`
	Additions      []Addition      `yaml:"additions"`
}

// A Contradiction is a place where a document forbids what it documents itself.
type Contradiction struct {
	ID        string   `yaml:"id"`
	Documents []string `yaml:"documents"`
	// Pointer is a JSON pointer; component names in it are matched without regard to case.
	Pointer string `yaml:"pointer"`
	// Published is what stands at Pointer, nil for nothing.
	Published any `yaml:"published"`
	// Effective is what has to stand there, nil to remove it.
	Effective any               `yaml:"effective"`
	Reason    string            `yaml:"reason"`
	Standing  standing.Standing `yaml:"standing"`
	// Call is the documented call that is refused as published. Nil means that
	// the published document is invalid as a whole.
	Call *Call `yaml:"call"`
}

// A Call is a body that an operation documents: of a response when Status is set, else of a request.
type Call struct {
	Operation   string `yaml:"operation"`
	Status      int    `yaml:"status"`
	ContentType string `yaml:"contentType"`
	Body        any    `yaml:"body"`
}

// Undeclared is a status that is answered although no document declares it.
type Undeclared struct {
	ID     string `yaml:"id"`
	Status int    `yaml:"status"`
	// Unrouted marks a status that is answered where no operation is.
	Unrouted bool `yaml:"unrouted"`
	// Operations that may answer it, by Operation.Name.
	Operations  []string          `yaml:"operations"`
	Documents   []string          `yaml:"documents"`
	Schema      string            `yaml:"schema"` // name of the component that describes the body
	Description string            `yaml:"description"`
	Reason      string            `yaml:"reason"`
	Standing    standing.Standing `yaml:"standing"`
}

// An Addition is a part of our documents that the published snapshot does not have.
type Addition struct {
	ID        string            `yaml:"id"`
	Documents []string          `yaml:"documents"`
	Pointers  []string          `yaml:"pointers"`
	Reason    string            `yaml:"reason"`
	Standing  standing.Standing `yaml:"standing"`
}

// LoadErrata returns the errata. The caller must not change them.
var LoadErrata = sync.OnceValues(func() (*Errata, error) {
	var e Errata
	if err := yaml.UnmarshalWithOptions(errataSource, &e, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read errata.yaml: %w", err)
	}
	return &e, nil
})

// Without returns the errata less the contradiction of that id.
func (e *Errata) Without(id string) *Errata {
	less := *e
	less.Contradictions = slices.DeleteFunc(slices.Clone(e.Contradictions), func(c Contradiction) bool { return c.ID == id })
	return &less
}

// unrouted lists the statuses that a document answers outside its operations.
func (e *Errata) unrouted(document string) []Undeclared {
	if e == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.Undeclared), func(u Undeclared) bool {
		return !u.Unrouted || !slices.Contains(u.Documents, document)
	})
}

// apply corrects a document in JSON.
func (e *Errata) apply(document string, source []byte) ([]byte, error) {
	if e == nil {
		return source, nil
	}
	var outline struct {
		Paths      map[string]map[string]struct{ OperationID string }
		Components struct{ Schemas map[string]json.RawMessage }
	}
	if err := json.Unmarshal(source, &outline); err != nil {
		return nil, err
	}
	component := func(name string) string {
		for schema := range outline.Components.Schemas {
			if strings.EqualFold(schema, name) {
				return schema
			}
		}
		return name
	}
	for _, c := range e.Contradictions {
		if !slices.Contains(c.Documents, document) {
			continue
		}
		corrected, err := correct(source, c, component)
		if err != nil {
			return nil, fmt.Errorf("erratum %s: %w", c.ID, err)
		}
		source = corrected
	}
	var declared []operation
	for _, u := range e.Undeclared {
		if !slices.Contains(u.Documents, document) {
			continue
		}
		response := map[string]any{
			"description": u.Description,
			"content": map[string]any{"application/json": map[string]any{
				"schema": map[string]any{"$ref": "#/components/schemas/" + component(u.Schema)},
			}},
		}
		if u.Unrouted {
			declared = append(declared, operation{"add", fmt.Sprintf("/components/responses/%d", u.Status), response})
		}
		for path, methods := range outline.Paths {
			for method, op := range methods {
				if slices.Contains(u.Operations, operationName(op.OperationID)) {
					pointer := fmt.Sprintf("/paths/%s/%s/responses/%d", escapePointer(path), method, u.Status)
					declared = append(declared, operation{"add", pointer, response})
				}
			}
		}
	}
	return edit(source, declared...)
}

// correct makes one contradiction right, if what is there is still what was published.
func correct(source []byte, c Contradiction, component func(string) string) ([]byte, error) {
	steps := strings.Split(c.Pointer, "/")
	if len(steps) > 3 && steps[1] == "components" {
		steps[3] = component(steps[3])
	}
	pointer := strings.Join(steps, "/")
	change := operation{"add", pointer, c.Effective}
	if c.Effective == nil {
		change = operation{"remove", pointer, nil}
	}
	return edit(source, operation{"test", pointer, c.Published}, change)
}

// An operation is one of a JSON Patch on a document.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

func edit(source []byte, operations ...operation) ([]byte, error) {
	encoded, err := json.Marshal(operations)
	if err != nil || len(operations) == 0 {
		return source, err
	}
	patch, err := jsonpatch.DecodePatch(encoded)
	if err != nil {
		return nil, err
	}
	return patch.Apply(source)
}

func escapePointer(token string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
}
