package schema_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"example.com/patmock/spec/schema"
)

func TestCheck(t *testing.T) {
	for _, version := range []int{math.MinInt, -1, 0, schema.Version + 1, math.MaxInt} {
		wrong, ok := errors.AsType[*schema.VersionError](schema.Check(version))
		if !ok || wrong.Schema != version ||
			strings.Contains(wrong.Error(), "newer") != (version > 0) {
			t.Errorf("got %v for schema %d, want a VersionError", wrong, version)
		}
	}
	if err := schema.Check(schema.Version); err != nil {
		t.Error(err)
	}
}

// file has the kinds of fields of patmock's files: lists, mappings, pointers and embedded structs.
type file struct {
	part
	Schema  int               `json:"schema"`
	Results []*result         `json:"results,omitempty"`
	ByName  map[string]result `json:"byName"`
	At      time.Time         `json:"at,omitzero"`
	Plain   string
	Hidden  string `json:"-"`
}

type part struct {
	Tool string `json:"tool"`
}

type result struct {
	Outcome  string   `json:"outcome"`
	Children []result `json:"children"`
}

func TestExplain(t *testing.T) {
	for _, tt := range []struct{ name, text, field, suggestion string }{
		{"at the top", `{"shcema":1}`, "shcema", "schema"},
		{"of an embedded part", `{"tol":""}`, "tol", "tool"},
		{"without a tag", `{"Plaim":""}`, "Plaim", "Plain"},
		{"in a list", `{"results":[{"outcme":""}]}`, "outcme", "outcome"},
		{"in a mapping", `{"byName":{"a":{"childen":[]}}}`, "childen", "children"},
		{"in itself", `{"results":[{"children":[{"outcomes":""}]}]}`, "outcomes", "outcome"},
		{"hidden", `{"Hidden":1}`, "Hidden", ""},
		{"far from all", `{"colour":1}`, "colour", ""},
		{"in quotes", `{"sch\"ema":1}`, `sch"ema`, "schema"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := json.NewDecoder(strings.NewReader(tt.text))
			d.DisallowUnknownFields()
			var into file
			got, ok := errors.AsType[*schema.UnknownFieldError](schema.Explain(d.Decode(&into),
				&into))
			if !ok || got.Field != tt.field || got.Suggestion != tt.suggestion {
				t.Errorf("got %+v, want %s and %s", got, tt.field, tt.suggestion)
			}
		})
	}
}

func TestExplain_LeavesOtherErrors(t *testing.T) {
	other := errors.New("unknown field of work")
	if got := schema.Explain(other, &file{}); !errors.Is(got, other) {
		t.Errorf("got %v, want %v", got, other)
	}
	if got := schema.Explain(nil, &file{}); got != nil {
		t.Errorf("got %v, want nil", got)
	}
}
