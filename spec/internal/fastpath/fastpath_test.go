package fastpath_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/patmock/spec/internal/fastpath"
)

// buildInstance returns an instance of a schema with some mutations.
func buildInstance(schema *openapi3.Schema, seed uint64, broken int) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	n := instance(r, schema, 0)
	for range broken {
		mutate(r, n)
	}
	return n.text(r)
}

// Bodies of frequent operations are accepted without decoding.
func TestAccepts_FrequentBodies(t *testing.T) {
	hot := 0
	for _, j := range schemas(t) {
		if !j.hot {
			continue
		}
		hot++
		t.Run(j.name, func(t *testing.T) {
			for seed := range uint64(500) {
				text := buildInstance(j.schema, seed, 0)
				if !j.libraryAccepts(text) {
					t.Fatalf("the library rejects the generated instance %s", text)
				}
				if !j.gauge.Accepts(text) {
					t.Fatalf("the compiled schema does not accept %s", text)
				}
			}
		})
	}
	if hot < 6*8 {
		t.Errorf("got %d schemas, want at least 8 of each version", hot)
	}
}

// check fails a test if the compiled schema accepts a value that the library rejects.
func (j schemaPair) check(tb testing.TB, text []byte) {
	if j.gauge.Accepts(text) && !j.libraryAccepts(text) {
		tb.Errorf("%s: the compiled schema accepts %q, but the library rejects it", j.name, text)
	}
}

func TestAccepts_AgreesWithLibraryOnMutations(t *testing.T) {
	var certain, uncertain, rejected int
	for _, j := range schemas(t) {
		for seed := range uint64(200) {
			text := buildInstance(j.schema, seed, int(seed%4))
			j.check(t, text)
			ours, theirs := j.gauge.Accepts(text), j.libraryAccepts(text)
			switch {
			case ours:
				certain++
			case theirs:
				uncertain++
			default:
				rejected++
			}
		}
	}
	if t.Logf("%d certain, %d valid but uncertain, %d rejected", certain, uncertain,
		rejected); certain < 10000 || rejected < 10000 {
		t.Error("got too few certain or rejected values")
	}
}

// Mutates an instance of each schema systematically: unusual values at each position, removed and
// repeated parts, unusual names, and unusual bytes.
func TestAccepts_AgreesWithLibraryOnUnusualValues(t *testing.T) {
	for i, j := range schemas(t) {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		root := instance(r, j.schema, 0)
		for _, n := range root.all() {
			valid := *n
			for _, scalar := range unusualScalars {
				*n = node{scalar: scalar}
				j.check(t, root.text(r))
			}
			for i := range valid.children {
				*n = *valid.copy()
				n.drop(i)
				j.check(t, root.text(r))
			}
			if valid.brackets != "" {
				*n = *valid.copy()
				n.add(`"more"`, "true")
				n.add(`"most"`, "1")
				j.check(t, root.text(r))
			}
			for i := range valid.names {
				for _, name := range unusualNames {
					*n = *valid.copy()
					n.names[i] = name
					j.check(t, root.text(r))
				}
			}
			*n = valid
		}
		text := root.text(r)
		for at := range min(len(text), 200) {
			j.check(t, slices.Delete(slices.Clone(text), at, at+1))
			for _, c := range []byte("\x00\v\x7f\xff,:[]{}\"\\e.0-") {
				j.check(t, slices.Insert(slices.Clone(text), at, c))
			}
		}
	}
}

func FuzzAccepts(f *testing.F) {
	all := schemas(f)
	for i, j := range all {
		for seed := range uint64(2) {
			f.Add(uint16(i), seed, buildInstance(j.schema, seed, 0))
		}
	}
	f.Fuzz(func(t *testing.T, i uint16, seed uint64, text []byte) {
		j := all[int(i)%len(all)]
		for _, text := range [][]byte{text, buildInstance(j.schema, seed, int(seed%5))} {
			j.check(t, text)
		}
	})
}

func TestAccepts(t *testing.T) {
	const object = `{"type":"object","required":["a"],"properties":{"a":{"type":"integer"},` +
		`"d":{"type":"string","format":"date-time","nullable":true}}}`
	for _, test := range []struct {
		name, schema, text string
		want               bool
	}{
		{"what is required", object, `{"a":1}`, true},
		{"blanks", object, " {\t\"a\" :\r\n1 , \"b\" : [ ] } ", true},
		{"a name twice, each time right", object, `{"a":1,"a":2}`, true},
		{"a name twice, once wrong", object, `{"a":"x","a":2}`, false},
		{"a name with an escape", object, `{"\u0061":1}`, false},
		{"a name beyond ASCII", object, `{"a":1,"ä":1}`, false},
		{"any other property", object, `{"a":1,"b":[{"c":null},"\n",1.5,true,false]}`, true},
		{"null", object, `{"a":1,"d":null}`, true},
		{"a date and time", object, `{"a":1,"d":"2026-01-31T00:00:00.000Z"}`, true},
		{"a leap day", object, `{"a":1,"d":"2028-02-29T00:00:00+23:59"}`, true},
		{"a day that does not exist", object, `{"a":1,"d":"2027-02-29T00:00:00Z"}`, false},
		{"an offset of 24 hours", object, `{"a":1,"d":"2027-01-31T00:00:00+24:00"}`, false},
		{"an offset of 60 minutes", object, `{"a":1,"d":"2027-01-31T00:00:00-00:60"}`, false},
		{"a date and time in small letters", object, `{"a":1,"d":"2027-01-31t00:00:00z"}`, false},
		{"a date", object, `{"a":1,"d":"2026-01-31"}`, false},
		{"an integer with a fraction of 0", object, `{"a":1.0}`, true},
		{"a fraction", object, `{"a":1.5}`, false},
		{"an exponent", object, `{"a":1e3}`, false},
		{"a number of 33 characters", object, `{"a":` + strings.Repeat("1", 33) + `}`, false},
		{"two values", object, `{"a":1}{"a":1}`, false},
		{"a comma at the end", object, `{"a":1,}`, false},
		{"nothing", object, ``, false},
		{"any string, escaped", `{"type":"string"}`, `"\"\\\/\b\f\n\r\tä😀"`, true},
		{"any string, by code points", `{"type":"string"}`, `"\u003C\ud83d\ude00\ud800"`, true},
		{"an escape that is none", `{"type":"string"}`, `"\u+061"`, false},
		{"an enum, escaped", `{"type":"string","enum":["a"]}`, `"\u0061"`, false},
		{"a line break in a string", `{"type":"string"}`, "\"a\nb\"", false},
		{"a length", `{"type":"string","minLength":2,"maxLength":2}`, `"ab"`, true},
		{"a length beyond ASCII", `{"type":"string","minLength":2,"maxLength":2}`, `"äb"`, false},
		{"an enum", `{"type":"string","enum":["a","b"]}`, `"b"`, true},
		{"an enum of numbers", `{"enum":[1]}`, `1`, false},
		{
			"one of several types",
			`{"oneOf":[{"type":"string"},{"type":"array","items":{"type":"integer"}}]}`, `[1,2]`,
			true,
		},
		{
			"one of two strings", `{"oneOf":[{"type":"string"},{"type":"string","maxLength":1}]}`,
			`"ab"`, false,
		},
		{"a pattern", `{"type":"string","pattern":"a"}`, `"a"`, false},
		{"an unvalidated format", `{"type":"string","format":"uri"}`, `"a"`, true},
		{
			"a format that the library checks", `{"type":"string","format":"date"}`, `"2026-01-31"`,
			false,
		},
		{
			"64 arrays", `{"nullable":true}`,
			strings.Repeat("[", 64) + "1" + strings.Repeat("]", 64), true,
		},
		{
			"65 arrays", `{"nullable":true}`,
			strings.Repeat("[", 65) + "1" + strings.Repeat("]", 65), false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var schema openapi3.Schema
			if err := json.Unmarshal([]byte(test.schema), &schema); err != nil {
				t.Fatal(err)
			}
			compiled, text := fastpath.Compiler{}.Compile(&schema), []byte(test.text)
			if got := compiled.Accepts(text); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
			if allocated := testing.AllocsPerRun(10,
				func() { compiled.Accepts(text) }); allocated != 0 && test.want {
				t.Errorf("got %g allocations, want none", allocated)
			}
		})
	}
}

func TestAcceptsAnyString(t *testing.T) {
	for _, test := range []struct {
		schema string
		want   bool
	}{
		{`{"type":"string"}`, true},
		{`{}`, true},
		{`{"type":"integer"}`, false},
		{`{"type":"string","minLength":1}`, false},
		{`{"type":"string","maxLength":1}`, false},
		{`{"type":"string","format":"date-time"}`, false},
		{`{"type":"string","enum":["a"]}`, false},
		{`{"type":"string","enum":[1]}`, false},
		{`{"type":"string","pattern":"a"}`, false},
	} {
		t.Run(test.schema, func(t *testing.T) {
			var schema openapi3.Schema
			if err := json.Unmarshal([]byte(test.schema), &schema); err != nil {
				t.Fatal(err)
			}
			if got := (fastpath.Compiler{}).Compile(&schema).AcceptsAnyString(); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
}
