package report_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

// plants are texts that contain a secret in different ways. Each has a canary of a suitable format.
var plants = map[string]func(n int) (text, canary string){
	"token secret": func(n int) (string, string) { return plantIn("%s", hexCanary(n)) },
	"in capitals": func(n int) (string, string) {
		return plantIn("(%s)", strings.ToUpper(hexCanary(n)))
	},
	"access token": func(n int) (string, string) {
		return plantIn("%s", fmt.Sprintf("eyJhbGciOiJub25lIn0.eyJzdWIiOiI%d.Zq9sig%d", n, n))
	},
	"bearer": func(n int) (string, string) {
		return plantIn("Authorization: Bearer %s", word(n))
	},
	"basic": func(n int) (string, string) {
		return plantIn("authorization: basic %s", word(n))
	},
	"client secret": func(n int) (string, string) {
		return plantIn("grant_type=a&client_secret=%s&b=c", word(n))
	},
	"parameter": func(n int) (string, string) {
		return plantIn("https://x/y?access_token=%s", word(n))
	},
	"property": func(n int) (string, string) {
		return plantIn(`{"id":"1","secret": "%s"}`, word(n))
	},
	"property in a text": func(n int) (string, string) {
		return plantIn(`"{\"access_token\":\"%s\"}"`, word(n))
	},
	"difference": func(n int) (string, string) {
		return plantIn("-\u00a0\t\"secret\": string(\"%s\"),", word(n))
	},
	"field": func(n int) (string, string) {
		return plantIn(`ClientSecret: "%s"`, word(n))
	},
}

func plantIn(form, canary string) (text, planted string) {
	return fmt.Sprintf(form, canary), canary
}

func word(n int) string { return fmt.Sprintf("Zq9canary%dend", n) }

func hexCanary(n int) string { return fmt.Sprintf("%s%04x", strings.Repeat("5eed", 16), n) }

// walkTexts calls visit for every string of a value, including fields that reports get later.
func walkTexts(v reflect.Value, path string, visit func(path string, text reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		visit(path, v)
	case reflect.Pointer:
		walkTexts(v.Elem(), path, visit)
	case reflect.Slice:
		for i := range v.Len() {
			walkTexts(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				walkTexts(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
			}
		}
	}
}

// plantEverywhere returns a report of one result with a text in every string, and the canaries by
// path.
func plantEverywhere(
	outcome report.Outcome, plant func(n int) (text, canary string),
) (r *report.Report, canaries map[string]string) {
	result := pass("create/a", version.V3)
	result.Failures, result.Notes, result.Missing = []report.Failure{{}, {}}, []string{"a", "b"},
		[]string{"a"}
	r = reportOf(result)
	r.Warnings = []report.Warning{{Kind: "a", Text: "a"}}
	r.Judged = &report.Judged{
		ClientCount: 1, Clients: []report.Client{{}}, NotJudged: []report.NotJudged{{}},
	}
	canaries = map[string]string{}
	walkTexts(reflect.ValueOf(r), "Report", func(path string, v reflect.Value) {
		text, canary := plant(len(canaries) + 1)
		v.SetString("before " + text + " after")
		canaries[path] = canary
	})
	text, canary := plant(len(canaries) + 1)
	canaries["Counts"] = canary
	r.Counts = map[report.Outcome]int{report.Outcome(text): 1}
	if outcome != "" {
		r.Results[0].Outcome = outcome
	}
	return r, canaries
}

func TestWrite_RevealsNoSecret(t *testing.T) {
	for name, plant := range plants {
		// the empty outcome keeps its canary
		for _, outcome := range append(report.Outcomes(), "") {
			r, canaries := plantEverywhere(outcome, plant)
			for format, text := range renderAll(t, r) {
				for path, canary := range canaries {
					if strings.Contains(text, canary) {
						t.Errorf("%s in %s is visible in %s of a result with outcome %q", name,
							path, format, outcome)
					}
				}
			}
		}
	}
}

// TestWrite_ShowsOtherWords checks that texts without secrets are visible in the same places.
func TestWrite_ShowsOtherWords(t *testing.T) {
	r, words := plantEverywhere(report.Fail, func(n int) (string, string) {
		return plantIn("%s", word(n))
	})
	for _, format := range report.Formats() {
		text := write(t, format, r)
		for _, path := range []string{
			"Report.Tool", "Report.Target.Name", "Report.Warnings[0].Text", "Report.Results[0].ID",
			"Report.Results[0].Version", "Report.Results[0].Promise",
			"Report.Results[0].Sources[0]", "Report.Results[0].Evidence",
			"Report.Results[0].Message", "Report.Results[0].Notes[1]",
			"Report.Results[0].Failures[1].Message", "Report.Results[0].Failures[1].Diff",
			"Report.Results[0].Failures[1].Exchange", "Report.Results[0].Failures[1].Curl",
		} {
			if words[path] == "" || !strings.Contains(text, words[path]) {
				t.Errorf("%s is not visible in %s", path, format)
			}
		}
	}
}

// FuzzCanary plants a secret between arbitrary texts and searches for it in every format.
func FuzzCanary(f *testing.F) {
	f.Add("", "")
	f.Add(`{"secret":"`, `"}`)
	f.Add("secret=", "&")
	f.Add("Authorization: Bearer", "x")
	f.Add("token: f(", ")")
	f.Add("\\", "\\\"")
	f.Add("``` ' \" `", "]]>\x1b\xff")
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+after, "Zq9") ||
			strings.Contains(strings.ToLower(before+after), "5eed") {
			return
		}
		r, canaries := reportOf(), map[string]string{}
		for name, plant := range plants {
			text, canary := plant(len(canaries))
			canaries[name] = canary
			text = before + " " + text + " " + after
			result := withResult(report.Fail, text, pass("create/a", version.V3))
			result.Failures, result.Notes = []report.Failure{
				{Message: text, Diff: text, Exchange: text, Curl: text},
			}, []string{text}
			r.Results = append(r.Results, result)
			r.Warnings = append(r.Warnings, report.Warning{Text: text})
		}
		out := map[string]string{"annotations": strings.Join(report.Annotations(r), "\n")}
		for _, format := range report.Formats() {
			out[format] = write(t, format, r)
		}
		for format, text := range out {
			for name, canary := range canaries {
				if strings.Contains(text, canary) {
					t.Errorf("%s is visible in %s between %q and %q", name, format, before, after)
				}
			}
		}
	})
}
