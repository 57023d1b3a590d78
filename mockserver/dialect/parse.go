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

// maxBytes bounds a file: every entry takes some hundred bytes.
const maxBytes = 64 << 10

// An Error is one thing that is wrong with a dialect.
type Error = strictyaml.Error

// Errors is everything that is wrong with a dialect.
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

// Read reads a dialect from a file. One without a letter is rejected: the program that was to write
// it has failed.
func Read(path string) (Dialect, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the file that the person names
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil,
			fmt.Errorf("%s is empty: a dialect that changes nothing has at least a comment, see "+
				"patmock contract propose and patmock spec dialect", path)
	}
	return Parse(path, data)
}

// answerEntry is an answer in a file.
type fileResponse struct {
	Status      int               `yaml:"status"`
	DetailCode  strictyaml.Scalar `yaml:"detailCode"`
	Text        strictyaml.Scalar `yaml:"text"`
	Error       strictyaml.Scalar `yaml:"error"`
	Description strictyaml.Scalar `yaml:"description"`
	Value       strictyaml.Scalar `yaml:"value"`
	Flag        strictyaml.Scalar `yaml:"userAwareTokenNeverExpires"`
}

// Parse reads a dialect in YAML: a mapping of ids to answers. Source names it in messages. What is
// wrong is an error of type Errors.
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

// check reports what is wrong with the answers.
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
