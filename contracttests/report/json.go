package report

import (
	"bytes"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema of the JSON form.
func Schema() []byte { return slices.Clone(schema) }

func renderJSON(r *Report) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Read reads the JSON form back. It refuses what another version of patmock wrote in another form, and what is no report.
func Read(r io.Reader) (*Report, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	var head struct {
		Schema *int `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("read the report: it is not JSON of a report: %w", err)
	}
	if head.Schema == nil {
		return nil, errors.New("read the report: it has no schema version, so it is no report")
	}
	if *head.Schema != SchemaVersion {
		return nil, fmt.Errorf("read the report: it is of schema version %d, and this patmock reads version %d: write it again with this patmock, or read it with the one that wrote it", *head.Schema, SchemaVersion)
	}
	var out Report
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	for i, result := range out.Results {
		if !slices.Contains(Outcomes(), result.Outcome) {
			return nil, fmt.Errorf("read the report: result %d (%s) has the unknown outcome %q", i+1, result.Name(), result.Outcome)
		}
	}
	return &out, nil
}
