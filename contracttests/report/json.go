package report

import (
	"bytes"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"example.com/patmock/spec/schema"
)

//go:embed schema.json
var jsonSchema []byte

// Schema returns the JSON Schema of the JSON format.
func Schema() []byte { return slices.Clone(jsonSchema) }

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

// A ReadErrorKind is the kind of a ReadError.
type ReadErrorKind string

// The kinds.
const (
	// NotJSON is a text that is not exactly one JSON object.
	NotJSON ReadErrorKind = "not-json"
	// NotAReport is an object without results.
	NotAReport ReadErrorKind = "not-a-report"
	// OtherSchema is a report with an unsupported schema.
	OtherSchema ReadErrorKind = "other-schema"
	// Malformed is a report with an unknown property or a property of the wrong type.
	Malformed ReadErrorKind = "malformed"
	// UnknownOutcome is a report with an unknown outcome.
	UnknownOutcome ReadErrorKind = "unknown-outcome"
)

// A ReadError reports a text that is not a valid report.
type ReadError struct {
	Kind ReadErrorKind
	err  error
}

// Error describes the error.
func (e *ReadError) Error() string { return "read the report: " + e.err.Error() }

// Unwrap returns the error of the JSON decoder, nil if there is none.
func (e *ReadError) Unwrap() error { return errors.Unwrap(e.err) }

func readError(kind ReadErrorKind, format string, args ...any) error {
	return &ReadError{kind, fmt.Errorf(format, args...)}
}

// Read reads a report in JSON format. The error is a [ReadError] unless r failed. A report without
// a schema has version 1.
func Read(r io.Reader) (*Report, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	var head struct {
		Schema  *int            `json:"schema"`
		Results json.RawMessage `json:"results"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, readError(NotJSON, "not a JSON object: %w", err)
	}
	if head.Schema != nil {
		if err := schema.Check(*head.Schema); err != nil {
			return nil, readError(OtherSchema, "%w", err)
		}
	}
	if head.Results == nil {
		return nil, readError(NotAReport, "not a report: results is missing")
	}
	var out Report
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		return nil, readError(Malformed, "%w", schema.Explain(err, out))
	}
	out.Schema = SchemaVersion
	for i, result := range out.Results {
		if !slices.Contains(Outcomes(), result.Outcome) {
			return nil,
				readError(UnknownOutcome, "result %d (%s): unknown outcome %q", i+1,
					result.Name(), result.Outcome)
		}
	}
	return &out, nil
}
