package spec

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/strictyaml"
)

//go:embed errata.yaml
var errataSource []byte

// Errata lists the contradictions and omissions of the published documents.
type Errata struct {
	Contradictions []Contradiction `yaml:"contradictions"`
	Undeclared     []Undeclared    `yaml:"undeclared"`
	Additions      []Addition      `yaml:"additions"`
}

// A Contradiction is a part of a document that forbids documented behavior.
type Contradiction struct {
	ID        string   `yaml:"id"`
	Documents []string `yaml:"documents"`
	// Pointer is a JSON pointer. Component names in it match in any case.
	Pointer string `yaml:"pointer"`
	// Published is the published value at Pointer, nil if there is none.
	Published any `yaml:"published"`
	// Effective is the value that replaces it, nil to remove it.
	Effective any            `yaml:"effective"`
	Reason    string         `yaml:"reason"`
	Evidence  evidence.Level `yaml:"evidence"`
	// Call is the documented call that is rejected as published. Nil means that the published
	// document itself is invalid.
	Call *Call `yaml:"call"`
}

// A Call is a documented body of an operation. It is the body of a response if Status is set, else
// of a request.
type Call struct {
	Operation   string `yaml:"operation"`
	Status      int    `yaml:"status"`
	ContentType string `yaml:"contentType"`
	Body        any    `yaml:"body"`
}

// Undeclared is a status of responses that no document declares.
type Undeclared struct {
	ID     string `yaml:"id"`
	Status int    `yaml:"status"`
	// Unmatched marks a status of responses to requests that match no operation.
	Unmatched bool `yaml:"unmatched"`
	// Operations that may respond with it, by Operation.Name.
	Operations []string `yaml:"operations"`
	Documents  []string `yaml:"documents"`
	// Schema is the name of the component that describes the body.
	Schema string `yaml:"schema"`
	// OAuthSchema is the component's name in the document of the token endpoint.
	OAuthSchema string         `yaml:"oauthSchema"`
	Description string         `yaml:"description"`
	Reason      string         `yaml:"reason"`
	Evidence    evidence.Level `yaml:"evidence"`
}

// An Addition is a part of patmock's documents that the published ones do not have.
type Addition struct {
	ID        string         `yaml:"id"`
	Documents []string       `yaml:"documents"`
	Pointers  []string       `yaml:"pointers"`
	Reason    string         `yaml:"reason"`
	Evidence  evidence.Level `yaml:"evidence"`
}

// LoadErrata returns the errata. They must not be modified.
var LoadErrata = sync.OnceValues(readErrata)

func readErrata() (*Errata, error) {
	var e Errata
	file := strictyaml.Open(context.Background(), "errata.yaml", errataSource, strictyaml.Options{
		MaxBytes: len(errataSource),
	})
	file.Decode(&e)
	return &e, file.Err()
}

// Without returns the errata except for the contradiction of that id.
func (e *Errata) Without(id string) *Errata {
	remaining := *e
	remaining.Contradictions = slices.DeleteFunc(slices.Clone(e.Contradictions),
		func(c Contradiction) bool { return c.ID == id })
	return &remaining
}

// unmatchedStatuses lists the statuses of responses outside the operations of a document.
func (e *Errata) unmatchedStatuses(document string) []Undeclared {
	if e == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.Undeclared), func(u Undeclared) bool {
		return !u.Unmatched || !slices.Contains(u.Documents, document)
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
	var edits []edit
	for _, c := range e.Contradictions {
		if slices.Contains(c.Documents, document) {
			edits = append(edits, c.edit(component))
		}
	}
	for _, u := range e.Undeclared {
		if !slices.Contains(u.Documents, document) {
			continue
		}
		declared := edit{erratum: u.ID}
		response := u.response(component(u.schema(document)))
		if u.Unmatched {
			declared.add(fmt.Sprintf("/components/responses/%d", u.Status), response)
		}
		for path, methods := range outline.Paths {
			for method, op := range methods {
				if slices.Contains(u.Operations, operationName(op.OperationID)) {
					declared.add(fmt.Sprintf("/paths/%s/%s/responses/%d", escapePointer(path),
						method, u.Status), response)
				}
			}
		}
		edits = append(edits, declared)
	}
	return applyEdits(source, edits)
}

// edit returns the correction of a contradiction. It applies only while the published value is
// unchanged.
func (c Contradiction) edit(component func(string) string) edit {
	steps := strings.Split(c.Pointer, "/")
	if len(steps) > 3 && steps[1] == "components" {
		steps[3] = component(steps[3])
	}
	pointer := strings.Join(steps, "/")
	corrected := edit{erratum: c.ID, operations: []operation{{"test", pointer, c.Published}}}
	if c.Effective == nil {
		corrected.operations = append(corrected.operations, operation{"remove", pointer, nil})
	} else {
		corrected.add(pointer, c.Effective)
	}
	return corrected
}

// schema returns the name of the component that describes the body in a document.
func (u Undeclared) schema(document string) string {
	if document == OAuth {
		return u.OAuthSchema
	}
	return u.Schema
}

func (u Undeclared) response(schema string) map[string]any {
	return map[string]any{
		"description": u.Description,
		"content": map[string]any{"application/json": map[string]any{
			"schema": map[string]any{"$ref": "#/components/schemas/" + schema},
		}},
	}
}

// An edit contains the changes of one erratum to a document, as a JSON Patch.
type edit struct {
	erratum    string
	operations []operation
}

type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

func (e *edit) add(pointer string, value any) {
	e.operations = append(e.operations, operation{"add", pointer, value})
}

// applyEdits applies all edits as one patch, because patching is most of the cost of loading. If
// the patch fails, it applies them one by one to name the erratum that does not fit.
func applyEdits(source []byte, edits []edit) ([]byte, error) {
	var combined edit
	for _, e := range edits {
		combined.operations = append(combined.operations, e.operations...)
	}
	edited, err := combined.apply(source)
	if err == nil {
		return edited, nil
	}
	for _, e := range edits {
		if source, err = e.apply(source); err != nil {
			return nil, &ErratumError{e.erratum, err}
		}
	}
	return source, nil
}

func (e edit) apply(source []byte) ([]byte, error) {
	if len(e.operations) == 0 {
		return source, nil
	}
	encoded, err := json.Marshal(e.operations)
	if err != nil {
		return nil, err
	}
	patch, err := jsonpatch.DecodePatch(encoded)
	if err != nil {
		return nil, err
	}
	return patch.Apply(source)
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func escapePointer(token string) string { return pointerEscapes.Replace(token) }
