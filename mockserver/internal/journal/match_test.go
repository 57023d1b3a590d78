package journal_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/journal"
)

// parseMatch decodes a match from JSON, as the control API does.
func parseMatch(t testing.TB, text string) control.Match {
	t.Helper()
	var m control.Match
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func sampleRequest() *control.Request {
	return &control.Request{
		ID: "r1", Operation: "create", Version: "v2025", Method: "POST",
		Path: "/v2025/personal-access-tokens", Query: "a=1&a=2&b=x%20y&token=hunter2",
		Status: 201, Owner: "admin", ClientID: "cafe", Fault: "slow, broken",
		Findings: []control.Finding{{Kind: "no-wait"}, {Kind: "unknown-property"}},
		Request: &control.Message{
			Header: map[string][]string{"Accept": {"a", "b"}, "X-Name": {"n"}},
			Body: `{"name":"login","scope":["a","b"],"owner":{"id":"1","x":null},"n":1.0,` +
				`"big":9007199254740993,"b":true,"a/b":{"~":1}}`,
		},
	}
}

// differences returns the differences of the only request of a journal, one per line.
func differences(t *testing.T, r *control.Request, m control.Match) string {
	t.Helper()
	j := journal.New(journal.Config{})
	capture(j, r)
	result := j.Verify(t.Context(), control.VerifyRequest{
		Expect: []control.Expectation{{Match: m}},
	})
	if list := j.List(m, 0); len(list.Requests) == 1 != result.Verified {
		t.Errorf("listed: %d, verified: %v", len(list.Requests), result.Verified)
	}
	var lines []string
	for _, nearMiss := range result.Outcomes[0].NearMisses {
		for _, difference := range nearMiss.Differences {
			text, err := json.Marshal([]any{difference.Expected, difference.Actual})
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, difference.Pointer+" "+string(text))
		}
	}
	return strings.Join(lines, "\n")
}

func TestMatch_ReportsDifferences(t *testing.T) {
	tests := []struct {
		name  string
		match string
		want  string // the differences
	}{
		{"everything", `{}`, ""},
		{"operation", `{"operation":"create"}`, ""},
		{"other operation", `{"operation":"list"}`, `/operation ["list","create"]`},
		{"version", `{"version":"v2025"}`, ""},
		{"other version", `{"version":"v3"}`, `/version ["v3","v2025"]`},
		{"method", `{"method":"POST"}`, ""},
		{"other method", `{"method":"GET"}`, `/method ["GET","POST"]`},
		{"path", `{"path":"/v2025/personal-access-tokens"}`, ""},
		{"path with a segment", `{"path":"/*/personal-access-tokens"}`, ""},
		{
			"path with a prefix", `{"path":"/v2025"}`,
			`/path ["/v2025","/v2025/personal-access-tokens"]`,
		},
		{
			"path with an empty segment", `{"path":"/v2025/personal-access-tokens/*"}`,
			`/path ["/v2025/personal-access-tokens/*","/v2025/personal-access-tokens"]`,
		},
		{
			"star in a segment", `{"path":"/v*/personal-access-tokens"}`,
			`/path ["/v*/personal-access-tokens","/v2025/personal-access-tokens"]`,
		},
		{"status", `{"status":201}`, ""},
		{"other status", `{"status":200}`, `/status [200,201]`},
		{"owner", `{"owner":"admin"}`, ""},
		{"other owner", `{"owner":"jane.doe"}`, `/owner ["jane.doe","admin"]`},
		{"client id", `{"clientId":"cafe"}`, ""},
		{"other client id", `{"clientId":"face"}`, `/clientId ["face","cafe"]`},
		{"fault", `{"fault":"broken"}`, ""},
		{"any fault", `{"fault":"*"}`, ""},
		{"other fault", `{"fault":"slo"}`, `/fault ["slo","slow, broken"]`},
		{"finding", `{"finding":"unknown-property"}`, ""},
		{"any finding", `{"finding":"*"}`, ""},
		{
			"other finding", `{"finding":"deleted-token"}`,
			`/finding ["deleted-token",["no-wait","unknown-property"]]`,
		},
		{"matched", `{"unmatched":false}`, ""},
		{"unmatched", `{"unmatched":true}`, `/unmatched [true,false]`},
		{"header", `{"header":{"x-name":"n"}}`, ""},
		{"second value of a header", `{"header":{"Accept":"b"}}`, ""},
		{
			"other values of headers", `{"header":{"X-Name":"m","Accept":"c","X-No":"a"}}`,
			"/header/Accept [\"c\",[\"a\",\"b\"]]\n/header/X-Name [\"m\",\"n\"]\n/header/X-No " +
				"[\"a\",null]",
		},
		{"query", `{"query":{"a":"2","b":"x y"}}`, ""},
		{
			"other queries", `{"query":{"a":"3","b":"x","a/~b":""}}`,
			"/query/a [\"3\",[\"1\",\"2\"]]\n/query/a~1~0b [\"\",null]\n/query/b [\"x\",\"x y\"]",
		},
		{
			"several", `{"operation":"list","status":200,"body":{"name":"x"}}`,
			"/operation [\"list\",\"create\"]\n/status [200,201]\n/body/name [\"x\",\"login\"]",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want,
				differences(t, sampleRequest(), parseMatch(t, test.match))); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMatch_PlainRequest(t *testing.T) {
	tests := []struct {
		name  string
		match string
		want  string
	}{
		{"any fault", `{"fault":"*"}`, `/fault ["*",""]`},
		{"any finding", `{"finding":"*"}`, `/finding ["*",[]]`},
		{"header", `{"header":{"A":""}}`, `/header/A ["",null]`},
		{"query", `{"query":{"a":""}}`, `/query/a ["",null]`},
		{"body", `{"body":""}`, `/body ["",null]`},
		{"empty segment", `{"path":"/*"}`, `/path ["/*","/"]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want,
				differences(t, &control.Request{Path: "/"},
					parseMatch(t, test.match))); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMatch_Body(t *testing.T) {
	tests := []struct {
		name  string
		match any
		want  string
	}{
		{"some properties", map[string]any{"name": "login", "b": true}, ""},
		{"properties inside", map[string]any{"owner": map[string]any{"id": "1"}}, ""},
		{"null is there", map[string]any{"owner": map[string]any{"x": nil}}, ""},
		{
			"null is not absent",
			map[string]any{"owner": map[string]any{"y": nil}},
			"/body/owner/y [null,null]",
		},
		{"absent", map[string]any{"owner": map[string]any{"y": 1}}, "/body/owner/y [1,null]"},
		{"other value", map[string]any{"name": "x"}, `/body/name ["x","login"]`},
		{
			"other types",
			map[string]any{"name": 1, "b": "true", "n": "1"},
			"/body/b [\"true\",true]\n/body/n [\"1\",1.0]\n/body/name [1,\"login\"]",
		},
		{"object for text", map[string]any{"name": map[string]any{}}, `/body/name [{},"login"]`},
		{
			"text for an object",
			map[string]any{"owner": "1"},
			`/body/owner ["1",{"id":"1","x":null}]`,
		},
		{"text for a list", map[string]any{"scope": "a"}, `/body/scope ["a",["a","b"]]`},
		{
			"list for text",
			map[string]any{"name": []string{"login"}},
			`/body/name [["login"],"login"]`,
		},
		{"same list", map[string]any{"scope": []string{"a", "b"}}, ""},
		{"shorter list", map[string]any{"scope": []string{"a"}}, `/body/scope [["a"],["a","b"]]`},
		{"other element", map[string]any{"scope": []string{"a", "c"}}, `/body/scope/1 ["c","b"]`},
		{
			"names with a slash and a tilde",
			map[string]any{"a/b": map[string]any{"~": 2}},
			"/body/a~1b/~0 [2,1]",
		},
		{"same number written differently", map[string]any{"n": 1}, ""},
		{"fraction", map[string]any{"n": 1.5}, "/body/n [1.5,1.0]"},
		{"large number", map[string]any{"big": json.Number("9007199254740993")}, ""},
		{
			"large number by one",
			map[string]any{"big": json.Number("9007199254740992")},
			"/body/big [9007199254740992,9007199254740993]",
		},
		{
			"a list",
			[]any{},
			`/body [[],{"a/b":{"~":1},"b":true,"big":9007199254740993,"n":1.0,"name":"login",` +
				`"owner":{"id":"1","x":null},"scope":["a","b"]}]`,
		},
		{"Go values", struct {
			Name string `json:"name"`
		}{"login"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want,
				differences(t, sampleRequest(), control.Match{Body: test.match})); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMatch_Numbers(t *testing.T) {
	tests := []struct {
		a, b  string
		equal bool
	}{
		{"1", "1.0", true},
		{"1e2", "100", true},
		{"0", "-0", true},
		{"0.1", "1e-1", true},
		{"1", "2", false},
		{"1e400", "1e401", false},
		{"1e400", "1e400", true},
		// numbers beyond the range of float64 are equal only if written alike
		{"1E400", "1e400", false},
		{"123456789012345678901234567890", "123456789012345678901234567891", false},
	}
	for _, test := range tests {
		t.Run(test.a+" "+test.b, func(t *testing.T) {
			r := &control.Request{Request: &control.Message{Body: test.b}}
			if got := differences(t, r, control.Match{
				Body: json.Number(test.a),
			}) == ""; got != test.equal {
				t.Errorf("same: %v, want %v", got, test.equal)
			}
		})
	}
}

func TestMatch_NonJSONBody(t *testing.T) {
	tests := []struct {
		name string
		body string
		want string
	}{
		{"nothing", "", `/body ["a",null]`},
		{"form", "a=b", `/body ["a","a=b"]`},
		{"cut off", `{"a":"`, `/body ["a","{\"a\":\""]`},
		{"two values", `"a" "a"`, `/body ["a","\"a\" \"a\""]`},
		{"long", strings.Repeat("é", 150), `/body ["a","` + strings.Repeat("é", 100) + `…"]`},
		{
			"long, cut in a character", "x" + strings.Repeat("é", 150),
			`/body ["a","x` + strings.Repeat("é", 99) + `…"]`,
		},
		{"JSON", ` "a" `, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := &control.Request{Request: &control.Message{Body: test.body}}
			if diff := cmp.Diff(test.want,
				differences(t, r, control.Match{Body: "a"})); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}
