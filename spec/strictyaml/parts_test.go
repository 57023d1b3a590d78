package strictyaml_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec/strictyaml"
)

type file struct {
	Name    string   `yaml:"name"`
	Entries []entry  `yaml:"entries"`
	Words   []string `yaml:"words"`
}

type entry struct {
	ID    string   `yaml:"id,required"`
	Scope []string `yaml:"scope"`
	Count int      `yaml:"count"`
	Line  int      `yaml:"-" line:"scope"`
}

func decode(t *testing.T, source, text string) (*file, error) {
	t.Helper()
	got := &file{}
	f := strictyaml.Open(t.Context(), source, []byte(text), strictyaml.Options{MaxBytes: 64 << 20})
	f.Decode(got)
	return got, f.Err()
}

// large returns a file of over a megabyte with the given line or entry in the middle.
func large(entries int, middle string) string {
	var b strings.Builder
	b.WriteString("# of many parts\nname: ä\nentries:\n")
	for i := range entries {
		if i == entries/2 {
			b.WriteString(middle)
		}
		fmt.Fprintf(&b,
			"  # comment\n  - id: entry %d\n    scope: [a, \"b:\\u00e9\"]\n    count: %d\n\n", i, i)
	}
	return b.String() + "words:\n- x\n- |\n  - y\n  z: 1\n"
}

// A large file is decoded in parts, with the same result as a small one.
func TestDecode_ReadsPartsAsOne(t *testing.T) {
	text := large(30_000, "")
	if len(text) < 2<<20 {
		t.Fatalf("the file has %d bytes, want at least 2 MiB", len(text))
	}
	got, err := decode(t, "large.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	want := &file{Name: "ä", Words: []string{"x", "- y\nz: 1\n"}}
	for i := range 30_000 {
		want.Entries = append(want.Entries, entry{
			fmt.Sprint("entry ", i), []string{"a", "b:é"}, i, 6 + 5*i,
		})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	encoded, err := json.Marshal(map[string]any{
		"name": "ä", "entries": jsonEntries(want.Entries), "words": want.Words,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err = decode(t, "large.json", string(encoded)); err != nil {
		t.Fatal(err)
	}
	for i := range want.Entries {
		want.Entries[i].Line = 1
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
}

func jsonEntries(entries []entry) (all []map[string]any) {
	for _, e := range entries {
		all = append(all, map[string]any{"id": e.ID, "scope": e.Scope, "count": e.Count})
	}
	return all
}

// Errors of a later part have the lines and the paths of the file.
func TestDecode_ReportsErrorsOfParts(t *testing.T) {
	for _, tt := range []struct {
		name, middle, field string
		kind                strictyaml.Kind
		column              int
	}{
		{
			"unknown field", "  - id: x\n    cuont: 1\n", "entries[10000].cuont",
			strictyaml.UnknownField, 5,
		},
		{"missing field", "  -\n    count: 1\n", "entries[10000].id", strictyaml.MissingField, 5},
		{
			"wrong type", "  - id: x\n    count: a\n", "entries[10000].count", strictyaml.WrongType,
			5,
		},
		{"repeated key", "  - id: x\n    id: y\n", "entries[10000].id", strictyaml.Duplicate, 5},
		{"repeated key of the file", "name: b\nentries:\n", "name", strictyaml.Duplicate, 1},
		{"broken", "  - id: x\n    [\n", "", strictyaml.Syntax, 5},
		{"second document", "---\nname: x\nentries:\n", "", strictyaml.ManyDocuments, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decode(t, "large.yaml", large(20_000, tt.middle))
			errs, ok := errors.AsType[strictyaml.Errors](err)
			if !ok || errs[0].Field != tt.field || errs[0].Kind != tt.kind ||
				errs[0].Column != tt.column {
				t.Fatalf("got error %v, want one in %q", err, tt.field)
			}
			if line := errs[0].Line; line < 50_003 || line > 50_006 {
				t.Errorf("got line %d, want 50003 to 50006", line)
			}
		})
	}
}

// The cost of nested aliases depends on the size of the file, not on their expansion.
func TestDecode_LimitsAliases(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("x-a0: &a0 [" + strings.Repeat("a, ", 10) + "]\n")
	for i := range 14 {
		fmt.Fprintf(&bomb, "x-a%[2]d: &a%[2]d [%[1]s]\nx-m%[2]d: &m%[2]d {<<: [%[1]s]}\n",
			strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), i, i+1)
	}
	var scopes strings.Builder
	scopes.WriteString("x-scope: &scope [" + strings.Repeat("a,", 50_000) + "a]\nentries:\n")
	for range 1000 {
		scopes.WriteString("- {id: a, scope: *scope}\n")
	}
	for name, text := range map[string]string{
		"lists": bomb.String() + "words: *a14\n", "values": scopes.String(),
		"merges": bomb.String() + "entries: [{<<: *m14}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			f := strictyaml.Open(ctx, "bomb.yaml", []byte(text), strictyaml.Options{
				MaxBytes: 64 << 20,
			})
			f.Decode(&file{})
			err := f.Err()
			if errs, ok := errors.AsType[strictyaml.Errors](err); !ok || len(errs) > 21 {
				t.Errorf("got error %v, want at most 21 errors", err)
			}
		})
	}
	if got, err := strictyaml.JSON([]byte(bomb.String())); err == nil {
		t.Errorf("got %d bytes, want an error", len(got))
	}
}

func TestDecode_StopsWhenCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := strictyaml.Open(ctx, "a", []byte("name: a\n"), strictyaml.Options{MaxBytes: 100})
	f.Decode(&file{})
	if err := f.Err(); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
}

func TestFromJSON(t *testing.T) {
	const text = `{"z":{"a":[],"b":{},"c":"true","d":true,"e":"1","f":1.5,"g":null,"h":"",` +
		`"i":"a\nb","j":"2026-01-31"},"200":[{"x":"\ud83d\ude00"},["- y"]]}`
	written, err := strictyaml.FromJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(written), "\n") < 10 {
		t.Errorf("want at least ten lines, got:\n%s", written)
	}
	again, err := strictyaml.JSON(written)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll(text, `\ud83d\ude00`, "😀"); string(again) != want {
		t.Errorf("got %s from\n%s", again, written)
	}
}

func TestQuote(t *testing.T) {
	for text, quoted := range map[string]bool{
		"a": false, "jane.doe": false, "sp:scopes:all": false, "a b": false, "a-1": false,
		"yes": true, "No": true, "null": true, "1a": true, "": true,
		"a:": true, "- a": true, "a #b": true, "a, b": true, "a: b": true, "é": true, " a": true,
		"a ": true, "2026-01-31": true, "-1d": true, "a\nb": true,
	} {
		if got := strictyaml.Quote(text); (got != text) != quoted {
			t.Errorf("%q is quoted as %s, want quotes: %t", text, got, quoted)
		}
	}
}
