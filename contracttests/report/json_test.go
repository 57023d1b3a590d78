package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("urn:patmock:report:1", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("urn:patmock:report:1")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, text string) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return compiledSchema(t).Validate(value)
}

func TestJSON_MatchesSchema(t *testing.T) {
	bare := &report.Report{Schema: report.SchemaVersion}
	// nil lists, no counts
	bare.Results = []report.Result{
		{ID: "create/a", Evidence: evidence.Observed, Outcome: report.Pass},
	}
	var all []report.Result
	for _, v := range append(version.All(), "") {
		for _, o := range report.Outcomes() {
			all = append(all, withResult(o, "why", pass("create/a", v)))
		}
	}
	for name, r := range map[string]*report.Report{
		"every outcome": sample(), "empty": reportOf(), "bare": bare,
		"every version": reportOf(all...), "hostile": hostileReport(),
		"clients": clientReportOf(&report.Judged{}), "judged": clientReportOf(judgedSample()),
	} {
		t.Run(name, func(t *testing.T) {
			if err := validate(t, write(t, "json", r)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSchema_RejectsInvalidReports checks that the schema is strict enough for the other tests.
func TestSchema_RejectsInvalidReports(t *testing.T) {
	good := write(t, "json", sample())
	for name, change := range map[string]func(map[string]any){
		"another version":  func(r map[string]any) { r["schema"] = 2 },
		"more":             func(r map[string]any) { r["more"] = 1 },
		"less":             func(r map[string]any) { delete(r, "tool") },
		"no date":          func(r map[string]any) { r["started"] = "yesterday" },
		"null for a list":  func(r map[string]any) { r["warnings"] = nil },
		"negative time":    func(r map[string]any) { r["seconds"] = -1 },
		"more in target":   func(r map[string]any) { r["target"].(map[string]any)["token"] = "x" },
		"unknown outcome":  func(r map[string]any) { first(r, "results")["outcome"] = "green" },
		"unknown version":  func(r map[string]any) { first(r, "results")["version"] = "v4" },
		"unknown evidence": func(r map[string]any) { first(r, "results")["evidence"] = "sure" },
		"more in a result": func(r map[string]any) { first(r, "results")["secret"] = "x" },
		"unknown kind":     func(r map[string]any) { first(r, "results")["kind"] = "green" },
		"unknown warning":  func(r map[string]any) { first(r, "warnings")["kind"] = "green" },
		"no id":            func(r map[string]any) { first(r, "results")["id"] = "" },
		"count missing": func(r map[string]any) {
			delete(r["counts"].(map[string]any), "skip")
		},
		"more in confirmed": func(r map[string]any) {
			r["confirmed"].(map[string]any)["assumed"] = 1
		},
		"less in confirmed": func(r map[string]any) {
			delete(r["confirmed"].(map[string]any), "unconfirmed")
		},
		"unknown count":  func(r map[string]any) { r["counts"].(map[string]any)["green"] = 1 },
		"negative count": func(r map[string]any) { r["counts"].(map[string]any)["skip"] = -1 },
		"part of a request": func(r map[string]any) {
			first(r, "results")["requests"] = 1.5
		},
		"more in a failure": func(r map[string]any) {
			failed := r["results"].([]any)[1].(map[string]any)
			first(failed, "failures")["token"] = "x"
		},
	} {
		t.Run(name, func(t *testing.T) {
			var value map[string]any
			if err := json.Unmarshal([]byte(good), &value); err != nil {
				t.Fatal(err)
			}
			change(value)
			text, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			if validate(t, string(text)) == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}

func first(object map[string]any, name string) map[string]any {
	return object[name].([]any)[0].(map[string]any)
}

func TestSchema_ReturnsCopy(t *testing.T) {
	report.Schema()[0] = 'x'
	if got := report.Schema()[0]; got != '{' {
		t.Errorf("the schema begins with %q", got)
	}
}

func TestRead_RoundTrip(t *testing.T) {
	for name, want := range map[string]*report.Report{
		"every outcome": sample(), "empty": reportOf(), "hostile": hostileReport(),
	} {
		t.Run(name, func(t *testing.T) {
			if len(want.Results) == 0 {
				want.Results = []report.Result{}
			}
			got, err := report.Read(strings.NewReader(write(t, "json", want)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("report (-written +read):\n%s", diff)
			}
		})
	}
}

// TestRead_WithoutSchema checks that a report without a schema has version 1.
func TestRead_WithoutSchema(t *testing.T) {
	text := strings.Replace(write(t, "json", sample()), "  \"schema\": 1,\n", "", 1)
	got, err := report.Read(strings.NewReader(text))
	if err != nil || got.Schema != 1 || strings.Contains(text, "schema") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRead_RejectsInvalidReports(t *testing.T) {
	good := write(t, "json", sample())
	for _, test := range []struct {
		name, text string
		want       report.ReadErrorKind
	}{
		{"empty", "", report.NotJSON},
		{"no JSON", "<html>", report.NotJSON},
		{"a list", "[]", report.NotJSON},
		{"no results", `{"a":1}`, report.NotAReport},
		{
			"another version", strings.Replace(good, `"schema": 1`, `"schema": 2`, 1),
			report.OtherSchema,
		},
		{"newer schema with unknown properties", `{"schema":2,"flavour":1}`, report.OtherSchema},
		{
			"invalid schema", strings.Replace(good, `"schema": 1`, `"schema": 0`, 1),
			report.OtherSchema,
		},
		{"unknown property", strings.Replace(good, `"tool"`, `"tools"`, 1), report.Malformed},
		{
			"unknown outcome", strings.Replace(good, `"outcome": "pass"`, `"outcome": "green"`, 1),
			report.UnknownOutcome,
		},
		{"truncated", good[:len(good)/2], report.NotJSON},
		{"two objects", good + good, report.NotJSON},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := report.Read(strings.NewReader(test.text))
			if wrong, ok := errors.AsType[*report.ReadError](err); !ok || wrong.Kind != test.want {
				t.Fatalf("error is %v, expected one of the kind %s", err, test.want)
			}
			checkMessage(t, err.Error())
		})
	}
	if _, err := report.Read(iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err,
		io.ErrUnexpectedEOF) {
		t.Errorf("error is %v, expected that of the reader", err)
	}
}

func TestWrite_JSONError(t *testing.T) {
	r := reportOf()
	r.Seconds = math.NaN()
	if err := report.Write("json", io.Discard, r); err == nil {
		t.Error("NaN was written")
	}
}
