package dialect

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"

	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/strictyaml"
)

// maxBytes is the maximum size of a file. An entry takes a few hundred bytes.
const maxBytes = 64 << 10

// An Error is an error in a dialect.
type Error = strictyaml.Error

// Errors are the errors in a dialect.
type Errors = strictyaml.Errors

var options = strictyaml.Options{
	MaxBytes: maxBytes, Entries: IDs(),
	Rules: map[strictyaml.Kind]rule.ID{
		strictyaml.Syntax: rule.DialectSyntax, strictyaml.ManyDocuments: rule.DialectSyntax,
		strictyaml.Size:              rule.DialectSize,
		strictyaml.UnsupportedSchema: rule.DialectSchema, strictyaml.BadKey: rule.DialectWrongType,
		strictyaml.UnknownField: rule.DialectUnknownField,
		strictyaml.UnknownEntry: rule.DialectUnknownEntry,
		strictyaml.Duplicate:    rule.DialectDuplicateKey,
		strictyaml.WrongType:    rule.DialectWrongType,
	},
}

// Read reads a dialect from a file. It rejects an empty file, because the program that should have
// written it probably failed.
func Read(path string) (Dialect, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the file that the person names
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fmt.Errorf("%s is empty: a dialect that changes nothing has a comment; "+
			"see patmock spec dialect", path)
	}
	return Parse(path, data)
}

// fileResponse is a response in a file.
type fileResponse struct {
	Status      int               `yaml:"status"`
	DetailCode  strictyaml.Scalar `yaml:"detailCode"`
	Text        strictyaml.Scalar `yaml:"text"`
	Error       strictyaml.Scalar `yaml:"error"`
	Description strictyaml.Scalar `yaml:"description"`
	Value       strictyaml.Scalar `yaml:"value"`
	Flag        strictyaml.Scalar `yaml:"userAwareTokenNeverExpires"`
}

// Parse decodes a dialect from YAML, a mapping of ids to responses. Source names the file in
// messages. The error has the type [Errors].
func Parse(source string, data []byte) (Dialect, error) {
	file := strictyaml.Open(context.Background(), source, data, options)
	var entries map[string]fileResponse
	file.Decode(&entries)
	d := Dialect{}
	for id, e := range entries {
		if !file.HasErrors(id) {
			d[id] = Response{
				Status: e.Status, DetailCode: string(e.DetailCode), Text: string(e.Text),
				Error:       string(e.Error),
				Description: string(e.Description), Value: string(e.Value), Flag: string(e.Flag),
			}
		}
	}
	d.validate(file)
	return d, file.Err()
}

// validate reports the errors of the responses.
func (d Dialect) validate(file *strictyaml.File) {
	for _, id := range slices.Sorted(maps.Keys(d)) {
		e, known := Find(id)
		if !known {
			file.ReportUnknownEntry(id)
			continue
		}
		for _, m := range e.validate(d[id]) {
			file.ReportRule(strictyaml.BadValue, m.rule, id+"."+m.field, "%s", m.message)
		}
	}
}
