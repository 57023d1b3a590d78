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

// Schema is the JSON Schema of the JSON form.
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

// A ReadErrorKind says why a text cannot be read as a report.
type ReadErrorKind string

// The kinds.
const (
	// NotJSON is no JSON object, or more than one.
	NotJSON ReadErrorKind = "not-json"
	// NotAReport has no results.
	NotAReport ReadErrorKind = "not-a-report"
	// OtherSchema is of a version that this patmock does not read.
	OtherSchema ReadErrorKind = "other-schema"
	// Malformed has a property that reports do not have, or one of another type.
	Malformed ReadErrorKind = "malformed"
	// UnknownOutcome has a result with an outcome that does not exist.
	UnknownOutcome ReadErrorKind = "unknown-outcome"
)

// A ReadError is the error of a text that cannot be read as a report.
type ReadError struct {
	Kind ReadErrorKind
	err  error
}

// Error says what is wrong with the text.
func (e *ReadError) Error() string { return "read the report: " + e.err.Error() }

// Unwrap returns the error of the JSON decoder, if there is one.
func (e *ReadError) Unwrap() error { return errors.Unwrap(e.err) }

func readError(kind ReadErrorKind, format string, args ...any) error {
	return &ReadError{kind, fmt.Errorf(format, args...)}
}

// Read reads the JSON form back. It rejects what a newer patmock made, and what is no report: the
// error is a [ReadError] unless it is that of r. A report without a schema is of version 1.
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
		return nil, readError(NotJSON, "it is not JSON of a report: %w", err)
	}
	if head.Schema != nil {
		if err := schema.Check(*head.Schema); err != nil {
			return nil, readError(OtherSchema, "%w", err)
		}
	}
	if head.Results == nil {
		return nil, readError(NotAReport, "it has no results, so it is no report")
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
				readError(UnknownOutcome, "result %d (%s) has the unknown outcome %q", i+1,
					result.Name(), result.Outcome)
		}
	}
	return &out, nil
}
